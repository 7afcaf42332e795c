//! Values written as Python writes them: templates are made for Jinja2, where a printed boolean is `True` and
//! JSON has blanks after its separators.

use std::fmt::Write as _;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

/// The depth to which values may nest. Messages come from people's files, and recursion has a stack to keep to.
const MAX_DEPTH: usize = 128;

fn too_deep() -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("a value nests deeper than {MAX_DEPTH}"))
}

/// `str(value)`.
pub(super) fn str(value: &Value) -> Result<String, Error> {
    match value.kind() {
        ValueKind::String => Ok(value.to_string()),
        ValueKind::Undefined => Ok(String::new()),
        _ => {
            let mut out = String::new();
            repr(value, 0, &mut out)?;
            Ok(out)
        }
    }
}

fn repr(value: &Value, depth: usize, out: &mut String) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    match value.kind() {
        ValueKind::None => out.push_str("None"),
        ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::Number => number(value, out),
        ValueKind::String => quoted(value.as_str().unwrap_or_default(), out),
        ValueKind::Seq if !value.is_tuple() => {
            out.push('[');
            for (index, item) in value.try_iter()?.enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                repr(&item, depth + 1, out)?;
            }
            out.push(']');
        }
        ValueKind::Map => {
            out.push('{');
            for (index, key) in value.try_iter()?.enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                repr(&key, depth + 1, out)?;
                out.push_str(": ");
                repr(&value.get_item(&key)?, depth + 1, out)?;
            }
            out.push('}');
        }
        _ => out.push_str(&value.to_string()),
    }
    Ok(())
}

/// A string literal: single quotes unless it has some and no double ones.
fn quoted(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if (c as u32) < 0x20 || (0x7f..0xa0).contains(&(c as u32)) => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

fn number(value: &Value, out: &mut String) {
    match f64::try_from(value.clone()) {
        Ok(float) if !value.is_integer() => out.push_str(&self::float(float)),
        _ => out.push_str(&value.to_string()),
    }
}

/// `repr(float)`: the shortest digits that read back, with an exponent outside 1e-4 to 1e16.
fn float(x: f64) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            "nan".into()
        } else if x > 0.0 {
            "inf".into()
        } else {
            "-inf".into()
        };
    }
    if x != 0.0 && !(1e-4..1e16).contains(&x.abs()) {
        let short = format!("{x:e}");
        let (digits, exponent) = short.split_once('e').unwrap_or((&short, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = format!("{x}");
    if text.contains('.') { text } else { text + ".0" }
}

/// `json.dumps(value, ensure_ascii=False, indent=indent)`.
pub(super) fn json(value: &Value, indent: Option<usize>) -> Result<String, Error> {
    let mut out = String::new();
    write_json(value, indent, 0, &mut out)?;
    Ok(out)
}

fn write_json(value: &Value, indent: Option<usize>, depth: usize, out: &mut String) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    match value.kind() {
        ValueKind::None => out.push_str("null"),
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        ValueKind::Number => {
            let start = out.len();
            number(value, out);
            match &out[start..] {
                "nan" => out.replace_range(start.., "NaN"),
                "inf" => out.replace_range(start.., "Infinity"),
                "-inf" => out.replace_range(start.., "-Infinity"),
                _ => {}
            }
        }
        ValueKind::String => json_string(value.as_str().unwrap_or_default(), out),
        ValueKind::Seq | ValueKind::Iterable => {
            out.push('[');
            let mut any = false;
            for item in value.try_iter()? {
                separate(any, indent, depth, out);
                any = true;
                write_json(&item, indent, depth + 1, out)?;
            }
            close(any, indent, depth, ']', out);
        }
        ValueKind::Map => {
            out.push('{');
            let mut any = false;
            for key in value.try_iter()? {
                separate(any, indent, depth, out);
                any = true;
                match key.as_str() {
                    Some(text) => json_string(text, out),
                    None => {
                        let mut text = String::new();
                        write_json(&key, None, depth + 1, &mut text)?;
                        json_string(&text, out);
                    }
                }
                out.push_str(": ");
                write_json(&value.get_item(&key)?, indent, depth + 1, out)?;
            }
            close(any, indent, depth, '}', out);
        }
        kind => {
            let message = format!("a value of the kind {kind} can't be written as JSON");
            return Err(Error::new(ErrorKind::BadSerialization, message));
        }
    }
    Ok(())
}

fn separate(any: bool, indent: Option<usize>, depth: usize, out: &mut String) {
    match indent {
        None => out.push_str(if any { ", " } else { "" }),
        Some(width) => {
            out.push_str(if any { ",\n" } else { "\n" });
            out.extend(std::iter::repeat_n(' ', width.saturating_mul(depth + 1)));
        }
    }
}

fn close(any: bool, indent: Option<usize>, depth: usize, bracket: char, out: &mut String) {
    if let Some(width) = indent.filter(|_| any) {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', width.saturating_mul(depth)));
    }
    out.push(bracket);
}

fn json_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use minijinja::value::Serde;
    use serde_json::json;

    use super::*;

    fn value(json: &serde_json::Value) -> Value {
        Value::from(Serde(json))
    }

    // The expected texts are what CPython 3.11 prints.
    #[test]
    fn values_print_as_python_prints_them() {
        let mixed = value(&json!({"b": true, "a": [null, 1, 1.0, 1e-5, 1e16, 0.1], "q": "it's \"x\"\n"}));
        assert_eq!(
            str(&mixed).unwrap(),
            r#"{'b': True, 'a': [None, 1, 1.0, 1e-05, 1e+16, 0.1], 'q': 'it\'s "x"\n'}"#
        );
        assert_eq!(str(&value(&json!("it's"))).unwrap(), "it's");
        assert_eq!(str(&value(&json!(["it's"]))).unwrap(), r#"["it's"]"#);
        assert_eq!(str(&Value::UNDEFINED).unwrap(), "");
    }

    #[test]
    fn json_is_written_as_python_writes_it() {
        let mixed = value(&json!({"z": "<é>&'\u{7f}\u{1}", "a": [1, 2.5, {}], "e": []}));
        assert_eq!(
            json(&mixed, None).unwrap(),
            "{\"z\": \"<é>&'\u{7f}\\u0001\", \"a\": [1, 2.5, {}], \"e\": []}"
        );
        assert_eq!(
            json(&value(&json!({"a": [1, {}], "e": []})), Some(2)).unwrap(),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"e\": []\n}"
        );
    }
}
