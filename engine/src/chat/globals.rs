//! Jinja2's functions that the interpreter lacks, or has in another form.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State};

use super::printf::fill;
use super::remainder::REMAINDER;

/// Adds them.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_function("cycler", cycler);
    environment.add_function("joiner", minijinja_contrib::globals::joiner);
    environment.add_function("dict", dict);
    environment.add_function("namespace", |value: Option<Value>, named: Kwargs| {
        minijinja::functions::namespace(Some(dict(value, named)?.into()))
    });
    environment.add_function(REMAINDER, remainder);
    environment.add_filter("format", |text: &str, args: Rest<ValueOrKwargs>| fill(text, &args.into_values()));
    // Not Jinja2's.
    environment.remove_global("debug");
}

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// `a % b`: a text filled in, or what is left of a division, with the sign of `b`.
fn remainder(a: Value, b: Value) -> Result<Value, Error> {
    if let Some(text) = a.as_str() {
        let args = if b.is_tuple() { b.try_iter()?.collect() } else { vec![b] };
        return fill(text, &args).map(Value::from);
    }
    let number = |value: &Value| matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    if !number(&a) || !number(&b) {
        return Err(error(format!("`%` has no meaning between {} and {}", a.kind(), b.kind())));
    }
    if let (Ok(a), Ok(b)) = (integer(&a), integer(&b)) {
        let rest = a.checked_rem(b).ok_or_else(|| error("division by zero"))?;
        return Ok(Value::from(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest }));
    }
    let (a, b) = (f64::try_from(a)?, f64::try_from(b)?);
    if b == 0.0 {
        return Err(error("division by zero"));
    }
    let rest = a % b;
    Ok(Value::from(if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }))
}

fn integer(value: &Value) -> Result<i128, Error> {
    match value.kind() {
        ValueKind::Bool => Ok(i128::from(value.is_true())),
        _ if value.is_integer() => i128::try_from(value.clone()),
        _ => Err(error("not an integer")),
    }
}

/// `dict(map or pairs, name=value)`.
#[expect(clippy::needless_pass_by_value, reason = "the interpreter hands it in so")]
fn dict(value: Option<Value>, named: Kwargs) -> Result<Value, Error> {
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    if let Some(value) = value.filter(|value| !value.is_undefined()) {
        for item in value.try_iter()? {
            if value.kind() == ValueKind::Map {
                let found = value.get_item(&item)?;
                pairs.push((item, found));
            } else {
                let mut parts = item.try_iter()?;
                match (parts.next(), parts.next(), parts.next()) {
                    (Some(key), Some(found), None) => pairs.push((key, found)),
                    _ => return Err(error("a dict is made of pairs")),
                }
            }
        }
    }
    for name in named.args() {
        pairs.push((Value::from(name), named.peek(name)?));
    }
    Ok(Value::from_pairs(pairs))
}

/// The object that `cycler` gives: values in turns.
#[derive(Debug)]
struct Cycler {
    items: Vec<Value>,
    at: AtomicUsize,
}

impl Object for Cycler {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("current")).then(|| self.items[self.at.load(Ordering::Relaxed)].clone())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let at = self.at.load(Ordering::Relaxed);
        match (method, args) {
            ("next", []) => {
                self.at.store((at + 1) % self.items.len(), Ordering::Relaxed);
                Ok(self.items[at].clone())
            }
            ("reset", []) => {
                self.at.store(0, Ordering::Relaxed);
                Ok(Value::from(()))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

fn cycler(items: Rest<Value>) -> Result<Value, Error> {
    if items.is_empty() {
        return Err(error("a cycler needs a value at least"));
    }
    Ok(Value::from_object(Cycler { items: items.0, at: AtomicUsize::new(0) }))
}
