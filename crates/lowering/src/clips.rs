//! `clip-path` by a basic shape, and `mask` by a gradient, as elements of SVG (css-masking-1, css-shapes-1).

use std::collections::HashMap;

use tiny_skia_path::Path;

use super::boxes::{Boxes, Reference};
use super::ground::Layer;
use super::ids;
use super::numbers::{self, LengthScale, function, split, written};
use super::outline;
use super::properties;
use super::tree::{Element, Tree};

/// Layers of a mask that are painted.
const MOST: usize = 8;
/// Lists of masks that are put together, in one drawing.
const MOST_LISTS: usize = 256;

/// The masks of a drawing.
struct Masks {
    by_id: HashMap<String, usize>,
    /// What shows only what all masks of a list show, by the list.
    together: HashMap<Vec<usize>, String>,
}

/// Writes clips and masks that only CSS has as elements that are referred to.
pub(super) fn lower(tree: &mut Tree, boxes: &mut Boxes) {
    let mut masks = Masks { by_id: ids::by_id(tree), together: HashMap::new() };
    for element in 1..tree.len() {
        if let Some(value) = tree[element].style.get("clip-path").cloned()
            && !value.starts_with("url(")
            && value != "none"
        {
            clip(tree, element, &value, boxes);
        }
        // A mask of a mask is heeded by no browser.
        if tree[element].name == "mask" {
            tree[element].style.remove("mask");
        }
        mask(tree, element, boxes, &mut masks);
    }
}

/// The box that a value names by a word, and the rest of it.
fn area(tree: &Tree, element: usize, value: &str, boxes: &mut Boxes) -> ([f64; 4], String) {
    let mut reference = Reference::Stroke;
    let rest: Vec<&str> = split(value, ' ')
        .into_iter()
        .filter(|word| {
            reference = match *word {
                "fill-box" | "content-box" | "padding-box" => Reference::Fill,
                "view-box" => Reference::View,
                "stroke-box" | "border-box" | "margin-box" => Reference::Stroke,
                _ => return true,
            };
            false
        })
        .collect();
    (boxes.reference(tree, element, reference), rest.join(" "))
}

fn clip(tree: &mut Tree, element: usize, value: &str, boxes: &mut Boxes) {
    let ([x, y, width, height], shape) = area(tree, element, value, boxes);
    let scale = *tree[element].scale();
    let Some(mut shape) = basic(&shape, [width, height], &scale) else { return };
    let place = format!("translate({} {})", written(x), written(y));
    shape.set("transform", place);
    let id = format!("pelicycle-clip-{element}");
    let clip = tree.append(0, Element::new("clipPath", &[("id", &id)]));
    tree.append(clip, shape);
    tree[element].style.insert("clip-path".to_owned(), format!("url(#{id})"));
}

/// The sides of the box that basic shapes of `offset-path` are of: what stands in a drawing has none.
const NO_BOX: [f64; 2] = [0.0; 2];

/// The way that a value of `offset-path` names: along path data, or round a basic shape.
pub(super) fn way(tree: &Tree, element: usize, value: &str) -> Option<Path> {
    if let Some(data) = properties::path_of(value) {
        return outline::from_data(data);
    }
    let scale = *tree[element].scale();
    let shape = split(value, ' ').into_iter().find(|word| word.contains('('))?;
    outline::of_shape(&basic(shape, NO_BOX, &scale)?, &scale)
}

/// A ray that `offset-path` names.
pub(super) struct Ray {
    pub(super) from: [f64; 2],
    /// From straight up, in degrees.
    pub(super) angle: f64,
    /// What shares of it are of.
    pub(super) length: f64,
}

impl Ray {
    /// `position` is what `offset-position` says.
    pub(super) fn of(value: &str, position: Option<&str>, scale: &LengthScale) -> Option<Self> {
        let shape = split(value, ' ').into_iter().find(|word| word.contains('('))?;
        let (_, inside) = function(shape).filter(|(name, _)| name == "ray")?;
        let (said, at) = match inside.split_once("at ") {
            Some((said, at)) => (said, Some(at)),
            None => (inside, position.filter(|said| !matches!(*said, "normal" | "auto"))),
        };
        let from @ [x, y] = match at {
            Some(at) => super::transforms::origin(at.trim(), NO_BOX, scale)?,
            None => [0.0; 2],
        };
        let words = split(said, ' ');
        let angle = words.iter().copied().find_map(numbers::angle)?;
        let (x, y) = (x.abs(), y.abs());
        let size = |word: &&str| match *word {
            "closest-corner" | "farthest-corner" => Some(x.hypot(y)),
            "farthest-side" => Some(x.max(y)),
            "sides" => Some(0.0),
            _ => None,
        };
        Some(Self { from, angle, length: words.iter().find_map(size).unwrap_or(x.min(y)) })
    }
}

/// A basic shape as an element, from the corner of its box.
fn basic(value: &str, size @ [width, height]: [f64; 2], scale: &LengthScale) -> Option<Element> {
    if value.is_empty() {
        let sides = [("width", written(width)), ("height", written(height))];
        let mut rect = Element::new("rect", &[]);
        sides.into_iter().for_each(|(name, value)| rect.set(name, value));
        return Some(rect);
    }
    let (name, inside) = function(value)?;
    let across = |text: &str| numbers::length(text, width, scale);
    let down = |text: &str| numbers::length(text, height, scale);
    let mut made: Vec<(&str, String)> = Vec::new();
    let shape = match name.as_str() {
        "circle" | "ellipse" => {
            let (radii, at) = match inside.split_once("at ") {
                Some((radii, at)) => (radii.trim(), at.trim()),
                None => (inside, "center"),
            };
            let [cx, cy] = super::transforms::origin(at, size, scale)?;
            let (left, right, top, bottom) = (cx.abs(), (width - cx).abs(), cy.abs(), (height - cy).abs());
            let whole = (width * width + height * height).sqrt() / std::f64::consts::SQRT_2;
            made.extend([("cx", written(cx)), ("cy", written(cy))]);
            if name == "circle" {
                let near = left.min(right).min(top).min(bottom);
                let radius = match radii {
                    "" | "closest-side" => near,
                    "farthest-side" => left.max(right).max(top).max(bottom),
                    radius => numbers::length(radius, whole, scale)?,
                };
                made.push(("r", written(radius.max(0.0))));
                "circle"
            } else {
                let words = split(radii, ' ');
                let radius = |word: Option<&&str>, a: f64, b: f64, whole: f64| match word.copied() {
                    None | Some("closest-side") => Some(a.min(b)),
                    Some("farthest-side") => Some(a.max(b)),
                    Some(word) => numbers::length(word, whole, scale),
                };
                made.push(("rx", written(radius(words.first(), left, right, width)?)));
                made.push(("ry", written(radius(words.get(1), top, bottom, height)?)));
                "ellipse"
            }
        }
        "polygon" => {
            let mut parts = split(inside, ',');
            if let Some(rule @ ("evenodd" | "nonzero")) = parts.first().copied() {
                made.push(("clip-rule", rule.to_owned()));
                parts.remove(0);
            }
            let points: Option<Vec<String>> = parts
                .iter()
                .map(|part| {
                    let [x, y] = split(part, ' ')[..] else { return None };
                    Some(format!("{},{}", written(across(x)?), written(down(y)?)))
                })
                .collect();
            made.push(("points", points?.join(" ")));
            "polygon"
        }
        "inset" | "rect" | "xywh" => {
            let (sides, round) = match inside.split_once("round ") {
                Some((sides, round)) => (sides.trim(), Some(round)),
                None => (inside, None),
            };
            let words = split(sides, ' ');
            let [left, top, w, h] = match (name.as_str(), &words[..]) {
                ("xywh", [x, y, w, h]) => [across(x)?, down(y)?, across(w)?, down(h)?],
                ("rect", [top, right, bottom, left]) => {
                    let auto = |word: &str, auto: f64, found: Option<f64>| {
                        if word == "auto" { Some(auto) } else { found }
                    };
                    let (left, top) = (auto(left, 0.0, across(left))?, auto(top, 0.0, down(top))?);
                    let (right, bottom) =
                        (auto(right, width, across(right))?, auto(bottom, height, down(bottom))?);
                    [left, top, right - left, bottom - top]
                }
                ("inset", [top, rest @ ..]) => {
                    let right = *rest.first().unwrap_or(top);
                    let bottom = *rest.get(1).unwrap_or(top);
                    let left = *rest.get(2).unwrap_or(&right);
                    let (left, top) = (across(left)?, down(top)?);
                    [left, top, width - left - across(right)?, height - top - down(bottom)?]
                }
                _ => return None,
            };
            if let Some(round) = round {
                made.push(("d", rounded([left, top, w.max(0.0), h.max(0.0)], round, &across, &down)?));
                "path"
            } else {
                made.extend([
                    ("x", written(left)),
                    ("y", written(top)),
                    ("width", written(w.max(0.0))),
                    ("height", written(h.max(0.0))),
                ]);
                "rect"
            }
        }
        "path" => {
            made.push(("d", properties::path_of(value)?.to_owned()));
            if inside.starts_with("evenodd") {
                made.push(("clip-rule", "evenodd".to_owned()));
            }
            "path"
        }
        _ => return None,
    };
    let mut element = Element::new(shape, &[]);
    made.into_iter().for_each(|(name, value)| element.set(name, value));
    Some(element)
}

/// How a length is read along one side of a box.
pub(super) type Along<'t> = &'t dyn Fn(&str) -> Option<f64>;

/// A rectangle with the corners that `round` says, as path data: css-backgrounds-3, section 5.
pub(super) fn rounded(
    [x, y, width, height]: [f64; 4],
    round: &str,
    across: Along<'_>,
    down: Along<'_>,
) -> Option<String> {
    let corners = |text: &str, read: Along<'_>| -> Option<[f64; 4]> {
        let radii: Vec<f64> = split(text, ' ').into_iter().map(read).collect::<Option<_>>()?;
        Some(match radii[..] {
            [all] => [all; 4],
            [a, b] => [a, b, a, b],
            [a, b, c] => [a, b, c, b],
            [a, b, c, d] => [a, b, c, d],
            _ => return None,
        })
    };
    let (first, second) = round.split_once('/').unwrap_or((round, round));
    let (rx, ry) = (corners(first, across)?, corners(second, down)?);
    // Where corners meet, all are made smaller alike.
    let room = |side: f64, a: f64, b: f64| if a + b > side { side / (a + b) } else { 1.0 };
    let fit = room(width, rx[0], rx[1])
        .min(room(width, rx[3], rx[2]))
        .min(room(height, ry[0], ry[3]))
        .min(room(height, ry[1], ry[2]));
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| (rx[at].max(0.0) * fit, ry[at].max(0.0) * fit));
    let (right, bottom) = (x + width, y + height);
    let arc = |(rx, ry): (f64, f64), x: f64, y: f64| {
        format!("A{} {} 0 0 1 {} {}", written(rx), written(ry), written(x), written(y))
    };
    Some(format!(
        "M{} {}H{}{}V{}{}H{}{}V{}{}Z",
        written(x + a.0),
        written(y),
        written(right - b.0),
        arc(b, right, y + b.1),
        written(bottom - c.1),
        arc(c, right - c.0, bottom),
        written(x + d.0),
        arc(d, x, bottom - d.1),
        written(y + a.1),
        arc(a, x + a.0, y)
    ))
}

fn mask(tree: &mut Tree, element: usize, boxes: &mut Boxes, masks: &mut Masks) {
    let style = &tree[element].style;
    let images = style.get("mask-image").or_else(|| style.get("mask")).cloned().unwrap_or_default();
    let layers = split(&images, ',');
    let gradient = |word: &str| function(word).is_some_and(|(name, _)| name.ends_with("gradient"));
    let all = layers.iter().all(|layer| split(layer, ' ').into_iter().any(gradient));
    if !all || layers.len() > MOST {
        if layers.len() > 1 && layers.len() <= MOST {
            let layers: Vec<String> = layers.iter().map(|layer| (*layer).to_owned()).collect();
            match style.get("mask-composite").map_or("add", String::as_str) {
                "add" => within_any(tree, element, &layers, boxes),
                "intersect" => within_each(tree, element, &layers, masks),
                _ => {}
            }
            return;
        }
        let [layer] = layers[..] else { return };
        let words = split(layer, ' ');
        if let Some(address) = words.iter().find(|word| word.starts_with("url(")) {
            let address = (*address).to_owned();
            let mode = style.get("mask-mode").cloned();
            let named =
                ["alpha", "luminance"].into_iter().find(|mode| words.contains(mode)).map(str::to_owned);
            if let Some(mode) = mode.or(named).filter(|mode| mode == "alpha" || mode == "luminance")
                && let Some(target) = ids::address(&address).and_then(|id| masks.by_id.get(id).copied())
            {
                tree[target].set("mask-type", mode);
            }
            tree[element].style.insert("mask".to_owned(), address);
        }
        return;
    };
    let area = boxes.reference(tree, element, Reference::Stroke);
    let (id, scale) = (format!("pelicycle-mask-{element}"), *tree[element].scale());
    let said = |name: &str| style.get(name).cloned().unwrap_or_default();
    let places = [said("mask-position"), said("mask-size"), said("mask-repeat")];
    let layers: Vec<Layer> =
        layers.iter().enumerate().filter_map(|(at, layer)| Layer::of(layer, &places, at)).collect();
    let luminance = style.get("mask-mode").is_some_and(|mode| mode == "luminance");
    let [x, y, width, height] = area.map(written);
    let place = [("x", x.as_str()), ("y", &y), ("width", &width), ("height", &height)];
    let mut around = Element::new("mask", &place);
    around.set("id", id.clone());
    around.set("maskUnits", "userSpaceOnUse".to_owned());
    around.set("mask-type", if luminance { "luminance" } else { "alpha" }.to_owned());
    let around = tree.append(0, around);
    let into = tree.append(around, Element::new("g", &[("transform", &format!("translate({x} {y})"))]));
    let mut painted = false;
    for (at, layer) in layers.iter().enumerate().rev() {
        painted |= layer.paint(tree, into, &format!("{id}-{at}"), [area[2], area[3]], &scale).is_some();
    }
    // One that can't be read masks nothing.
    if painted {
        tree[element].style.insert("mask".to_owned(), format!("url(#{id})"));
    } else {
        tree[element].style.remove("mask");
    }
}

/// Masks of which only what all of them show is seen, each on the one before.
fn within_each(tree: &mut Tree, element: usize, layers: &[String], masks: &mut Masks) {
    let target = |layer: &String| {
        let address = split(layer, ' ').into_iter().find_map(ids::address);
        address.and_then(|id| masks.by_id.get(id)).copied().filter(|at| tree[*at].name == "mask")
    };
    let Some(targets) = layers.iter().map(target).collect::<Option<Vec<usize>>>() else { return };
    if let Some(made) = masks.together.get(&targets) {
        tree[element].style.insert("mask".to_owned(), made.clone());
        return;
    }
    if masks.together.len() >= MOST_LISTS {
        return;
    }
    let mut inner: Option<String> = None;
    for (at, target) in targets.iter().enumerate() {
        let copy = tree.copy(*target, 0);
        let id = format!("pelicycle-mask-{element}-{at}");
        tree[copy].set("id", id.clone());
        if let Some(inner) = inner {
            tree[copy].style.insert("mask".to_owned(), inner);
        }
        inner = Some(format!("url(#{id})"));
    }
    let Some(made) = inner else { return };
    tree[element].style.insert("mask".to_owned(), made.clone());
    masks.together.insert(targets, made);
}

/// Masks of which all that one of them shows is seen: each shows its share of one that is all there.
fn within_any(tree: &mut Tree, element: usize, layers: &[String], boxes: &mut Boxes) {
    let addresses: Option<Vec<String>> = layers
        .iter()
        .map(|layer| split(layer, ' ').into_iter().find(|word| word.starts_with("url(")).map(str::to_owned))
        .collect();
    let Some(addresses) = addresses else { return };
    let [x, y, width, height] = boxes.reference(tree, element, Reference::Fill).map(written);
    let place = [("x", x.as_str()), ("y", &y), ("width", &width), ("height", &height)];
    let id = format!("pelicycle-mask-{element}");
    let mut around = Element::new("mask", &[("maskUnits", "userSpaceOnUse"), ("mask-type", "alpha")]);
    let sides = [("x", "-1000000"), ("y", "-1000000"), ("width", "2000000"), ("height", "2000000")];
    sides
        .into_iter()
        .chain([("id", id.as_str())])
        .for_each(|(name, value)| around.set(name, value.to_owned()));
    let around = tree.append(0, around);
    for address in addresses {
        // Shares of a box are of the element's.
        let shown = tree.append(around, Element::new("g", &[("mask", &address)]));
        tree.append(shown, Element::new("rect", &place));
    }
    tree[element].style.insert("mask".to_owned(), format!("url(#{id})"));
}
