//! `feTile`: the renderer repeats a tile of whole pixels, in the colours of another space. So it is laid out by what the
//! renderer has right: what is there already, moved by its own extent, twice as much each time,
//! from the first whole tile on.

use super::filters;
use super::fitted::SIDES;
use super::numbers::{self, written};
use super::tree::{Element, Tree};

/// Tiles in a row.
const MOST: f64 = 512.0;

/// Lays out the tiles of a filter over its region: x, y, width and height in user units, which its primitives are in too. `pixel` is
/// one of the picture, in the same units: a browser makes tiles of whole pixels, those that are all in one.
pub(super) fn lay(tree: &mut Tree, filter: usize, region: [f64; 4], pixel: [f64; 4]) {
    let tiles: Vec<usize> = tree.children(filter).filter(|at| tree[*at].name == "feTile").collect();
    for tile in tiles {
        lay_one(tree, filter, tile, region, pixel);
    }
    let floods: Vec<usize> = tree.children(filter).filter(|at| tree[*at].name == "feFlood").collect();
    for flood in floods {
        fill_pixels(tree, flood, pixel);
    }
}

/// The primitive that says where an input of a tile is: what makes it, or what that takes, where it says nothing itself; and whether
/// it is the former.
fn placed(tree: &mut Tree, filter: usize, tile: usize, input: &str) -> Option<(usize, bool)> {
    let made = |tree: &Tree, before: usize, name: &str| {
        let earlier = tree.children(filter).take_while(|at| *at != before);
        earlier.filter(|at| tree[*at].markup("result") == Some(name)).last()
    };
    let first = made(tree, tile, input)?;
    let mut at = first;
    loop {
        let found = &tree[at];
        let one_input = matches!(
            found.name.as_str(),
            "feOffset" | "feColorMatrix" | "feComponentTransfer" | "feGaussianBlur" | "feMorphology"
        );
        if !one_input || SIDES.iter().any(|side| found.markup(side).is_some()) {
            return Some((at, at == first));
        }
        let taken = filters::input(tree, at, "in");
        match made(tree, at, &taken) {
            Some(before) => at = before,
            None => return Some((first, true)),
        }
    }
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

fn lay_one(tree: &mut Tree, filter: usize, tile: usize, region: [f64; 4], pixel: [f64; 4]) -> Option<()> {
    let mut input = filters::input(tree, tile, "in");
    let (source, is_own) = placed(tree, filter, tile, &input)?;
    let mut area = region;
    for (side, name) in area.iter_mut().zip(SIDES) {
        if let Some(said) = tree[source].markup(name) {
            *side = numbers::number(said)?;
        }
    }
    if area[2] <= 0.0 || area[3] <= 0.0 || area == region {
        return None;
    }
    let whole = of_whole_pixels(area, pixel);
    if whole.is_some() || !is_own {
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
