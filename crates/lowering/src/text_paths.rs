//! Text on a path: the path in an attribute, what is no path, and where the text begins.

use std::collections::HashMap;

use super::ids;
use super::numbers::{self, written};
use super::outline::{self, MeasuredPath};
use super::tree::{Element, Tree};

/// Writes paths in attributes as elements, and takes text away that is on no path.
pub(super) fn lower(tree: &mut Tree) {
    let by_id = ids::by_id(tree);
    for element in 0..tree.len() {
        if tree[element].name != "textPath" {
            continue;
        }
        if let Some(data) = tree[element].markup("path").map(str::to_owned) {
            let id = format!("pelicycle-way-{element}");
            let defs = tree.append(0, Element::new("defs", &[]));
            tree.append(defs, Element::new("path", &[("id", &id), ("d", &data)]));
            tree[element].unset("path");
            tree[element].unset("xlink:href");
            tree[element].set("href", format!("#{id}"));
            continue;
        }
        let target =
            tree[element].href().and_then(|href| href.strip_prefix('#')).and_then(|id| by_id.get(id));
        if target.is_some_and(|at| tree[*at].name != "path") {
            tree[element].children.clear();
        }
    }
}

/// The paths that texts are on.
#[derive(Default)]
pub(super) struct TextPaths {
    /// The first element with each id, once a text has asked for one.
    by_id: Option<HashMap<String, usize>>,
}

impl TextPaths {
    /// Lets a text begin so much before where it begins on its path.
    pub(super) fn begin_before(&mut self, tree: &mut Tree, element: usize, before: f64) {
        let found = &tree[element];
        let offset = found.markup("startOffset").unwrap_or("0").trim();
        let begins = match offset.strip_suffix('%') {
            None => numbers::length(offset, 0.0, found.scale()).map(|offset| written(offset - before)),
            Some(share) => share
                .parse::<f64>()
                .ok()
                .zip(self.length(tree, element).filter(|whole| *whole > 0.0))
                .map(|(share, whole)| format!("{}%", written(share - before / whole * 100.0))),
        };
        if let Some(begins) = begins {
            tree[element].set("startOffset", begins);
        }
    }

    /// The length of the path that a text is on.
    fn length(&mut self, tree: &Tree, element: usize) -> Option<f64> {
        let id = tree[element].href()?.strip_prefix('#')?;
        let path = *self.by_id.get_or_insert_with(|| ids::by_id(tree)).get(id)?;
        outline::of(tree, path).map(|path| MeasuredPath::of(&path).length())
    }
}
