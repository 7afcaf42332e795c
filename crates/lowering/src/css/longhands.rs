//! The longhand properties that a shorthand sets.

use super::super::grammar;
use super::super::numbers::{self, split};
use super::super::properties;

/// The properties that a declaration sets.
pub(in super::super) fn longhands(name: &str, value: &str) -> Vec<(String, String)> {
    let each = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), value.to_owned())).collect();
    match name {
        "marker" => each(&["marker-start", "marker-mid", "marker-end"]),
        "font" if properties::has_function(value, "var") => each(&["font"]),
        "font" => font(value),
        "-webkit-mask"
        | "-webkit-mask-image"
        | "-webkit-transform"
        | "-webkit-filter"
        | "-webkit-clip-path"
        | "-webkit-transform-origin"
        | "-webkit-animation"
        | "-webkit-animation-name"
        | "-webkit-animation-duration"
        | "-webkit-animation-delay" => each(&[name.trim_start_matches("-webkit-")]),
        "text-decoration-line" => each(&["text-decoration"]),
        // What it does not say is reset.
        "background" => {
            let parts =
                ["color", "image", "position", "size", "repeat"].map(|part| format!("background-{part}"));
            let reset = parts.into_iter().map(|part| (part, String::new()));
            reset.chain([(name.to_owned(), value.to_owned())]).collect()
        }
        "all" => properties::all().map(|name| (name.to_owned(), value.to_owned())).collect(),
        "offset" => offset(value),
        _ => each(&[name]),
    }
}

/// The parts of `offset`: a path, how far along it, and how it turns.
fn offset(value: &str) -> Vec<(String, String)> {
    let before_anchor = split(value, '/').first().copied().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    let mut turn = Vec::new();
    for word in split(&before_anchor, ' ') {
        if word.contains('(') && !word.starts_with("calc") || word == "none" {
            found.push(("offset-path".to_owned(), word.to_owned()));
        } else if numbers::is_length(word, false, true) {
            found.push(("offset-distance".to_owned(), word.to_owned()));
        } else if matches!(word, "auto" | "reverse") || numbers::angle(word).is_some() {
            turn.push(word);
        }
    }
    if !turn.is_empty() {
        found.push(("offset-rotate".to_owned(), turn.join(" ")));
    }
    found
}

/// The parts of `font`: words in any order, a size, perhaps the height of a line, and families (css-fonts-4, section 2.7).
fn font(value: &str) -> Vec<(String, String)> {
    let words = split(value, ' ');
    let sized = |word: &str| {
        let size = split(word, '/').first().copied().unwrap_or_default().to_owned();
        (!size.parse::<f64>().is_ok_and(|number| number != 0.0) && grammar::takes("font-size", &size))
            .then_some(size)
    };
    let Some((at, size)) = words.iter().enumerate().find_map(|(at, word)| Some((at, sized(word)?))) else {
        return Vec::new();
    };
    let after = match (words[at].ends_with('/'), words.get(at + 1)) {
        (true, _) | (_, Some(&"/")) => at + 2 + usize::from(!words[at].ends_with('/')),
        (_, Some(next)) if next.starts_with('/') => at + 2,
        _ => at + 1,
    };
    let families = words.get(after..).unwrap_or_default().join(" ");
    let mut parts =
        ["font-style", "font-variant", "font-weight", "font-stretch"].map(|name| (name, "normal"));
    for word in words[..at].iter().filter(|word| !word.eq_ignore_ascii_case("normal")) {
        let lower = word.to_ascii_lowercase();
        let which = match lower.as_str() {
            "italic" | "oblique" => 0,
            "small-caps" => 1,
            stretch if stretch.ends_with("condensed") || stretch.ends_with("expanded") => 3,
            weight if grammar::takes("font-weight", weight) => 2,
            _ => return Vec::new(),
        };
        parts[which].1 = word;
    }
    if families.is_empty() {
        return Vec::new();
    }
    let rest = [("font-size", size.as_str()), ("font-family", families.as_str())];
    parts.into_iter().chain(rest).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
