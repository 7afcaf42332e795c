//! Strokes whose width or dashes are not in the element's own units: `vector-effect` and `pathLength`.

use super::boxes::matrix;
use super::numbers::{self, split, written};
use super::outline::{self, MeasuredPath};
use super::page::PageSizes;
use super::tree::Tree;

/// Writes the width and the dashes of strokes in the element's own units.
pub(super) fn lower(tree: &mut Tree, page: &PageSizes) {
    for element in 1..tree.len() {
        let fixed =
            tree[element].style.get("vector-effect").is_some_and(|effect| effect == "non-scaling-stroke");
        let by_length =
            tree[element].markup("pathLength").and_then(|length| length.trim().parse::<f64>().ok());
        // A length of nothing has room for no dash.
        if by_length == Some(0.0) {
            tree[element].style.insert("stroke-dasharray".to_owned(), "none".to_owned());
        }
        let by_length = by_length.filter(|length| *length > 0.0 && length.is_finite());
        if !fixed && by_length.is_none() {
            continue;
        }
        if tree.inherited(element, "stroke").is_none_or(|stroke| stroke == "none") {
            continue;
        }
        let mut dashes = 1.0;
        if let Some(length) = by_length
            && let Some(path) = outline::of(tree, element)
        {
            dashes = MeasuredPath::of(&path).length() / length;
        }
        if fixed && straighten(tree, page, element) {
            continue;
        }
        if fixed {
            let Some(larger) = page.enlargement(tree, element) else { continue };
            scale_by(tree, element, "stroke-width", 1.0 / larger);
            dashes /= larger;
        }
        if dashes.is_finite() && (dashes - 1.0).abs() > 1e-9 {
            scale_by(tree, element, "stroke-dasharray", dashes);
            scale_by(tree, element, "stroke-dashoffset", dashes);
        }
    }
}

/// Writes a shape that is stretched more one way than the other as one in the page's units, so that its stroke is as wide all
/// round; `false` where it needs not be, or its paint hangs on its own units.
fn straighten(tree: &mut Tree, page: &PageSizes, element: usize) -> bool {
    let Some(placed) = page.placed(tree, element) else { return false };
    let (across, down) = placed.get_scale();
    let skewed = (placed.sx * placed.kx + placed.ky * placed.sy).abs() > 1e-4 * across * down;
    let plain = ["fill", "stroke"]
        .iter()
        .all(|name| tree.inherited(element, name).is_none_or(|paint| !paint.starts_with("url(")));
    let unlike = (across - down).abs() > 1e-3 * across.max(down) || skewed;
    let around = ["filter", "clip-path", "mask"].iter().any(|name| tree[element].style.contains_key(*name));
    if !unlike || !plain || around || tree[element].name == "text" {
        return false;
    }
    let Some((back, path)) = placed.invert().zip(outline::of(tree, element)) else { return false };
    let Some(path) = path.transform(placed) else { return false };
    let own = matrix(tree, element).unwrap_or_default().pre_concat(back);
    let parts = [own.sx, own.ky, own.kx, own.sy, own.tx, own.ty].map(|part| part.to_string());
    let made = &mut tree[element];
    made.name = "path".to_owned();
    made.set("d", outline::data(&path));
    made.style.insert("transform".to_owned(), format!("matrix({})", parts.join(" ")));
    true
}

/// Multiplies the lengths of a property.
fn scale_by(tree: &mut Tree, element: usize, name: &str, factor: f64) {
    let value = match tree.inherited(element, name) {
        Some("none") => return,
        Some(value) => value.to_owned(),
        None if name == "stroke-width" => "1".to_owned(),
        None => return,
    };
    let scale = tree[element].scale();
    let parts = split(&value, ',').into_iter().flat_map(|part| split(part, ' '));
    let lengths: Option<Vec<String>> = parts
        .map(|part| numbers::length(part, scale.whole(name), scale).map(|length| written(length * factor)))
        .collect();
    if let Some(lengths) = lengths {
        tree[element].style.insert(name.to_owned(), lengths.join(" "));
    }
}
