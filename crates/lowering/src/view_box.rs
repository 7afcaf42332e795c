//! The box of user units that a drawing shows (SVG 2, section 8.6).

use svgtypes::NumberListParser;

/// The four numbers of a `viewBox` that has an area: nothing may stand after them.
#[must_use]
pub fn view_box(text: &str) -> Option<[f64; 4]> {
    let numbers: Result<Vec<f64>, _> = NumberListParser::from(text).collect();
    match numbers.ok()?[..] {
        [x, y, width, height] if width > 0.0 && height > 0.0 && !text.trim_end().ends_with(',') => {
            [x, y, width, height].iter().all(|number| number.is_finite()).then_some([x, y, width, height])
        }
        _ => None,
    }
}

/// Whether a `viewBox` is four numbers that make no area; a negative side makes it invalid instead.
#[must_use]
pub fn is_empty_box(value: &str) -> bool {
    let numbers: Vec<f64> = NumberListParser::from(value).map_while(Result::ok).collect();
    matches!(numbers[..], [_, _, w, h] if w >= 0.0 && h >= 0.0 && (w == 0.0 || h == 0.0))
}
