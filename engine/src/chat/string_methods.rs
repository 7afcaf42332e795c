//! The methods of Python's strings. Those that minijinja's own imitation has in the same form are left to it.

use minijinja::value::{Tuple, Value};
use minijinja::{Error, ErrorKind, State};

use super::arguments::CallArguments;
use super::printf;
use super::python::{blank, printable};

/// Calls a method; none where it is not here.
pub(super) fn call(
    state: &State<'_, '_>,
    text: &str,
    method: &str,
    args: &[Value],
) -> Result<Option<Value>, Error> {
    // What a method makes of a text is of its length, but for what is padded.
    state.consume_fuel(text.len() as u64 / 64)?;
    let value = match method {
        "partition" | "rpartition" => partition(text, method, args)?,
        "removeprefix" | "removesuffix" => remove(text, method, args)?,
        "split" | "rsplit" => split(text, method, args)?,
        "strip" | "lstrip" | "rstrip" => strip(text, method, args)?,
        "splitlines" => split_lines(text, CallArguments::of(args, 1)?.flag(0, "keepends")?).into(),
        "center" | "ljust" | "rjust" | "zfill" => padded(state, text, method, args)?,
        "expandtabs" => expand_tabs(state, text, args)?,
        "find" | "rfind" | "index" | "rindex" | "count" => search(text, method, args)?,
        "startswith" | "endswith" => at_an_end(text, method, args)?,
        "casefold" => text.chars().flat_map(fold).collect::<String>().into(),
        "swapcase" => text.chars().flat_map(swap_case).collect::<String>().into(),
        "title" => title(text).into(),
        "isidentifier" | "istitle" | "isprintable" | "isdecimal" | "isdigit" => is(text, method).into(),
        "format" => {
            printf::check_braces(text, args)?;
            return Ok(None);
        }
        _ => return Ok(None),
    };
    Ok(Some(value))
}

/// The text before a separator, the separator, and the text behind it.
fn partition(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let separator = CallArguments::of(args, 1)?.text(0, "sep")?;
    let separator = not_empty(&separator)?;
    let parts = if method == "partition" {
        text.split_once(separator).map_or([text, "", ""], |(before, after)| [before, separator, after])
    } else {
        text.rsplit_once(separator).map_or(["", "", text], |(before, after)| [before, separator, after])
    };
    Ok(Tuple::from(parts.map(Value::from)).into())
}

fn not_empty(separator: &Value) -> Result<&str, Error> {
    match separator.as_str() {
        Some("") | None => Err(Error::new(ErrorKind::InvalidOperation, "empty separator")),
        Some(text) => Ok(text),
    }
}

fn remove(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let affix = CallArguments::of(args, 1)?.text(0, "affix")?;
    let affix = affix.as_str().unwrap_or_default();
    let rest = if method == "removeprefix" { text.strip_prefix(affix) } else { text.strip_suffix(affix) };
    Ok(rest.unwrap_or(text).into())
}

fn split(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let arguments = CallArguments::of(args, 2)?;
    let separator = arguments.get(0, "sep")?;
    let most = arguments.integer(1, "maxsplit")?.and_then(|most| usize::try_from(most).ok());
    arguments.end()?;
    let parts: Vec<&str> = match (&separator, method, most) {
        (None, "split", most) => words(text, most.unwrap_or(usize::MAX)),
        (None, _, most) => words_from_the_end(text, most.unwrap_or(usize::MAX)),
        (Some(separator), _, None) => text.split(not_empty(separator)?).collect(),
        (Some(separator), "split", Some(most)) => {
            text.splitn(most.saturating_add(1), not_empty(separator)?).collect()
        }
        (Some(separator), _, Some(most)) => {
            let mut parts: Vec<&str> = text.rsplitn(most.saturating_add(1), not_empty(separator)?).collect();
            parts.reverse();
            parts
        }
    };
    Ok(parts.into_iter().map(Value::from).collect())
}

/// A text without blanks, or the characters of the argument, on both sides or on one.
fn strip(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let unwanted = CallArguments::of(args, 1)?.get(0, "chars")?;
    let unwanted = match &unwanted {
        Some(value) => Some(value.as_str().ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, format!("{method} takes a string, not {}", value.kind()))
        })?),
        None => None,
    };
    let goes = |c: char| unwanted.map_or(blank(c), |unwanted| unwanted.contains(c));
    let rest = if method == "rstrip" { text } else { text.trim_start_matches(goes) };
    Ok(if method == "lstrip" { rest } else { rest.trim_end_matches(goes) }.into())
}

/// Words between blanks, `most` of them apart from what is left.
fn words(text: &str, most: usize) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text.trim_start_matches(blank));
    while !rest.is_empty() {
        match rest.split_once(blank) {
            Some((word, after)) if parts.len() < most => {
                parts.push(word);
                rest = after.trim_start_matches(blank);
            }
            _ => {
                // A single word sheds the blanks behind it; what is left after the last cut keeps them.
                parts.push(if parts.len() < most { rest.trim_end_matches(blank) } else { rest });
                break;
            }
        }
    }
    parts
}

fn words_from_the_end(text: &str, most: usize) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text.trim_end_matches(blank));
    while !rest.is_empty() {
        let cut = rest.char_indices().rev().find(|&(_, c)| blank(c));
        match cut {
            Some((at, found)) if parts.len() < most => {
                parts.push(&rest[at + found.len_utf8()..]);
                rest = rest[..at].trim_end_matches(blank);
            }
            _ => {
                parts.push(if parts.len() < most { rest.trim_start_matches(blank) } else { rest });
                break;
            }
        }
    }
    parts.reverse();
    parts
}

/// Lines as Python tells them: a carriage return ends one too.
fn split_lines(text: &str, keep_ends: bool) -> Vec<Value> {
    let ends = |c: char| {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let (mut lines, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let Some(at) = rest.find(ends) else {
            lines.push(rest.into());
            break;
        };
        let width = if rest[at..].starts_with("\r\n") {
            2
        } else {
            rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        lines.push(rest[..if keep_ends { at + width } else { at }].into());
        rest = &rest[at + width..];
    }
    lines
}

fn padded(state: &State<'_, '_>, text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let arguments = CallArguments::of(args, 2)?;
    let width = arguments.integer(0, "width")?.ok_or_else(|| Error::from(ErrorKind::MissingArgument))?;
    let fill = match arguments.get(1, "fillchar")? {
        Some(fill) => one_character(&fill)?,
        None => {
            if method == "zfill" {
                '0'
            } else {
                ' '
            }
        }
    };
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
    let left = match method {
        "ljust" => 0,
        "rjust" | "zfill" => missing,
        // Python puts the odd one to the left where the width is odd.
        _ => missing / 2 + (missing & usize::try_from(width).unwrap_or(0) & 1),
    };
    let sign = if method == "zfill" && text.starts_with(['+', '-']) { 1 } else { 0 };
    let mut out = text[..sign].to_owned();
    pad(state, &mut out, fill, left)?;
    out.push_str(&text[sign..]);
    pad(state, &mut out, fill, missing - left)?;
    Ok(out.into())
}

/// Adds a number of characters, which are paid for first.
pub(super) fn pad(state: &State<'_, '_>, out: &mut String, fill: char, count: usize) -> Result<(), Error> {
    if count > super::limits::MAX_OUTPUT_BYTES {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("{count} characters to be filled are too many"),
        ));
    }
    state.consume_fuel(count as u64 / 64)?;
    out.extend(std::iter::repeat_n(fill, count));
    Ok(())
}

fn one_character(fill: &Value) -> Result<char, Error> {
    let mut chars = fill.as_str().unwrap_or_default().chars();
    match (chars.next(), chars.next()) {
        (Some(fill), None) => Ok(fill),
        _ => Err(Error::new(ErrorKind::InvalidOperation, "what fills must be one character")),
    }
}

fn expand_tabs(state: &State<'_, '_>, text: &str, args: &[Value]) -> Result<Value, Error> {
    let size = CallArguments::of(args, 1)?.integer(0, "tabsize")?.unwrap_or(8);
    let size = usize::try_from(size).unwrap_or(0);
    let (mut out, mut column) = (String::new(), 0);
    for c in text.chars() {
        match c {
            '\t' if size == 0 => {}
            '\t' => {
                let count = size - column % size;
                pad(state, &mut out, ' ', count)?;
                column += count;
            }
            c => {
                out.push(c);
                column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    Ok(out.into())
}

/// The part between two places, each counted in characters and from the end where it is negative; with the number of
/// characters before it. None where it begins behind the end.
fn part<'a>(text: &'a str, arguments: &CallArguments<'_>) -> Result<Option<(&'a str, usize)>, Error> {
    let (start, end) = (arguments.integer(1, "start")?, arguments.integer(2, "end")?);
    if start.is_none() && end.is_none() {
        return Ok(Some((text, 0)));
    }
    let len = text.chars().count();
    let place = |at: i64| {
        let size = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        if at < 0 { len.saturating_sub(size) } else { size }
    };
    let (start, end) = (start.map_or(0, place), end.map_or(len, place).min(len));
    if start > end {
        return Ok(None);
    }
    let byte = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    Ok(Some((&text[byte(start)..byte(end)], start)))
}

fn search(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let arguments = CallArguments::of(args, 3)?;
    let sought = arguments.text(0, "sub")?;
    let sought = sought.as_str().unwrap_or_default();
    let part = part(text, &arguments)?;
    if method == "count" {
        return Ok(part.map_or(0, |(part, _)| part.matches(sought).count()).into());
    }
    let found = part.and_then(|(part, before)| {
        let at = if method.starts_with('r') { part.rfind(sought) } else { part.find(sought) };
        at.map(|at| before + part[..at].chars().count())
    });
    match found {
        Some(at) => Ok(at.into()),
        None if method.ends_with("find") => Ok((-1).into()),
        None => Err(Error::new(ErrorKind::InvalidOperation, "substring not found")),
    }
}

fn at_an_end(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let arguments = CallArguments::of(args, 3)?;
    let sought = arguments.get(0, "affix")?.ok_or_else(|| Error::from(ErrorKind::MissingArgument))?;
    let Some((part, _)) = part(text, &arguments)? else { return Ok(false.into()) };
    let meets =
        |affix: &str| if method == "startswith" { part.starts_with(affix) } else { part.ends_with(affix) };
    let one = |affix: &Value| {
        affix.as_str().map(meets).ok_or_else(|| {
            let message = format!("{method} takes a string or a tuple of strings, not {}", affix.kind());
            Error::new(ErrorKind::InvalidOperation, message)
        })
    };
    if !sought.is_tuple() {
        return one(&sought).map(Value::from);
    }
    for affix in sought.try_iter()? {
        if one(&affix)? {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

/// Letters in the form in which they are compared. Full folding differs from lower case in ligatures and the like;
/// of those only the sharp s is frequent.
fn fold(c: char) -> impl Iterator<Item = char> {
    let (sharp, other) = if matches!(c, 'ß' | 'ẞ') { (Some("ss"), None) } else { (None, Some(c)) };
    sharp.into_iter().flat_map(str::chars).chain(other.into_iter().flat_map(char::to_lowercase))
}

fn swap_case(c: char) -> impl Iterator<Item = char> {
    let (upper, lower) = if c.is_lowercase() { (Some(c), None) } else { (None, Some(c)) };
    upper.into_iter().flat_map(char::to_uppercase).chain(lower.into_iter().flat_map(char::to_lowercase))
}

/// Capitals after everything that is no letter, apostrophes included.
fn title(text: &str) -> String {
    let (mut out, mut within) = (String::with_capacity(text.len()), false);
    for c in text.chars() {
        if within {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        within = c.is_alphabetic();
    }
    out
}

fn is(text: &str, method: &str) -> bool {
    let first = text.chars().next();
    match method {
        "isidentifier" => {
            first.is_some_and(|c| c == '_' || c.is_alphabetic())
                && text.chars().all(|c| c == '_' || c.is_alphanumeric())
        }
        "istitle" => text.chars().any(char::is_alphabetic) && title(text) == text,
        "isprintable" => text.chars().all(printable),
        // Superscripts are digits and not decimals; fractions are neither.
        _ => {
            let more = |c: char| {
                method == "isdigit" && matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉' | '①'..='⑨')
            };
            first.is_some() && text.chars().all(|c| more(c) || decimal(c))
        }
    }
}

/// Whether a character is one of ten digits: numerals of any script whose value is of one place.
fn decimal(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' | '\u{966}'..='\u{96f}' | '\u{9e6}'..='\u{9ef}' | '\u{e50}'..='\u{e59}' | '\u{ff10}'..='\u{ff19}')
}
