//! The grammar of values that a browser takes for a property: a value that it does not take is as though it was not said.

use super::numbers::{angle, function, is_length, number, split};
use super::properties::{has_function, is_wide, path_of};
use super::{colours, transform_list};

/// The place where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In a style sheet or a style attribute, where lengths have units.
    Css,
    /// In an attribute of its own, where a plain number is a length.
    Attribute,
}

/// Whether a value is one that a browser takes for a property in CSS; of properties that are not known here, all are.
pub(super) fn takes(name: &str, value: &str) -> bool {
    takes_in(name, value, Place::Css)
}

/// Whether a value is one that a browser takes for a property as an attribute. Of those whose grammar is another there, and of
/// geometry, all are.
pub(super) fn takes_as_attribute(name: &str, value: &str) -> bool {
    const OTHERWISE: [&str; 13] =
        ["transform", "d", "cx", "cy", "x", "y", "r", "rx", "ry", "width", "height", "rotate", "scale"];
    match OTHERWISE.contains(&name) {
        // A number ends in a digit.
        true => matches!(name, "transform" | "d") || !ends_in_dot(value),
        false => takes_in(name, value, Place::Attribute),
    }
}

fn ends_in_dot(value: &str) -> bool {
    value.match_indices('.').any(|(at, _)| !value[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
}

fn takes_in(name: &str, value: &str, place: Place) -> bool {
    let value = value.trim();
    if has_function(value, "var") || has_function(value, "env") || is_wide(value) {
        return true;
    }
    let one_of = |words: &[&str]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    let plain = place == Place::Attribute;
    match name {
        "fill" | "stroke" => {
            one_of(&["none", "context-fill", "context-stroke"])
                || value.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("url("))
                || colours::is_colour(value)
        }
        "color" | "stop-color" | "flood-color" | "lighting-color" => colours::is_colour(value),
        "opacity" | "fill-opacity" | "stroke-opacity" | "stop-opacity" | "flood-opacity" => {
            value.contains('(') || value.strip_suffix('%').unwrap_or(value).trim().parse::<f64>().is_ok()
        }
        "cx" | "cy" | "x" | "y" | "stroke-dashoffset" => is_length(value, true, true),
        "r" | "stroke-width" => is_length(value, true, false),
        "rx" | "ry" => one_of(&["auto"]) || is_length(value, true, false),
        "width" | "height" => one_of(&["auto"]) || is_length(value, false, false),
        "d" => one_of(&["none"]) || path_of(value).is_some(),
        "stroke-dasharray" => one_of(&["none"]) || is_dashes(value),
        "stroke-linecap" => one_of(&["butt", "round", "square"]),
        "stroke-linejoin" => one_of(&["miter", "round", "bevel", "miter-clip", "arcs"]),
        "fill-rule" | "clip-rule" => one_of(&["nonzero", "evenodd"]),
        "visibility" => one_of(&["visible", "hidden", "collapse"]),
        "text-anchor" => one_of(&["start", "middle", "end"]),
        "stroke-miterlimit" => number(value).is_some_and(|limit| limit >= 0.0),
        "letter-spacing" | "word-spacing" => one_of(&["normal"]) || is_length(value, plain, true),
        "transform" => one_of(&["none"]) || transform_list::is_list(value),
        "transform-origin" => is_origin(value, plain),
        "translate" => one_of(&["none"]) || split(value, ' ').iter().all(|word| is_length(word, false, true)),
        "rotate" => one_of(&["none"]) || split(value, ' ').iter().any(|word| is_turn(word)),
        "scale" => one_of(&["none"]) || split(value, ' ').iter().all(|word| number(word).is_some()),
        "filter" => one_of(&["none"]) || split(value, ' ').iter().all(|part| is_filter(part, plain)),
        // A word beside the image belongs to the shorthand.
        "mask-image" => split(value, ',').iter().all(|layer| split(layer, ' ').len() == 1),
        "font-size" => is_length(value, plain, false) || one_of(SIZES),
        "font-style" => one_of(&["normal", "italic"]) || value.starts_with("oblique"),
        "font-weight" => {
            one_of(&["normal", "bold", "bolder", "lighter"])
                || number(value).is_some_and(|weight| (1.0..=1000.0).contains(&weight))
        }
        "display" => {
            value.split_ascii_whitespace().all(|word| DISPLAYS.contains(&&*word.to_ascii_lowercase()))
        }
        _ => true,
    }
}

/// The words that sizes of fonts have.
const SIZES: &[&str] = &[
    "xx-small",
    "x-small",
    "small",
    "medium",
    "large",
    "x-large",
    "xx-large",
    "xxx-large",
    "smaller",
    "larger",
];

/// The words of `display`.
const DISPLAYS: &[&str] = &[
    "none",
    "inline",
    "block",
    "contents",
    "flow",
    "flow-root",
    "flex",
    "grid",
    "table",
    "list-item",
    "inline-block",
    "inline-flex",
    "inline-grid",
    "inline-table",
    "math",
    "ruby",
    "table-row",
    "table-cell",
    "table-row-group",
    "table-header-group",
    "table-footer-group",
    "table-column",
    "table-column-group",
    "table-caption",
    "-webkit-box",
    "-webkit-flex",
];

/// Whether a property's values are words and nothing else, which may be written in any case.
pub(super) fn is_of_words(name: &str) -> bool {
    matches!(
        name,
        "stroke-linecap"
            | "stroke-linejoin"
            | "fill-rule"
            | "clip-rule"
            | "visibility"
            | "text-anchor"
            | "font-style"
            | "font-weight"
            | "display"
            | "dominant-baseline"
            | "alignment-baseline"
            | "mix-blend-mode"
            | "isolation"
            | "mask-type"
            | "overflow"
            | "paint-order"
            | "text-transform"
            | "vector-effect"
            | "transform-box"
    )
}

fn is_dashes(value: &str) -> bool {
    let groups = split(value, ',');
    groups.iter().all(|group| {
        let lengths = split(group, ' ');
        !lengths.is_empty() && lengths.iter().all(|length| is_length(length, true, false))
    })
}

/// Whether a word is an angle, which has a unit unless it is zero.
fn is_turn(word: &str) -> bool {
    angle(word).is_some() && word.parse::<f64>().map_or(true, |number| number == 0.0)
}

fn is_origin(value: &str, plain: bool) -> bool {
    let words = split(value, ' ');
    let good = |word: &&str| {
        matches!(*word, "left" | "right" | "top" | "bottom" | "center") || is_length(word, plain, true)
    };
    // Beside a length, a word for one way stands in that way's place.
    let placed = match words[..] {
        [a, b] | [a, b, _] => {
            let lengths = [a, b].iter().any(|word| is_length(word, true, true));
            !(lengths && (matches!(a, "top" | "bottom") || matches!(b, "left" | "right")))
        }
        _ => true,
    };
    (1..=3).contains(&words.len()) && words.iter().all(good) && placed
}

/// Whether a part of `filter` is a reference, or a function with what it takes.
fn is_filter(part: &str, plain: bool) -> bool {
    let Some((name, inside)) = function(part) else { return false };
    let share = || inside.is_empty() || number(inside).is_some_and(|share| share >= 0.0);
    match name.as_str() {
        "url" => true,
        "blur" => inside.is_empty() || (is_length(inside, false, false) && !inside.contains('%')),
        "hue-rotate" => inside.is_empty() || is_turn(inside),
        "brightness" | "contrast" | "grayscale" | "invert" | "opacity" | "saturate" | "sepia" => share(),
        "drop-shadow" => {
            let words = split(inside, ' ');
            let colours = words.iter().filter(|word| colours::is_colour(word)).count();
            let lengths = words.iter().filter(|word| is_length(word, plain, true)).count();
            colours <= 1 && (2..=3).contains(&lengths) && colours + lengths == words.len()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_does_not_take_is_told_from_what_it_does() {
        for (name, value) in [
            ("fill", "URL(#a) none"),
            ("stroke-dasharray", "20 , 10 1em"),
            ("transform-origin", "50% top"),
            ("rotate", "x 40deg"),
            ("rotate", "0"),
            ("translate", "10px -2%"),
            ("filter", "drop-shadow(0 2px 3px rgb(0 0 0 / 40%)) url(#a) blur(0)"),
            ("filter", "hue-rotate(0.25turn) brightness(150%) opacity()"),
            ("display", "inline-block"),
            ("text-anchor", "Middle"),
        ] {
            assert!(takes(name, value), "{name}: {value}");
        }
        for (name, value) in [
            ("fill", "#12345"),
            ("fill", "red;"),
            ("stroke-width", "-2"),
            ("stroke-dasharray", "20;10"),
            ("stroke-dasharray", "20,,10"),
            ("transform-origin", "50 70"),
            ("rotate", "20"),
            ("translate", "10 5"),
            ("filter", "blur(3)"),
            ("filter", "drop-shadow(3 3 2 red)"),
            ("filter", "brightness(-1)"),
            ("display", "foo"),
            ("text-anchor", "center"),
            ("mask-image", "url(#m) alpha"),
        ] {
            assert!(!takes(name, value), "{name}: {value}");
        }
        assert!(takes_as_attribute("transform-origin", "50 70") && takes_as_attribute("font-size", "20"));
        assert!(takes_as_attribute("transform", "rotate(4 1 2)") && !takes_as_attribute("fill", "rgb(1,2)"));
    }
}
