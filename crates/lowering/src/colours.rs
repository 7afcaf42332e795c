//! Colours of today's CSS in older words: `rgb()` and `rgba()`.

use std::str::FromStr as _;

use csscolorparser::Color;

use super::colour_arguments;
use super::colour_spaces;
use super::numbers::{function, number, split};
use super::properties::has_function;
use super::relative;

/// Colours in colours that are followed.
const DEEPEST: usize = 8;

/// Properties that hold a colour and nothing else.
pub(super) const COLOURS: [&str; 4] = ["color", "stop-color", "flood-color", "lighting-color"];

/// Whether a value is a colour, one of the element's own among them.
pub(super) fn is_colour(value: &str) -> bool {
    value.eq_ignore_ascii_case("currentcolor") || parse(value).is_some() || mixes_current(value)
}

/// Whether a colour of today is in a text, between which and others a browser goes through Oklab.
pub(super) fn is_modern(text: &str) -> bool {
    const NAMES: [&str; 6] = ["lab", "lch", "oklab", "oklch", "color", "color-mix"];
    text.contains('(')
        && (NAMES.iter().any(|name| has_function(text, name))
            || text.split('(').skip(1).any(|inside| of_origin(inside).is_some()))
}

/// The text after `from` in the arguments of a relative colour; `None` where they are of none.
fn of_origin(arguments: &str) -> Option<&str> {
    let (from, rest) = arguments.trim_start().split_at_checked(4)?;
    (from.eq_ignore_ascii_case("from") && rest.starts_with(|c: char| c.is_ascii_whitespace())).then_some(rest)
}

fn mixes_current(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    lower.contains('(')
        && lower.contains("currentcolor")
        && parse(&lower.replace("currentcolor", "black")).is_some()
}

/// The colour in words that the renderer knows; `None` where it knows it as it is, or it is none. `current` is what
/// `currentColor` stands for.
pub(super) fn lowered(value: &str, current: &str) -> Option<String> {
    let value = value.trim();
    if value.eq_ignore_ascii_case("currentcolor") {
        return (value != "currentColor").then(|| "currentColor".to_owned());
    }
    // Names and numbers after a hash are as old as SVG.
    if !value.contains('(') && svgtypes::Color::from_str(value).is_ok() {
        return None;
    }
    let mixed = value.contains('(') && value.to_ascii_lowercase().contains("currentcolor");
    let value =
        if mixed { value.to_ascii_lowercase().replace("currentcolor", current) } else { value.to_owned() };
    let made = words(&parse(&value)?);
    (made != value).then_some(made)
}

/// A colour as `rgb()` or `rgba()`.
pub(super) fn words(colour: &Color) -> String {
    let [red, green, blue, alpha] = colour.to_rgba8();
    match alpha {
        u8::MAX => format!("rgb({red}, {green}, {blue})"),
        _ => format!("rgba({red}, {green}, {blue}, {:.4})", colour.a.clamp(0.0, 1.0)),
    }
}

/// Any colour but `currentColor`.
pub(super) fn parse(value: &str) -> Option<Color> {
    parse_within(value.trim(), 0)
}

fn parse_within(value: &str, depth: usize) -> Option<Color> {
    if depth > DEEPEST || value.len() > 1000 {
        return None;
    }
    let Some((name, arguments)) = function(value) else {
        if value.eq_ignore_ascii_case("transparent") {
            return Some(Color::new(0.0, 0.0, 0.0, 0.0));
        }
        if let Some(system) = system(value) {
            return Some(system);
        }
        // The reader of colours takes any letter for a digit, and knows the names of SVG 1.1.
        let good = match value.strip_prefix('#') {
            Some(digits) => digits.chars().all(|c| c.is_ascii_hexdigit()),
            None => true,
        };
        if value.eq_ignore_ascii_case("rebeccapurple") {
            return Some(Color::from_rgba8(0x66, 0x33, 0x99, 0xff));
        }
        let found = svgtypes::Color::from_str(value).ok().filter(|_| good)?;
        return Some(Color::from_rgba8(found.red, found.green, found.blue, found.alpha));
    };
    match name.as_str() {
        "color-mix" => mix(arguments, depth),
        "light-dark" => match split(arguments, ',')[..] {
            [light, _] => parse_within(light, depth + 1),
            _ => None,
        },
        // Black or white, whichever is farther (css-color-5, section 6).
        "contrast-color" => {
            let [red, green, blue, _] = parse_within(arguments, depth + 1)?.to_linear_rgba();
            let light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            let level = if light > 0.179 { 0 } else { 255 };
            Some(Color::from_rgba8(level, level, level, 255))
        }
        "rgb" | "rgba" | "hsl" | "hsla" | "hwb" | "lab" | "lch" | "oklab" | "oklch" | "color"
            if let Some(said) = of_origin(arguments) =>
        {
            let parts = split(said, ' ');
            let (origin, rest) = parts.split_first()?;
            relative::colour(&name, &parse_within(origin, depth + 1)?, rest)
        }
        "rgb" | "rgba" | "hsl" | "hsla" | "hwb" | "lab" | "lch" | "oklab" | "oklch" => {
            let plain = colour_arguments::plain(&name, arguments)?;
            let value = plain.as_str();
            // Fractions and `none` are known to one, old percentages to the other.
            csscolorparser::parse(value)
                .ok()
                .filter(|colour| colour.to_array().iter().all(|part| part.is_finite()))
                .or_else(|| {
                    let found = svgtypes::Color::from_str(value).ok()?;
                    Some(Color::from_rgba8(found.red, found.green, found.blue, found.alpha))
                })
        }
        "color" => of_space(arguments),
        _ => None,
    }
}

fn system(name: &str) -> Option<Color> {
    let name = name.to_ascii_lowercase();
    let grey = |level: u8| Some(Color::from_rgba8(level, level, level, 255));
    match name.as_str() {
        "accentcolor" => Some(Color::from_rgba8(0, 117, 255, 255)),
        "highlight" => Some(Color::from_rgba8(0, 65, 198, 204)),
        "mark" => Some(Color::from_rgba8(255, 255, 0, 255)),
        "marktext" => grey(0),
        "selecteditem" => Some(Color::from_rgba8(25, 103, 210, 255)),
        "selecteditemtext" | "accentcolortext" => grey(255),
        "linktext" => Some(Color::from_rgba8(0, 0, 238, 255)),
        "visitedtext" => Some(Color::from_rgba8(85, 26, 139, 255)),
        "canvas" | "field" | "highlighttext" | "window" => grey(255),
        "canvastext" | "buttontext" | "fieldtext" | "windowtext" | "buttonborder" => grey(0),
        "buttonface" => grey(239),
        "graytext" => grey(128),
        _ => None,
    }
}

/// `color(space r g b / a)`.
fn of_space(arguments: &str) -> Option<Color> {
    let (parts, alpha) = match arguments.split_once('/') {
        Some((parts, alpha)) => (parts, number(alpha)?),
        None => (arguments, 1.0),
    };
    let [space, red, green, blue] = split(parts, ' ')[..] else { return None };
    let [red, green, blue] = [part(red)?, part(green)?, part(blue)?];
    colour_spaces::colour(&space.to_ascii_lowercase(), [red, green, blue], alpha as f32)
}

fn part(text: &str) -> Option<f32> {
    if text.eq_ignore_ascii_case("none") { Some(0.0) } else { number(text).map(|part| part as f32) }
}

/// `color-mix(in space, a share, b share)`, after css-color-5.
fn mix(arguments: &str, depth: usize) -> Option<Color> {
    let parts = split(arguments, ',');
    let (space, first, second) = match parts[..] {
        [first, second] => ("in oklab", first, second),
        [space, first, second] => (space, first, second),
        _ => return None,
    };
    let mut space = split(space, ' ').into_iter();
    if !space.next()?.eq_ignore_ascii_case("in") {
        return None;
    }
    let named = space.next()?.to_ascii_lowercase();
    let way = match space.collect::<Vec<_>>()[..] {
        [] => "shorter".to_owned(),
        [way, "hue"] => way.to_ascii_lowercase(),
        _ => return None,
    };
    let (first, one) = with_share(first, depth)?;
    let (second, two) = with_share(second, depth)?;
    let (one, two) = match (one, two) {
        (None, None) => (0.5, 0.5),
        (Some(one), None) => (one, 1.0 - one),
        (None, Some(two)) => (1.0 - two, two),
        (Some(one), Some(two)) => (one, two),
    };
    let sum = one + two;
    if sum <= 0.0 || !(0.0..=1.0).contains(&one) || !(0.0..=1.0).contains(&two) {
        return None;
    }
    let mixed = between_by(&first, &second, two / sum, &named, &way)?;
    let alpha = f64::from(mixed.a) * sum.min(1.0);
    Some(Color { a: alpha as f32, ..mixed })
}

fn with_share(text: &str, depth: usize) -> Option<(Color, Option<f64>)> {
    let parts = split(text, ' ');
    let share = parts.iter().position(|part| part.ends_with('%') && number(part).is_some());
    let colour: Vec<&str> =
        parts.iter().enumerate().filter(|(at, _)| Some(*at) != share).map(|(_, part)| *part).collect();
    let [colour] = colour[..] else { return None };
    Some((parse_within(colour, depth + 1)?, share.and_then(|at| number(parts[at]))))
}

/// The colour at a share of the way from one to another, with colours weighed by their opacity. After the space may stand by which
/// way hues go round.
pub(super) fn between(from: &Color, to: &Color, share: f64, space: &str) -> Option<Color> {
    let (space, round) = space.split_once(' ').unwrap_or((space, "shorter"));
    between_by(from, to, share, space, round)
}

/// As [`between`], with hues that go round by the way of this name.
fn between_by(from: &Color, to: &Color, share: f64, space: &str, round: &str) -> Option<Color> {
    let share = share as f32;
    let alpha = from.a + (to.a - from.a) * share;
    let (a, b) = (apart(from, space)?, apart(to, space)?);
    let (hue, turn) = match space {
        "oklch" | "lch" => (Some(2), std::f32::consts::TAU),
        "hsl" | "hwb" => (Some(0), 360.0),
        _ => (None, 0.0),
    };
    let mut mixed = [0.0f32; 3];
    for part in 0..3 {
        mixed[part] = if hue == Some(part) {
            let way = way_round((b[part] - a[part]).rem_euclid(turn), turn, round)?;
            // What has no colour has no hue of its own.
            match (is_grey(from), is_grey(to)) {
                (true, false) => b[part],
                (false, true) => a[part],
                _ => (a[part] + way * share).rem_euclid(turn),
            }
        } else if alpha > 0.0 {
            (a[part] * from.a * (1.0 - share) + b[part] * to.a * share) / alpha
        } else {
            a[part]
        };
    }
    together(mixed, alpha, space)
}

/// The parts that a colour has in a space, but for its opacity.
fn apart(colour: &Color, space: &str) -> Option<[f32; 3]> {
    let [x, y, z, _] = match space {
        "srgb" => colour.to_array(),
        "srgb-linear" => colour.to_linear_rgba(),
        "oklab" => colour.to_oklaba(),
        "lab" => colour.to_laba(),
        "oklch" => colour.to_oklcha(),
        "lch" => colour.to_lcha(),
        "hsl" => colour.to_hsla(),
        "hwb" => colour.to_hwba(),
        _ => return colour_spaces::parts(space, colour).map(|parts| parts.map(|part| part as f32)),
    };
    Some([x, y, z])
}

/// The colour that has these parts in a space.
fn together(parts @ [x, y, z]: [f32; 3], alpha: f32, space: &str) -> Option<Color> {
    Some(match space {
        "srgb" => Color::new(x, y, z, alpha),
        "srgb-linear" => Color::from_linear_rgba(x, y, z, alpha),
        "oklab" => Color::from_oklaba(x, y, z, alpha),
        "oklch" => Color::from_oklcha(x, y, z, alpha),
        "lch" => Color::from_lcha(x, y, z, alpha),
        "hsl" => Color::from_hsla(x, y, z, alpha),
        "hwb" => Color::from_hwba(x, y, z, alpha),
        "lab" => Color::from_laba(x, y, z, alpha),
        _ => return colour_spaces::colour(space, parts, alpha),
    })
}

/// The change of a hue on its way to one that is `up` above it, by CSS's word for the way round; `None` for an unknown word.
/// `up` is from 0 to less than a `turn`.
fn way_round(up: f32, turn: f32, round: &str) -> Option<f32> {
    Some(match round {
        "increasing" => up,
        "decreasing" => up - if up > 0.0 { turn } else { 0.0 },
        "longer" if up == 0.0 => turn,
        "longer" if up < turn / 2.0 => up - turn,
        "longer" => up,
        "shorter" if up > turn / 2.0 => up - turn,
        "shorter" => up,
        _ => return None,
    })
}

fn is_grey(colour: &Color) -> bool {
    (colour.r - colour.g).abs() < 0.002 && (colour.g - colour.b).abs() < 0.002
}

/// A text with each colour of today's CSS in older words, for values that hold more than one thing.
pub(super) fn lowered_within(text: &str, current: &str) -> Option<String> {
    within(text, current, 0)
}

fn within(text: &str, current: &str, depth: usize) -> Option<String> {
    if !text.contains('(') || depth > DEEPEST {
        return None;
    }
    let mut changed = false;
    let parts: Vec<String> = split(text, ' ')
        .into_iter()
        .map(|part| match (lowered(part, current), function(part)) {
            (Some(new), _) => {
                changed = true;
                new
            }
            (None, Some((name, inside))) if !inside.is_empty() && name != "url" => {
                let lists: Vec<String> = split(inside, ',')
                    .into_iter()
                    .map(|item| match within(item, current, depth + 1).or_else(|| lowered(item, current)) {
                        Some(new) => {
                            changed = true;
                            new
                        }
                        None => item.to_owned(),
                    })
                    .collect();
                format!("{name}({})", lists.join(","))
            }
            _ => part.to_owned(),
        })
        .collect();
    changed.then(|| parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_today_become_older_ones() {
        for (text, made) in [
            ("rgb(255 99 71 / 50%)", Some("rgba(255, 99, 71, 0.5000)")),
            ("hsl(120deg 100% 25%)", Some("rgb(0, 128, 0)")),
            ("color-mix(in srgb, red, blue)", Some("rgb(128, 0, 128)")),
            ("color-mix(in srgb, red 25%, #0000ff)", Some("rgb(64, 0, 191)")),
            ("color-mix(in hsl, red, currentColor)", Some("rgb(255, 255, 0)")),
            ("color-mix(in srgb, red, transparent 40%)", Some("rgba(255, 0, 0, 0.6000)")),
            ("light-dark(teal, red)", Some("rgb(0, 128, 128)")),
            ("color(srgb 1 0.5 0)", Some("rgb(255, 128, 0)")),
            ("color(display-p3-linear 0.2 0.2 0.2)", Some("rgb(124, 124, 124)")),
            ("rgb(from red calc(r / 2) 50% b / 0.7)", Some("rgba(128, 128, 0, 0.7000)")),
            ("color(from #2a7 srgb g r b)", Some("rgb(170, 34, 119)")),
            ("color(from #2a7 display-p3 r g b / 50%)", Some("rgba(34, 170, 119, 0.5000)")),
            ("hsl(from hsl(20 80% 40%) calc(h + 100) s l)", Some("rgb(20, 184, 20)")),
            ("hsl(from red h 50% l)", Some("rgb(191, 64, 64)")),
            ("rgb(from #123456 r r r / alpha)", Some("rgb(18, 18, 18)")),
            ("oklch(from teal l c h)", Some("rgb(0, 128, 128)")),
            ("color-mix(in xyz, red, red)", Some("rgb(255, 0, 0)")),
            ("rgb( from\n#123456\tr r r )", Some("rgb(18, 18, 18)")),
            ("rgb(From\tblue r g b)", Some("rgb(0, 0, 255)")),
            ("rgb(from red r q b)", None),
            ("rgb(fromred r g b)", None),
            ("rgb(1, 2, 3)", None),
            ("teal", None),
            ("what(1 2 3)", None),
            ("currentColor", None),
        ] {
            assert_eq!(lowered(text, "lime").as_deref(), made, "{text}");
        }
        assert!(lowered("oklch(0.7 0.2 40)", "black").unwrap().starts_with("rgb(255, 1"));
        assert!(
            is_colour("RebeccaPurple") && is_colour("#f008") && !is_colour("tomatoo") && !is_colour("red;")
        );
    }

    #[test]
    fn relative_colours_are_of_today_however_they_are_spaced() {
        for text in [
            "rgb(from red r g b)",
            "rgb( from red r g b)",
            "hsl(\nFROM\tred h s l)",
            "x (rgb(1 2 3), rgb( from",
        ] {
            assert_eq!(is_modern(text), text.ends_with(')'), "{text}");
        }
        assert!(!is_modern("rgb(1 2 3), from red") && !is_modern("what(fromage)"));
    }

    #[test]
    fn colours_in_longer_values_are_found() {
        assert_eq!(
            lowered_within("drop-shadow(0 2px 3px rgb(0 0 0 / .5)) blur(2px)", "red").as_deref(),
            Some("drop-shadow(0 2px 3px rgba(0, 0, 0, 0.5000)) blur(2px)")
        );
        assert_eq!(lowered_within("url(#a) blur(2px)", "red"), None);
    }
}
