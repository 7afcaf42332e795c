//! Values of CSS in older words: colours of CSS Color 4 as `rgb()` and `rgba()`, functions of `transform` without units.

use csscolorparser::Color;

/// Attributes that hold a colour.
pub(super) const COLOURS: [&str; 6] =
    ["fill", "stroke", "stop-color", "flood-color", "lighting-color", "color"];

/// A rem in user units: drawings have no page whose font could be another.
const REM: f64 = 16.0;

/// Functions that are colours, the longest of those that begin alike first.
const COLOUR_FUNCTIONS: [&str; 9] = ["rgba", "rgb", "hsla", "hsl", "hwb", "oklab", "oklch", "lab", "lch"];

/// The text with its colours in older words, where some are new ones.
pub(super) fn colours(text: &str) -> Option<String> {
    functions(text, |name, arguments| COLOUR_FUNCTIONS.contains(&name).then(|| colour(name, arguments))?)
}

/// A text of CSS with its colours and transforms in older words, where there are any to lower.
pub(super) fn css(text: &str) -> Option<String> {
    functions(text, |name, arguments| match COLOUR_FUNCTIONS.contains(&name) {
        true => colour(name, arguments),
        false => transform(name, arguments),
    })
}

/// A length in rem as one in user units.
pub(super) fn rem(value: &str) -> Option<String> {
    let number: f64 = value.trim().strip_suffix("rem")?.trim().parse().ok()?;
    Some((number * REM).to_string())
}

/// Puts what `lower` gives in place of each function, `name(arguments)`, in which there is no other.
fn functions(text: &str, lower: impl Fn(&str, &str) -> Option<String>) -> Option<String> {
    let mut lowered = String::new();
    let mut copied = 0;
    for (open, _) in text.match_indices('(') {
        let name_at = text[..open]
            .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
        let Some(length) = text[open + 1..].find(['(', ')']) else { break };
        let close = open + 1 + length;
        if !text[close..].starts_with(')') || name_at < copied {
            continue;
        }
        let name = text[name_at..open].to_ascii_lowercase();
        if let Some(new) = lower(&name, &text[open + 1..close]) {
            lowered.push_str(&text[copied..name_at]);
            lowered.push_str(&new);
            copied = close + 1;
        }
    }
    lowered.push_str(&text[copied..]);
    (copied > 0).then_some(lowered)
}

/// The renderer knows the old form of `rgb` and `hsl`, with commas and plain degrees.
fn colour(name: &str, arguments: &str) -> Option<String> {
    let old = arguments.contains(',') && !arguments.contains(|c: char| c.is_ascii_alphabetic());
    if old || arguments.contains(['"', '\'', '<', '&']) {
        return None;
    }
    let found: Color = format!("{name}({arguments})").parse().ok()?;
    let [red, green, blue, alpha] = found.to_rgba8();
    Some(match alpha {
        u8::MAX => format!("rgb({red}, {green}, {blue})"),
        _ => format!("rgba({red}, {green}, {blue}, {:.4})", found.a.clamp(0.0, 1.0)),
    })
}

/// A function of `transform`, whose lengths are in pixels and angles in degrees where there is no unit.
fn transform(name: &str, arguments: &str) -> Option<String> {
    let numbers: Option<Vec<f64>> = arguments.split(',').map(|argument| number(argument.trim())).collect();
    let numbers = numbers?;
    Some(match (name, numbers.as_slice()) {
        ("rotate", [angle]) => format!("rotate({angle})"),
        ("translate", [x]) => format!("translate({x} 0)"),
        ("translatex", [x]) => format!("translate({x} 0)"),
        ("translatey", [y]) => format!("translate(0 {y})"),
        ("scalex", [x]) => format!("scale({x} 1)"),
        ("scaley", [y]) => format!("scale(1 {y})"),
        ("translate", [x, y]) => format!("translate({x} {y})"),
        ("scale", [x]) => format!("scale({x})"),
        ("scale", [x, y]) => format!("scale({x} {y})"),
        ("skewx", [angle]) => format!("skewX({angle})"),
        ("skewy", [angle]) => format!("skewY({angle})"),
        _ => return None,
    })
}

fn number(text: &str) -> Option<f64> {
    let at = text.find(|c: char| c.is_ascii_alphabetic() && c != 'e').unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: f64 = number.parse().ok()?;
    match unit {
        "" | "px" | "deg" => Some(number),
        "rad" => Some(number.to_degrees()),
        "turn" => Some(number * 360.0),
        "grad" => Some(number * 0.9),
        "rem" => Some(number * REM),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_today_become_older_ones() {
        for (text, lowered) in [
            ("rgb(255 99 71 / 50%)", "rgba(255, 99, 71, 0.5000)"),
            ("hsl(120deg 100% 25%)", "rgb(0, 128, 0)"),
            ("fill:hwb(0 0% 0%);stroke:rgb(1,2,3)", "fill:rgb(255, 0, 0);stroke:rgb(1,2,3)"),
            ("hsla(0, 100%, 50%, 0.5)", "hsla(0, 100%, 50%, 0.5)"),
            ("url(#a) rgb(var(--x) 1 2)", "url(#a) rgb(var(--x) 1 2)"),
            ("rgb(1 2", "rgb(1 2"),
            ("é(rgb(1 2 3))", "é(rgb(1, 2, 3))"),
        ] {
            assert_eq!(colours(text).unwrap_or_else(|| text.to_owned()), lowered);
        }
        let made = colours("oklch(0.7 0.2 40)").unwrap();
        assert!(made.starts_with("rgb(255, 1"), "{made}");
    }

    #[test]
    fn transforms_lose_their_units() {
        for (text, lowered) in [
            ("transform: rotate(0.25turn) translateX(6px)", "transform: rotate(90) translate(6 0)"),
            ("transform:translate(-1.5px, 2px) scaleY(2)", "transform:translate(-1.5 2) scale(1 2)"),
            ("transform: translate(50%, 1em)", "transform: translate(50%, 1em)"),
            ("transform: matrix(1,0,0,1,2,3)", "transform: matrix(1,0,0,1,2,3)"),
        ] {
            assert_eq!(css(text).unwrap_or_else(|| text.to_owned()), lowered);
        }
        assert_eq!(rem("3rem").as_deref(), Some("48"));
        assert_eq!(rem("3em"), None);
    }
}
