//! An SVG in an `image`: how large it is where it does not say so, and its edges (css-images-3, section 5).

use super::numbers::{self, written};
use super::patterns;
use super::tree::{Element, Tree};
use super::view_box;

/// Sides of a picture that says nothing of them, in pixels.
const SIZE: [f64; 2] = [300.0, 150.0];

/// The sides that it says, in pixels: a percentage says nothing.
pub(super) fn stated(root: &Element) -> [Option<f64>; 2] {
    ["width", "height"].map(|name| {
        let said = root.value(name).filter(|said| !said.contains('%'))?;
        numbers::length(said, 0.0, root.scale()).filter(|length| *length > 0.0)
    })
}

/// The size that it has in an `image` that doesn't say so.
pub(super) fn natural(root: &Element) -> [f64; 2] {
    let ratio = root.markup("viewBox").and_then(view_box).map(|[_, _, width, height]| width / height);
    match (stated(root), ratio) {
        ([Some(width), Some(height)], _) => [width, height],
        ([Some(width), None], Some(ratio)) => [width, width / ratio],
        ([None, Some(height)], Some(ratio)) => [height * ratio, height],
        ([None, None], Some(ratio)) => {
            let width = SIZE[0].min(SIZE[1] * ratio);
            [width, width / ratio]
        }
        ([width, height], None) => [width.unwrap_or(SIZE[0]), height.unwrap_or(SIZE[1])],
    }
}

/// The size at which it is drawn: as large as its `viewBox` is in its own size, so that the `image` alone decides
/// what it is fitted in.
pub(super) fn drawn(root: &Element) -> [f64; 2] {
    let size = natural(root);
    let stretched = root.markup("preserveAspectRatio").is_some_and(|said| said.trim().starts_with("none"));
    match root.markup("viewBox").and_then(view_box) {
        Some([_, _, width, height]) if !stretched => {
            let scale = (size[0] / width).min(size[1] / height);
            [width * scale, height * scale]
        }
        _ => size,
    }
}

/// Says how large it is.
pub(super) fn size(tree: &mut Tree) {
    let [width, height] = drawn(&tree[0]).map(written);
    if stated(&tree[0]).map(|side| side.map(written)) != [Some(width.clone()), Some(height.clone())] {
        tree[0].set_markup("width", width);
        tree[0].set_markup("height", height);
    }
}

/// Cuts off what is outside of it, which the renderer shows.
pub(super) fn cut(tree: &mut Tree) {
    let root = &tree[0];
    let side = |name: &str| numbers::length(root.value(name)?, 0.0, root.scale());
    let (Some(width), Some(height)) = (side("width"), side("height")) else { return };
    let seen = match root.markup("viewBox").and_then(view_box) {
        Some(view) => {
            let aspect = root.markup("preserveAspectRatio");
            let Some([x, y, across, down]) = patterns::fitted(view, [0.0, 0.0, width, height], aspect) else {
                return;
            };
            [-x / across, -y / down, width / across, height / down]
        }
        None => [0.0, 0.0, width, height],
    };
    tree.wrap(0, Element::new("g", &[("clip-path", "url(#pelicycle-edges)")]));
    let clip = tree.append(0, Element::new("clipPath", &[("id", "pelicycle-edges")]));
    let [x, y, width, height] = seen.map(written);
    tree.append(clip, Element::new("rect", &[("x", &x), ("y", &y), ("width", &width), ("height", &height)]));
}
