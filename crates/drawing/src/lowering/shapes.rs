//! Shapes that a browser leaves out where they are wrong.

use super::tree::Tree;

/// Takes `points` away that hold something that is no number.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        if !matches!(tree[element].name.as_str(), "polyline" | "polygon") {
            continue;
        }
        let Some(points) = tree[element].markup("points") else { continue };
        if svgtypes::NumberListParser::from(points.trim().trim_end_matches(',')).any(|number| number.is_err())
        {
            tree[element].set("points", String::new());
        }
    }
}
