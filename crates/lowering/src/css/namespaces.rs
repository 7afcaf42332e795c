//! Prefixes of namespaces in selectors (css-namespaces-3), resolved before selectors are read: all elements are those of SVG.

use std::collections::HashMap;

use super::super::tree::{SVG, XLINK};
use super::spans::closing;
use super::tokens::{CssToken, CssTokenKind};

/// The namespaces that a style sheet declares.
#[derive(Debug, Default)]
pub(super) struct Namespaces {
    prefixes: HashMap<String, String>,
    /// Names without a prefix are of another namespace than SVG.
    elsewhere: bool,
    /// Another rule has come: no more are heeded.
    closed: bool,
}

/// A selector that matches no element of a drawing.
const NEVER: [CssToken<'_>; 2] = [
    CssToken { kind: CssTokenKind::Delim(':'), text: ":" },
    CssToken { kind: CssTokenKind::Ident, text: "hover" },
];

/// The name under which an element holds `xlink:href`.
const HREF: CssToken<'_> = CssToken { kind: CssTokenKind::Ident, text: "xlink\\:href" };

impl Namespaces {
    /// Takes up what an `@namespace` says.
    pub(super) fn declare(&mut self, prelude: &[CssToken<'_>]) {
        let address = prelude.iter().find_map(|token| match token.kind {
            CssTokenKind::String => Some(token.string()),
            CssTokenKind::Url => {
                token.text.get(4..)?.strip_suffix(')').map(|address| address.trim().to_owned())
            }
            _ => None,
        });
        let Some(address) = address.filter(|_| !self.closed) else { return };
        match prelude.iter().find(|token| token.kind == CssTokenKind::Ident) {
            Some(prefix) => _ = self.prefixes.insert(prefix.name(), address),
            None => self.elsewhere = address != SVG,
        }
    }

    /// Heeds no more of them, since a rule of another kind has come.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Selectors without prefixes. Those that are not declared are left, which no selector has.
    pub(super) fn resolve<'a>(&self, tokens: &[CssToken<'a>]) -> Vec<CssToken<'a>> {
        let bars = tokens.iter().any(|token| token.is('|'));
        if !bars {
            return if self.elsewhere { Vec::new() } else { tokens.to_vec() };
        }
        let mut made = Vec::with_capacity(tokens.len());
        let mut pos = 0;
        while let Some(token) = tokens.get(pos) {
            if token.is('[') {
                let end = closing(tokens, pos).min(tokens.len());
                made.push(*token);
                made.extend(self.attribute(&tokens[pos + 1..end]));
                pos = end;
                continue;
            }
            let prefix = Prefix::at(tokens, pos);
            let ours = prefix.and_then(|prefix| match prefix.name {
                None => Some(false),
                Some(any) if any.is('*') => Some(true),
                Some(name) => self.prefixes.get(&name.name()).map(|address| address == SVG),
            });
            let end = prefix.map_or(pos, |prefix| prefix.local);
            made.extend_from_slice(&tokens[if ours.is_some() { end } else { pos }..=end]);
            made.extend(NEVER.iter().filter(|_| ours == Some(false)));
            pos = end + 1;
        }
        made
    }

    /// The tokens in the brackets of an attribute.
    fn attribute<'a>(&self, tokens: &[CssToken<'a>]) -> Vec<CssToken<'a>> {
        let Some(prefix) = Prefix::at(tokens, 0) else { return tokens.to_vec() };
        let local = &tokens[prefix.local..];
        let Some(name) = prefix.name else { return local.to_vec() };
        match self.prefixes.get(&name.name()) {
            Some(address) if address == XLINK && local[0].text == "href" => {
                std::iter::once(HREF).chain(local[1..].iter().copied()).collect()
            }
            _ => tokens.to_vec(),
        }
    }
}

/// A prefix before a name.
#[derive(Clone, Copy)]
struct Prefix<'t, 'a> {
    /// `None` where nothing stands before the bar: of no namespace.
    name: Option<&'t CssToken<'a>>,
    /// The index of the token of the local name.
    local: usize,
}

impl<'t, 'a> Prefix<'t, 'a> {
    fn at(tokens: &'t [CssToken<'a>], pos: usize) -> Option<Self> {
        let is_name = |at: usize| {
            tokens.get(at).is_some_and(|token| token.kind == CssTokenKind::Ident || token.is('*'))
        };
        let bar = |at: usize| tokens.get(at).is_some_and(|token| token.is('|'));
        if bar(pos) && is_name(pos + 1) {
            return Some(Self { name: None, local: pos + 1 });
        }
        (is_name(pos) && bar(pos + 1) && is_name(pos + 2))
            .then(|| Self { name: tokens.get(pos), local: pos + 2 })
    }
}
