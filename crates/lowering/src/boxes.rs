//! The boxes that properties of CSS refer to: what an element fills, and what it strokes.

use std::collections::HashMap;

use tiny_skia_path::{LineCap, LineJoin, Path, Stroke, Transform};

use super::decomposed::parsed;
use super::numbers;
use super::outline;
use super::tree::{ChildNode, Tree};

/// A box that percentages and origins are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReferenceBox {
    /// The nearest canvas.
    View,
    /// The box that the element's fill takes.
    Fill,
    /// That with its stroke around.
    Stroke,
}

/// Left, top, right and bottom.
type BoxEdges = [f64; 4];

/// The boxes of a tree's elements, each found once. Those of elements in others must be right before those are asked for.
#[derive(Debug, Default)]
pub(super) struct BoundingBoxes {
    known: HashMap<(usize, bool), Option<BoxEdges>>,
    ids: HashMap<String, usize>,
    open: Vec<usize>,
}

/// References that are followed.
const DEEPEST: usize = 16;

impl BoundingBoxes {
    pub(super) fn new(tree: &Tree) -> Self {
        Self { ids: super::ids::by_id(tree), ..Self::default() }
    }

    /// The box in the element's own units: x, y, width, height.
    pub(super) fn reference(&mut self, tree: &Tree, element: usize, reference: ReferenceBox) -> [f64; 4] {
        let view = || {
            let [width, height] = tree[element].scale().view;
            [0.0, 0.0, width, height]
        };
        match reference {
            ReferenceBox::View => view(),
            ReferenceBox::Fill | ReferenceBox::Stroke => {
                let stroked = reference == ReferenceBox::Stroke;
                let Some([left, top, right, bottom]) = self.extent(tree, element, stroked) else {
                    return [0.0; 4];
                };
                [left, top, right - left, bottom - top]
            }
        }
    }

    /// Says what an element's box is: x, y, width, height.
    pub(super) fn settle(&mut self, element: usize, [x, y, width, height]: [f64; 4]) {
        for stroked in [false, true] {
            self.known.insert((element, stroked), Some([x, y, x + width, y + height]));
        }
    }

    fn extent(&mut self, tree: &Tree, element: usize, stroked: bool) -> Option<BoxEdges> {
        if let Some(known) = self.known.get(&(element, stroked)) {
            return *known;
        }
        if self.open.contains(&element) || self.open.len() > 256 {
            return None;
        }
        self.open.push(element);
        let found = self.find(tree, element, stroked);
        self.open.pop();
        self.known.insert((element, stroked), found);
        found
    }

    fn find(&mut self, tree: &Tree, element: usize, stroked: bool) -> Option<BoxEdges> {
        let found = &tree[element];
        match found.name.as_str() {
            "g" | "a" | "svg" | "switch" | "symbol" => {
                let inside: Vec<usize> = tree.children(element).collect();
                let extents = inside.into_iter().filter_map(|child| {
                    let drawn = tree[child].style.get("display").is_none_or(|display| display != "none");
                    drawn
                        .then(|| self.extent(tree, child, stroked))
                        .flatten()
                        .map(|extent| moved(tree, child, extent))
                });
                extents.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
            }
            "use" => {
                let target = *self.ids.get(found.href()?.strip_prefix('#')?)?;
                if self.open.len() > DEEPEST * 8 {
                    return None;
                }
                let extent = self.extent(tree, target, stroked)?;
                let [left, top, right, bottom] = moved(tree, target, extent);
                let length = |name: &str| {
                    found
                        .value(name)
                        .and_then(|value| numbers::length(value, found.scale().whole(name), found.scale()))
                };
                let (x, y) = (length("x").unwrap_or(0.0), length("y").unwrap_or(0.0));
                Some([left + x, top + y, right + x, bottom + y])
            }
            "text" => text(tree, element),
            _ => {
                let path = outline::of(tree, element)?;
                let wide = if stroked { self::stroked(tree, element, &path) } else { None };
                let around = if stroked && wide.is_none() { half_stroke(tree, element) } else { 0.0 };
                let bounds = wide.unwrap_or(path).compute_tight_bounds()?;
                let [left, top] = [bounds.left(), bounds.top()].map(|side| f64::from(side) - around);
                let [right, bottom] = [bounds.right(), bounds.bottom()].map(|side| f64::from(side) + around);
                Some([left, top, right, bottom])
            }
        }
    }
}

/// Half of the width of an element's stroke; 0 where it has none.
fn half_stroke(tree: &Tree, element: usize) -> f64 {
    if tree.inherited(element, "stroke").is_none_or(|stroke| stroke == "none") {
        return 0.0;
    }
    let scale = tree[element].scale();
    let width = tree.inherited(element, "stroke-width");
    let width =
        width.and_then(|width| numbers::length(width, scale.whole("stroke-width"), scale)).unwrap_or(1.0);
    width.max(0.0) / 2.0
}

/// An outline with its stroke around, corners and ends as they are drawn.
fn stroked(tree: &Tree, element: usize, path: &Path) -> Option<Path> {
    let half = half_stroke(tree, element);
    if half <= 0.0 || matches!(tree[element].name.as_str(), "rect" | "circle" | "ellipse" | "image") {
        return None;
    }
    let stroke = Stroke {
        width: (half * 2.0) as f32,
        miter_limit: tree.inherited(element, "stroke-miterlimit").and_then(numbers::number).unwrap_or(4.0)
            as f32,
        line_cap: match tree.inherited(element, "stroke-linecap") {
            Some("round") => LineCap::Round,
            Some("square") => LineCap::Square,
            _ => LineCap::Butt,
        },
        line_join: match tree.inherited(element, "stroke-linejoin") {
            Some("round") => LineJoin::Round,
            Some("bevel") => LineJoin::Bevel,
            _ => LineJoin::Miter,
        },
        dash: None,
    };
    path.stroke(&stroke, 1.0)
}

/// About where a text stands: who knows no fonts can't tell better.
fn text(tree: &Tree, element: usize) -> Option<BoxEdges> {
    let found = &tree[element];
    let scale = found.scale();
    let length = |name: &str| {
        let first = found.markup(name)?.split([' ', ',']).find(|part| !part.is_empty())?;
        numbers::length(first, scale.whole(name), scale)
    };
    let mut characters = 0;
    let mut open = vec![element];
    while let Some(at) = open.pop() {
        for child in &tree[at].children {
            match child {
                ChildNode::Text(words) => characters += words.trim().chars().count(),
                ChildNode::Element(index) => open.push(*index),
            }
        }
    }
    let (x, y) = (length("x").unwrap_or(0.0), length("y").unwrap_or(0.0));
    let width = scale.em * 0.6 * characters as f64;
    let left = match tree.inherited(element, "text-anchor") {
        Some("middle") => x - width / 2.0,
        Some("end") => x - width,
        _ => x,
    };
    (characters > 0).then_some([left, y - scale.em * 0.93, left + width, y + scale.em * 0.24])
}

/// An extent where its element's transform puts it.
fn moved(tree: &Tree, element: usize, [left, top, right, bottom]: BoxEdges) -> BoxEdges {
    let Some(matrix) = matrix(tree, element) else { return [left, top, right, bottom] };
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(x, y)| {
        let mut point = tiny_skia_path::Point::from_xy(x as f32, y as f32);
        matrix.map_point(&mut point);
        (f64::from(point.x), f64::from(point.y))
    });
    let xs = corners.map(|(x, _)| x);
    let ys = corners.map(|(_, y)| y);
    let least = |all: [f64; 4]| all.into_iter().fold(f64::INFINITY, f64::min);
    let most = |all: [f64; 4]| all.into_iter().fold(f64::NEG_INFINITY, f64::max);
    [least(xs), least(ys), most(xs), most(ys)]
}

/// An element's transform, once it is lowered.
pub(super) fn matrix(tree: &Tree, element: usize) -> Option<Transform> {
    parsed(tree[element].style.get("transform")?)
}
