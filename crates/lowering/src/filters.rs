//! Filters whose inputs and numbers the renderer takes otherwise than a browser.

use super::fitted;
use super::numbers::written;
use super::tree::{Child, Element, Tree};

/// Inputs that no browser has: they are as though nothing was said.
const UNKNOWN: [&str; 4] = ["FillPaint", "StrokePaint", "BackgroundImage", "BackgroundAlpha"];

/// Writes filters as the renderer takes them.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        if !tree[element].name.starts_with("fe") {
            continue;
        }
        for name in ["in", "in2"] {
            if tree[element].markup(name).is_some_and(|input| UNKNOWN.contains(&input.trim())) {
                tree[element].unset(name);
            }
        }
        match tree[element].name.as_str() {
            "feDisplacementMap" => displacement(tree, element),
            "feOffset" => offset(tree, element),
            _ => {}
        }
    }
}

/// The renderer takes the scale of a displacement twice, and colours of the map as they are once its transparency is in them.
/// So the map is written anew: opaque, the two channels as red and green, turned over where the scale is below zero.
fn displacement(tree: &mut Tree, element: usize) {
    let scale = tree[element].markup("scale").and_then(|scale| scale.trim().parse::<f64>().ok());
    let Some(scale) = scale.filter(|scale| *scale != 0.0 && scale.is_finite()) else { return };
    let Some(parent) = tree[element].parent else { return };
    let Some(at) =
        tree[parent].children.iter().position(|child| matches!(child, Child::Element(it) if *it == element))
    else {
        return;
    };
    let input = self::input(tree, element, "in");
    let map = self::input(tree, element, "in2");
    let channel = |name: &str| match tree[element].markup(name).map(str::trim) {
        Some("R") => 0,
        Some("G") => 1,
        Some("B") => 2,
        _ => 3,
    };
    let row = |channel: usize| {
        let mut row = [0.0; 5];
        row[channel] = scale.signum();
        row[4] = if scale < 0.0 { 1.0 } else { 0.0 };
        row.map(written).join(" ")
    };
    let values = format!(
        "{} {} 0 0 0 0 0 0 0 0 0 1",
        row(channel("xChannelSelector")),
        row(channel("yChannelSelector"))
    );
    let name = format!("pelicycle-map-{element}");
    let mut matrix = Element::new("feColorMatrix", &[("in", &map), ("values", &values), ("result", &name)]);
    if let Some(space) = tree[element].style.get("color-interpolation-filters") {
        matrix.set("color-interpolation-filters", space.clone());
    }
    tree.insert(parent, at, matrix);
    let changed = &mut tree[element];
    for (name, value) in [("in", input), ("in2", name), ("scale", written(scale.abs().sqrt()))] {
        changed.set(name, value);
    }
    changed.set("xChannelSelector", "R".to_owned());
    changed.set("yChannelSelector", "G".to_owned());
}

/// The renderer cuts off nothing that it only moves: what is cut off is merged with nothing.
fn offset(tree: &mut Tree, element: usize) {
    let Some((parent, at)) = place(tree, element) else { return };
    let sides = fitted::SIDES.map(|side| Some((side, tree[element].markup(side)?.to_owned())));
    if sides.iter().all(Option::is_none) {
        return;
    }
    let name = format!("pelicycle-offset-{element}");
    let mut merge = Element::new("feMerge", &[]);
    for (side, length) in sides.into_iter().flatten() {
        merge.set(side, length);
        tree[element].unset(side);
    }
    if let Some(result) = tree[element].markup("result") {
        merge.set("result", result.to_owned());
    }
    tree[element].set("result", name.clone());
    let merge = tree.insert(parent, at + 1, merge);
    tree.append(merge, Element::new("feMergeNode", &[("in", &name)]));
}

/// The filter that a primitive is in, and its place there.
fn place(tree: &Tree, primitive: usize) -> Option<(usize, usize)> {
    let parent = tree[primitive].parent?;
    let here = |child: &Child| matches!(child, Child::Element(at) if *at == primitive);
    Some((parent, tree[parent].children.iter().position(here)?))
}

/// What a primitive takes for an input by name; where it says nothing that is known, what the one before it makes.
pub(super) fn input(tree: &mut Tree, primitive: usize, name: &str) -> String {
    let before: Vec<usize> = match tree[primitive].parent {
        Some(filter) => tree.children(filter).take_while(|at| *at != primitive).collect(),
        None => Vec::new(),
    };
    if let Some(said) = tree[primitive].markup(name).map(str::trim) {
        let made = |at: &usize| tree[*at].markup("result").is_some_and(|result| result == said);
        if matches!(said, "SourceGraphic" | "SourceAlpha") || before.iter().any(made) {
            return said.to_owned();
        }
    }
    let Some(last) = before.last().copied() else { return "SourceGraphic".to_owned() };
    match tree[last].markup("result").filter(|result| !result.is_empty()) {
        Some(result) => result.to_owned(),
        None => {
            let result = format!("pelicycle-result-{last}");
            tree[last].set("result", result.clone());
            result
        }
    }
}
