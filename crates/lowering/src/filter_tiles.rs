//! `feTile`: the renderer repeats a tile of whole pixels, in the colours of another space. So it is laid out by what the
//! renderer has right: what is there already, moved by its own extent, twice as much each time,
//! from the first whole tile on.

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
