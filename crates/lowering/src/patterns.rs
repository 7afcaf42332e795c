//! Patterns: the renderer draws a tile in whole pixels and repeats that, so that tiles drift from where they belong. A pattern is
//! made anew for each element that it paints, of so many tiles side by side that all together end at a pixel.

use std::collections::HashMap;

use tiny_skia_path::Transform;

use super::boxes::{BoundingBoxes, ReferenceBox};
use super::decomposed::parsed;
use super::ids;
use super::numbers::{self, written};
use super::page::PageSizes;
use super::placing::FirstReferences;
use super::tree::{Element, Tree};
use super::view_box;

/// Patterns that are made anew.
const MOST: usize = 64;
/// Elements that all tiles of one pattern may hold.
const ELEMENTS: usize = 1024;
/// The same of a pattern in another, whose tiles multiply them.
const ELEMENTS_WITHIN: usize = 64;
/// Tiles in a row.
const ROW: usize = 32;
/// References that are followed.
const DEEPEST: usize = 16;
/// The largest distance of the last tile from its place, in pixels.
const DRIFT: f64 = 0.25;

/// Makes patterns for the shapes that they paint. `pixels` is how many of the renderer's pixels go into one of the page.
pub(super) fn lower(tree: &mut Tree, page: &PageSizes, boxes: &mut BoundingBoxes, pixels: f64) {
    let by_id = ids::by_id(tree);
    let users = FirstReferences::of(tree);
    let mut made: HashMap<(usize, String), String> = HashMap::new();
    for element in 0..tree.len() {
        let shape = matches!(
            tree[element].name.as_str(),
            "rect" | "circle" | "ellipse" | "path" | "polygon" | "polyline"
        );
        let text = matches!(tree[element].name.as_str(), "text" | "tspan");
        if !shape && !text {
            continue;
        }
        for property in ["fill", "stroke"] {
            let Some(paint) = tree.inherited(element, property) else { continue };
            let named = ids::address(paint).and_then(|id| by_id.get(id)).copied();
            let Some(pattern) = named.filter(|at| tree[*at].name == "pattern") else { continue };
            // Where text stands is known to the renderer alone.
            if text && tree[pattern].markup("patternUnits") != Some("userSpaceOnUse") {
                continue;
            }
            let Some(placed) = users.placed(tree, page, element) else { continue };
            let Some(tiles) = Tiles::of(tree, placed, boxes, &by_id, element, pattern, pixels) else {
                continue;
            };
            let key = (pattern, format!("{tiles:?}"));
            if !made.contains_key(&key) {
                if made.len() >= MOST {
                    continue;
                }
                let id = format!("pelicycle-pattern-{element}-{property}");
                tiles.write(tree, pattern, &id);
                made.insert(key.clone(), id);
            }
            let paint = format!("url(#{})", made[&key]);
            tree[element].style.insert(property.to_owned(), paint);
        }
    }
}

/// Tiles side by side, in the units of the element that they paint.
#[derive(Debug, Clone, PartialEq)]
struct Tiles {
    /// The pattern whose elements are drawn.
    content: usize,
    /// The first tile: x, y, width, height.
    tile: [f64; 4],
    /// Tiles in a row and rows.
    count: [usize; 2],
    /// The renderer's pixels in a unit.
    pixels: [f64; 2],
    /// The transform of the elements into a tile.
    inside: [f64; 4],
    /// Whether each tile begins at a pixel, so that there are no seams where what is in them meets.
    whole_pixels: bool,
    /// The transform of the whole.
    transform: Option<String>,
}

impl Tiles {
    /// `None` where the renderer has the tile right as it is, or what it is can't be told.
    fn of(
        tree: &Tree,
        placed: Transform,
        boxes: &mut BoundingBoxes,
        by_id: &HashMap<String, usize>,
        element: usize,
        pattern: usize,
        pixels: f64,
    ) -> Option<Self> {
        let chain = chain(tree, by_id, pattern);
        let said = |name: &str| chain.iter().find_map(|at| tree[*at].markup(name));
        let content = *chain.iter().find(|at| tree.children(**at).next().is_some())?;
        let around = boxes.reference(tree, element, ReferenceBox::Fill);
        let scale = *tree[element].scale();
        let in_space = said("patternUnits") == Some("userSpaceOnUse");
        let side = |name: &str, start: f64, whole: f64| match said(name) {
            None => Some(start),
            Some(text) if in_space => numbers::length(text, scale.whole(name), &scale),
            Some(text) => numbers::length(text, 1.0, &scale).map(|share| start + share * whole),
        };
        let [x, y, width, height] = if in_space { [0.0; 4] } else { around };
        let tile = [
            side("x", x, width)?,
            side("y", y, height)?,
            side("width", 0.0, width)?,
            side("height", 0.0, height)?,
        ];
        if tile[2] <= 0.0 || tile[3] <= 0.0 {
            return None;
        }
        let inside = match said("viewBox").map(view_box) {
            Some(view) => fitted(view?, tile, said("preserveAspectRatio"))?,
            None if said("patternContentUnits") == Some("objectBoundingBox") => {
                [0.0, 0.0, around[2], around[3]]
            }
            None => [0.0, 0.0, 1.0, 1.0],
        };
        let transform = chain.iter().find_map(|at| transform_of(tree, *at));
        let own = match &transform {
            Some(text) => parsed(text)?,
            None => Transform::identity(),
        };
        let (across, down) = placed.pre_concat(own).get_scale();
        let by = [across, down].map(|by| f64::from(by) * pixels);
        let tile = [start(tile, by, 0), start(tile, by, 1), tile[2], tile[3]];
        let nested = tree.ancestors(element).any(|at| tree[at].name == "pattern");
        let most = if nested { ELEMENTS_WITHIN } else { ELEMENTS };
        let most = (most / elements(tree, by_id, content)).isqrt();
        let (across, down) = placed.get_scale();
        let extent = around[2].hypot(around[3]) * f64::from(across.max(down)) * pixels;
        let count = [0, 1].map(|axis| tiles_in_a_row(tile[2 + axis] * by[axis], extent, most));
        (by.iter().all(|by| by.is_finite() && *by > 1e-6) && count != [1, 1]).then_some(Self {
            content,
            tile,
            count,
            pixels: by,
            inside,
            whole_pixels: !lies_within(tree, boxes, content, inside, [tile[2], tile[3]]),
            transform,
        })
    }

    /// Puts the pattern beside the one that it is made from.
    fn write(&self, tree: &mut Tree, pattern: usize, id: &str) {
        let content = inner(tree, self.content);
        let parent = tree[pattern].parent.unwrap_or(0);
        let [x, y, width, height] = self.tile;
        let edge = |axis: usize, at: usize| {
            let place = self.tile[2 + axis] * at as f64;
            if self.whole_pixels { (place * self.pixels[axis]).round() / self.pixels[axis] } else { place }
        };
        let sides = [x, y, width * self.count[0] as f64, height * self.count[1] as f64].map(written);
        let mut whole = Element::new("pattern", &[("patternUnits", "userSpaceOnUse"), ("id", id)]);
        whole.style = tree[self.content].style.clone();
        for (name, side) in ["x", "y", "width", "height"].iter().zip(sides) {
            whole.set(name, side);
        }
        if let Some(transform) = &self.transform {
            whole.set("patternTransform", transform.clone());
        }
        let clip = format!("{id}-tile");
        let whole = tree.append(parent, whole);
        let around = tree.append(whole, Element::new("clipPath", &[("id", &clip)]));
        let sides = [("width", written(width)), ("height", written(height))];
        let mut rect = Element::new("rect", &[]);
        sides.into_iter().for_each(|(name, side)| rect.set(name, side));
        tree.append(around, rect);
        for row in 0..self.count[1] {
            for column in 0..self.count[0] {
                let [left, top] = [edge(0, column), edge(1, row)];
                let [across, down] =
                    [(edge(0, column + 1) - left) / width, (edge(1, row + 1) - top) / height];
                let mut cell = Element::new("g", &[("clip-path", &format!("url(#{clip})"))]);
                cell.set(
                    "transform",
                    format!(
                        "matrix({} 0 0 {} {} {})",
                        written(across),
                        written(down),
                        written(left),
                        written(top)
                    ),
                );
                let cell = tree.append(whole, cell);
                let mut copy = Element::new("use", &[("href", &format!("#{content}"))]);
                let [x, y, across, down] = self.inside.map(written);
                copy.set("transform", format!("matrix({across} 0 0 {down} {x} {y})"));
                tree.append(cell, copy);
            }
        }
    }
}

/// A pattern and those that it takes what it does not say from.
fn chain(tree: &Tree, by_id: &HashMap<String, usize>, pattern: usize) -> Vec<usize> {
    let next = |at: &usize| {
        let target = *by_id.get(tree[*at].href()?.strip_prefix('#')?)?;
        (tree[target].name == "pattern").then_some(target)
    };
    std::iter::successors(Some(pattern), next).take(DEEPEST).collect()
}

/// The transform of a pattern; the property stands before the attribute.
fn transform_of(tree: &Tree, pattern: usize) -> Option<String> {
    let found = tree[pattern].style.get("transform").map(String::as_str);
    found.or_else(|| tree[pattern].markup("patternTransform")).map(str::to_owned)
}

/// The transform of a `viewBox` into a tile that begins at nothing; `None` where that is told in no way.
pub(super) fn fitted(
    [x, y, width, height]: [f64; 4],
    tile: [f64; 4],
    aspect: Option<&str>,
) -> Option<[f64; 4]> {
    let (across, down) = (tile[2] / width, tile[3] / height);
    let mut words = aspect.unwrap_or("xMidYMid").split_ascii_whitespace();
    let (place, how) = (words.next()?, words.next());
    let by = match (place, how) {
        ("none", _) => return Some([-x * across, -y * down, across, down]),
        (_, None | Some("meet")) => across.min(down),
        (_, Some("slice")) => across.max(down),
        _ => return None,
    };
    let share = |least: &str, middle: &str, most: &str| {
        let known = [(least, 0.0), (middle, 0.5), (most, 1.0)];
        known.into_iter().find(|(word, _)| place.contains(word)).map(|(_, share)| share)
    };
    let left = (tile[2] - width * by) * share("xMin", "xMid", "xMax")?;
    let top = (tile[3] - height * by) * share("YMin", "YMid", "YMax")?;
    Some([left - x * by, top - y * by, by, by])
}

/// The elements that are drawn for an element, those that are used among them; at most a few more than one pattern may hold.
fn elements(tree: &Tree, by_id: &HashMap<String, usize>, element: usize) -> usize {
    let mut open = vec![element];
    let mut count = 0;
    while let Some(at) = open.pop()
        && count <= ELEMENTS
    {
        count += 1;
        open.extend(tree.children(at));
        if tree[at].name == "use" {
            open.extend(tree[at].href().and_then(|href| by_id.get(href.strip_prefix('#')?)));
        }
    }
    count
}

/// Whether all shapes of a pattern lie within a tile, away from its edges.
fn lies_within(
    tree: &Tree,
    boxes: &mut BoundingBoxes,
    content: usize,
    inside: [f64; 4],
    tile: [f64; 2],
) -> bool {
    let [left, top, across, down] = inside;
    let shapes: Vec<usize> = tree.children(content).collect();
    shapes.into_iter().all(|shape| {
        let plain = matches!(tree[shape].name.as_str(), "rect" | "circle" | "ellipse" | "path" | "polygon")
            && ["transform", "filter"].iter().all(|name| !tree[shape].style.contains_key(*name));
        let [x, y, width, height] = boxes.reference(tree, shape, ReferenceBox::Stroke);
        let (x, y) = (left + x * across, top + y * down);
        plain && x > 0.0 && y > 0.0 && x + width * across < tile[0] && y + height * down < tile[1]
    })
}

/// The number of tiles of so many pixels in a row until the last ends at a pixel, or drifts little over an extent.
fn tiles_in_a_row(tile: f64, extent: f64, most: usize) -> usize {
    let drift = |count: usize| {
        let length = tile * count as f64;
        (length - length.round().max(1.0)).abs() * (extent / length).max(1.0)
    };
    let counts = 1..=most.clamp(1, ROW);
    let found = counts.clone().find(|count| drift(*count) <= DRIFT);
    found.or_else(|| counts.min_by(|a, b| drift(*a).total_cmp(&drift(*b)))).unwrap_or(1)
}

/// The start of tiles along an axis: of all tiles, the one that begins nearest to a pixel.
fn start(tile: [f64; 4], pixels: [f64; 2], axis: usize) -> f64 {
    let starts = (0..ROW).map(|at| tile[axis] + tile[2 + axis] * at as f64);
    let off = |start: f64| {
        let place = start * pixels[axis];
        ((place - place.round()).abs() * 100.0).round()
    };
    starts.reduce(|best, start| if off(start) < off(best) { start } else { best }).unwrap_or(tile[axis])
}

/// The id of a group around all that is in a pattern.
fn inner(tree: &mut Tree, pattern: usize) -> String {
    let id = format!("pelicycle-tile-{pattern}");
    if let Some(first) = tree.children(pattern).next()
        && tree[first].markup("id") == Some(&id)
    {
        return id;
    }
    tree.wrap(pattern, Element::new("g", &[("id", &id)]));
    id
}
