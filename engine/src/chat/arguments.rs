//! The arguments of a call as Python binds them: by position, or by name.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind};

/// The arguments of one call.
pub(super) struct CallArguments<'a> {
    positional: &'a [Value],
    named: Option<Kwargs>,
}

impl<'a> CallArguments<'a> {
    /// Those of a call that takes `most` at most.
    pub(super) fn of(args: &'a [Value], most: usize) -> Result<CallArguments<'a>, Error> {
        let (positional, named) = match args.split_last() {
            Some((last, rest)) if last.is_kwargs() => (rest, Some(Kwargs::try_from(last.clone())?)),
            _ => (args, None),
        };
        if positional.len() > most {
            return Err(Error::from(ErrorKind::TooManyArguments));
        }
        Ok(CallArguments { positional, named })
    }

    /// The same arguments all by name, for a function that takes them so. `names` has those that may come by position.
    pub(super) fn by_name(args: &[Value], names: &[&str]) -> Result<Kwargs, Error> {
        let CallArguments { positional, named } = CallArguments::of(args, names.len())?;
        let by_place = positional.iter().zip(names).map(|(value, name)| ((*name).to_owned(), value.clone()));
        let mut all: Vec<(String, Value)> = by_place.collect();
        if let Some(named) = named {
            for name in named.args() {
                all.push((name.to_owned(), named.peek(name)?));
            }
        }
        Ok(all.into_iter().collect())
    }

    /// An argument, if it is given and not none.
    pub(super) fn get(&self, place: usize, name: &str) -> Result<Option<Value>, Error> {
        let value = match (self.positional.get(place), &self.named) {
            (Some(value), _) => Some(value.clone()),
            (None, Some(named)) => named.get::<Option<Value>>(name)?,
            (None, None) => None,
        };
        Ok(value.filter(|value| !value.is_none()))
    }

    /// A text that must be given.
    pub(super) fn text(&self, place: usize, name: &str) -> Result<Value, Error> {
        let value = self.get(place, name)?.ok_or_else(|| Error::from(ErrorKind::MissingArgument))?;
        if value.as_str().is_some() { Ok(value) } else { Err(wrong(name, "a string")) }
    }

    /// A whole number, if it is given.
    pub(super) fn integer(&self, place: usize, name: &str) -> Result<Option<i64>, Error> {
        let Some(value) = self.get(place, name)? else { return Ok(None) };
        i64::try_from(value).map(Some).map_err(|_| wrong(name, "a whole number"))
    }

    /// Whether something is true; false unless it is given.
    pub(super) fn flag(&self, place: usize, name: &str) -> Result<bool, Error> {
        Ok(self.get(place, name)?.is_some_and(|value| value.is_true()))
    }

    /// Refuses arguments by names that nobody asked for.
    pub(super) fn end(&self) -> Result<(), Error> {
        self.named.as_ref().map_or(Ok(()), Kwargs::assert_all_used)
    }
}

fn wrong(name: &str, expected: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("`{name}` must be {expected}"))
}
