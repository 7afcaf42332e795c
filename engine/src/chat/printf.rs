//! `text % values`: filling in a text as Python does.

use minijinja::formatting::{FormatStyle, format};
use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::limits::check_size;
use super::python;

/// The widest that a place may be filled.
const WIDEST: usize = 100_000;

fn error(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// Fills in values in order, or those of a map by their names.
pub(super) fn fill(text: &str, values: &[Value]) -> Result<String, Error> {
    let conversions = conversions(text)?;
    let map = values.first().filter(|first| values.len() == 1 && first.kind() == ValueKind::Map);
    let values: Vec<Value> = match map {
        Some(map) if text.contains("%(") => vec![printable_map(map)?],
        _ => {
            if conversions.len() != values.len() {
                let (places, values) = (conversions.len(), values.len());
                return Err(error(format!(
                    "a text with {places} places can't be filled with {values} values"
                )));
            }
            conversions
                .iter()
                .zip(values)
                .map(|(&kind, value)| printable(kind, value))
                .collect::<Result<_, _>>()?
        }
    };
    check_size(values.iter().filter_map(Value::as_str).map(str::len).sum())?;
    format(FormatStyle::Printf, &text_without_repr(text), &values)
}

/// The letters of a text's places in order; an error for places that are wider than anybody needs, or together longer than
/// a template may become.
fn conversions(text: &str) -> Result<Vec<char>, Error> {
    let mut found = Vec::new();
    let mut width = 0;
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            rest = after;
            continue;
        }
        if rest.starts_with('(') {
            let (key, after) = rest.split_once(')').unwrap_or((rest, ""));
            check_key(key)?;
            rest = after;
        }
        let end = rest.find(|c: char| !(c.is_ascii_digit() || "#0- +.hlL".contains(c)));
        let (spec, after) = rest.split_at(end.unwrap_or(rest.len()));
        width += widths(spec)?;
        let kind = after.chars().next().ok_or_else(|| error("the text ends within a place"))?;
        found.push(kind);
        rest = &after[kind.len_utf8()..];
    }
    check_size(width)?;
    Ok(found)
}

/// The sum of the numbers in a place's form; an error for one that is wider than anybody needs.
fn widths(spec: &str) -> Result<usize, Error> {
    let numbers = spec.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let number = |digits: &str| digits.parse().ok().filter(|number: &usize| *number <= WIDEST);
    let too_wide = || error(format!("a place of more than {WIDEST} characters"));
    numbers.map(|digits| number(digits).ok_or_else(too_wide)).sum()
}

/// Refuses what `text.format(values)` would write without end.
pub(super) fn check_braces(text: &str, values: &[Value]) -> Result<(), Error> {
    let places = text.split('{').skip(1).map(|place| place.split('}').next().unwrap_or_default());
    let (mut count, mut width) = (0_usize, 0);
    check_keys(text)?;
    for place in places {
        count += 1;
        width += widths(place.split_once(':').map_or("", |(_, spec)| spec))?;
    }
    let mut longest = 0;
    for value in values {
        longest = longest.max(python::str(value)?.len());
    }
    check_size(count.saturating_mul(longest).saturating_add(width))
}

/// What fills places here breaks down within a letter that is not ASCII where it looks for the end of a key.
fn check_key(key: &str) -> Result<(), Error> {
    if key.is_ascii() { Ok(()) } else { Err(error("a place is named by letters that are not ASCII")) }
}

/// The keys in brackets of the places in a text: `{0[a]}`.
fn check_keys(text: &str) -> Result<(), Error> {
    for (at, _) in text.match_indices('{') {
        // A key may hold what begins or ends a place elsewhere.
        let mut rest = &text[at + 1..];
        while let Some(at) = rest.find([':', '}', '!', '[']).filter(|at| rest[*at..].starts_with('[')) {
            let (key, after) = rest[at + 1..].split_once(']').unwrap_or((&rest[at + 1..], ""));
            check_key(key)?;
            rest = after;
        }
    }
    Ok(())
}

/// `%r` is `%s` of a value that is printed already.
fn text_without_repr(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut place, mut named) = (false, false);
    for c in text.chars() {
        out.push(if place && !named && c == 'r' { 's' } else { c });
        (place, named) = match c {
            ')' if named => (true, false),
            _ if named => (true, true),
            '%' => (!place, false),
            '(' if place => (true, true),
            _ => (place && (c.is_ascii_digit() || "#0- +.hlL".contains(c)), false),
        };
    }
    out
}

/// A value as the library prints it: what is no number goes as Python's text.
#[expect(clippy::cast_possible_truncation, reason = "it is within bounds")]
fn printable(kind: char, value: &Value) -> Result<Value, Error> {
    match (kind, value.kind()) {
        ('r', _) => python::repr_of(value).map(Value::from),
        ('s', ValueKind::Number) => Ok(python::number(value).into()),
        ('d' | 'i' | 'u' | 'x' | 'X' | 'o', ValueKind::Number) if !value.is_integer() => {
            let number = f64::try_from(value.clone())?;
            if number.abs() < 1e38 {
                Ok(Value::from(number as i128))
            } else {
                Err(error("not a whole number"))
            }
        }
        (_, ValueKind::Number | ValueKind::String) => Ok(value.clone()),
        ('s', _) => python::str(value).map(Value::from),
        (_, ValueKind::Bool) => Ok(Value::from(i64::from(value.is_true()))),
        (kind, other) => Err(error(format!("`%{kind}` can't be filled with a value of the kind {other}"))),
    }
}

/// A map whose values are all printed as `%s` would print them, numbers apart.
fn printable_map(map: &Value) -> Result<Value, Error> {
    let pair = |key: Value| {
        let value = map.get_item(&key)?;
        let value = if value.is_number() { value } else { Value::from(python::str(&value)?) };
        Ok::<_, Error>((key, value))
    };
    let pairs: Vec<(Value, Value)> = map.try_iter()?.map(pair).collect::<Result<_, _>>()?;
    Ok(Value::from_pairs(pairs))
}
