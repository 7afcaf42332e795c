//! The methods of Python's values.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::arguments::CallArguments;
use super::string_methods;

/// Calls a method that a value has in Python.
pub(super) fn call(
    state: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    if let Some(text) = value.as_str()
        && let Some(result) = string_methods::call(state, text, method, args)?
    {
        return Ok(result);
    }
    match (value.kind(), method) {
        // Values can't be changed, so a copy is the same.
        (ValueKind::Map | ValueKind::Seq, "copy") => {
            CallArguments::of(args, 0)?;
            Ok(value.clone())
        }
        (ValueKind::Seq, "index") => {
            let sought = CallArguments::of(args, 1)?.get(0, "value")?;
            let place = value.try_iter()?.position(|item| sought.as_ref() == Some(&item));
            place
                .map(Value::from)
                .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "the list has no such value"))
        }
        _ => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args),
    }
}
