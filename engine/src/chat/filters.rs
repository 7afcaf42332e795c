//! Jinja2's filters and tests that the interpreter lacks, or has in another form.

use minijinja::value::{Rest, Value, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State};

use super::arguments::CallArguments;
use super::limits::check_size;
use super::string_methods::pad;
use super::{json, python};

/// Adds them.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_test("iterable", |value: Value| is_iterable(&value));
    environment.add_test("sequence", |value: Value| is_sequence(&value));
    environment.add_test("callable", |value: Value| is_callable(&value));
    environment.add_filter("string", |value: Value| python::str(&value));
    environment.add_filter("tojson", |state: &State<'_, '_>, value: Value, args: Rest<ValueOrKwargs>| {
        json::filter(state, &value, &args.into_values())
    });
    environment.add_filter("default", default);
    environment.add_filter("d", default);
    environment.add_filter("int", int);
    environment.add_filter("float", float);
    environment.add_filter("indent", indent);
    environment.add_filter("center", center);
    environment.add_filter("wordcount", |value: Value| python::str(&value).map(|text| word_count(&text)));
    environment.add_filter("escape", |value: Value| escape(&value));
    environment.add_filter("e", |value: Value| escape(&value));
    environment.add_filter("length", length);
    environment.add_filter("count", length);
    environment.add_filter("last", last);
    environment.add_filter("truncate", truncate);
    environment.add_filter("dictsort", dictsort);
    environment.add_filter("striptags", minijinja_contrib::filters::striptags);
    environment.add_filter("filesizeformat", minijinja_contrib::filters::filesizeformat);
}

/// Whether a value can be looped over: not `none`.
fn is_iterable(value: &Value) -> bool {
    !value.is_none() && value.try_iter().is_ok()
}

/// Whether a value has a length and items: texts and maps among them.
fn is_sequence(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Undefined | ValueKind::String | ValueKind::Seq | ValueKind::Map => true,
        ValueKind::Iterable => value.len().is_some(),
        _ => false,
    }
}

/// Whether a value is a function or a macro.
fn is_callable(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    value.kind() == ValueKind::Plain || object.type_name().ends_with("::Macro")
}

fn default(value: Value, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let args = args.into_values();
    let arguments = CallArguments::of(&args, 2)?;
    // Given as none it is none.
    let given = args.first().filter(|first| !first.is_kwargs()).cloned();
    let other = match given {
        Some(other) => other,
        None => arguments.get(0, "default_value")?.unwrap_or_else(|| Value::from("")),
    };
    let lax = arguments.flag(1, "boolean")?;
    arguments.end()?;
    Ok(if value.is_undefined() || (lax && !value.is_true()) { other } else { value })
}

/// As the Python library of marked-up text does it, which writes quotes by their numbers. What is escaped or called safe stays.
fn escape(value: &Value) -> Result<Value, Error> {
    if value.is_safe() {
        return Ok(value.clone());
    }
    let text = python::str(value)?;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
        check_size(out.len())?;
    }
    Ok(Value::from_safe_string(out))
}

/// `int(value, default, base)`: what is no number is the default.
fn int(value: Value, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let args = args.into_values();
    let arguments = CallArguments::of(&args, 2)?;
    let default = arguments.get(0, "default")?.unwrap_or_else(|| Value::from(0));
    let base = arguments.integer(1, "base")?.unwrap_or(10);
    arguments.end()?;
    let base = u32::try_from(base).ok().filter(|base| (2..=36).contains(base));
    let base = base.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "`base` must be 2 to 36"))?;
    let number = match value.kind() {
        ValueKind::Bool => Some(Value::from(i64::from(value.is_true()))),
        ValueKind::Number if value.is_integer() => Some(value.clone()),
        ValueKind::Number => f64::try_from(value).ok().and_then(truncated),
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default().trim().replace('_', "");
            let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
            let prefix = match base {
                16 => "0x",
                8 => "0o",
                2 => "0b",
                _ => "",
            };
            let digits = digits.strip_prefix(prefix).unwrap_or(digits);
            let whole = i128::from_str_radix(&format!("{sign}{digits}"), base).ok().map(Value::from);
            whole.or_else(|| text.parse().ok().and_then(truncated))
        }
        _ => None,
    };
    Ok(number.unwrap_or(default))
}

#[expect(clippy::cast_possible_truncation, reason = "it lies within the bounds")]
fn truncated(number: f64) -> Option<Value> {
    (number.abs() < 1e38).then(|| Value::from(number as i128))
}

fn float(value: Value, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let args = args.into_values();
    let arguments = CallArguments::of(&args, 1)?;
    let default = arguments.get(0, "default")?.unwrap_or_else(|| Value::from(0.0));
    arguments.end()?;
    let number = match value.kind() {
        ValueKind::String => value.as_str().and_then(|text| text.trim().parse::<f64>().ok()),
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        _ => f64::try_from(value).ok(),
    };
    Ok(number.map_or(default, Value::from))
}

/// `indent(value, width=4, first=False, blank=False)`; the width may be a text.
fn indent(state: &State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>) -> Result<String, Error> {
    let args = args.into_values();
    let arguments = CallArguments::of(&args, 3)?;
    let width = arguments.get(0, "width")?.unwrap_or_else(|| Value::from(4));
    let (first, blank) = (arguments.flag(1, "first")?, arguments.flag(2, "blank")?);
    arguments.end()?;
    let mut indentation = String::new();
    match width.as_str() {
        Some(text) => indentation.push_str(text),
        None => pad(state, &mut indentation, ' ', usize::try_from(i64::try_from(width)?).unwrap_or(0))?,
    }
    let text = python::str(value)?;
    let mut out = String::new();
    for (index, line) in text.split('\n').enumerate() {
        out.push_str(if index == 0 { "" } else { "\n" });
        if if index == 0 { first } else { blank || !line.is_empty() } {
            state.consume_fuel(1 + indentation.len() as u64 / 64)?;
            out.push_str(&indentation);
        }
        out.push_str(line);
        check_size(out.len())?;
    }
    Ok(out)
}

fn center(state: &State<'_, '_>, value: &Value, width: Option<i64>) -> Result<String, Error> {
    let text = python::str(value)?;
    let width = usize::try_from(width.unwrap_or(80)).unwrap_or(0);
    let missing = width.saturating_sub(text.chars().count());
    let left = missing / 2 + (missing & width & 1);
    let mut out = String::new();
    pad(state, &mut out, ' ', left)?;
    out.push_str(&text);
    pad(state, &mut out, ' ', missing - left)?;
    Ok(out)
}

fn truncate(state: &mut State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let named = CallArguments::by_name(&args.into_values(), &["length", "killwords", "end", "leeway"])?;
    minijinja_contrib::filters::truncate(state, value, named)
}

fn dictsort(state: &State<'_, '_>, value: &Value, args: Rest<ValueOrKwargs>) -> Result<Value, Error> {
    let named = CallArguments::by_name(&args.into_values(), &["case_sensitive", "by", "reverse"])?;
    state.consume_fuel(value.len().unwrap_or(0) as u64)?;
    minijinja::filters::dictsort(value, named)
}

/// Rows of letters, digits and underscores.
fn word_count(text: &str) -> usize {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).count()
}

/// The length of a value: undefined has no items.
fn length(state: &State<'_, '_>, value: &Value) -> Result<usize, Error> {
    if value.is_undefined() {
        return Ok(0);
    }
    state.consume_fuel(value.as_str().map_or(1, |text| text.len() as u64 / 64))?;
    value.len().ok_or_else(|| {
        let message = format!("a value of the kind {} has no length", value.kind());
        Error::new(ErrorKind::InvalidOperation, message)
    })
}

fn last(value: Value) -> Result<Value, Error> {
    let items: Value = match value.kind() {
        ValueKind::String | ValueKind::Seq => value,
        _ => value.try_iter()?.collect(),
    };
    Ok(items.reverse()?.try_iter()?.next().unwrap_or(Value::UNDEFINED))
}
