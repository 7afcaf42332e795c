//! The parts of a template's tag.

/// The kind of a part of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TagTokenKind {
    Blank,
    Name,
    Number,
    Text,
    Open,
    Close,
    Operator,
}

/// A part of a tag: where it begins and ends in it.
pub(super) type TagToken = (TagTokenKind, usize, usize);

/// Operators of more than one character.
const LONG: &[&str] = &["**", "//", "==", "!=", "<=", ">="];

/// The parts of a tag between its brackets, and where it ends.
pub(super) fn tokens(tag: &str) -> (Vec<TagToken>, usize) {
    let close = if tag.starts_with("{%") { "%}" } else { "}}" };
    let mut at = if tag[2..].starts_with(['-', '+']) { 3 } else { 2 };
    let (mut tokens, mut depth) = (Vec::new(), 0_usize);
    while let Some(c) = tag[at..].chars().next() {
        let here = &tag[at..];
        let trimmed = here.strip_prefix(['-', '+']).unwrap_or(here);
        if depth == 0 && trimmed.starts_with(close) {
            return (tokens, tag.len() - trimmed.len() + close.len());
        }
        let run = |meets: fn(char) -> bool| here.find(|c| !meets(c)).unwrap_or(here.len());
        let (kind, len) = match c {
            c if c.is_whitespace() => (TagTokenKind::Blank, run(char::is_whitespace)),
            c if c.is_ascii_digit() => (TagTokenKind::Number, number(here)),
            c if c == '_' || c.is_alphabetic() => {
                (TagTokenKind::Name, run(|c| c == '_' || c.is_alphanumeric()))
            }
            '"' | '\'' => (TagTokenKind::Text, text(here)),
            '(' | '[' | '{' => (TagTokenKind::Open, 1),
            ')' | ']' | '}' => (TagTokenKind::Close, 1),
            c => (
                TagTokenKind::Operator,
                if LONG.iter().any(|long| here.starts_with(long)) { 2 } else { c.len_utf8() },
            ),
        };
        match kind {
            TagTokenKind::Open => depth += 1,
            TagTokenKind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        tokens.push((kind, at, at + len));
        at += len;
    }
    (tokens, tag.len())
}

/// The length of a number: digits, with a fraction only where digits follow the point.
fn number(here: &str) -> usize {
    let mut len = 0;
    let bytes = here.as_bytes();
    while let Some(&byte) = bytes.get(len) {
        let sign = matches!(byte, b'+' | b'-')
            && matches!(bytes[len - 1], b'e' | b'E')
            && !here.starts_with("0x")
            && bytes.get(len + 1).is_some_and(u8::is_ascii_digit);
        let point = byte == b'.' && bytes.get(len + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || byte == b'_' || sign || point) {
            break;
        }
        len += 1;
    }
    len
}

/// The length of a text with its quotes; all that is left where it does not end.
fn text(here: &str) -> usize {
    let mut escaped = false;
    let quote = here.as_bytes()[0];
    for (at, byte) in here.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if byte == quote => return at + 1,
            _ => {}
        }
    }
    here.len()
}
