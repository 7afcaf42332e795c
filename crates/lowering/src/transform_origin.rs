//! The point that `transform-origin` names, and all that is written as it is.

use super::numbers::{self, LengthScale, split};

/// The point that `transform-origin` names, from the box's own corner.
pub(super) fn origin(value: &str, [width, height]: [f64; 2], scale: &LengthScale) -> Option<[f64; 2]> {
    let words = split(value, ' ');
    let across = |word: &str| match word {
        "left" => Some(0.0),
        "center" => Some(width / 2.0),
        "right" => Some(width),
        word => numbers::length(word, width, scale),
    };
    let down = |word: &str| match word {
        "top" => Some(0.0),
        "center" => Some(height / 2.0),
        "bottom" => Some(height),
        word => numbers::length(word, height, scale),
    };
    match words[..] {
        [one @ ("top" | "bottom")] => Some([width / 2.0, down(one)?]),
        [one] => Some([across(one)?, height / 2.0]),
        [one @ ("top" | "bottom"), two] => Some([across(two)?, down(one)?]),
        [one, two @ ("left" | "right")] => Some([across(two)?, down(one)?]),
        [one, two] | [one, two, _] => Some([across(one)?, down(two)?]),
        // From a side each.
        [side, x, edge, y] => {
            let (x, y) = (numbers::length(x, width, scale)?, numbers::length(y, height, scale)?);
            let x = if side == "right" { width - x } else { x };
            Some([x, if edge == "bottom" { height - y } else { y }])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: LengthScale = LengthScale::of([200.0, 100.0]);

    #[test]
    fn an_origin_is_told_by_words_and_lengths() {
        let at = |text| origin(text, [200.0, 100.0], &SCALE);
        assert_eq!(at("center"), Some([100.0, 50.0]));
        assert_eq!(at("bottom"), Some([100.0, 100.0]));
        assert_eq!(at("top right"), Some([200.0, 0.0]));
        assert_eq!(at("10px 25% 0"), Some([10.0, 25.0]));
        assert_eq!(at("10px what"), None);
    }
}
