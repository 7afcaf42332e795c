//! JSON as Python's `json.dumps` writes it.

use std::fmt::Write as _;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::arguments::CallArguments;
use super::limits::check_size;
use super::python;
use super::string_methods::pad;

/// The layout of JSON.
struct Layout<'a> {
    state: &'a State<'a, 'a>,
    ascii: bool,
    indent: Option<Indent>,
    item: String,
    key: String,
    sorted: bool,
}

/// The text before an item for every level.
enum Indent {
    Blanks(usize),
    Text(String),
}

/// The filter `tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)` of `transformers`.
pub(super) fn filter(state: &State<'_, '_>, value: &Value, args: &[Value]) -> Result<String, Error> {
    let arguments = CallArguments::of(args, 4)?;
    let ascii = arguments.flag(0, "ensure_ascii")?;
    let indent = match arguments.get(1, "indent")? {
        None => None,
        Some(value) => Some(match value.as_str() {
            Some(text) => Indent::Text(text.to_owned()),
            None => Indent::Blanks(usize::try_from(i64::try_from(value)?).unwrap_or(0)),
        }),
    };
    let (item, key) = match arguments.get(2, "separators")? {
        None => (if indent.is_some() { "," } else { ", " }.to_owned(), ": ".to_owned()),
        Some(pair) => {
            let texts: Option<Vec<String>> =
                pair.try_iter()?.map(|text| text.as_str().map(str::to_owned)).collect();
            match texts.as_deref() {
                Some([item, key]) => (item.clone(), key.clone()),
                _ => return Err(Error::new(ErrorKind::InvalidOperation, "`separators` must be two strings")),
            }
        }
    };
    let sorted = arguments.flag(3, "sort_keys")?;
    arguments.end()?;
    let mut out = String::new();
    Layout { state, ascii, indent, item, key, sorted }.write(value, 0, &mut out)?;
    Ok(out)
}

impl Layout<'_> {
    fn write(&self, value: &Value, depth: usize, out: &mut String) -> Result<(), Error> {
        python::check_depth(depth)?;
        check_size(out.len())?;
        self.state.consume_fuel(1)?;
        match value.kind() {
            ValueKind::None => out.push_str("null"),
            ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number => out.push_str(&number(value)),
            ValueKind::String => self.string(value.as_str().unwrap_or_default(), out),
            ValueKind::Seq | ValueKind::Iterable => {
                out.push('[');
                let mut any = false;
                for item in value.try_iter()? {
                    self.separate(any, depth, out)?;
                    any = true;
                    self.write(&item, depth + 1, out)?;
                }
                self.close(any, depth, ']', out)?;
            }
            ValueKind::Map => self.map(value, depth, out)?,
            kind => {
                let message = format!("a value of the kind {kind} can't be written as JSON");
                return Err(Error::new(ErrorKind::BadSerialization, message));
            }
        }
        Ok(())
    }

    fn map(&self, value: &Value, depth: usize, out: &mut String) -> Result<(), Error> {
        let mut keys: Vec<Value> = value.try_iter()?.collect();
        if self.sorted {
            keys.sort();
        }
        out.push('{');
        for (index, key) in keys.iter().enumerate() {
            self.separate(index > 0, depth, out)?;
            match key.kind() {
                ValueKind::String => self.string(key.as_str().unwrap_or_default(), out),
                ValueKind::None => out.push_str("\"null\""),
                ValueKind::Bool => out.push_str(if key.is_true() { "\"true\"" } else { "\"false\"" }),
                ValueKind::Number => self.string(&number(key), out),
                kind => {
                    let message = format!("a key of the kind {kind} can't be written as JSON");
                    return Err(Error::new(ErrorKind::BadSerialization, message));
                }
            }
            out.push_str(&self.key);
            self.write(&value.get_item(key)?, depth + 1, out)?;
        }
        self.close(!keys.is_empty(), depth, '}', out)
    }

    fn separate(&self, any: bool, depth: usize, out: &mut String) -> Result<(), Error> {
        if any {
            out.push_str(&self.item);
        }
        self.line(depth + 1, out)
    }

    fn close(&self, any: bool, depth: usize, bracket: char, out: &mut String) -> Result<(), Error> {
        if any {
            self.line(depth, out)?;
        }
        out.push(bracket);
        Ok(())
    }

    /// Begins a line where there is an indentation.
    fn line(&self, depth: usize, out: &mut String) -> Result<(), Error> {
        match &self.indent {
            None => Ok(()),
            Some(Indent::Blanks(width)) => {
                out.push('\n');
                pad(self.state, out, ' ', width.saturating_mul(depth))
            }
            Some(Indent::Text(text)) => {
                out.push('\n');
                check_size(out.len() + text.len() * depth)?;
                out.extend(std::iter::repeat_n(text.as_str(), depth));
                Ok(())
            }
        }
    }

    fn string(&self, text: &str, out: &mut String) {
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
                c if (c as u32) < 0x20 || (self.ascii && !(' '..='~').contains(&c)) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }
        }
        out.push('"');
    }
}

fn number(value: &Value) -> String {
    match python::number(value).as_str() {
        "nan" => "NaN".to_owned(),
        "inf" => "Infinity".to_owned(),
        "-inf" => "-Infinity".to_owned(),
        text => text.to_owned(),
    }
}
