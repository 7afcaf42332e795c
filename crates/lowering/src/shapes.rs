//! Shapes and canvases that a browser leaves out because their values are wrong, and an attribute that it no longer reads.

use super::tree::Tree;
use super::view_box::is_empty_box;

/// Takes away `points` that hold something that is no number, and what is on a canvas without an area; shows an outer element that says it is not shown.
pub(super) fn lower(tree: &mut Tree) {
    // The outer element is there, whatever it says.
    if tree[0].style.get("display").is_some_and(|display| display == "none") {
        tree[0].style.remove("display");
    }
    for element in 0..tree.len() {
        let canvas = element > 0 && matches!(tree[element].name.as_str(), "svg" | "symbol");
        if canvas && tree[element].markup("viewBox").is_some_and(is_empty_box) {
            tree[element].unset("viewBox");
            tree[element].children.clear();
        }
        // Features are no longer asked for.
        tree[element].unset("requiredFeatures");
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
