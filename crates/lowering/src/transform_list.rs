//! Lists of transform functions, in the syntax of CSS and in that of the attribute (css-transforms-2).

use std::f64::consts::PI;

use tiny_skia_path::Transform;

use super::decomposed::{self, parsed};
use super::numbers::{self, LengthScale, angle, function, number, split, written};
use super::solid;

/// Whether a value is a list of transform functions as CSS has them.
pub(super) fn is_list(value: &str) -> bool {
    let scale = LengthScale::of([100.0; 2]);
    list(value, [100.0, 100.0], &scale, TransformSyntax::Css).is_some()
}

/// The syntax of transform functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TransformSyntax {
    /// That of CSS: lengths and angles have units, commas part arguments.
    Css,
    /// That of the attribute: numbers alone.
    Svg,
}

/// The functions of a list in words that the renderer knows; `size` is what percentages are of.
pub(super) fn list(
    value: &str,
    size: [f64; 2],
    scale: &LengthScale,
    words: TransformSyntax,
) -> Option<String> {
    if value.trim() == "none" {
        return Some(String::new());
    }
    let mut made: Vec<String> = Vec::new();
    let (mut parts, mut space) = (Vec::new(), false);
    let mut rest = value.trim();
    while !rest.is_empty() {
        let open = rest.find('(')?;
        let mut depth = 0i32;
        let length = rest[open..].find(|c| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            depth == 0
        })?;
        let close = open + length;
        let (name, inside) = function(&rest[..=close])?;
        if words == TransformSyntax::Svg && !is_of_svg(&rest[..open], inside) {
            return None;
        }
        let flat = one(&name, inside, size, scale, words)?;
        if words == TransformSyntax::Css && solid::is_solid(&name) {
            space = true;
        }
        parts.push((name, inside.to_owned()));
        made.push(flat);
        rest = rest[close + 1..]
            .trim_start_matches(|c: char| c.is_whitespace() || (c == ',' && words == TransformSyntax::Svg));
    }
    // Turns out of the plane follow one another before they are shadows.
    if space && parts.len() > 1 {
        return solid::shadow(&parts, &made, &|text: &str| numbers::length(text, 0.0, scale));
    }
    Some(made.into_iter().filter(|made| !made.is_empty()).collect::<Vec<_>>().join(" "))
}

/// The matrix between two lists of unlike functions; `None` where one hangs on a box, or can't be read.
pub(super) fn blended(from: &str, to: &str, share: f64) -> Option<String> {
    let scale = LengthScale::of([100.0; 2]);
    let matrix = |text: &str| {
        let unfit = text.contains('%') || text.contains("em");
        let plain = (!unfit).then(|| list(text, [0.0; 2], &scale, TransformSyntax::Css)).flatten()?;
        if plain.is_empty() { Some(Transform::identity()) } else { parsed(&plain) }
    };
    let made = decomposed::between(matrix(from)?, matrix(to)?, share)?;
    Some(format!("matrix({})", made.map(written).join(", ")))
}

/// A list as the attribute has it, in the words of CSS; `None` where it can't be read.
pub(super) fn in_words_of_css(list: &str) -> Option<String> {
    let mut made = Vec::new();
    for token in svgtypes::TransformListParser::from(list) {
        made.push(match token.ok()? {
            svgtypes::TransformListToken::Matrix { a, b, c, d, e, f } => {
                format!("matrix({})", [a, b, c, d, e, f].map(written).join(", "))
            }
            svgtypes::TransformListToken::Translate { tx, ty } => {
                format!("translate({}px, {}px)", written(tx), written(ty))
            }
            svgtypes::TransformListToken::Scale { sx, sy } => {
                format!("scale({}, {})", written(sx), written(sy))
            }
            svgtypes::TransformListToken::Rotate { angle } => format!("rotate({}deg)", written(angle)),
            svgtypes::TransformListToken::SkewX { angle } => format!("skewX({}deg)", written(angle)),
            svgtypes::TransformListToken::SkewY { angle } => format!("skewY({}deg)", written(angle)),
        });
    }
    Some(made.join(" "))
}

/// Whether a function stands as the attribute has it: its name by the letter, something between commas.
fn is_of_svg(name: &str, inside: &str) -> bool {
    matches!(name.trim_end(), "translate" | "scale" | "rotate" | "skewX" | "skewY" | "matrix")
        && split(inside, ',').iter().all(|part| !part.is_empty())
}

/// One function. Of what turns out of the plane its shadow on it is left.
fn one(
    name: &str,
    inside: &str,
    [width, height]: [f64; 2],
    scale: &LengthScale,
    words: TransformSyntax,
) -> Option<String> {
    let arguments: Vec<&str> = match words {
        TransformSyntax::Css => split(inside, ','),
        TransformSyntax::Svg => {
            let parts = split(inside, ',').into_iter().flat_map(|part| split(part, ' '));
            parts.filter(|part| !part.is_empty()).collect()
        }
    };
    // Only zero needs no unit in CSS.
    let takes = |text: &str| {
        let plain = text.parse::<f64>();
        match words {
            TransformSyntax::Css => plain.map_or(true, |number| number == 0.0),
            TransformSyntax::Svg => plain.is_ok(),
        }
    };
    let length = |at: usize, whole: f64| {
        arguments.get(at).filter(|text| takes(text)).and_then(|text| numbers::length(text, whole, scale))
    };
    let plain = |at: usize| number(arguments.get(at)?);
    let turn = |at: usize| arguments.get(at).filter(|text| takes(text)).and_then(|text| angle(text));
    let count = arguments.len();
    let moved = |x: f64, y: f64| format!("translate({} {})", written(x), written(y));
    let sized = |x: f64, y: f64| format!("scale({} {})", written(x), written(y));
    Some(match (name, count) {
        ("translate", 1) => moved(length(0, width)?, 0.0),
        ("translate", 2) => moved(length(0, width)?, length(1, height)?),
        ("translate3d", 3) => moved(length(0, width)?, length(1, height)?),
        ("translatex", 1) => moved(length(0, width)?, 0.0),
        ("translatey", 1) => moved(0.0, length(0, height)?),
        ("translatez" | "perspective", 1) => String::new(),
        ("scale", 1) => sized(plain(0)?, plain(0)?),
        ("scale", 2) | ("scale3d", 3) => sized(plain(0)?, plain(1)?),
        ("scalex", 1) => sized(plain(0)?, 1.0),
        ("scaley", 1) => sized(1.0, plain(0)?),
        ("scalez", 1) => String::new(),
        ("rotate" | "rotatez", 1) => format!("rotate({})", written(turn(0)?)),
        ("rotate", 3) if words == TransformSyntax::Svg => {
            format!(
                "rotate({} {} {})",
                written(turn(0)?),
                written(length(1, width)?),
                written(length(2, height)?)
            )
        }
        ("rotate3d", 4) => turned([plain(0)?, plain(1)?, plain(2)?], turn(3)?),
        ("rotatex", 1) => turned([1.0, 0.0, 0.0], turn(0)?),
        ("rotatey", 1) => turned([0.0, 1.0, 0.0], turn(0)?),
        ("skew", 1) | ("skewx", 1) => format!("skewX({})", written(turn(0)?)),
        ("skewy", 1) => format!("skewY({})", written(turn(0)?)),
        ("skew", 2) => {
            let tangent = |degrees: f64| written((degrees * PI / 180.0).tan());
            format!("matrix(1 {} {} 1 0 0)", tangent(turn(1)?), tangent(turn(0)?))
        }
        ("matrix", 6) => {
            let parts: Option<Vec<String>> = (0..6).map(|at| Some(written(plain(at)?))).collect();
            format!("matrix({})", parts?.join(" "))
        }
        ("matrix3d", 16) => {
            let parts: Option<Vec<String>> =
                [0, 1, 4, 5, 12, 13].iter().map(|at| Some(written(plain(*at)?))).collect();
            format!("matrix({})", parts?.join(" "))
        }
        _ => return None,
    })
}

/// A turn about an axis, in degrees, as its shadow on the plane (css-transforms-2, section 12).
pub(super) fn turned(axis: [f64; 3], degrees: f64) -> String {
    let long = axis.iter().map(|part| part * part).sum::<f64>().sqrt();
    if long == 0.0 {
        return String::new();
    }
    let [x, y, z] = axis.map(|part| part / long);
    if x == 0.0 && y == 0.0 {
        return format!("rotate({})", written(degrees * z));
    }
    let (sine, cosine) = (degrees * PI / 180.0).sin_cos();
    let away = 1.0 - cosine;
    let parts =
        [x * x * away + cosine, x * y * away + z * sine, x * y * away - z * sine, y * y * away + cosine];
    format!("matrix({} 0 0)", parts.map(written).join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: LengthScale = LengthScale::of([200.0, 100.0]);

    #[test]
    fn functions_lose_their_units() {
        for (text, made) in [
            ("rotate(0.25turn) translateX(6px)", "rotate(90) translate(6 0)"),
            ("translate(-1.5px, 2px)scaleY(2)", "translate(-1.5 2) scale(1 2)"),
            ("translate(50%, calc(1em + 10%))", "translate(100 26)"),
            ("matrix(1,0,0,1,2,3)", "matrix(1 0 0 1 2 3)"),
            ("translate3d(1px,2px,3px) rotateZ(1deg) perspective(4px)", "translate(1 2) rotate(1)"),
            ("scale(1.2, 1) skewX(10deg) rotate(0)", "scale(1.2 1) skewX(10) rotate(0)"),
            ("rotateY(60deg) rotateX(60deg)", "matrix(0.5 0 0.75 0.5 0 0)"),
            ("rotateY(60deg) translateZ(10px)", "matrix(0.5 0 0 1 8.660254 0)"),
            ("none", ""),
        ] {
            assert_eq!(
                list(text, [200.0, 100.0], &SCALE, TransformSyntax::Css).as_deref(),
                Some(made),
                "{text}"
            );
        }
        for none in [
            "rotate",
            "rotate(",
            "rotate(1deg",
            "rotate(x)",
            "what(1)",
            "translate(1px 2px 3px)",
            "rotate(1deg)x",
            "rotate(45)",
            "translate(4 0)",
            "rotate(1deg 2 3)",
        ] {
            assert_eq!(list(none, [1.0, 1.0], &SCALE, TransformSyntax::Css), None, "{none}");
        }
    }

    #[test]
    fn an_attribute_has_numbers_alone() {
        let made = |text| list(text, [200.0, 100.0], &SCALE, TransformSyntax::Svg);
        assert_eq!(
            made("rotate(45, 100 75), translate(10 5)").as_deref(),
            Some("rotate(45 100 75) translate(10 5)")
        );
        assert_eq!(made("rotate(45deg 100 75)"), None);
    }
}
