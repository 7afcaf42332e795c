//! Values in older words: colours, lengths, filters.

use super::colours;
use super::numbers::{self, number, split, written};
use super::properties::{has_function, is_wide};
use super::tree::Tree;

/// Attributes and properties that hold one length.
const LENGTHS: [&str; 28] = [
    "x",
    "y",
    "width",
    "height",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "x1",
    "y1",
    "x2",
    "y2",
    "fx",
    "fy",
    "fr",
    "dx",
    "dy",
    "refX",
    "refY",
    "markerWidth",
    "markerHeight",
    "stroke-width",
    "stroke-dashoffset",
    "font-size",
    "letter-spacing",
    "word-spacing",
    "startOffset",
];

/// Properties that hold a number or a share.
const SHARES: [&str; 5] = ["opacity", "fill-opacity", "stroke-opacity", "stop-opacity", "flood-opacity"];

/// The height of a line of the fonts that there are, as a share of their size.
const LINE: f64 = 1.164;

/// Writes every value that the renderer would not read in words that it knows.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        let current = tree.inherited(element, "color").unwrap_or("black").to_owned();
        let found = &tree[element];
        let mut new: Vec<(String, String)> = Vec::new();
        let written =
            found.attributes.iter().filter(|(name, _)| !super::properties::is_property_of(&found.name, name));
        for (name, value) in found.style.iter().chain(written.map(|(n, v)| (n, v))) {
            if let Some(lowered) = one(tree, element, name, value, &current) {
                new.push((name.clone(), lowered));
            }
        }
        for (name, value) in new {
            tree[element].set(&name, value);
        }
    }
}

fn one(tree: &Tree, element: usize, name: &str, value: &str, current: &str) -> Option<String> {
    let scale = tree[element].scale();
    // A font's size is of the one around it.
    let around = tree[element].parent.map_or(*scale, |parent| *tree[parent].scale());
    // The renderer has sizes of its own for words, and shares of nothing here.
    let is_word =
        name == "font-size" && value.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_wide(value);
    if is_word && !value.contains('(') {
        return Some(written(scale.em));
    }
    let is_share = name == "textLength"
        || (tree[element].name == "use" && matches!(name, "x" | "y" | "width" | "height"));
    if is_share && value.trim().ends_with('%') {
        return numbers::length(value, scale.whole(if name == "textLength" { "x" } else { name }), scale)
            .map(written);
    }
    if LENGTHS.contains(&name) {
        let scale = if name == "font-size" { &around } else { scale };
        return unknown_length(value)
            .then(|| numbers::length(value, scale.whole(name), scale))
            .flatten()
            .map(written);
    }
    if name == "stroke-dasharray" && unknown_length(value) {
        let parts = split(value, ',').into_iter().flat_map(|part| split(part, ' '));
        let lengths: Option<Vec<String>> =
            parts.map(|part| numbers::length(part, scale.whole(name), scale).map(written)).collect();
        return lengths.map(|lengths| lengths.join(" "));
    }
    if SHARES.contains(&name) {
        return value
            .contains('(')
            .then(|| number(value))
            .flatten()
            .map(|share| written(share.clamp(0.0, 1.0)));
    }
    if colours::COLOURS.contains(&name) {
        return colours::lowered(value, current);
    }
    match name {
        "fill" | "stroke" => match value.strip_prefix("url(").and_then(|rest| rest.split_once(')')) {
            Some((address, fallback)) => {
                colours::lowered(fallback, current).map(|fallback| format!("url({address}) {fallback}"))
            }
            None => colours::lowered(value, current),
        },
        "filter" => filters(value, current, scale),
        // No browser has these two: it joins lines as where nothing is said.
        "stroke-linejoin" => matches!(value, "miter-clip" | "arcs").then(|| "miter".to_owned()),
        // Half of a line's height, whatever the font says of its small letters.
        "baseline-shift" if value == "sub" => Some(written(-LINE * scale.em / 2.0)),
        "baseline-shift" if value == "super" => Some(written(LINE * scale.em / 2.0)),
        _ => None,
    }
}

/// Whether a value holds a unit or a function that the renderer has not.
fn unknown_length(value: &str) -> bool {
    const UNITS: [&str; 28] = [
        "cqw", "cqh", "cqi", "cqb", "cqmin", "cqmax", "em", "ex", "rem", "vw", "vh", "vmin", "vmax", "ch",
        "q", "lh", "rlh", "cap", "ic", "svw", "svh", "lvw", "lvh", "dvw", "dvh", "vi", "vb", "svmin",
    ];
    let lower = value.to_ascii_lowercase();
    let shouted =
        lower != value && lower.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
    shouted
        || numbers::function(&lower).is_some_and(|(name, _)| numbers::is_math(&name))
        || ["calc", "min", "max", "clamp"].iter().any(|function| has_function(&lower, function))
        || lower.split([' ', ',']).any(|part| {
            let unit = part.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
            UNITS.contains(&unit)
        })
}

/// The functions of `filter`, whose lengths are plain for the renderer and whose colours are old ones.
fn filters(value: &str, current: &str, scale: &numbers::LengthScale) -> Option<String> {
    let coloured = colours::lowered_within(value, current);
    let value = coloured.as_deref().unwrap_or(value);
    let parts = split(value, ' ');
    let unknown = |part: &&str| {
        numbers::function(part).is_some_and(|(_, inside)| split(inside, ' ').into_iter().any(unknown_length))
    };
    if !parts.iter().any(unknown) {
        return coloured;
    }
    let functions: Vec<String> = parts
        .into_iter()
        .map(|part| match numbers::function(part) {
            Some((name, inside)) if matches!(name.as_str(), "blur" | "drop-shadow") => {
                let parts: Vec<String> = split(inside, ' ')
                    .into_iter()
                    .map(|part| {
                        numbers::length(part, 0.0, scale)
                            .map_or(part.to_owned(), |length| format!("{}px", written(length)))
                    })
                    .collect();
                format!("{name}({})", parts.join(" "))
            }
            _ => part.to_owned(),
        })
        .collect();
    Some(functions.join(" "))
}
