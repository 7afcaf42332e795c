//! Drawings that are escaped into another format.

use std::ops::Range;

use super::super::markup::construct;
use super::scanner::{ReplyScanner, SpanContext};
use super::{CandidateSpan, EscapeKind};

impl ReplyScanner<'_> {
    /// Text that is a drawing only once it is unescaped.
    pub(super) fn escaped(&mut self, pos: usize, to: usize, around: SpanContext<'_>) -> Option<usize> {
        let rest = &self.text[pos..to];
        if matches!(rest[0], b'd' | b'D')
            && let Some(end) = data_address(rest)
        {
            let span = around.span(pos..pos + end);
            self.found.spans.push(CandidateSpan { escape: Some(EscapeKind::Base64), ..span });
            return Some(pos + end);
        }
        let is = |mark: &[u8]| rest.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
        let name_ends = |length: usize| !rest.get(length).is_some_and(|b| b.is_ascii_alphanumeric());
        let (escape, ends): (EscapeKind, &[&'static [u8]]) = match rest[0] {
            b'&' if is(b"&lt;svg") && name_ends(7) => (EscapeKind::Html, &[b"&lt;/svg&gt;", b"&lt;/svg>"]),
            b'\\' if is(b"\\u003csvg") && name_ends(9) => {
                (EscapeKind::Json, &[b"\\u003c/svg\\u003e", b"\\u003c\\/svg\\u003e"])
            }
            b'%' if is(b"%3csvg") => {
                (EscapeKind::Percent, &[b"%3C/svg%3E", b"%3c/svg%3e", b"%3C%2Fsvg%3E", b"%3c%2fsvg%3e"])
            }
            b'<' if is(b"<svg") && name_ends(4) => {
                let tag = construct(self.text, pos, to, &mut self.searches)?;
                let quote = self.text[pos..tag.end].iter().position(|&b| b == b'=')? + pos;
                // A string in a string has more of them.
                let slashes = self.text[quote + 1..to].iter().take_while(|&&b| b == b'\\').count();
                if !matches!(slashes, 1 | 3) || self.text[..to].get(quote + 1 + slashes) != Some(&b'"') {
                    return None;
                }
                (EscapeKind::Json, &[b"</svg>", b"<\\/svg>"])
            }
            _ => return None,
        };
        let mut end: Option<usize> = None;
        for mark in ends {
            let limit = end.unwrap_or(to);
            if let Some(at) = self.searches.find(self.text, mark, pos, limit) {
                end = Some(at + mark.len());
            }
        }
        // Without an end it is the name of a tag, escaped because it was only talked about; in JSON, cut off.
        if end.is_none() && escape != EscapeKind::Json {
            return None;
        }
        let span = around.span(pos..end.unwrap_or(to));
        self.found.spans.push(CandidateSpan { complete: end.is_some(), escape: Some(escape), ..span });
        Some(end.unwrap_or(to))
    }

    /// The kind of escape of markup in a data address, some characters of which are escaped, most often `#`; none elsewhere.
    pub(super) fn escape_in_address(&self, range: &Range<usize>) -> Option<EscapeKind> {
        let before = &self.text[range.start.saturating_sub(ADDRESS.len() + 64)..range.start];
        let (b',', before) = before.trim_ascii_end().split_last()? else { return None };
        let head = before.windows(ADDRESS.len()).rposition(|part| part.eq_ignore_ascii_case(ADDRESS))?;
        let address = !before[head + ADDRESS.len()..].contains(&b',');
        (address && has_percent_escape(&self.text[range.clone()])).then_some(EscapeKind::Address)
    }
}

/// The beginning of a data address of an SVG.
const ADDRESS: &[u8] = b"data:image/svg+xml";

/// Whether `%` stands before two hexadecimal digits somewhere. Others stand for themselves, as in browsers.
fn has_percent_escape(text: &[u8]) -> bool {
    text.windows(3).any(|part| part[0] == b'%' && part[1..].iter().all(u8::is_ascii_hexdigit))
}

/// The length of a data address that holds an SVG in base64; `None` where there is none.
fn data_address(rest: &[u8]) -> Option<usize> {
    if !rest.get(..ADDRESS.len())?.eq_ignore_ascii_case(ADDRESS) {
        return None;
    }
    let comma = rest.iter().take(ADDRESS.len() + 64).position(|&b| b == b',')?;
    if !rest[..comma].to_ascii_lowercase().ends_with(b";base64") {
        return None;
    }
    let body = rest[comma + 1..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
        .count();
    // Shorter ones hold no drawing.
    (body >= 40).then_some(comma + 1 + body)
}
