//! A style sheet as rules and declarations, after css-syntax-3 section 5, css-nesting-1, css-cascade-5 (layers) and
//! css-animations-1 (keyframes).

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::declarations::{Declaration, declaration, inline};
use super::layers::CascadeLayers;
use super::media;
use super::namespaces::Namespaces;
use super::selectors::Selector;
use super::spans::{closing, text_of, until};
use super::syntax;
use super::tokens::{CssToken, CssTokenKind, tokens};

/// Blocks in blocks that are followed.
const DEEPEST: usize = 24;

/// A style rule: what it is for, and what it says.
#[derive(Debug)]
pub(super) struct StyleRule {
    pub(super) selectors: Rc<Vec<Selector>>,
    pub(super) declarations: Vec<Declaration>,
    /// The layer that it is in; `None` outside of layers.
    pub(super) layer: Option<usize>,
}

/// The frames of an animation: offset from 0 to 1, and what is declared there.
pub(in super::super) type Keyframes = Vec<(f64, Vec<Declaration>)>;

/// All style sheets of a drawing.
#[derive(Debug, Default)]
pub(in super::super) struct StyleSheet {
    pub(super) rules: Vec<StyleRule>,
    /// Its layers; later ones win.
    pub(super) layers: CascadeLayers,
    /// Animations by name.
    pub(in super::super) keyframes: HashMap<String, Keyframes>,
    /// Initial values of custom properties that are registered.
    pub(super) initial: BTreeMap<String, String>,
    /// Of the text that is read now.
    namespaces: Namespaces,
}

/// The conditions under which a block stands.
#[derive(Clone, Default)]
struct Context {
    parent: Option<Rc<Vec<Selector>>>,
    layer: Option<usize>,
    depth: usize,
}

impl StyleSheet {
    /// Adds the rules of a text that apply on this canvas, in CSS pixels.
    pub(super) fn parse_more(&mut self, text: &str, canvas: [f64; 2]) {
        let tokens = tokens(text);
        self.namespaces = Namespaces::default();
        let mut reader = Reader { tokens: &tokens, pos: 0, canvas, sheet: self };
        reader.rules(&Context::default());
    }
}

struct Reader<'a, 'sheet> {
    tokens: &'a [CssToken<'a>],
    pos: usize,
    canvas: [f64; 2],
    sheet: &'sheet mut StyleSheet,
}

impl<'a> Reader<'a, '_> {
    /// Reads the rules of a sheet, or of a block that holds rules.
    fn rules(&mut self, context: &Context) {
        while let Some(token) = self.tokens.get(self.pos) {
            match token.kind {
                CssTokenKind::Space | CssTokenKind::Hidden => self.pos += 1,
                CssTokenKind::At => {
                    self.at_rule(context);
                }
                _ => {
                    let open = until(self.tokens, self.pos, |token| token.is('{'));
                    let prelude = &self.tokens[self.pos..open];
                    let block = self.block(open);
                    self.style_rule(prelude, block, context);
                }
            }
        }
    }

    /// The tokens of the block that opens at `open`; goes on after it.
    fn block(&mut self, open: usize) -> &'a [CssToken<'a>] {
        let end = closing(self.tokens, open);
        self.pos = (end + 1).min(self.tokens.len()).max(open);
        self.tokens.get(open + 1..end).unwrap_or_default()
    }

    /// Reads a block as another kind of thing.
    fn within(&mut self, block: &[CssToken<'_>], read: impl FnOnce(&mut Reader<'_, '_>)) {
        let mut inner = Reader { tokens: block, pos: 0, canvas: self.canvas, sheet: &mut *self.sheet };
        read(&mut inner);
    }

    fn style_rule(&mut self, prelude: &[CssToken<'_>], block: &[CssToken<'_>], context: &Context) {
        self.sheet.namespaces.close();
        let prelude = self.sheet.namespaces.resolve(prelude);
        let Some(selectors) = syntax::parse(&prelude, context.parent.as_ref()) else { return };
        let selectors = Rc::new(selectors);
        let nested =
            Context { parent: Some(Rc::clone(&selectors)), layer: context.layer, depth: context.depth + 1 };
        self.within(block, |reader| reader.content(&selectors, &nested));
    }

    /// Reads the content of a style rule: declarations, and rules nested in it.
    fn content(&mut self, selectors: &Rc<Vec<Selector>>, context: &Context) {
        let mut declarations = Vec::new();
        let flush = |reader: &mut Self, declarations: &mut Vec<Declaration>| {
            if !declarations.is_empty() {
                let declarations = std::mem::take(declarations);
                let (selectors, layer) = (Rc::clone(selectors), context.layer);
                reader.sheet.rules.push(StyleRule { selectors, declarations, layer });
            }
        };
        while let Some(token) = self.tokens.get(self.pos) {
            if matches!(token.kind, CssTokenKind::Space | CssTokenKind::Hidden) || token.is(';') {
                self.pos += 1;
                continue;
            }
            if token.kind == CssTokenKind::At {
                flush(self, &mut declarations);
                self.at_rule(context);
                continue;
            }
            let open = until(self.tokens, self.pos, |token| token.is('{') || token.is(';'));
            let opens = self.tokens.get(open).is_some_and(|token| token.is('{'));
            // Only a custom property may have a block in its value.
            let custom = token.text.starts_with("--")
                && self.tokens.get(self.pos + 1).is_some_and(|next| next.is(':'));
            let end = if opens && custom { until(self.tokens, open, |token| token.is(';')) } else { open };
            if (!opens || custom)
                && let Some(found) = declaration(&self.tokens[self.pos..end])
            {
                declarations.push(found);
                self.pos = end + 1;
                continue;
            }
            // No declaration: a rule, unless a semicolon comes before its block.
            if opens {
                let prelude = &self.tokens[self.pos..open];
                let block = self.block(open);
                if context.depth < DEEPEST {
                    flush(self, &mut declarations);
                    self.style_rule(prelude, block, context);
                }
            } else {
                self.pos = open + 1;
            }
        }
        flush(self, &mut declarations);
    }

    fn at_rule(&mut self, context: &Context) {
        let name = self.tokens[self.pos].name().to_ascii_lowercase();
        let start = self.pos + 1;
        let end = until(self.tokens, start, |token| token.is('{') || token.is(';'));
        let prelude = &self.tokens[start..end];
        if !self.tokens.get(end).is_some_and(|token| token.is('{')) {
            self.pos = end + 1;
            if name == "layer" {
                for name in layer_names(&text_of(prelude)) {
                    self.sheet.layers.named(context.layer, name);
                }
            } else if name == "namespace" {
                self.sheet.namespaces.declare(prelude);
            }
            return;
        }
        self.sheet.namespaces.close();
        let block = self.block(end);
        if context.depth >= DEEPEST {
            return;
        }
        let mut inner = Context { depth: context.depth + 1, ..context.clone() };
        let applies = match name.as_str() {
            "media" => media::applies(&text_of(prelude), self.canvas),
            "supports" => media::supports(prelude),
            "layer" => {
                let layers = &mut self.sheet.layers;
                inner.layer = match layer_names(&text_of(prelude)).next() {
                    Some(name) => layers.named(context.layer, name),
                    None => Some(layers.unnamed(context.layer)),
                };
                true
            }
            "keyframes" | "-webkit-keyframes" => {
                self.keyframes(prelude, block);
                return;
            }
            "property" => {
                self.property(prelude, block);
                return;
            }
            _ => false,
        };
        if applies {
            self.within(block, |reader| match inner.parent.clone() {
                Some(parent) => reader.content(&parent, &inner),
                None => reader.rules(&inner),
            });
        }
    }

    fn keyframes(&mut self, prelude: &[CssToken<'_>], block: &[CssToken<'_>]) {
        let name = prelude.iter().find_map(|token| match token.kind {
            CssTokenKind::Ident => Some(token.name()),
            CssTokenKind::String => Some(token.string()),
            _ => None,
        });
        let Some(name) = name else { return };
        let mut frames: Keyframes = Vec::new();
        self.within(block, |reader| {
            while reader.pos < reader.tokens.len() {
                let open = until(reader.tokens, reader.pos, |token| token.is('{'));
                let prelude = &reader.tokens[reader.pos..open];
                let block = reader.block(open);
                let declared = inline(&text_of(block));
                for offset in text_of(prelude).split(',') {
                    let offset = offset.trim().to_ascii_lowercase();
                    let offset = match offset.as_str() {
                        "from" => Some(0.0),
                        "to" => Some(1.0),
                        share => share
                            .strip_suffix('%')
                            .and_then(|share| share.trim().parse::<f64>().ok())
                            .map(|s| s / 100.0),
                    };
                    if let Some(offset) = offset.filter(|offset| (0.0..=1.0).contains(offset)) {
                        frames.push((offset, declared.clone()));
                    }
                }
            }
        });
        frames.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        self.sheet.keyframes.insert(name, frames);
    }

    fn property(&mut self, prelude: &[CssToken<'_>], block: &[CssToken<'_>]) {
        let Some(name) = prelude.iter().find(|token| token.kind == CssTokenKind::Ident).map(CssToken::name)
        else {
            return;
        };
        let declared = inline(&text_of(block));
        if let Some(initial) = declared.into_iter().find(|declaration| declaration.name == "initial-value") {
            self.sheet.initial.insert(name, initial.value);
        }
    }
}

/// The names of layers in a prelude.
fn layer_names(prelude: &str) -> impl Iterator<Item = &str> {
    prelude.split(',').map(str::trim).filter(|name| !name.is_empty())
}
