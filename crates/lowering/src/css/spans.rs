//! Tokens in a row: their text, where they end, which bracket closes which.

use super::tokens::{CssToken, CssTokenKind};

/// The text of tokens. What stood between them were comments, which part words.
pub(super) fn text_of(tokens: &[CssToken<'_>]) -> String {
    let mut text = String::new();
    let mut end = None;
    for token in tokens {
        if end.is_some_and(|end| end != token.text.as_ptr()) {
            text.push(' ');
        }
        text.push_str(token.text);
        end = Some(token.text.as_bytes().as_ptr_range().end);
    }
    text.trim().to_owned()
}

pub(super) fn trim<'t, 'a>(tokens: &'t [CssToken<'a>]) -> &'t [CssToken<'a>] {
    let space = |token: &CssToken<'_>| matches!(token.kind, CssTokenKind::Space | CssTokenKind::Hidden);
    let from = tokens.iter().position(|token| !space(token)).unwrap_or(tokens.len());
    let to = tokens.iter().rposition(|token| !space(token)).map_or(from, |last| last + 1);
    &tokens[from..to]
}

/// The index of the first token from `from` on, outside of brackets, that `wanted` says; the number of tokens where there
/// is none.
pub(super) fn until(tokens: &[CssToken<'_>], from: usize, wanted: impl Fn(&CssToken<'_>) -> bool) -> usize {
    let mut pos = from;
    while let Some(token) = tokens.get(pos) {
        if wanted(token) {
            return pos;
        }
        pos = if token.closes_with().is_some() { closing(tokens, pos) + 1 } else { pos + 1 };
    }
    tokens.len()
}

/// The index of the token that closes the bracket at `open`; the number of tokens where none does.
pub(super) fn closing(tokens: &[CssToken<'_>], open: usize) -> usize {
    let mut stack: Vec<char> = Vec::new();
    for (index, token) in tokens.iter().enumerate().skip(open) {
        if let Some(mark) = token.closes_with() {
            stack.push(mark);
        } else if let CssTokenKind::Delim(mark) = token.kind
            && stack.last() == Some(&mark)
        {
            stack.pop();
            if stack.is_empty() {
                return index;
            }
        }
    }
    tokens.len()
}
