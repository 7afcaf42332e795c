//! `feTile`: the renderer repeats a tile of whole pixels, in the colours of another space. So it is laid out by what the
//! renderer has right: what is there already, moved by its own extent, twice as much each time.

use super::filters;
use super::fitted::SIDES;
use super::numbers::{self, written};
use super::tree::{Element, Tree};

/// Tiles in a row.
const MOST: f64 = 512.0;

/// Lays out the tiles of a filter over its region: x, y, width and height in user units, which its primitives are in too.
pub(super) fn lay(tree: &mut Tree, filter: usize, region: [f64; 4]) {
    let tiles: Vec<usize> = tree.children(filter).filter(|at| tree[*at].name == "feTile").collect();
    for tile in tiles {
        lay_one(tree, filter, tile, region);
    }
}

fn lay_one(tree: &mut Tree, filter: usize, tile: usize, region: [f64; 4]) -> Option<()> {
    let input = filters::input(tree, tile, "in");
    let source = tree
        .children(filter)
        .take_while(|at| *at != tile)
        .filter(|at| tree[*at].markup("result") == Some(&input))
        .last()?;
    let mut area = region;
    for (side, name) in area.iter_mut().zip(SIDES) {
        if let Some(said) = tree[source].markup(name) {
            *side = numbers::number(said)?;
        }
    }
    let [x, y, width, height] = area;
    if width <= 0.0 || height <= 0.0 || area == region {
        return None;
    }
    let count = |room: f64, side: f64| (room / side).ceil().max(0.0);
    let ways = [
        ([width, 0.0], count(region[0] + region[2] - x - width, width)),
        ([-width, 0.0], count(x - region[0], width)),
        ([0.0, height], count(region[1] + region[3] - y - height, height)),
        ([0.0, -height], count(y - region[1], height)),
    ];
    if ways.iter().any(|(_, count)| *count > MOST) {
        return None;
    }
    let mut last = input;
    let mut step = 0;
    for ([dx, dy], count) in ways {
        let mut there = 1.0;
        while there <= count {
            last = doubled(tree, filter, tile, &last, [dx * there, dy * there], step);
            there *= 2.0;
            step += 1;
        }
    }
    "feMerge".clone_into(&mut tree[tile].name);
    tree[tile].unset("in");
    tree.append(tile, Element::new("feMergeNode", &[("in", &last)]));
    Some(())
}

/// What was made so far, and beside it the same once more; its name is returned.
fn doubled(tree: &mut Tree, filter: usize, tile: usize, last: &str, by: [f64; 2], step: usize) -> String {
    let name = format!("pelicycle-tiles-{tile}-{step}");
    let beside = format!("{name}-beside");
    let [dx, dy] = by.map(written);
    let moves = [("in", last), ("dx", &dx), ("dy", &dy), ("result", &beside)];
    let mut offset = Element::new("feOffset", &moves);
    let mut merge = Element::new("feMerge", &[("result", &name)]);
    if let Some(space) = tree[tile].style.get("color-interpolation-filters") {
        for made in [&mut offset, &mut merge] {
            made.set("color-interpolation-filters", space.clone());
        }
    }
    let at = tree[filter].children.iter().position(|child| child.is(tile)).unwrap_or(usize::MAX);
    tree.insert(filter, at, offset);
    let merge = tree.insert(filter, at.saturating_add(1), merge);
    for input in [last, beside.as_str()] {
        tree.append(merge, Element::new("feMergeNode", &[("in", input)]));
    }
    name
}
