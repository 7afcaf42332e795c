//! A template's text as it is given to the interpreter: what Jinja2 has and that one lacks is written in other words.
//!
//! Lines end in a line feed, as Jinja2 makes them. `{% generation %}` marks what a model says, for training; a prompt is
//! the same without it. `a % b` becomes a call, since `%` also fills in texts, which the interpreter's operator can't.

use super::remainder::write_calls;
use super::tag_token::{TagTokenKind, tokens};

/// The template in words that the interpreter knows.
pub(super) fn prepared(source: &str) -> String {
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(source.len());
    let mut rest = source.as_str();
    while let Some(at) = rest.find("{").filter(|_| !rest.is_empty()) {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        rest = match tag.as_bytes().get(1) {
            Some(b'#') => copy_to(tag, tag.find("#}").map(|end| end + 2), &mut out),
            Some(b'%') if raw(tag).is_some() => copy_raw(tag, &mut out),
            Some(b'%' | b'{') => write_tag(tag, &mut out),
            _ => copy_to(tag, Some(1), &mut out),
        };
    }
    out.push_str(rest);
    out
}

/// Copies up to a place, or all, and gives the rest.
fn copy_to<'a>(text: &'a str, end: Option<usize>, out: &mut String) -> &'a str {
    let (head, rest) = text.split_at(end.unwrap_or(text.len()));
    out.push_str(head);
    rest
}

/// The length of the tag that begins a raw part, at which `tag` starts.
fn raw(tag: &str) -> Option<usize> {
    word_tag(tag, "raw")
}

/// The length of a tag that holds one word alone.
fn word_tag(tag: &str, word: &str) -> Option<usize> {
    let inner = tag.strip_prefix("{%")?;
    let inner = inner.strip_prefix(['-', '+']).unwrap_or(inner).trim_start();
    let inner = inner.strip_prefix(word)?.trim_start();
    let end = inner.strip_prefix(['-', '+']).unwrap_or(inner).strip_prefix("%}")?;
    Some(tag.len() - end.len())
}

/// Copies a raw part with both of its tags. Nothing is trimmed behind its first tag.
fn copy_raw<'a>(tag: &'a str, out: &mut String) -> &'a str {
    let first = raw(tag).unwrap_or(tag.len());
    let opening = &tag[..first];
    if opening.ends_with("-%}") || opening.ends_with("+%}") {
        out.push_str(opening);
    } else {
        out.push_str(&opening[..first - 2]);
        out.push_str("+%}");
    }
    let body = &tag[first..];
    let end = body.match_indices("{%").find_map(|(at, _)| Some(at + word_tag(&body[at..], "endraw")?));
    copy_to(body, end, out)
}

/// Writes a tag, and gives what follows it.
fn write_tag<'a>(tag: &'a str, out: &mut String) -> &'a str {
    let (tokens, end) = tokens(tag);
    let (inner, rest) = tag.split_at(end);
    let mut words = tokens.iter().filter(|token| token.0 != TagTokenKind::Blank);
    if let (Some(&(TagTokenKind::Name, begin, end)), None) = (words.next(), words.next()) {
        let plain = match &inner[begin..end] {
            "generation" => "if true",
            "endgeneration" => "endif",
            other => other,
        };
        out.push_str(&inner[..begin]);
        out.push_str(plain);
        out.push_str(&inner[end..]);
    } else if tokens.iter().any(|&(_, begin, end)| &inner[begin..end] == "%") {
        write_calls(inner, &tokens, out);
    } else {
        out.push_str(inner);
    }
    rest
}
