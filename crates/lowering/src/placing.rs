//! The size at which an element is drawn that stands where something refers to it: in a symbol, a mask, a marker, a pattern.

use std::collections::HashMap;

use tiny_skia_path::Transform;

use super::boxes::matrix;
use super::decomposed::parsed;
use super::ids;
use super::numbers;
use super::page::PageSizes;
use super::tree::Tree;
use super::view_box;

/// References that are followed from one element to the page.
const DEEPEST: usize = 16;

/// For each element that is referred to, the first that does.
#[derive(Debug)]
pub(super) struct FirstReferences(HashMap<usize, usize>);

impl FirstReferences {
    pub(super) fn of(tree: &Tree) -> Self {
        let by_id = ids::by_id(tree);
        let mut users = HashMap::new();
        for element in 0..tree.len() {
            let style = &tree[element].style;
            let painted = ["mask", "marker-start", "marker-mid", "marker-end", "fill", "stroke"];
            let named = painted.iter().filter_map(|name| ids::address(style.get(*name)?));
            let used =
                (tree[element].name == "use").then(|| tree[element].href()?.strip_prefix('#')).flatten();
            for id in named.chain(used) {
                if let Some(target) = by_id.get(id) {
                    users.entry(*target).or_insert(element);
                }
            }
        }
        Self(users)
    }

    /// From an element's own units to the page, but for where things begin; `None` where it is not drawn or that can't be told.
    pub(super) fn placed(&self, tree: &Tree, page: &PageSizes, element: usize) -> Option<Transform> {
        let mut whole = Transform::identity();
        let mut from = element;
        for _ in 0..DEEPEST {
            let held = tree.ancestors(from).find(|at| {
                let user = self.0.get(at).is_some_and(|user| tree[*user].name == "use");
                (user && !is_on_page(tree, *at))
                    || matches!(tree[*at].name.as_str(), "mask" | "marker" | "pattern")
            });
            let Some(held) = held else {
                return is_on_page(tree, from)
                    .then(|| page.placed(tree, from))?
                    .map(|own| whole.post_concat(own));
            };
            for at in tree.ancestors(from).take_while(|at| *at != held) {
                whole = whole.post_concat(matrix(tree, at).unwrap_or_default());
            }
            let user = *self.0.get(&held)?;
            whole = whole.post_concat(entered(tree, held, user)?);
            from = user;
        }
        None
    }
}

/// Whether an element is drawn where it stands, rather than where something refers to it.
fn is_on_page(tree: &Tree, element: usize) -> bool {
    let held = ["defs", "symbol", "clipPath", "mask", "marker", "pattern", "filter"];
    tree.ancestors(element).all(|at| !held.contains(&tree[at].name.as_str()))
}

/// From the units in an element that is referred to, to those of the one that does.
fn entered(tree: &Tree, held: usize, user: usize) -> Option<Transform> {
    let found = &tree[held];
    let size = |of: usize, name: &str| {
        numbers::length(tree[of].value(name)?, tree[user].scale().whole(name), tree[user].scale())
    };
    let fit = |width: Option<f64>, height: Option<f64>| match found.markup("viewBox").and_then(view_box) {
        Some([_, _, w, h]) => (width.unwrap_or(w) / w).min(height.unwrap_or(h) / h),
        None => 1.0,
    };
    let by = match found.name.as_str() {
        "symbol" | "svg" => fit(
            size(user, "width").or_else(|| size(held, "width")),
            size(user, "height").or_else(|| size(held, "height")),
        ),
        "mask" if found.markup("maskContentUnits") == Some("objectBoundingBox") => return None,
        "marker" => {
            let stroke = match found.markup("markerUnits") {
                Some("userSpaceOnUse") => 1.0,
                _ => tree.inherited(user, "stroke-width").map_or(Some(1.0), |width| {
                    numbers::length(width, tree[user].scale().whole("stroke-width"), tree[user].scale())
                })?,
            };
            stroke * fit(size(held, "markerWidth").or(Some(3.0)), size(held, "markerHeight").or(Some(3.0)))
        }
        "pattern" => {
            let plain = found.markup("patternUnits") == Some("userSpaceOnUse");
            if found.markup("patternContentUnits") == Some("objectBoundingBox")
                || (found.markup("viewBox").is_some() && !plain)
            {
                return None;
            }
            let own =
                found.markup("patternTransform").or_else(|| found.style.get("transform").map(String::as_str));
            let by = fit(size(held, "width"), size(held, "height")) as f32;
            let own = own.map_or(Some(Transform::identity()), parsed)?;
            return Some(Transform::from_scale(by, by).post_concat(own));
        }
        _ => 1.0,
    } as f32;
    let own = match found.name.as_str() {
        "marker" | "mask" => None,
        _ => matrix(tree, held),
    };
    Some(own.unwrap_or_default().post_concat(Transform::from_scale(by, by)))
}
