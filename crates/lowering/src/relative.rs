//! Colours made from the parts of another: `rgb(from red r g b / 50%)` (css-color-5, section 4).

use std::collections::HashMap;

use csscolorparser::Color;

use super::colour_spaces;
use super::numbers::{angle, number, split, written};

/// The colour that a function makes of another; `rest` is what stands after that one.
pub(super) fn colour(name: &str, origin: &Color, rest: &[&str]) -> Option<Color> {
    let (space, rest) = match name {
        "color" => rest.split_first().map(|(space, rest)| (space.to_ascii_lowercase(), rest))?,
        "rgba" | "hsla" => (name.trim_end_matches('a').to_owned(), rest),
        _ => (name.to_owned(), rest),
    };
    let known = Space::of(name, &space)?;
    let parts = known.parts(&space, origin)?;
    let words: HashMap<&str, f64> =
        known.words.into_iter().zip(parts).chain([("alpha", f64::from(origin.a))]).collect();
    let text = rest.join(" ");
    let (channels, alpha) = match split(&text, '/')[..] {
        [channels] => (channels, None),
        [channels, alpha] => (channels, Some(alpha)),
        _ => return None,
    };
    let [first, second, third] = split(channels, ' ')[..] else { return None };
    let value = |at: usize, said: &str| value(said, &words, known.wholes[at]);
    let made = [value(0, first)?, value(1, second)?, value(2, third)?];
    let alpha = match alpha {
        Some(said) => self::value(said, &words, Some(1.0))?.clamp(0.0, 1.0),
        None => f64::from(origin.a),
    };
    known.colour(&space, made, alpha as f32)
}

/// The value of one argument. `whole` is what a percentage is of; an angle where there is none.
fn value(said: &str, words: &HashMap<&str, f64>, whole: Option<f64>) -> Option<f64> {
    if said.eq_ignore_ascii_case("none") {
        return Some(0.0);
    }
    let said = with_numbers(said, words);
    match whole {
        None => angle(&said),
        Some(whole) if said.contains('%') => number(&said).map(|share| share * whole),
        Some(_) => number(&said),
    }
}

/// An expression with numbers in the place of the names of channels.
fn with_numbers(said: &str, words: &HashMap<&str, f64>) -> String {
    let mut made = String::with_capacity(said.len());
    let mut rest = said;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '%' | '_');
        // A number with its unit is one word.
        let end = match first.is_ascii_alphanumeric() {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        match words.get(word.to_ascii_lowercase().as_str()).filter(|_| !after.starts_with('(')) {
            Some(number) => made.push_str(&written(*number)),
            None => made.push_str(word),
        }
        rest = after;
    }
    made
}

/// The names of the channels of a function, and what percentages of them are of; a hue has none.
struct Space {
    words: [&'static str; 3],
    wholes: [Option<f64>; 3],
}

impl Space {
    fn of(function: &str, space: &str) -> Option<Self> {
        let (words, wholes) = match space {
            _ if function == "color" && space.starts_with("xyz") => (["x", "y", "z"], [Some(1.0); 3]),
            _ if function == "color" => (["r", "g", "b"], [Some(1.0); 3]),
            "rgb" => (["r", "g", "b"], [Some(255.0); 3]),
            "hsl" => (["h", "s", "l"], [None, Some(100.0), Some(100.0)]),
            "hwb" => (["h", "w", "b"], [None, Some(100.0), Some(100.0)]),
            "lab" => (["l", "a", "b"], [Some(100.0), Some(125.0), Some(125.0)]),
            "oklab" => (["l", "a", "b"], [Some(1.0), Some(0.4), Some(0.4)]),
            "lch" => (["l", "c", "h"], [Some(100.0), Some(150.0), None]),
            "oklch" => (["l", "c", "h"], [Some(1.0), Some(0.4), None]),
            _ => return None,
        };
        Some(Self { words, wholes })
    }

    /// The channels of a colour, hues in degrees.
    fn parts(&self, space: &str, colour: &Color) -> Option<[f64; 3]> {
        let three = |parts: [f32; 4]| [parts[0], parts[1], parts[2]].map(f64::from);
        let [a, b, c] = match space {
            "rgb" => three(colour.to_array()).map(|part| part * 255.0),
            "hsl" => three(colour.to_hsla()),
            "hwb" => three(colour.to_hwba()),
            "lab" => three(colour.to_laba()),
            "oklab" => three(colour.to_oklaba()),
            "lch" => three(colour.to_lcha()),
            "oklch" => three(colour.to_oklcha()),
            _ => return colour_spaces::parts(space, colour),
        };
        Some(match space {
            "hsl" | "hwb" => [a, b * 100.0, c * 100.0],
            "lch" | "oklch" => [a, b, c.to_degrees()],
            _ => [a, b, c],
        })
    }

    /// The colour that has these channels.
    fn colour(&self, space: &str, [a, b, c]: [f64; 3], alpha: f32) -> Option<Color> {
        let [x, y, z] = [a, b, c].map(|part| part as f32);
        let share = |part: f64| (part / 100.0).clamp(0.0, 1.0) as f32;
        let turn = c.to_radians() as f32;
        Some(match space {
            "rgb" => Color::new(x / 255.0, y / 255.0, z / 255.0, alpha),
            "hsl" => Color::from_hsla(x, share(b), share(c), alpha),
            "hwb" => Color::from_hwba(x, share(b), share(c), alpha),
            "lab" => Color::from_laba(x, y, z, alpha),
            "oklab" => Color::from_oklaba(x, y, z, alpha),
            "lch" => Color::from_lcha(x, y.max(0.0), turn, alpha),
            "oklch" => Color::from_oklcha(x, y.max(0.0), turn, alpha),
            _ => return colour_spaces::colour(space, [x, y, z], alpha),
        })
    }
}
