//! An SVG in an `image`: how large it is where it does not say so, and its edges (css-images-3, section 5).

use super::numbers::{self, written};
use super::patterns;
use super::tree::{Element, Tree};
use super::view_box;

/// Sides of a picture that says nothing of them, in pixels.
const SIZE: [f64; 2] = [300.0, 150.0];

/// Says how large it is.
pub(super) fn size(tree: &mut Tree) {
    let root = &tree[0];
    let side = |name: &str| {
        let said = root.value(name).filter(|said| !said.contains('%'))?;
        numbers::length(said, 0.0, root.scale()).filter(|length| *length > 0.0)
    };
    let ratio = root.markup("viewBox").and_then(view_box).map(|[_, _, width, height]| width / height);
    let [width, height] = match (side("width"), side("height"), ratio) {
        (Some(_), Some(_), _) => return,
        (Some(width), None, Some(ratio)) => [width, width / ratio],
        (None, Some(height), Some(ratio)) => [height * ratio, height],
        (None, None, Some(ratio)) => {
            let width = SIZE[0].min(SIZE[1] * ratio);
            [width, width / ratio]
        }
        (width, height, None) => [width.unwrap_or(SIZE[0]), height.unwrap_or(SIZE[1])],
    };
    tree[0].set_markup("width", written(width));
    tree[0].set_markup("height", written(height));
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
