//! Filters whose inputs and numbers the renderer takes otherwise than a browser.

use super::colours;
use super::fitted;
use super::numbers::{split, written};
use super::tree::{ChildNode, Element, Tree};

/// Inputs that no browser has: they are as though nothing was said.
const UNKNOWN: [&str; 4] = ["FillPaint", "StrokePaint", "BackgroundImage", "BackgroundAlpha"];

/// Writes filters as the renderer takes them.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        shadow(tree, element);
        if !tree[element].name.starts_with("fe") {
            continue;
        }
        let linear = tree
            .inherited(element, "color-interpolation-filters")
            .is_none_or(|space| !space.eq_ignore_ascii_case("sRGB"));
        match tree[element].name.as_str() {
            // The renderer takes this colour for one in the space of the filter.
            "feDiffuseLighting" | "feSpecularLighting" if linear => dim(tree, element, "lighting-color"),
            // It takes this one for linear light where it is not.
            "feDropShadow" if !linear => dim(tree, element, "flood-color"),
            _ => {}
        }
        for name in ["in", "in2"] {
            if tree[element].markup(name).is_some_and(|input| UNKNOWN.contains(&input.trim())) {
                tree[element].unset(name);
            }
        }
        match tree[element].name.as_str() {
            "feDisplacementMap" => displacement(tree, element),
            "feOffset" => offset(tree, element),
            "feColorMatrix" => saturate(tree, element),
            "feMorphology" => still(tree, element),
            _ => {}
        }
    }
}

/// Writes a saturation beyond 1, which the renderer takes for 1, as its matrix: filter-effects-1, feColorMatrix.
fn saturate(tree: &mut Tree, element: usize) {
    let found = &tree[element];
    if found.markup("type").map(str::trim) != Some("saturate") {
        return;
    }
    let Some(by) = found.markup("values").and_then(|by| by.trim().parse::<f64>().ok()) else { return };
    if by <= 1.0 || !by.is_finite() {
        return;
    }
    let weights = [0.213, 0.715, 0.072];
    let rows = (0..3).map(|row| {
        let parts = (0..3).map(|at| {
            let weight = weights[at];
            written(if row == at { weight + (1.0 - weight) * by } else { weight - weight * by })
        });
        format!("{} 0 0", parts.collect::<Vec<_>>().join(" "))
    });
    let rows = rows.collect::<Vec<_>>().join(" ");
    tree[element].set("type", "matrix".to_owned());
    tree[element].set("values", format!("{rows} 0 0 0 1 0"));
}

/// Makes an offset by nothing of a primitive whose radius is nothing, or less: it changes nothing, and the renderer takes
/// it for one that clears.
fn still(tree: &mut Tree, element: usize) {
    let said = tree[element].markup("radius").unwrap_or("0");
    let radii: Vec<f64> = svgtypes::NumberListParser::from(said).map_while(Result::ok).collect();
    if matches!(radii[..], [] | [0.0] | [0.0, 0.0]) || radii.iter().any(|radius| *radius < 0.0) {
        tree[element].name = "feOffset".to_owned();
        for name in ["radius", "operator"] {
            tree[element].unset(name);
        }
    }
}

/// Writes a colour of a primitive as its parts in linear light.
fn dim(tree: &mut Tree, element: usize, name: &str) {
    if let Some(made) = tree[element].style.get(name).and_then(|colour| linear(colour)) {
        tree[element].style.insert(name.to_owned(), made);
    }
}

fn linear(colour: &str) -> Option<String> {
    let [red, green, blue, alpha] = colours::parse(colour)?.to_linear_rgba();
    Some(colours::words(&csscolorparser::Color::new(red, green, blue, alpha)))
}

/// Mends the colours of `drop-shadow()`, which the renderer takes for linear light.
fn shadow(tree: &mut Tree, element: usize) {
    let Some(value) = tree[element].style.get("filter").filter(|value| value.contains("drop-shadow(")) else {
        return;
    };
    let current = tree.inherited(element, "color").unwrap_or("black");
    let functions = split(value, ' ').into_iter().map(|part| {
        let inside = part.strip_prefix("drop-shadow(").and_then(|rest| rest.strip_suffix(')'));
        let Some(inside) = inside else { return part.to_owned() };
        let words = split(inside, ' ').into_iter().map(|word| {
            match word {
                "currentColor" => linear(current),
                word => linear(word),
            }
            .unwrap_or_else(|| word.to_owned())
        });
        format!("drop-shadow({})", words.collect::<Vec<_>>().join(" "))
    });
    let functions = functions.collect::<Vec<_>>().join(" ");
    tree[element].style.insert("filter".to_owned(), functions);
}

/// Rewrites a displacement. The renderer takes the scale of a displacement twice, and colours of the map as they are
/// once its transparency is in them. So the map is written anew: opaque, the two channels as red and green, turned over
/// where the scale is below zero.
fn displacement(tree: &mut Tree, element: usize) {
    let scale = tree[element].markup("scale").and_then(|scale| scale.trim().parse::<f64>().ok());
    let Some(scale) = scale.filter(|scale| *scale != 0.0 && scale.is_finite()) else { return };
    let Some(parent) = tree[element].parent else { return };
    let Some(at) = tree[parent]
        .children
        .iter()
        .position(|child| matches!(child, ChildNode::Element(it) if *it == element))
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

/// Cuts an offset off at its region, which the renderer does not do with what it only moves: what is cut off is merged
/// with nothing.
fn offset(tree: &mut Tree, element: usize) {
    let sides = fitted::SIDES.map(|side| Some((side, tree[element].markup(side)?.to_owned())));
    if sides.iter().all(Option::is_none) {
        return;
    }
    let Some((parent, at)) = place(tree, element) else { return };
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
    let here = |child: &ChildNode| matches!(child, ChildNode::Element(at) if *at == primitive);
    Some((parent, tree[parent].children.iter().position(here)?))
}

/// The input of a primitive by name; where it says nothing that is known, what the one before it makes.
fn input(tree: &mut Tree, primitive: usize, name: &str) -> String {
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
    result(tree, last)
}

/// The name of what a primitive makes.
pub(super) fn result(tree: &mut Tree, primitive: usize) -> String {
    match tree[primitive].markup("result").filter(|result| !result.is_empty()) {
        Some(result) => result.to_owned(),
        None => {
            let result = format!("pelicycle-result-{primitive}");
            tree[primitive].set("result", result.clone());
            result
        }
    }
}
