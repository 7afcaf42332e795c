//! `feTile`: the renderer repeats a tile of whole pixels, in the colours of another space. So it is laid out by what the
//! renderer has right: what is there already, moved by its own extent, twice as much each time,
//! from the first whole tile on.

use std::collections::HashMap;

use super::filters;
use super::fitted::SIDES;
use super::numbers::{self, written};
use super::tree::{Element, Tree};

/// Tiles in a row.
const MOST: f64 = 512.0;
/// `feTile` in a filter that are laid out; what comes after them is the renderer's.
const MOST_LAID: usize = 16;

/// Lays out the tiles of a filter over its region: x, y, width and height in user units, which its primitives are in too. `pixel` is
/// one of the picture, in the same units: a browser makes tiles of whole pixels, those that are all in one.
pub(super) fn lay(tree: &mut Tree, filter: usize, region: [f64; 4], pixel: [f64; 4]) {
    let mut laid = 0;
    for (tile, input) in inputs(tree, filter) {
        if laid < MOST_LAID && lay_one(tree, filter, tile, input, region, pixel).is_some() {
            laid += 1;
        }
    }
    let floods: Vec<usize> = tree.children(filter).filter(|at| tree[*at].name == "feFlood").collect();
    for flood in floods {
        fill_pixels(tree, flood, pixel);
    }
}

/// The input of a tile.
#[derive(Debug, Clone, Copy, PartialEq)]
struct TileInput {
    /// The primitive that makes it.
    made_by: usize,
    /// The one that says where it is: that, or what that takes, where it says nothing itself.
    placed_by: usize,
}

/// The tiles of a filter that take what a primitive makes. Read in one go: a filter may be a chain of thousands.
fn inputs(tree: &Tree, filter: usize) -> Vec<(usize, TileInput)> {
    let mut latest: HashMap<&str, usize> = HashMap::new();
    let mut placed_by: HashMap<usize, usize> = HashMap::new();
    let mut previous = None;
    let mut found = Vec::new();
    for at in tree.children(filter) {
        let primitive = &tree[at];
        let taken = match primitive.markup("in").map(str::trim) {
            Some("SourceGraphic" | "SourceAlpha") => None,
            said => said.and_then(|said| latest.get(said).copied()).or(previous),
        };
        let one_input = matches!(
            primitive.name.as_str(),
            "feOffset" | "feColorMatrix" | "feComponentTransfer" | "feGaussianBlur" | "feMorphology"
        );
        let placed = match taken {
            _ if !one_input || SIDES.iter().any(|side| primitive.markup(side).is_some()) => Some(at),
            taken => taken.and_then(|taken| placed_by.get(&taken).copied()),
        };
        if let Some(placed) = placed {
            placed_by.insert(at, placed);
        }
        if let Some(made_by) = taken.filter(|_| primitive.name == "feTile") {
            let placed_by = placed_by.get(&made_by).copied().unwrap_or(made_by);
            found.push((at, TileInput { made_by, placed_by }));
        }
        if let Some(result) = primitive.markup("result") {
            latest.insert(result, at);
        }
        previous = Some(at);
    }
    found
}

/// A flood fills every pixel of which there is a part in it; the renderer loses one at its end.
fn fill_pixels(tree: &mut Tree, flood: usize, pixel: [f64; 4]) -> Option<()> {
    for (axis, [from, length]) in [["x", "width"], ["y", "height"]].into_iter().enumerate() {
        let said = |name: &str| tree[flood].markup(name).and_then(numbers::number);
        let (start, long) = (said(from)?, said(length)?);
        let (begins, side) = (pixel[axis], pixel[axis + 2]);
        if side <= 0.0 {
            return None;
        }
        let first = ((start - begins) / side + 1e-3).floor();
        let last = ((start + long - begins) / side - 1e-3).ceil();
        tree[flood].set(from, written(begins + (first + 0.01) * side));
        tree[flood].set(length, written((last - first - 0.02) * side));
    }
    Some(())
}

fn lay_one(
    tree: &mut Tree,
    filter: usize,
    tile: usize,
    TileInput { made_by, placed_by }: TileInput,
    region: [f64; 4],
    pixel: [f64; 4],
) -> Option<()> {
    let mut area = region;
    for (side, name) in area.iter_mut().zip(SIDES) {
        if let Some(said) = tree[placed_by].markup(name) {
            *side = numbers::number(said)?;
        }
    }
    if area[2] <= 0.0 || area[3] <= 0.0 || area == region {
        return None;
    }
    let mut input = filters::result(tree, made_by);
    let whole = of_whole_pixels(area, pixel);
    if whole.is_some() || made_by != placed_by {
        area = whole.unwrap_or(area);
        input = cut(tree, filter, tile, &input, area, pixel);
    }
    let [x, y, width, height] = area;
    let axes = [
        ([width, 0.0], (x - region[0]) / width, region[2] / width),
        ([0.0, height], (y - region[1]) / height, region[3] / height),
    ];
    if axes.iter().any(|(_, _, tiles)| *tiles > MOST) {
        return None;
    }
    let mut last = input;
    let mut step = 0;
    for ([width, height], before, tiles) in axes {
        let mut beside = |tree: &mut Tree, base: Option<&str>, input: &str, tiles: f64| {
            step += 1;
            moved(tree, filter, tile, base, input, [width * tiles, height * tiles], step)
        };
        // Where tiles lie over each other, what shines through would be there twice: so all begin at one edge.
        let whole = before.floor().max(0.0);
        if whole > 0.0 {
            last = beside(tree, None, &last, -whole);
        }
        let first = last.clone();
        let mut there = 1.0;
        while there < tiles - before + whole {
            last = beside(tree, Some(&last), &last, there);
            there *= 2.0;
        }
        // What is left of one more tile.
        if before > whole {
            last = beside(tree, Some(&last), &first, -1.0);
        }
    }
    "feMerge".clone_into(&mut tree[tile].name);
    tree[tile].unset("in");
    tree.append(tile, Element::new("feMergeNode", &[("in", &last)]));
    Some(())
}

/// The part of an area that is pixels all in it; `None` where it is that itself, or pixels are not known.
fn of_whole_pixels(area: [f64; 4], pixel: [f64; 4]) -> Option<[f64; 4]> {
    let mut whole = area;
    for axis in 0..2 {
        let (begins, side) = (pixel[axis], pixel[axis + 2]);
        if side <= 0.0 {
            return None;
        }
        // What is an edge of a pixel but for the last digits is one.
        let first = ((area[axis] - begins) / side - 1e-3).ceil();
        let last = ((area[axis] + area[axis + 2] - begins) / side + 1e-3).floor();
        if last <= first {
            return None;
        }
        whole[axis] = begins + first * side;
        whole[axis + 2] = (last - first) * side;
    }
    let moved =
        whole.iter().zip(area).any(|(whole, side)| (whole - side).abs() > 1e-3 * pixel[2].min(pixel[3]));
    moved.then_some(whole)
}

/// An input cut to an area of whole pixels; the name of what comes of it is returned.
fn cut(tree: &mut Tree, filter: usize, tile: usize, input: &str, area: [f64; 4], pixel: [f64; 4]) -> String {
    let name = format!("pelicycle-tiles-{tile}-whole");
    let mut merge = Element::new("feMerge", &[("result", &name)]);
    // The renderer takes every pixel of which there is a part: last digits must not add one.
    let [less, less_down] = [pixel[2] * 0.01, pixel[3] * 0.01];
    let [x, y, width, height] = area;
    let area = [x + less, y + less_down, width - 2.0 * less, height - 2.0 * less_down];
    for (side, length) in SIDES.into_iter().zip(area) {
        merge.set(side, written(length));
    }
    if let Some(space) = tree[tile].style.get("color-interpolation-filters") {
        merge.set("color-interpolation-filters", space.clone());
    }
    let at = tree[filter].children.iter().position(|child| child.is(tile)).unwrap_or(usize::MAX);
    let merge = tree.insert(filter, at, merge);
    tree.append(merge, Element::new("feMergeNode", &[("in", input)]));
    name
}

/// An input moved, over another one where there is one; the name of what comes of it is returned.
fn moved(
    tree: &mut Tree,
    filter: usize,
    tile: usize,
    base: Option<&str>,
    input: &str,
    by: [f64; 2],
    step: usize,
) -> String {
    let name = format!("pelicycle-tiles-{tile}-{step}");
    let beside = if base.is_some() { format!("{name}-beside") } else { name.clone() };
    let space = tree[tile].style.get("color-interpolation-filters").cloned();
    let put = |tree: &mut Tree, mut made: Element| {
        if let Some(space) = &space {
            made.set("color-interpolation-filters", space.clone());
        }
        let at = tree[filter].children.iter().position(|child| child.is(tile)).unwrap_or(usize::MAX);
        tree.insert(filter, at, made)
    };
    let [dx, dy] = by.map(written);
    put(tree, Element::new("feOffset", &[("in", input), ("dx", &dx), ("dy", &dy), ("result", &beside)]));
    if let Some(base) = base {
        let merge = put(tree, Element::new("feMerge", &[("result", &name)]));
        for input in [base, beside.as_str()] {
            tree.append(merge, Element::new("feMergeNode", &[("in", input)]));
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_where_the_last_primitive_of_its_input_says_that_it_is() {
        let text = "<svg xmlns='http://www.w3.org/2000/svg'><filter>\
            <feFlood x='1' result='a'/><feOffset/><feTile/><feFlood result='a'/><feOffset in='a'/><feOffset x='1'/>\
            <feTile in='a'/><feTile in='SourceGraphic'/><feOffset in='SourceAlpha'/><feOffset/><feTile in='b'/></filter></svg>";
        let tree = Tree::read(&roxmltree::Document::parse(text).unwrap());
        let found = inputs(&tree, 1);
        let from = |made_by, placed_by| TileInput { made_by, placed_by };
        assert_eq!(found, [(4, from(3, 2)), (8, from(5, 5)), (12, from(11, 11))]);
    }
}
