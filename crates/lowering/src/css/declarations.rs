//! Declarations: a property and its value.

use super::spans::{text_of, trim, until};
use super::tokens::{CssToken, CssTokenKind, tokens};

/// A declaration.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Declaration {
    /// The property, in lower case but for those that a sheet makes up.
    pub(in super::super) name: String,
    /// Its value, without comments.
    pub(in super::super) value: String,
    /// Whether it is marked `!important`.
    pub(in super::super) important: bool,
}

/// The text of a value, words in it without their escapes where they are words without them too.
fn plain(tokens: &[CssToken<'_>]) -> String {
    if !tokens.iter().any(|token| token.text.contains('\\')) {
        return text_of(tokens);
    }
    // What begins as a number does is a word with its escapes alone.
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_word = |name: &String| {
        name.strip_prefix('-').unwrap_or(name).starts_with(begins)
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    let word = |token: &CssToken<'_>| {
        let name = (token.kind == CssTokenKind::Ident).then(|| token.name());
        name.filter(is_word).unwrap_or_else(|| token.text.to_owned())
    };
    tokens.iter().map(word).collect()
}

/// The declarations of a `style` attribute.
pub(in super::super) fn inline(text: &str) -> Vec<Declaration> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut pos = 0;
    while pos < tokens.len() {
        let end = until(&tokens, pos, |token| token.is(';'));
        found.extend(declaration(&tokens[pos..end]));
        pos = end + 1;
    }
    found
}

/// A declaration, where these tokens are one.
pub(super) fn declaration(tokens: &[CssToken<'_>]) -> Option<Declaration> {
    let tokens = trim(tokens);
    let (first, rest) = tokens.split_first()?;
    let rest = trim(rest);
    if first.kind != CssTokenKind::Ident || !rest.first()?.is(':') {
        return None;
    }
    let name = first.name();
    let custom = name.starts_with("--");
    let mut value = trim(&rest[1..]);
    let mut important = false;
    if let [head @ .., mark, word] = value
        && mark.is('!')
        && word.text.eq_ignore_ascii_case("important")
    {
        (value, important) = (trim(head), true);
    } else if let [head @ .., mark, space, word] = value
        && mark.is('!')
        && space.kind == CssTokenKind::Space
        && word.text.eq_ignore_ascii_case("important")
    {
        (value, important) = (trim(head), true);
    }
    let broken = |token: &CssToken<'_>| token.is('{') || token.is('}') || token.is('!') || token.is(';');
    if !custom && (value.is_empty() || value.iter().any(broken)) {
        return None;
    }
    let name = if custom { name } else { name.to_ascii_lowercase() };
    Some(Declaration { name, value: if custom { text_of(value) } else { plain(value) }, important })
}
