//! Text on a path: the path in an attribute, and what is no path.

use super::ids;
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
