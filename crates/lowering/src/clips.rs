//! `clip-path` by a basic shape, as an element of SVG (css-masking-1).

use super::basic_shapes;
use super::boxes::{BoundingBoxes, ReferenceBox};
use super::numbers::{split, written};
use super::tree::{Element, Tree};

/// Writes clips that only CSS has as elements that are referred to.
pub(super) fn lower(tree: &mut Tree, boxes: &mut BoundingBoxes) {
    for element in 1..tree.len() {
        if let Some(value) = tree[element].style.get("clip-path").cloned()
            && !value.starts_with("url(")
            && value != "none"
        {
            clip(tree, element, &value, boxes);
        }
    }
}

/// The box that a value names by a word, and the rest of it.
fn area(tree: &Tree, element: usize, value: &str, boxes: &mut BoundingBoxes) -> ([f64; 4], String) {
    let mut reference = ReferenceBox::Stroke;
    let rest: Vec<&str> = split(value, ' ')
        .into_iter()
        .filter(|word| {
            reference = match *word {
                "fill-box" | "content-box" | "padding-box" => ReferenceBox::Fill,
                "view-box" => ReferenceBox::View,
                "stroke-box" | "border-box" | "margin-box" => ReferenceBox::Stroke,
                _ => return true,
            };
            false
        })
        .collect();
    (boxes.reference(tree, element, reference), rest.join(" "))
}

fn clip(tree: &mut Tree, element: usize, value: &str, boxes: &mut BoundingBoxes) {
    let ([x, y, width, height], shape) = area(tree, element, value, boxes);
    let scale = *tree[element].scale();
    let Some(mut shape) = basic_shapes::element(&shape, [width, height], &scale) else { return };
    let place = format!("translate({} {})", written(x), written(y));
    shape.set("transform", place);
    let id = format!("pelicycle-clip-{element}");
    let clip = tree.append(0, Element::new("clipPath", &[("id", &id)]));
    tree.append(clip, shape);
    tree[element].style.insert("clip-path".to_owned(), format!("url(#{id})"));
}
