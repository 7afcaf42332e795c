//! `mask` by a gradient or by several images, as elements of SVG (css-masking-1).

use std::collections::HashMap;

use super::boxes::{BoundingBoxes, ReferenceBox};
use super::ground::{ImageLayer, OWN_PAINT};
use super::ids;
use super::numbers::{function, split, written};
use super::tree::{Element, Tree};

/// Layers of a mask that are painted.
const MOST: usize = 8;
/// Lists of masks that are put together, in one drawing.
const MOST_LISTS: usize = 256;

/// The masks of a drawing.
struct Masks {
    by_id: HashMap<String, usize>,
    /// Masks that show only what all masks of a list show, by the list.
    together: HashMap<Vec<usize>, String>,
    /// Those of gradients, by all that they follow from; `None` where they mask nothing.
    painted: HashMap<String, Option<String>>,
}

/// Writes masks that only CSS has as elements that are referred to.
pub(super) fn lower(tree: &mut Tree, boxes: &mut BoundingBoxes) {
    let mut masks = Masks { by_id: ids::by_id(tree), together: HashMap::new(), painted: HashMap::new() };
    for element in 1..tree.len() {
        // A mask of a mask is heeded by no browser.
        if tree[element].name == "mask" {
            tree[element].style.remove("mask");
        }
        mask(tree, element, boxes, &mut masks);
    }
}

fn mask(tree: &mut Tree, element: usize, boxes: &mut BoundingBoxes, masks: &mut Masks) {
    let style = &tree[element].style;
    let images = style.get("mask-image").or_else(|| style.get("mask")).cloned().unwrap_or_default();
    let layers = split(&images, ',');
    let gradient = |word: &str| function(word).is_some_and(|(name, _)| name.ends_with("gradient"));
    let all = layers.iter().all(|layer| split(layer, ' ').into_iter().any(gradient));
    if all && layers.len() <= MOST {
        painted(tree, element, &layers, boxes, masks);
    } else if let [layer] = layers[..] {
        referred(tree, element, layer, masks);
    } else if layers.len() <= MOST {
        match tree[element].style.get("mask-composite").map_or("add", String::as_str) {
            "add" => within_any(tree, element, &layers, boxes),
            "intersect" => within_each(tree, element, &layers, masks),
            _ => {}
        }
    }
}

/// A mask that is an element of the drawing, read in the mode that is said beside it.
fn referred(tree: &mut Tree, element: usize, layer: &str, masks: &Masks) {
    let words = split(layer, ' ');
    let Some(address) = words.iter().find(|word| word.starts_with("url(")) else { return };
    let named = || ["alpha", "luminance"].into_iter().find(|mode| words.contains(mode)).map(str::to_owned);
    let mode = tree[element].style.get("mask-mode").cloned().or_else(named);
    if let Some(mode) = mode.filter(|mode| mode == "alpha" || mode == "luminance")
        && let Some(target) = ids::address(address).and_then(|id| masks.by_id.get(id).copied())
    {
        tree[target].set("mask-type", mode);
    }
    tree[element].style.insert("mask".to_owned(), (*address).to_owned());
}

/// A mask of gradients.
fn painted(tree: &mut Tree, element: usize, layers: &[&str], boxes: &mut BoundingBoxes, masks: &mut Masks) {
    let area = boxes.reference(tree, element, ReferenceBox::Stroke);
    let style = &tree[element].style;
    let said = |name: &str| style.get(name).cloned().unwrap_or_default();
    let places = [said("mask-position"), said("mask-size"), said("mask-repeat")];
    let mode = match style.get("mask-mode").map(String::as_str) {
        Some("luminance") => "luminance",
        _ => "alpha",
    };
    let key = format!("{layers:?} {places:?} {mode} {area:?} {:?}", tree[element].scale());
    let known = masks.painted.get(&key).cloned();
    let made = known.unwrap_or_else(|| of_layers(tree, element, (layers, &places), mode, area));
    match &made {
        Some(address) => tree[element].style.insert("mask".to_owned(), address.clone()),
        // One that can't be read masks nothing.
        None => tree[element].style.remove("mask"),
    };
    masks.painted.insert(key, made);
}

/// A new mask of gradients, and how it is referred to; `None` where none of them can be painted.
fn of_layers(
    tree: &mut Tree,
    element: usize,
    (layers, places): (&[&str], &[String; 3]),
    mode: &str,
    area: [f64; 4],
) -> Option<String> {
    if tree.gradient_parts.is_full() {
        return None;
    }
    let (id, scale) = (format!("pelicycle-mask-{element}"), *tree[element].scale());
    let layers: Vec<ImageLayer> =
        layers.iter().enumerate().filter_map(|(at, layer)| ImageLayer::of(layer, places, at)).collect();
    let [x, y, width, height] = area.map(written);
    let place = [("x", x.as_str()), ("y", &y), ("width", &width), ("height", &height)];
    let mut around = Element::new("mask", &place);
    around.set("id", id.clone());
    around.set("maskUnits", "userSpaceOnUse".to_owned());
    around.set("mask-type", mode.to_owned());
    let around = tree.append(0, around);
    let mut into = Element::new("g", &OWN_PAINT);
    into.set("transform", format!("translate({x} {y})"));
    let into = tree.append(around, into);
    let mut any = false;
    for (at, layer) in layers.iter().enumerate().rev() {
        any |= layer.paint(tree, into, &format!("{id}-{at}"), [area[2], area[3]], &scale).is_some();
    }
    if !any {
        tree.take_out(around);
    }
    any.then(|| format!("url(#{id})"))
}

/// Masks of which only what all of them show is seen, each on the one before.
fn within_each(tree: &mut Tree, element: usize, layers: &[&str], masks: &mut Masks) {
    let target = |layer: &&str| {
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
fn within_any(tree: &mut Tree, element: usize, layers: &[&str], boxes: &mut BoundingBoxes) {
    let addresses: Option<Vec<String>> = layers
        .iter()
        .map(|layer| split(layer, ' ').into_iter().find(|word| word.starts_with("url(")).map(str::to_owned))
        .collect();
    let Some(addresses) = addresses else { return };
    let [x, y, width, height] = boxes.reference(tree, element, ReferenceBox::Fill).map(written);
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
        let mut shown = Element::new("g", &OWN_PAINT);
        shown.set("mask", address);
        let shown = tree.append(around, shown);
        tree.append(shown, Element::new("rect", &place));
    }
    tree[element].style.insert("mask".to_owned(), format!("url(#{id})"));
}
