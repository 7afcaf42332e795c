//! Symbols and elements that are used: how large a symbol is drawn, and elements with properties of those that use them (SVG
//! 2, section 5.5).

use std::collections::HashMap;

use super::ids;
use super::numbers::{self, written};
use super::tree::Tree;

/// Writes sizes of what is used as a browser takes them.
pub(super) fn lower(tree: &mut Tree) {
    let by_id = ids::by_id(tree);
    for element in 0..tree.len() {
        if tree[element].name == "use" {
            size(tree, element, &by_id);
        }
    }
    for element in 0..tree.len() {
        if tree[element].name == "symbol" {
            for name in ["x", "y"] {
                tree[element].unset(name);
            }
        }
    }
}

fn size(tree: &mut Tree, element: usize, by_id: &HashMap<String, usize>) {
    // Sizes of CSS are not heeded here.
    for name in ["width", "height"] {
        let said = tree[element].markup(name).map(str::trim).map(|said| {
            // What is no length is nothing.
            if numbers::is_length(said, true, false) { said.to_owned() } else { "0".to_owned() }
        });
        match said {
            Some(said) => tree[element].style.insert(name.to_owned(), said),
            None => tree[element].style.remove(name),
        };
    }
    let target =
        tree[element].href().and_then(|href| href.strip_prefix('#')).and_then(|id| by_id.get(id).copied());
    let Some(target) = target.filter(|at| matches!(tree[*at].name.as_str(), "symbol" | "svg")) else {
        return;
    };
    let scale = *tree[element].scale();
    let mut empty = false;
    for name in ["width", "height"] {
        let own = tree[element].style.get(name).cloned();
        let said = own.or_else(|| {
            let said = tree[target].markup(name)?.trim();
            (tree[target].name == "symbol" && numbers::is_length(said, true, false)).then(|| said.to_owned())
        });
        let Some(length) = said.and_then(|said| numbers::length(&said, scale.whole(name), &scale)) else {
            continue;
        };
        empty |= length <= 0.0;
        tree[element].style.insert(name.to_owned(), written(length));
    }
    if empty && tree[target].style.get("overflow").is_none_or(|overflow| overflow != "visible") {
        tree[element].style.insert("display".to_owned(), "none".to_owned());
    }
    if tree[target].name == "symbol" {
        for name in ["x", "y"] {
            let length = |at: usize| {
                tree[at].value(name).and_then(|said| numbers::length(said, scale.whole(name), &scale))
            };
            if let Some(more) = length(target) {
                let sum = length(element).unwrap_or(0.0) + more;
                tree[element].set(name, written(sum));
            }
        }
    }
}
