//! Custom properties: `var()` and the words that every property knows, put in place of themselves.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::super::grammar;
use super::super::properties;
use super::super::tree::Tree;
use super::longhands::longhands;
use super::rules::StyleSheet;
use super::spans::{closing, trim, until};
use super::tokens::{CssToken, CssTokenKind, tokens};

/// Variables in variables that are followed.
const DEEPEST: usize = 24;

/// Length of one value once its variables are in place.
const LONGEST: usize = 64 << 10;

/// The state of one pass over a tree.
pub(super) struct CustomProperties<'s> {
    initial: &'s BTreeMap<String, String>,
    /// Bytes that may still be read.
    left: Cell<usize>,
}

/// A value that is none: a variable is missing, or leads back to itself.
struct Invalid;

impl<'s> CustomProperties<'s> {
    pub(super) fn new(initial: &'s BTreeMap<String, String>, bytes: usize) -> Self {
        Self { initial, left: Cell::new(bytes) }
    }

    /// Puts the values of variables into an element's properties; parents come first. `None` where all together grows over the
    /// bound.
    pub(super) fn settle(&mut self, tree: &mut Tree, element: usize) -> Option<()> {
        let style = &tree[element].style;
        let of = |name: &String, value: &String| {
            properties::has_function(value, "var")
                || properties::has_function(value, "env")
                || (!name.starts_with("--") && properties::is_wide(value))
        };
        let open: Vec<String> =
            style.iter().filter(|(name, value)| of(name, value)).map(|(name, _)| name.clone()).collect();
        let mut settled: Vec<(String, Option<String>)> = Vec::new();
        for name in open {
            let value = tree[element].style[&name].clone();
            let mut path = vec![name.clone()];
            let value = self.replace(&value, tree, element, &mut path, 0);
            if self.left.get() == 0 {
                return None;
            }
            settled.push((name.clone(), wide(&name, value.ok())));
        }
        for (name, value) in settled {
            // A short form whose parts were hidden in variables.
            if name == "font" {
                let parts = value.map(|value| longhands("font", &value)).unwrap_or_default();
                tree[element].style.remove("font");
                tree[element].style.extend(parts);
                continue;
            }
            match value {
                Some(value) => tree[element].style.insert(name, value),
                None => tree[element].style.remove(&name),
            };
        }
        Some(())
    }

    fn replace(
        &self,
        value: &str,
        tree: &Tree,
        element: usize,
        path: &mut Vec<String>,
        depth: usize,
    ) -> Result<String, Invalid> {
        self.left.set(self.left.get().saturating_sub(value.len() + 1));
        if depth > DEEPEST || value.len() > LONGEST || self.left.get() == 0 {
            return Err(Invalid);
        }
        let found = tokens(value);
        self.replace_in(&found, tree, element, path, depth)
    }

    fn replace_in(
        &self,
        found: &[CssToken<'_>],
        tree: &Tree,
        element: usize,
        path: &mut Vec<String>,
        depth: usize,
    ) -> Result<String, Invalid> {
        let mut made = String::new();
        let mut pos = 0;
        while let Some(token) = found.get(pos) {
            let name = if token.kind == CssTokenKind::Function {
                token.name().to_ascii_lowercase()
            } else {
                String::new()
            };
            if !matches!(name.as_str(), "var" | "env") {
                made.push_str(token.text);
                pos += 1;
                continue;
            }
            let close = closing(found, pos);
            let inside = found.get(pos + 1..close).unwrap_or_default();
            let comma = until(inside, 0, |token| token.is(','));
            let variable = trim(&inside[..comma]).first().map(CssToken::name).ok_or(Invalid)?;
            let known =
                if name == "var" { self.lookup(&variable, tree, element, path, depth) } else { Err(Invalid) };
            let value = match known {
                Ok(value) => value,
                Err(Invalid) if comma < inside.len() && depth < DEEPEST => {
                    self.replace_in(trim(&inside[comma + 1..]), tree, element, path, depth + 1)?
                }
                Err(Invalid) => return Err(Invalid),
            };
            made.push_str(&value);
            if made.len() > LONGEST {
                return Err(Invalid);
            }
            pos = close + 1;
        }
        Ok(made.trim().to_owned())
    }

    fn lookup(
        &self,
        variable: &str,
        tree: &Tree,
        element: usize,
        path: &mut Vec<String>,
        depth: usize,
    ) -> Result<String, Invalid> {
        // What is around has been settled, and refers to nothing of this element.
        for at in tree.ancestors(element) {
            let Some(value) = tree[at].style.get(variable) else { continue };
            if at != element {
                return Ok(value.clone());
            }
            if path.iter().any(|name| name == variable) {
                return Err(Invalid);
            }
            path.push(variable.to_owned());
            let value = self.replace(value, tree, element, path, depth + 1);
            path.pop();
            return value;
        }
        self.initial.get(variable).cloned().ok_or(Invalid)
    }
}

/// Bytes that may be read for one value of a keyframe.
const KEYFRAME: usize = 64 << 10;

/// A value of a keyframe as an element takes it, with its variables in place; `None` where it is none.
pub(in super::super) fn resolve(
    tree: &Tree,
    element: usize,
    sheet: &StyleSheet,
    name: &str,
    value: &str,
) -> Option<String> {
    if !properties::has_function(value, "var") && !properties::is_wide(value) {
        return Some(value.to_owned());
    }
    let variables = CustomProperties::new(&sheet.initial, KEYFRAME);
    let mut path = vec![name.to_owned()];
    wide(name, variables.replace(value, tree, element, &mut path, 0).ok())
}

/// A value without the words that every property knows, but for `inherit`; `None` where the property is as though it were
/// not set.
fn wide(name: &str, value: Option<String>) -> Option<String> {
    let inherits = properties::is_inherited(name);
    // What a variable makes is only now known to be none.
    let value = match value {
        Some(value) if name.starts_with("--") || grammar::takes(name, &value) => value,
        _ => "unset".to_owned(),
    };
    match value.to_ascii_lowercase().as_str() {
        "initial" => properties::initial(name).map(str::to_owned),
        "unset" | "revert" | "revert-layer" if inherits => None,
        "unset" | "revert" | "revert-layer" => properties::initial(name).map(str::to_owned),
        "inherit" if inherits => None,
        _ => Some(value),
    }
}
