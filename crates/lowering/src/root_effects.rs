//! The effects of CSS on the root as a whole: moves, filters, clips and masks. The root is a box of the page, so their
//! lengths and shares are of its pixels, not of the `viewBox`; its ground is the canvas's, and stays.

use super::boxes::BoundingBoxes;
use super::ground;
use super::numbers::{self, LengthScale, split, written};
use super::page::PageSizes;
use super::tree::{Element, Tree};

/// The properties that make a drawing another as a whole.
const EFFECTS: [&str; 9] =
    ["transform", "translate", "rotate", "scale", "offset-path", "filter", "clip-path", "mask", "mask-image"];

/// The properties that say how they do so.
const DETAILS: [&str; 10] = [
    "transform-origin",
    "offset-distance",
    "offset-rotate",
    "offset-anchor",
    "offset-position",
    "mask-mode",
    "mask-position",
    "mask-size",
    "mask-repeat",
    "mask-composite",
];

/// An element that stands for the root's box, in pixels of the page.
pub(super) struct RootBox {
    element: usize,
    sides: [f64; 2],
}

impl RootBox {
    /// Says how large it is, whatever is drawn in it.
    pub(super) fn settle(&self, boxes: &mut BoundingBoxes) {
        boxes.settle(self.element, [0.0, 0.0, self.sides[0], self.sides[1]]);
    }
}

/// Gives what the root's style makes of it to an element whose units are the page's pixels.
pub(super) fn lower(tree: &mut Tree, page: &PageSizes) -> Option<RootBox> {
    let style = &tree[0].style;
    if !EFFECTS.iter().any(|name| style.get(*name).is_some_and(|value| value != "none")) {
        return None;
    }
    let [x, y, width, height] = ground::canvas(tree)?;
    let sides = page.canvas;
    let [across, down] = [width / sides[0], height / sides[1]];
    let matrix = |parts: [f64; 6]| format!("matrix({})", parts.map(numbers::precise).join(" "));
    let back = matrix([1.0 / across, 0.0, 0.0, 1.0 / down, -x / across, -y / down]);
    tree.wrap(0, Element::new("g", &[("transform", &back)]));
    let mut bearer = Element::new("g", &[]);
    for name in EFFECTS.into_iter().chain(DETAILS) {
        let as_attribute = tree[0].markup(name).map(str::trim) == tree[0].style.get(name).map(String::as_str);
        let Some(value) = tree[0].style.remove(name) else { continue };
        if as_attribute {
            bearer.set_markup(name, value.clone());
        }
        let value = if name == "clip-path" { of_box(&value) } else { value };
        bearer.style.insert(name.to_owned(), value);
    }
    bearer.style.entry("transform-origin".to_owned()).or_insert_with(|| "50% 50%".to_owned());
    let bearer = tree.wrap(0, bearer);
    // Shares of a box are of this one's, though less is drawn in it.
    let [wide, high] = sides.map(written);
    let area = [("width", wide.as_str()), ("height", &high), ("fill-opacity", "0"), ("stroke", "none")];
    tree.insert(bearer, 0, Element::new("rect", &area));
    tree.wrap(0, Element::new("g", &[("transform", &matrix([across, 0.0, 0.0, down, x, y]))]));
    let scale = *tree[0].scale();
    tree[bearer].set_scale(LengthScale { view: sides, ..scale });
    Some(RootBox { element: bearer, sides })
}

/// A clip of the root's box, whatever box it names: they are one.
fn of_box(value: &str) -> String {
    if value.starts_with("url(") || value == "none" {
        return value.to_owned();
    }
    let words = split(value, ' ').into_iter().filter(|word| !word.ends_with("-box"));
    words.chain(["view-box"]).collect::<Vec<_>>().join(" ")
}
