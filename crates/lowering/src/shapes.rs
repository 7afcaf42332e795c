//! Shapes that a browser leaves out where they are wrong.

use super::tree::Tree;

/// Takes `points` away that hold something that is no number, and shows an outer element that says it is not shown.
pub(super) fn lower(tree: &mut Tree) {
    // The outer element is there, whatever it says.
    if tree[0].style.get("display").is_some_and(|display| display == "none") {
        tree[0].style.remove("display");
    }
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
