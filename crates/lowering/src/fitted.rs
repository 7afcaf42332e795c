//! Filters that the renderer takes rightly only with numbers of the element that they are for: each such element gets a filter of
//! its own.

use std::collections::HashMap;

use super::boxes::{BoundingBoxes, ReferenceBox};
use super::filter_tiles;
use super::ids;
use super::numbers::{self, split, written};
use super::page::PageSizes;
use super::tree::{Element, Tree};

/// Filters that are made anew.
const MOST: usize = 64;

/// Deviations of a blur beyond which nothing of it is seen.
const REACH: f64 = 3.0;

/// Makes filters for the elements that they are for. `pixels` is how many of the renderer's pixels go into one of the page.
pub(super) fn lower(tree: &mut Tree, page: &PageSizes, boxes: &mut BoundingBoxes, pixels: f64) {
    let by_id = ids::by_id(tree);
    let mut made: HashMap<(usize, String), String> = HashMap::new();
    for element in 0..tree.len() {
        let Some(value) = tree[element].style.get("filter") else { continue };
        let target = split(value, ' ').into_iter().find_map(|part| {
            let address = part.strip_prefix("url(")?.strip_suffix(')')?.trim().trim_matches(['"', '\'']);
            Some((part.to_owned(), *by_id.get(address.strip_prefix('#')?)?))
        });
        let Some((part, filter)) = target else { continue };
        let fit = Fit::of(tree, page, boxes, element, filter, pixels);
        if fit == Fit::default() {
            continue;
        }
        let key = (filter, format!("{fit:?}"));
        if !made.contains_key(&key) {
            if made.len() >= MOST {
                continue;
            }
            let id = format!("pelicycle-filter-{element}");
            let copy = tree.copy(filter, 0);
            tree[copy].set("id", id.clone());
            fit.apply(tree, copy);
            made.insert(key.clone(), id);
        }
        let value = tree[element].style["filter"].replace(&part, &format!("url(#{})", made[&key]));
        tree[element].style.insert("filter".to_owned(), value);
    }
}

/// The changes for one element.
#[derive(Debug, Clone, PartialEq, Default)]
struct Fit {
    /// The number of the renderer's pixels in a unit: surfaces are lit by their slope, which it takes in pixels.
    unit: Option<f64>,
    /// The element's box and the filter's region, where numbers in the filter are shares of the box: the renderer takes some
    /// for shares of the region.
    shares: Option<(Area, Area)>,
    /// The region, and how far around it a blur must be reckoned: the renderer forgets between two of its steps what lies
    /// outside, and what it blurs gets weak at the edges.
    room: Option<(Area, f64)>,
    /// The region that tiles are laid over, and the box of the page's pixels in the same units: where one begins, and its sides.
    tiled: Option<(Area, Area)>,
}

/// x, y, width and height.
type Area = [f64; 4];

impl Fit {
    fn of(
        tree: &Tree,
        page: &PageSizes,
        boxes: &mut BoundingBoxes,
        element: usize,
        filter: usize,
        pixels: f64,
    ) -> Self {
        let mut fit = Self::default();
        let has = |names: &[&str]| tree.children(filter).any(|at| names.contains(&tree[at].name.as_str()));
        if has(&["feDiffuseLighting", "feSpecularLighting"]) {
            fit.unit = page.enlargement(tree, element).map(|larger| (larger * pixels * 1e3).round() / 1e3);
        }
        let shares = tree[filter].markup("primitiveUnits").is_some_and(|units| units == "objectBoundingBox");
        let blurs = has(&["feGaussianBlur", "feDropShadow"]);
        let placed =
            || tree.children(filter).any(|at| SIDES.iter().any(|side| tree[at].markup(side).is_some()));
        let tiles = has(&["feTile"]);
        let unlike = if shares {
            has(&["feDisplacementMap", "feFlood", "feImage", "feDiffuseLighting", "feSpecularLighting"])
                || placed()
        } else {
            blurs || tiles
        };
        if !unlike {
            return fit;
        }
        let Some((around, region)) = region(tree, boxes, element, filter) else { return fit };
        if shares {
            fit.shares = Some((around, region));
        } else {
            fit.room = room(tree, boxes, element, filter, region).map(|room| (region, room));
            fit.tiled = tiles.then(|| (region, page.pixel(tree, element, pixels)));
        }
        fit
    }

    fn apply(&self, tree: &mut Tree, filter: usize) {
        let primitives: Vec<usize> = tree.children(filter).collect();
        for primitive in &primitives {
            if let Some(unit) = self.unit
                && tree[*primitive].name.ends_with("Lighting")
                && let Some(scale) = number(tree, *primitive, "surfaceScale", 1.0)
            {
                tree[*primitive].set("surfaceScale", written(scale * unit));
            }
            if let Some((around, region)) = self.shares {
                share(tree, *primitive, around, region);
            }
        }
        if let Some((region, pixel)) = self.tiled {
            filter_tiles::lay(tree, filter, region, pixel);
        }
        if let Some((region, room)) = self.room {
            let primitives: Vec<usize> = tree.children(filter).collect();
            widen(tree, filter, &primitives, region, room);
        }
    }
}

/// The attributes that say where a primitive is.
pub(super) const SIDES: [&str; 4] = ["x", "y", "width", "height"];

/// A number that an attribute says; `or` where there is none.
fn number(tree: &Tree, element: usize, name: &str, or: f64) -> Option<f64> {
    match tree[element].markup(name) {
        Some(text) => numbers::number(text),
        None => Some(or),
    }
}

/// The box of an element and the region of a filter for it, in its units; `None` where they can't be told.
fn region(tree: &Tree, boxes: &mut BoundingBoxes, element: usize, filter: usize) -> Option<(Area, Area)> {
    let mut open = vec![element];
    while let Some(at) = open.pop() {
        // Where text stands is known to the renderer alone, and what is used may be text.
        if matches!(tree[at].name.as_str(), "text" | "use" | "foreignObject") {
            return None;
        }
        open.extend(tree.children(at));
    }
    let around = boxes.reference(tree, element, ReferenceBox::Fill);
    let [x, y, width, height] = around;
    if width <= 0.0 || height <= 0.0 {
        return None;
    }
    let scale = tree[element].scale();
    let in_space = tree[filter].markup("filterUnits").is_some_and(|units| units == "userSpaceOnUse");
    let side = |name: &str, or: f64, start: f64, whole: f64| match (tree[filter].markup(name), in_space) {
        (Some(text), true) => numbers::length(text, scale.whole(name), scale),
        (Some(text), false) => numbers::length(text, 1.0, scale).map(|share| start + share * whole),
        (None, true) => Some(or * scale.whole(name)),
        (None, false) => Some(start + or * whole),
    };
    let found = [
        side("x", -0.1, x, width)?,
        side("y", -0.1, y, height)?,
        side("width", 1.2, 0.0, width)?,
        side("height", 1.2, 0.0, height)?,
    ];
    (found[2] > 0.0 && found[3] > 0.0).then_some((around, found))
}

/// Writes where a primitive is, and how far it displaces, as shares that the renderer takes for what they are.
fn share(tree: &mut Tree, primitive: usize, [x, y, width, height]: Area, region: Area) {
    // The renderer takes those of these two for shares of the box, as they are.
    let of_box = matches!(tree[primitive].name.as_str(), "feFlood" | "feImage");
    let mut found = region;
    for (at, name) in SIDES.iter().enumerate() {
        if tree[primitive].markup(name).is_some() {
            let Some(share) = number(tree, primitive, name, 0.0) else { return };
            found[at] = [x + share * width, y + share * height, share * width, share * height][at];
        }
    }
    let shares = match of_box {
        true => [(found[0] - x) / width, (found[1] - y) / height, found[2] / width, found[3] / height],
        // Sides are of those of the region, and so is its beginning.
        false => {
            let (across, down) = (found[2] / region[2], found[3] / region[3]);
            [found[0] - region[0] * across, found[1] - region[1] * down, across, down]
        }
    };
    if found != region || of_box {
        for (name, share) in SIDES.iter().zip(shares) {
            tree[primitive].set(name, written(share));
        }
    }
    let lights: Vec<usize> =
        tree.children(primitive).filter(|at| tree[*at].name.ends_with("Light")).collect();
    for light in lights {
        let middle = f64::midpoint(width * width, height * height).sqrt();
        for (names, start, whole) in [
            (["x", "pointsAtX"], x, width),
            (["y", "pointsAtY"], y, height),
            (["z", "pointsAtZ"], 0.0, middle),
        ] {
            for name in names {
                if let Some(share) = number(tree, light, name, 0.0) {
                    tree[light].set(name, written(start + share * whole));
                }
            }
        }
    }
    if tree[primitive].name == "feDisplacementMap"
        && let Some(scale) = number(tree, primitive, "scale", 0.0)
    {
        // It is the root of the share already, and the renderer takes the middle of the sides twice.
        tree[primitive].set("scale", written(scale * width.sqrt() / ((width + height) / 2.0)));
    }
}

/// The room around its region that the blurs in a filter reach; `None` where there is nothing that they could bring
/// in.
fn room(tree: &Tree, boxes: &mut BoundingBoxes, element: usize, filter: usize, found: Area) -> Option<f64> {
    let mut deviation = 0.0;
    for primitive in tree.children(filter) {
        if matches!(tree[primitive].name.as_str(), "feGaussianBlur" | "feDropShadow") {
            let said = tree[primitive].markup("stdDeviation").unwrap_or_default();
            let numbers = svgtypes::NumberListParser::from(said).map_while(Result::ok);
            deviation += numbers.fold(0.0, f64::max);
        }
    }
    let around = REACH * deviation;
    // What is drawn, and what a blur makes of it, may lie inside already.
    let [left, top, width, height] = boxes.reference(tree, element, ReferenceBox::Stroke);
    let inside = left - around >= found[0]
        && top - around >= found[1]
        && left + width + around <= found[0] + found[2]
        && top + height + around <= found[1] + found[3];
    let good = around > 0.0 && around < 10.0 * (found[2] + found[3]);
    (good && !inside).then_some(around)
}

/// Gives a filter more room, and each of its primitives the region that it had.
fn widen(tree: &mut Tree, filter: usize, primitives: &[usize], region: Area, around: f64) {
    for primitive in primitives {
        for (name, length) in SIDES.iter().zip(region) {
            if tree[*primitive].markup(name).is_none() {
                tree[*primitive].set(name, written(length));
            }
        }
    }
    let [x, y, width, height] = region;
    let wide = [x - around, y - around, width + 2.0 * around, height + 2.0 * around];
    for (name, length) in SIDES.iter().zip(wide) {
        tree[filter].set(name, written(length));
    }
    tree[filter].set("filterUnits", "userSpaceOnUse".to_owned());
    // The renderer cuts off nothing that it only moves.
    if primitives.last().is_some_and(|last| tree[*last].name == "feOffset") {
        let [x, y, width, height] = region.map(written);
        let place = [("x", x.as_str()), ("y", &y), ("width", &width), ("height", &height)];
        let merge = tree.append(filter, Element::new("feMerge", &place));
        tree.append(merge, Element::new("feMergeNode", &[]));
    }
}
