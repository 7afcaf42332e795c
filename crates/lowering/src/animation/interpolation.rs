//! Interpolation: easing functions, and the values between two values.

use super::super::colours;
use super::super::css::number_length;
use super::super::numbers::{function, number, split, written};
use super::super::transform_list;

/// An easing function (css-easing-2).
#[derive(Debug, Clone, PartialEq)]
pub(super) enum EasingFunction {
    Linear,
    /// Straight lines between points: shares of the time, and of the way.
    Points(Vec<[f64; 2]>),
    /// A curve of Bézier from 0 to 1, by its two handles.
    Curve([f64; 4]),
    /// Steps, and whether the first is at once and the last before the end.
    Steps {
        count: f64,
        at_start: bool,
        both: bool,
        neither: bool,
    },
}

impl EasingFunction {
    /// The function that `animation-timing-function` names.
    pub(super) fn of_css(text: &str) -> Self {
        match text.trim() {
            "linear" => EasingFunction::Linear,
            "ease-in" => EasingFunction::Curve([0.42, 0.0, 1.0, 1.0]),
            "ease-out" => EasingFunction::Curve([0.0, 0.0, 0.58, 1.0]),
            "ease-in-out" => EasingFunction::Curve([0.42, 0.0, 0.58, 1.0]),
            "step-start" => EasingFunction::Steps { count: 1.0, at_start: true, both: false, neither: false },
            "step-end" => EasingFunction::Steps { count: 1.0, at_start: false, both: false, neither: false },
            text => Self::of_function(text).unwrap_or(EasingFunction::Curve([0.25, 0.1, 0.25, 1.0])),
        }
    }

    fn of_function(text: &str) -> Option<Self> {
        let (name, inside) = function(text)?;
        let parts = split(inside, ',');
        match name.as_str() {
            "cubic-bezier" => {
                let numbers: Option<Vec<f64>> = parts.iter().map(|part| number(part)).collect();
                numbers?.try_into().ok().map(EasingFunction::Curve)
            }
            "steps" => {
                let count = number(parts.first()?)?.clamp(1.0, 1e6).floor();
                let place = parts.get(1).copied().unwrap_or("end");
                let at_start = matches!(place, "start" | "jump-start");
                Some(EasingFunction::Steps {
                    count,
                    at_start,
                    both: place == "jump-both",
                    neither: place == "jump-none",
                })
            }
            "linear" => points(&parts).map(EasingFunction::Points),
            _ => None,
        }
    }

    /// The share of the way that is gone at a share of the time.
    pub(super) fn at(&self, time: f64) -> f64 {
        match *self {
            EasingFunction::Linear => time,
            EasingFunction::Points(ref points) => {
                let last = points.len() - 1;
                let after = points.partition_point(|[at, _]| *at <= time).clamp(1, last.max(1)).min(last);
                let ([from, a], [to, b]) = (points[after.saturating_sub(1)], points[after]);
                if to > from { a + (b - a) * (time - from) / (to - from) } else { b }
            }
            EasingFunction::Curve([x1, y1, x2, y2]) => {
                if time <= 0.0 || time >= 1.0 {
                    return time;
                }
                let on = |a: f64, b: f64, t: f64| {
                    let s = 1.0 - t;
                    3.0 * s * s * t * a + 3.0 * s * t * t * b + t * t * t
                };
                let (mut low, mut high) = (0.0, 1.0);
                for _ in 0..40 {
                    let middle = f64::midpoint(low, high);
                    if on(x1, x2, middle) < time { low = middle } else { high = middle }
                }
                on(y1, y2, low)
            }
            EasingFunction::Steps { count, at_start, both, neither } => {
                let step = (time * count).floor() + f64::from(u8::from(at_start || both));
                let steps = count + f64::from(u8::from(both)) - f64::from(u8::from(neither && count > 1.0));
                (step / steps).clamp(0.0, 1.0)
            }
        }
    }
}

/// Points of a `linear()`.
const MOST_POINTS: usize = 4096;

/// The points of `linear()` (css-easing-2, section 2.2); those without a time are spread between those that have one.
fn points(parts: &[&str]) -> Option<Vec<[f64; 2]>> {
    if parts.len() > MOST_POINTS {
        return None;
    }
    let mut found: Vec<(Option<f64>, f64)> = Vec::new();
    for part in parts {
        let words = split(part, ' ');
        let is_time = |word: &&&str| word.ends_with('%');
        let way = number(words.iter().find(|word| !word.ends_with('%'))?)?;
        let times: Vec<f64> = words.iter().filter(is_time).map(|word| number(word)).collect::<Option<_>>()?;
        match times[..] {
            [] => found.push((None, way)),
            [one] => found.push((Some(one), way)),
            [from, to] => found.extend([(Some(from), way), (Some(to), way)]),
            _ => return None,
        }
    }
    let last = found.len().checked_sub(1).filter(|last| *last > 0)?;
    found[0].0 = found[0].0.or(Some(0.0));
    found[last].0 = found[last].0.or(Some(1.0));
    // The place and the time of the next point that has one, of each.
    let mut next = vec![(last, 1.0); found.len()];
    for at in (0..found.len()).rev() {
        next[at] = found[at].0.map_or_else(|| next[at + 1], |time| (at, time));
    }
    let mut made: Vec<[f64; 2]> = Vec::with_capacity(found.len());
    for (at, (time, way)) in found.iter().enumerate() {
        let before = made.last().map_or(0.0, |[time, _]| *time);
        let time = time.unwrap_or_else(|| {
            let (known, then) = next[at];
            before + (then - before) / (known - at + 1) as f64
        });
        made.push([time.max(if at == 0 { f64::NEG_INFINITY } else { before }), *way]);
    }
    Some(made)
}

/// The value at a share of the way from one to another: of numbers, of colours, or one of the two.
pub(super) fn between(from: &str, to: &str, share: f64) -> String {
    if share == 0.0 || from == to {
        return from.to_owned();
    }
    if share == 1.0 {
        return to.to_owned();
    }
    if let (Some(a), Some(b)) = (colours::parse(from), colours::parse(to)) {
        return colours::between(&a, &b, share.clamp(0.0, 1.0), "srgb")
            .map_or_else(|| from.to_owned(), |c| colours::words(&c));
    }
    // Nothing is as good as functions that do nothing.
    let nothing = |other: &str| {
        let functions = other.split_inclusive(')').map(|function| {
            if function.trim_start().starts_with("matrix(") {
                return "matrix(1, 0, 0, 1, 0, 0)".to_owned();
            }
            let plain = if function.trim_start().starts_with("scale") { 1.0 } else { 0.0 };
            mixed(function, function, |_, _| plain).unwrap_or_default()
        });
        functions.collect::<String>()
    };
    let (from, to) = match (from, to) {
        ("none", to) if mixed(to, to, |a, _| a).is_some() && !to.contains('(') => (still(to), to.to_owned()),
        (from, "none") if mixed(from, from, |a, _| a).is_some() && !from.contains('(') => {
            (from.to_owned(), still(from))
        }
        ("none", to) if to.contains('(') => (nothing(to), to.to_owned()),
        (from, "none") if from.contains('(') => (from.to_owned(), nothing(from)),
        (from, to) => (from.to_owned(), to.to_owned()),
    };
    let (from, to) = alike(from, to);
    let (from, to) = (from.as_str(), to.as_str());
    mixed(from, to, |a, b| a + (b - a) * share)
        .filter(|_| !from.contains("matrix("))
        .or_else(|| transform_list::blended(from, to, share))
        .unwrap_or_else(|| if share < 0.5 { from.to_owned() } else { to.to_owned() })
}

/// Two lists of lengths or sizes as long as each other: what is left out down is nothing, or as it is across.
fn alike(from: String, to: String) -> (String, String) {
    let lengths = |text: &str| {
        let words: Vec<String> = split(text, ' ').into_iter().map(str::to_owned).collect();
        let plain = words.iter().all(|word| matches!(pieces(word)[..], [Piece::Number(..)]));
        (plain && words.len() <= 2).then_some(words)
    };
    let (Some(mut a), Some(mut b)) = (lengths(&from), lengths(&to)) else { return (from, to) };
    let long = a.len().max(b.len());
    for words in [&mut a, &mut b] {
        if words.len() == 1 && long == 2 {
            let more = if number(&words[0]).is_some() { words[0].clone() } else { "0px".to_owned() };
            words.push(more);
        }
    }
    (a.join(" "), b.join(" "))
}

/// The value that changes nothing, of the kind of a value: 1 for factors, which are plain numbers alone, and 0 for
/// angles and lengths.
fn still(value: &str) -> String {
    let sizes = split(value, ' ').iter().all(|part| number(part).is_some());
    mixed(value, value, |_, _| if sizes { 1.0 } else { 0.0 }).unwrap_or_default()
}

/// The sum of two values that are numbers; the second where they are none.
pub(super) fn sum(base: &str, more: &str) -> String {
    mixed(base, more, |a, b| a + b).unwrap_or_else(|| more.to_owned())
}

/// A value that is numbers, so many times; nothing where it is none.
pub(super) fn times(value: &str, times: f64) -> Option<String> {
    mixed(value, value, |number, _| number * times)
}

/// Puts each number of two texts that differ in nothing else together.
fn mixed(from: &str, to: &str, with: impl Fn(f64, f64) -> f64) -> Option<String> {
    let (from, to) = (pieces(from), pieces(to));
    if from.len() != to.len() || from.is_empty() {
        return None;
    }
    let mut made = String::new();
    for (a, b) in from.iter().zip(&to) {
        match (a, b) {
            (Piece::Text(a), Piece::Text(b)) if a == b => made.push_str(b),
            (Piece::Number(a, one), Piece::Number(b, other)) => {
                let unit = match (one.is_empty(), other.is_empty()) {
                    _ if one == other => other,
                    // A plain number of an attribute is pixels.
                    (true, _) if *a == 0.0 || *other == "px" => other,
                    (_, true) if *one == "px" => one,
                    (_, true) if *b == 0.0 => one,
                    _ => return None,
                };
                if made.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '%')) {
                    made.push(' ');
                }
                made.push_str(&written(with(*a, *b)));
                made.push_str(unit);
            }
            _ => return None,
        }
    }
    Some(made)
}

#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Number(f64, &'t str),
    Text(&'t str),
}

/// The numbers of a text with their units, and the words between; white space does not count, nor commas outside of functions.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut depth = 0;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || (c == ',' && depth == 0));
        let Some(first) = rest.chars().next() else { return found };
        let length = number_length(rest);
        if length > 0 {
            let number = rest[..length].parse().unwrap_or(0.0);
            rest = &rest[length..];
            let unit = ["deg", "turn", "grad", "rad", "px", "%", "rem", "em", "vw", "vh", "ms", "s"]
                .iter()
                .find(|unit| {
                    rest.get(..unit.len()).is_some_and(|head| head == **unit)
                        && !rest[unit.len()..].starts_with(|c: char| c.is_ascii_alphanumeric())
                })
                .map_or("", |unit| &rest[..unit.len()]);
            rest = &rest[unit.len()..];
            found.push(Piece::Number(number, unit));
        } else {
            let end = match first.is_ascii_alphabetic() {
                // A command of path data is one letter, a word is more.
                true => rest.find(|c: char| !c.is_ascii_alphabetic() && c != '-').unwrap_or(rest.len()),
                false => first.len_utf8(),
            };
            let end = if rest[..end].ends_with('-') && end > 1 { end - 1 } else { end };
            depth += i32::from(first == '(') - i32::from(first == ')');
            found.push(Piece::Text(&rest[..end]));
            rest = &rest[end..];
        }
    }
}

/// The value that holds at a share of the time, and how far it is gone over into the next.
pub(super) fn place(
    mode: &str,
    times: Option<Vec<f64>>,
    count: usize,
    progress: f64,
    splines: Option<&str>,
) -> (usize, f64) {
    let discrete = mode == "discrete";
    let even = |count: usize| {
        let parts = if discrete { count } else { count - 1 };
        (0..count).map(|at| at as f64 / parts as f64).collect::<Vec<_>>()
    };
    let times = times.filter(|times| times.len() == count).unwrap_or_else(|| even(count));
    let at = times.iter().rposition(|time| *time <= progress).unwrap_or(0);
    let (from, to) = (times[at], times.get(at + 1).copied().unwrap_or(1.0));
    let share = if to > from { ((progress - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
    let curve = (mode == "spline").then(|| splines?.split(';').nth(at).and_then(handles)).flatten();
    (at, curve.map_or(share, |handles| EasingFunction::Curve(handles).at(share)))
}

fn handles(text: &str) -> Option<[f64; 4]> {
    let numbers: Option<Vec<f64>> = text
        .split([' ', ',', '\n', '\t'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect();
    numbers?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_two_values_is_found() {
        for (from, to, middle) in [
            ("0", "10", "5"),
            ("0", "10px", "5px"),
            ("red", "blue", "rgb(128, 0, 128)"),
            (
                "translate(0px, 2px) rotate(0deg)",
                "translate(4px,4px) rotate(90deg)",
                "translate(2px,3px)rotate(45deg)",
            ),
            ("M0 0L10-10z", "M2,2 L20,10z", "M 1 1L 15 0z"),
            ("none", "block", "block"),
            ("20px", "60px 40px", "40px 20px"),
            (".5", "1.5 2", "1 1.25"),
            ("none", "translateX(80px) scale(2)", "translateX(40px)scale(1.5)"),
        ] {
            assert_eq!(between(from, to, 0.5), middle);
        }
        assert_eq!(between("a", "b", 0.2), "a");
        assert_eq!(sum("10 20", "1 2"), "11 22");
    }

    #[test]
    fn paces_begin_and_end() {
        for text in [
            "linear",
            "ease",
            "ease-in-out",
            "linear(0, 1)",
            "cubic-bezier(.1,.7,1,.1)",
            "steps(4)",
            "steps(3, jump-none)",
        ] {
            let easing = EasingFunction::of_css(text);
            assert_eq!(easing.at(0.0), 0.0, "{text}");
            assert!((easing.at(1.0) - 1.0).abs() < 1e-9, "{text}");
        }
        assert!((EasingFunction::of_css("ease-in-out").at(0.5) - 0.5).abs() < 1e-6);
        assert_eq!(EasingFunction::of_css("steps(4)").at(0.3), 0.25);
        assert!((EasingFunction::of_css("linear(0, .8 30%, 1)").at(0.15) - 0.4).abs() < 1e-9);
        assert!((EasingFunction::of_css("linear(0, .5, 1 25% 75%, 0)").at(0.125) - 0.5).abs() < 1e-9);
        assert_eq!(EasingFunction::of_css("linear(0, .5, 1 25% 75%, 0)").at(0.5), 1.0);
        assert!((EasingFunction::of_css("linear(0, 1, 2, 3 30%, 4, 5)").at(0.2) - 2.0).abs() < 1e-9);
        assert_eq!(EasingFunction::of_css("linear(0)"), EasingFunction::of_css("ease"));
        let many = |points: usize| EasingFunction::of_css(&format!("linear(0{})", ", 1".repeat(points)));
        assert!(matches!(many(4000), EasingFunction::Points(points) if points.len() == 4001));
        assert_eq!(many(80_000), EasingFunction::of_css("ease"));
    }
}
