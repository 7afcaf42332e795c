//! The page that a drawing is shown on: an image whose longest side is that of the verdict's picture.

use tiny_skia_path::Transform;

use super::boxes::matrix;
use super::ground;
use super::numbers::{self, LengthScale, written};
use super::tree::Tree;
use super::{VERDICT_SIDE, view_box};

/// The size of a drawing that tells none, in CSS pixels.
const SIZE: [f64; 2] = [300.0, 150.0];

/// The sizes of the page and of the image on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageSizes {
    /// The size that `vw` and media queries refer to, in CSS pixels: the drawing's own size where it has one, else
    /// that of the image.
    pub(super) canvas: [f64; 2],
    /// The image, in its pixels.
    shown: [f64; 2],
}

impl PageSizes {
    pub(super) fn of(tree: &Tree) -> Self {
        let root = &tree[0];
        let scale = LengthScale::of(SIZE);
        let length = |name: &str| {
            let value = root.markup(name)?.trim();
            let length = (!value.ends_with('%')).then(|| numbers::length(value, 0.0, &scale)).flatten();
            length.filter(|length| *length > 0.0)
        };
        let view = root.markup("viewBox").and_then(view_box).map(|[_, _, width, height]| [width, height]);
        let sizes = (length("width"), length("height"));
        let [width, height] = match (sizes, view) {
            ((Some(width), Some(height)), _) => [width, height],
            ((Some(width), None), Some([w, h])) => [width, width * h / w],
            ((None, Some(height)), Some([w, h])) => [height * w / h, height],
            ((None, None), Some(view)) => view,
            ((width, height), None) => [width.unwrap_or(SIZE[0]), height.unwrap_or(SIZE[1])],
        };
        let by = f64::from(VERDICT_SIDE) / width.max(height);
        let shown = [width * by, height * by];
        let sized = sizes.0.is_some() && sizes.1.is_some();
        Self { canvas: if sized { [width, height] } else { shown }, shown }
    }

    /// The factor by which an element is larger on the page than in its own units; of unlike sides, the middle one.
    pub(super) fn enlargement(&self, tree: &Tree, element: usize) -> Option<f64> {
        let whole = self.placed(tree, element)?;
        let larger = f64::from((whole.sx * whole.sy - whole.kx * whole.ky).abs()).sqrt();
        (larger.is_finite() && larger > 1e-6).then_some(larger)
    }

    /// From an element's own units to the page, but for where canvases begin.
    pub(super) fn placed(&self, tree: &Tree, element: usize) -> Option<Transform> {
        let mut whole = Transform::identity();
        for at in tree.ancestors(element) {
            if let Some(own) = matrix(tree, at) {
                whole = whole.post_concat(own);
            }
            let found = &tree[at];
            if found.name != "svg" {
                continue;
            }
            let view =
                found.markup("viewBox").and_then(view_box).map(|[_, _, width, height]| [width, height]);
            let (inside, outside) = match found.parent {
                None => (view.unwrap_or(found.scale().view), self.shown),
                Some(parent) => {
                    let around = tree[parent].scale();
                    let side = |name: &str, whole: f64| {
                        found.markup(name).map_or(Some(whole), |value| numbers::length(value, whole, around))
                    };
                    let Some(view) = view else { continue };
                    (view, [side("width", around.view[0])?, side("height", around.view[1])?])
                }
            };
            let by = (outside[0] / inside[0]).min(outside[1] / inside[1]) as f32;
            whole = whole.post_concat(Transform::from_scale(by, by));
        }
        Some(whole)
    }
}

impl PageSizes {
    /// The picture's first pixel in an element's units: x, y, width and height; sides of 0 where it is turned, or not known. `pixels`
    /// is how many of the picture's go into one of the page.
    pub(super) fn pixel(&self, tree: &Tree, element: usize, pixels: f64) -> [f64; 4] {
        let nested = tree.ancestors(element).any(|at| {
            tree[at].parent.is_some()
                && matches!(tree[at].name.as_str(), "svg" | "symbol" | "marker" | "pattern")
        });
        let canvas = ground::canvas(tree).filter(|_| !nested);
        let own = self
            .placed(tree, element)
            .filter(|own| own.kx == 0.0 && own.ky == 0.0 && own.sx > 0.0 && own.sy > 0.0);
        let Some(([x, y, width, _], own)) = canvas.zip(own) else { return [0.0; 4] };
        let by = self.shown[0] / width;
        let [sx, sy, tx, ty] = [own.sx, own.sy, own.tx, own.ty].map(f64::from);
        // The canvas's corner, which `placed` leaves out, in the page's pixels.
        let begins = [(x * by - tx) / sx, (y * by - ty) / sy];
        [begins[0], begins[1], 1.0 / (sx * pixels), 1.0 / (sy * pixels)]
    }
}

/// Gives a root without a `viewBox` the one that a browser gives it as an image: sides that are told are stretched to the image,
/// others are those of the image, in its pixels.
pub(super) fn lower(tree: &mut Tree, page: &PageSizes) {
    if tree[0].markup("viewBox").is_some_and(|view| view_box(view).is_some()) {
        return;
    }
    tree[0].unset("viewBox");
    let told = |name: &str| {
        let value = tree[0].markup(name)?.trim();
        if value.ends_with('%') { None } else { numbers::length(value, 0.0, tree[0].scale()) }
    };
    let sides = [told("width"), told("height")];
    if let [Some(_), Some(_)] = sides {
        return;
    }
    let inside = [sides[0].unwrap_or(page.shown[0]), sides[1].unwrap_or(page.shown[1])];
    tree[0].set("viewBox", format!("0 0 {} {}", written(inside[0]), written(inside[1])));
    tree[0].set("preserveAspectRatio", "none".to_owned());
    for ((name, side), or) in ["width", "height"].iter().zip(sides).zip(SIZE) {
        tree[0].set(name, written(side.unwrap_or(or)));
    }
}
