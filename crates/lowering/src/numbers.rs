//! Lengths, angles and numbers of CSS, `calc()` and its like among them, in user units and degrees.

use super::css::number_length;

/// Brackets in brackets that are followed.
const DEEPEST: usize = 24;

/// The width of a zero of DejaVu Sans and DejaVu Serif, in sizes of the font.
const ZERO: f64 = 0.636;

/// That of the face of DejaVu that a text of these families and this weight is set in.
pub(super) fn zero_of(families: &str, bold: bool) -> f64 {
    let first = families.split(',').next().unwrap_or_default().to_ascii_lowercase();
    match (first.contains("mono") || first.contains("courier"), bold) {
        (true, _) => 0.602,
        (false, true) => 0.696,
        (false, false) => ZERO,
    }
}

/// The sizes that lengths refer to where an element stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct LengthScale {
    /// Its font's size.
    pub(super) em: f64,
    /// The root's font's size.
    pub(super) rem: f64,
    /// The width of a zero of its font, in sizes of it.
    pub(super) zero: f64,
    /// The sides of the nearest canvas in user units: what percentages are of.
    pub(super) view: [f64; 2],
    /// The sides of the whole picture in CSS pixels: what `vw` and `vh` are of.
    pub(super) canvas: [f64; 2],
}

impl LengthScale {
    /// The scale where nothing but the sides of the picture is said.
    pub(super) const fn of(canvas: [f64; 2]) -> Self {
        Self { em: 16.0, rem: 16.0, zero: ZERO, view: canvas, canvas }
    }

    /// The length of 100 % for an attribute or property of this name.
    pub(super) fn whole(&self, name: &str) -> f64 {
        let [width, height] = self.view;
        match name {
            "x" | "x1" | "x2" | "cx" | "fx" | "rx" | "dx" | "width" | "refX" | "markerWidth" => width,
            "y" | "y1" | "y2" | "cy" | "fy" | "ry" | "dy" | "height" | "refY" | "markerHeight" => height,
            "font-size" => self.em,
            _ => (width * width + height * height).sqrt() / std::f64::consts::SQRT_2,
        }
    }
}

/// A length in user units; `whole` is what a percentage is of.
pub(super) fn length(text: &str, whole: f64, scale: &LengthScale) -> Option<f64> {
    let unit = |number: f64, unit: &str| Some(number * unit_of(unit, whole, scale)?);
    evaluate(text, &unit)
}

/// An angle in degrees.
pub(super) fn angle(text: &str) -> Option<f64> {
    evaluate(text, &degrees)
}

/// An angle in degrees, percentages in it shares of a turn.
pub(super) fn angle_or_share(text: &str) -> Option<f64> {
    evaluate(text, &|number, unit| if unit == "%" { Some(number * 3.6) } else { degrees(number, unit) })
}

fn degrees(number: f64, unit: &str) -> Option<f64> {
    Some(match unit {
        "deg" | "" => number,
        "rad" => number.to_degrees(),
        "turn" => number * 360.0,
        "grad" => number * 0.9,
        _ => return None,
    })
}

/// A number, or a percentage as a share of one.
pub(super) fn number(text: &str) -> Option<f64> {
    evaluate(text, &|number, unit| match unit {
        "" => Some(number),
        "%" => Some(number / 100.0),
        _ => None,
    })
}

/// A time in seconds.
pub(super) fn seconds(text: &str) -> Option<f64> {
    // In a calculation plain numbers are factors.
    let calculated = text.contains('(');
    evaluate(text, &|number, unit| match unit {
        "s" => Some(number),
        "ms" => Some(number / 1000.0),
        "" if number == 0.0 || calculated => Some(number),
        _ => None,
    })
}

/// Whether a value is a length or a percentage; `plain` where one without a unit is, `negative` where one below zero is.
pub(super) fn is_length(value: &str, plain: bool, negative: bool) -> bool {
    let scale = LengthScale::of([100.0; 2]);
    let plain_number = value.trim().parse::<f64>().ok();
    match (length(value, 100.0, &scale), plain_number) {
        (Some(found), Some(number)) if !plain && number != 0.0 => found.is_nan(),
        (Some(found), _) => negative || found >= 0.0 || value.contains('('),
        (None, _) => false,
    }
}

/// A number as text, to a millionth.
pub(super) fn written(number: f64) -> String {
    let rounded = (number * 1e6).round() / 1e6;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

/// A number as text, as precise as the renderer reads it.
pub(super) fn precise(number: f64) -> String {
    number.to_string()
}

fn unit_of(unit: &str, whole: f64, scale: &LengthScale) -> Option<f64> {
    let [width, height] = scale.canvas.map(|side| side / 100.0);
    Some(match unit {
        "" | "px" => 1.0,
        "%" => whole / 100.0,
        "em" => scale.em,
        "rem" => scale.rem,
        "ch" => scale.em * scale.zero,
        "ex" => (scale.em * 0.547).round(),
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "q" => 96.0 / 101.6,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        // Where there is no container, those of one are those of the page.
        "vw" | "svw" | "lvw" | "dvw" | "vi" | "cqw" | "cqi" => width,
        "vh" | "svh" | "lvh" | "dvh" | "vb" | "cqh" | "cqb" => height,
        "vmin" | "svmin" | "lvmin" | "dvmin" | "cqmin" => width.min(height),
        "vmax" | "svmax" | "lvmax" | "dvmax" | "cqmax" => width.max(height),
        "lh" => line(scale.em),
        "rlh" => line(scale.rem),
        "rex" => (scale.rem * 0.547).round(),
        "rch" => scale.rem * ZERO,
        "rcap" => (scale.rem * 0.729).round(),
        "ric" => scale.rem,
        "cap" => (scale.em * 0.729).round(),
        "ic" => scale.em,
        _ => return None,
    })
}

/// A line's height in a font of this size: above and below its base, whole pixels each.
fn line(size: f64) -> f64 {
    (size * 0.928).round() + (size * 0.236).round()
}

/// Evaluates an expression whose numbers `unit` gives a size; `None` where it is none, or no finite number.
fn evaluate(text: &str, unit: &dyn Fn(f64, &str) -> Option<f64>) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let mut reader = Reader { rest: &text, unit, inside: false };
    let value = reader.term(0)?;
    (reader.rest.trim().is_empty() && value.is_finite()).then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
    unit: &'t dyn Fn(f64, &str) -> Option<f64>,
    /// Whether a function is around: only there may a percentage be negative and so on.
    inside: bool,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn mark(&mut self, mark: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn sum(&mut self, depth: usize) -> Option<f64> {
        let mut value = self.product(depth)?;
        loop {
            if self.mark('+') {
                value += self.product(depth)?;
            } else if self.mark('-') {
                value -= self.product(depth)?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self, depth: usize) -> Option<f64> {
        let mut value = self.term(depth)?;
        loop {
            if self.mark('*') {
                value *= self.term(depth)?;
            } else if self.mark('/') {
                value /= self.term(depth)?;
            } else {
                return Some(value);
            }
        }
    }

    fn term(&mut self, depth: usize) -> Option<f64> {
        self.skip();
        if depth > DEEPEST {
            return None;
        }
        let length = number_length(self.rest);
        if length > 0 {
            let number: f64 = self.rest[..length].parse().ok()?;
            let rest = &self.rest[length..];
            let unit_length = match rest.starts_with('%') {
                true => 1,
                false => rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len()),
            };
            self.rest = &rest[unit_length..];
            return (self.unit)(number, &rest[..unit_length]);
        }
        if self.inside && self.mark('(') {
            let value = self.sum(depth + 1)?;
            return self.mark(')').then_some(value);
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let end = self.rest.find(|c: char| !is_name(c)).unwrap_or(self.rest.len());
        let (name, after) = self.rest.split_at(end);
        let Some(after) = after.strip_prefix('(') else {
            let constant = constant(name).filter(|_| self.inside)?;
            self.rest = after;
            return Some(constant);
        };
        if !is_math(name) {
            return None;
        }
        let name = name.to_owned();
        self.rest = after;
        let outside = std::mem::replace(&mut self.inside, true);
        // A sine is of an angle, whatever is around it.
        let unit = self.unit;
        if matches!(name.as_str(), "sin" | "cos" | "tan") {
            self.unit = &radians;
        }
        let mut arguments = Vec::new();
        loop {
            let way = ["nearest", "up", "down", "to-zero"].into_iter().position(|way| {
                name == "round"
                    && arguments.is_empty()
                    && self.rest.trim_start().starts_with(&format!("{way},"))
            });
            arguments.push(match way {
                Some(way) => {
                    self.rest = &self.rest[self.rest.find(',')?..];
                    ROUNDING[way]
                }
                None => self.sum(depth + 1)?,
            });
            if !self.mark(',') {
                break;
            }
        }
        self.inside = outside;
        self.unit = unit;
        if !self.mark(')') {
            return None;
        }
        math(&name, &arguments)
    }
}

/// The ways in which `round()` rounds, as numbers that no calculation gives.
const ROUNDING: [f64; 4] = [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN];

/// Whether `calc()` and its like hold numbers: css-values-4, section 10.
pub(super) fn is_math(name: &str) -> bool {
    matches!(
        name,
        "calc"
            | "-webkit-calc"
            | "min"
            | "max"
            | "clamp"
            | "abs"
            | "sign"
            | "round"
            | "mod"
            | "rem"
            | "sin"
            | "cos"
            | "tan"
            | "asin"
            | "acos"
            | "atan"
            | "atan2"
            | "pow"
            | "sqrt"
            | "hypot"
            | "exp"
            | "log"
    )
}

fn constant(name: &str) -> Option<f64> {
    match name {
        "pi" => Some(std::f64::consts::PI),
        "e" => Some(std::f64::consts::E),
        _ => None,
    }
}

/// An angle that a sine takes, from its number and unit.
fn radians(number: f64, unit: &str) -> Option<f64> {
    Some(match unit {
        "" | "rad" => number,
        "deg" => number.to_radians(),
        "turn" => number * std::f64::consts::TAU,
        "grad" => (number * 0.9).to_radians(),
        _ => return None,
    })
}

/// A function of numbers; angles that come of it are in degrees. Roots, sines and powers are rounded, since the last digits are
/// each system's own.
fn math(name: &str, arguments: &[f64]) -> Option<f64> {
    let rounded = |number: f64| (number * 1e9).round() / 1e9;
    Some(match (name, arguments) {
        ("calc" | "-webkit-calc", [value]) => *value,
        ("abs", [value]) => value.abs(),
        ("sign", [value]) => {
            if *value == 0.0 {
                0.0
            } else {
                value.signum()
            }
        }
        ("min", all) => all.iter().copied().reduce(f64::min)?,
        ("max", all) => all.iter().copied().reduce(f64::max)?,
        ("clamp", [least, value, most]) => value.min(*most).max(*least),
        ("round", [value]) => round(ROUNDING[0], *value, 1.0),
        ("round", [way, value]) if ROUNDING.contains(way) => round(*way, *value, 1.0),
        ("round", [value, step]) => round(ROUNDING[0], *value, *step),
        ("round", [way, value, step]) => round(*way, *value, *step),
        ("mod", [value, by]) => value - by * (value / by).floor(),
        ("rem", [value, by]) => value % by,
        ("sin", [angle]) => rounded(angle.sin()),
        ("cos", [angle]) => rounded(angle.cos()),
        ("tan", [angle]) => rounded(angle.tan()),
        ("asin", [value]) => rounded(value.asin().to_degrees()),
        ("acos", [value]) => rounded(value.acos().to_degrees()),
        ("atan", [value]) => rounded(value.atan().to_degrees()),
        ("atan2", [y, x]) => rounded(y.atan2(*x).to_degrees()),
        ("pow", [base, power]) => rounded(base.powf(*power)),
        ("sqrt", [value]) => value.sqrt(),
        ("hypot", all) => all.iter().map(|value| value * value).sum::<f64>().sqrt(),
        ("exp", [value]) => rounded(value.exp()),
        ("log", [value]) => rounded(value.ln()),
        ("log", [value, base]) => rounded(value.ln() / base.ln()),
        _ => return None,
    })
}

fn round(way: f64, value: f64, step: f64) -> f64 {
    let steps = value / step;
    let whole = match ROUNDING.iter().position(|known| *known == way) {
        Some(1) => steps.ceil(),
        Some(2) => steps.floor(),
        Some(3) => steps.trunc(),
        // Halves go up.
        _ => (steps + 0.5).floor(),
    };
    whole * step
}

/// The parts of a list, apart by `mark` outside of brackets and quotes; apart by white space where `mark` is a space.
pub(super) fn split(text: &str, mark: char) -> Vec<&str> {
    let mut depth = 0i32;
    let mut quote = None;
    let parts = text.split(|c: char| {
        match (quote, c) {
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
                return false;
            }
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            _ => {}
        }
        depth <= 0 && if mark == ' ' { c.is_ascii_whitespace() } else { c == mark }
    });
    let parts = parts.map(str::trim);
    if mark == ' ' { parts.filter(|part| !part.is_empty()).collect() } else { parts.collect() }
}

/// A function's name, in lower case, and what is between its brackets, where a text is one function.
pub(super) fn function(text: &str) -> Option<(String, &str)> {
    let text = text.trim();
    let (name, rest) = text.split_once('(')?;
    let inside = rest.strip_suffix(')')?;
    // The bracket that closes must be the one that this one opens.
    let mut depth = 0i32;
    for c in inside.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth < 0 {
            return None;
        }
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then(|| (name.to_ascii_lowercase(), inside.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: LengthScale =
        LengthScale { em: 20.0, view: [200.0, 100.0], ..LengthScale::of([400.0, 300.0]) };

    #[test]
    fn lengths_are_told_in_user_units() {
        for (text, units) in [
            ("3", 3.0),
            ("-2.5px", -2.5),
            ("2em", 40.0),
            ("3rem", 48.0),
            ("50%", 100.0),
            ("10vw", 40.0),
            ("1e1vh", 30.0),
            ("calc(100px - 2 * (3px + 1rem))", 62.0),
            ("clamp(1px, 50%, 3em)", 60.0),
            ("min(4px,2px)", 2.0),
            ("calc(50% + max(1px, 2px) / 2)", 101.0),
            ("72pt", 96.0),
        ] {
            assert_eq!(length(text, 200.0, &SCALE), Some(units), "{text}");
        }
        for none in
            ["", "px", "3 px", "calc(1px", "calc(1px +)", "1/2", "(3px)", "foo(1)", "1e400", "calc(1/0)"]
        {
            assert_eq!(length(none, 200.0, &SCALE), None, "{none}");
        }
        assert_eq!(length(&"calc(".repeat(9000), 1.0, &SCALE), None);
    }

    #[test]
    fn angles_and_times_have_units() {
        assert_eq!(angle("0.25turn"), Some(90.0));
        assert_eq!(angle("calc(45deg * 2)"), Some(90.0));
        assert_eq!(seconds("250ms"), Some(0.25));
        assert_eq!(seconds("1"), None);
    }

    #[test]
    fn lists_are_split_outside_of_brackets() {
        assert_eq!(split("a(b, c), d", ','), ["a(b, c)", "d"]);
        assert_eq!(split(" 1px  calc(1px + 2px) 'x y' ", ' '), ["1px", "calc(1px + 2px)", "'x y'"]);
        assert_eq!(function("circle( 4px at 1px )"), Some(("circle".to_owned(), "4px at 1px")));
        assert_eq!(function("a(b) c(d)"), None);
    }
}
