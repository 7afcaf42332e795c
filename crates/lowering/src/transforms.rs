//! The transforms of an element in CSS, written as one `transform`: the property itself with units and percentages,
//! `translate`, `rotate`, `scale`, `offset-path`, about a `transform-origin` in a `transform-box` (css-transforms-2,
//! motion-1).

use super::boxes::{BoundingBoxes, ReferenceBox};
use super::numbers::{self, LengthScale, angle, number, split, written};
use super::offset_path;
use super::outline;
use super::transform_list::{TransformSyntax, list, turned};
use super::transform_origin::origin;
use super::tree::Tree;

/// The properties that move an element beside `transform`.
const OTHERS: [&str; 5] = ["translate", "rotate", "scale", "offset-path", "transform-origin"];

/// Writes what moves each element as one attribute. What is in an element comes before it, since its box follows from that.
pub(super) fn lower(tree: &mut Tree, boxes: &mut BoundingBoxes) {
    for element in (1..tree.len()).rev() {
        lower_one(tree, element, boxes);
    }
}

/// Puts elements where motion puts them, outside of what moves them else.
pub(super) fn move_by(tree: &mut Tree, motions: &[(usize, String)]) {
    for (element, motion) in motions {
        let own = tree[*element].style.get("transform").filter(|own| *own != "none");
        let all = own.map_or(motion.clone(), |own| format!("{motion} {own}"));
        tree[*element].style.insert("transform".to_owned(), all);
    }
}

fn lower_one(tree: &mut Tree, element: usize, boxes: &mut BoundingBoxes) {
    let style = &tree[element].style;
    let moves = style.contains_key("transform") || OTHERS.iter().any(|name| style.contains_key(*name));
    if !moves {
        return;
    }
    let scale = *tree[element].scale();
    let own = tree[element].style.get("transform").cloned();
    let words = words_of(tree, element);
    let reference = match tree[element].style.get("transform-box").map(String::as_str) {
        Some("fill-box" | "content-box") => ReferenceBox::Fill,
        Some("stroke-box" | "border-box") => ReferenceBox::Stroke,
        _ => ReferenceBox::View,
    };
    let plain =
        reference == ReferenceBox::View && !OTHERS.iter().any(|name| tree[element].style.contains_key(*name));
    if plain && own.as_ref().is_none_or(|own| !own.contains('%')) {
        // What can't be read is left for the renderer to tell of.
        if let Some(made) = own.as_deref().and_then(|own| list(own, scale.view, &scale, words)) {
            set(tree, element, made);
        }
        return;
    }
    let [left, top, width, height] = boxes.reference(tree, element, reference);
    let style = &tree[element].style;
    let origin = style.get("transform-origin").and_then(|value| origin(value, [width, height], &scale));
    // Where none is said, it is the box's own corner.
    let [x, y] = origin.unwrap_or_default();
    let [x, y] = [left + x, top + y];
    let mut parts = Vec::new();
    if let Some(made) = style.get("translate").and_then(|value| translate(value, [width, height], &scale)) {
        parts.push(made);
    }
    parts.extend(style.get("rotate").and_then(|value| rotate(value)));
    parts.extend(style.get("scale").and_then(|value| resize(value)));
    parts.extend(offset(tree, element, [left, top, width, height], [x, y]));
    if let Some(own) = own {
        match list(&own, [width, height], &scale, words) {
            Some(made) if made.is_empty() => {}
            Some(made) => parts.push(made),
            None => return,
        }
    }
    let about = (x != 0.0 || y != 0.0) && !parts.is_empty();
    if about {
        parts.insert(0, format!("translate({} {})", written(x), written(y)));
        parts.push(format!("translate({} {})", written(-x), written(-y)));
    }
    set(tree, element, parts.join(" "));
    for name in OTHERS {
        tree[element].style.remove(name);
    }
}

/// In whose words an element's `transform` stands.
fn words_of(tree: &Tree, element: usize) -> TransformSyntax {
    let found = &tree[element];
    if found.markup("transform").map(str::trim) == found.style.get("transform").map(String::as_str) {
        TransformSyntax::Svg
    } else {
        TransformSyntax::Css
    }
}

fn set(tree: &mut Tree, element: usize, value: String) {
    if value.is_empty() {
        tree[element].style.remove("transform");
    } else {
        tree[element].style.insert("transform".to_owned(), value);
    }
}

fn translate(value: &str, [width, height]: [f64; 2], scale: &LengthScale) -> Option<String> {
    let words = split(value, ' ');
    let x = numbers::length(words.first()?, width, scale)?;
    let y = words.get(1).map_or(Some(0.0), |word| numbers::length(word, height, scale))?;
    Some(format!("translate({} {})", written(x), written(y)))
}

fn rotate(value: &str) -> Option<String> {
    let words = split(value, ' ');
    let (axis, turn) = match words[..] {
        [turn] => ([0.0, 0.0, 1.0], turn),
        ["x", turn] | [turn, "x"] => ([1.0, 0.0, 0.0], turn),
        ["y", turn] | [turn, "y"] => ([0.0, 1.0, 0.0], turn),
        ["z", turn] | [turn, "z"] => ([0.0, 0.0, 1.0], turn),
        [x, y, z, turn] => ([number(x)?, number(y)?, number(z)?], turn),
        _ => return None,
    };
    Some(turned(axis, angle(turn)?))
}

fn resize(value: &str) -> Option<String> {
    let words = split(value, ' ');
    let x = number(words.first()?)?;
    let y = words.get(1).map_or(Some(x), |word| number(word))?;
    Some(format!("scale({} {})", written(x), written(y)))
}

/// The place on `offset-path` of the point that is there: `offset-anchor`, or else the origin of what else moves it.
fn offset(
    tree: &Tree,
    element: usize,
    [left, top, width, height]: [f64; 4],
    about: [f64; 2],
) -> Option<String> {
    let (style, scale) = (&tree[element].style, tree[element].scale());
    let said = |name: &str| style.get(name).map(String::as_str);
    let path = said("offset-path")?;
    let far = |whole: f64| match said("offset-distance") {
        Some(value) => numbers::length(value, whole, scale),
        None => Some(0.0),
    };
    let ([x, y], tangent) = match offset_path::Ray::of(path, said("offset-position"), scale) {
        Some(ray) => {
            let (far, (sine, cosine)) = (far(ray.length)?, ray.angle.to_radians().sin_cos());
            ([ray.from[0] + far * sine, ray.from[1] - far * cosine], ray.angle - 90.0)
        }
        None => {
            let way = outline::MeasuredPath::of(&offset_path::way(tree, element, path)?);
            way.at(far(way.length())?.clamp(0.0, way.length()))?
        }
    };
    let turn = match split(said("offset-rotate").unwrap_or("auto"), ' ')[..] {
        ["auto"] => tangent,
        ["reverse"] => tangent + 180.0,
        ["auto", more] => tangent + angle(more)?,
        ["reverse", more] => tangent + 180.0 + angle(more)?,
        [fixed] => angle(fixed)?,
        _ => tangent,
    };
    let mut made =
        format!("translate({} {}) rotate({})", written(x - about[0]), written(y - about[1]), written(turn));
    if let Some([x, y]) = said("offset-anchor").and_then(|anchor| origin(anchor, [width, height], scale)) {
        let by = [about[0] - left - x, about[1] - top - y];
        made += &format!(" translate({} {})", written(by[0]), written(by[1]));
    }
    Some(made)
}
