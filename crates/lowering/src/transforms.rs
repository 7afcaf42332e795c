//! The transforms of an element in CSS, written as one `transform`: the property itself with units and percentages,
//! `translate`, `rotate`, `scale`, `offset-path`, about a `transform-origin` in a `transform-box` (css-transforms-2,
//! motion-1).

use std::f64::consts::PI;

use tiny_skia_path::Transform;

use super::boxes::{BoundingBoxes, ReferenceBox, parsed};
use super::decomposed;
use super::numbers::{self, LengthScale, angle, function, number, split, written};
use super::offset_path;
use super::outline;
use super::solid;
use super::tree::Tree;

/// The properties that move an element beside `transform`.
const OTHERS: [&str; 5] = ["translate", "rotate", "scale", "offset-path", "transform-origin"];

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
fn turned(axis: [f64; 3], degrees: f64) -> String {
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

/// Writes what moves each element as one attribute. What is in an element comes before it, since its box follows from that.
pub(super) fn lower(tree: &mut Tree, boxes: &mut BoundingBoxes) {
    for element in (1..tree.len()).rev() {
        lower_one(tree, element, boxes);
    }
}

/// Puts elements where motion puts them, outside of what moves them else.
pub(super) fn move_by(tree: &mut Tree, motions: &[(usize, String)]) {
    for (element, motion) in motions {
        let own = tree[*element].style.get("transform").filter(|own| *own != "none");
        let all = own.map_or(motion.clone(), |own| format!("{motion} {own}"));
        tree[*element].style.insert("transform".to_owned(), all);
    }
}

fn lower_one(tree: &mut Tree, element: usize, boxes: &mut BoundingBoxes) {
    let style = &tree[element].style;
    let moves = style.contains_key("transform") || OTHERS.iter().any(|name| style.contains_key(*name));
    if !moves {
        return;
    }
    let scale = *tree[element].scale();
    let own = tree[element].style.get("transform").cloned();
    let words = words_of(tree, element);
    let reference = match tree[element].style.get("transform-box").map(String::as_str) {
        Some("fill-box" | "content-box") => ReferenceBox::Fill,
        Some("stroke-box" | "border-box") => ReferenceBox::Stroke,
        _ => ReferenceBox::View,
    };
    let plain =
        reference == ReferenceBox::View && !OTHERS.iter().any(|name| tree[element].style.contains_key(*name));
    if plain && own.as_ref().is_none_or(|own| !own.contains('%')) {
        // What can't be read is left for the renderer to tell of.
        if let Some(made) = own.as_deref().and_then(|own| list(own, scale.view, &scale, words)) {
            set(tree, element, made);
        }
        return;
    }
    let [left, top, width, height] = boxes.reference(tree, element, reference);
    let style = &tree[element].style;
    let origin = style.get("transform-origin").and_then(|value| origin(value, [width, height], &scale));
    // Where none is said, it is the box's own corner.
    let [x, y] = origin.unwrap_or_default();
    let [x, y] = [left + x, top + y];
    let mut parts = Vec::new();
    if let Some(made) = style.get("translate").and_then(|value| translate(value, [width, height], &scale)) {
        parts.push(made);
    }
    parts.extend(style.get("rotate").and_then(|value| rotate(value)));
    parts.extend(style.get("scale").and_then(|value| resize(value)));
    parts.extend(offset(tree, element, [left, top, width, height], [x, y]));
    if let Some(own) = own {
        match list(&own, [width, height], &scale, words) {
            Some(made) if made.is_empty() => {}
            Some(made) => parts.push(made),
            None => return,
        }
    }
    let about = (x != 0.0 || y != 0.0) && !parts.is_empty();
    if about {
        parts.insert(0, format!("translate({} {})", written(x), written(y)));
        parts.push(format!("translate({} {})", written(-x), written(-y)));
    }
    set(tree, element, parts.join(" "));
    for name in OTHERS {
        tree[element].style.remove(name);
    }
}

/// In whose words an element's `transform` stands.
fn words_of(tree: &Tree, element: usize) -> TransformSyntax {
    let found = &tree[element];
    if found.markup("transform").map(str::trim) == found.style.get("transform").map(String::as_str) {
        TransformSyntax::Svg
    } else {
        TransformSyntax::Css
    }
}

fn set(tree: &mut Tree, element: usize, value: String) {
    if value.is_empty() {
        tree[element].style.remove("transform");
    } else {
        tree[element].style.insert("transform".to_owned(), value);
    }
}

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

fn translate(value: &str, [width, height]: [f64; 2], scale: &LengthScale) -> Option<String> {
    let words = split(value, ' ');
    let x = numbers::length(words.first()?, width, scale)?;
    let y = words.get(1).map_or(Some(0.0), |word| numbers::length(word, height, scale))?;
    Some(format!("translate({} {})", written(x), written(y)))
}

fn rotate(value: &str) -> Option<String> {
    let words = split(value, ' ');
    let (axis, turn) = match words[..] {
        [turn] => ([0.0, 0.0, 1.0], turn),
        ["x", turn] | [turn, "x"] => ([1.0, 0.0, 0.0], turn),
        ["y", turn] | [turn, "y"] => ([0.0, 1.0, 0.0], turn),
        ["z", turn] | [turn, "z"] => ([0.0, 0.0, 1.0], turn),
        [x, y, z, turn] => ([number(x)?, number(y)?, number(z)?], turn),
        _ => return None,
    };
    Some(turned(axis, angle(turn)?))
}

fn resize(value: &str) -> Option<String> {
    let words = split(value, ' ');
    let x = number(words.first()?)?;
    let y = words.get(1).map_or(Some(x), |word| number(word))?;
    Some(format!("scale({} {})", written(x), written(y)))
}

/// The place on `offset-path` of the point that is there: `offset-anchor`, or else the origin of what else moves it.
fn offset(
    tree: &Tree,
    element: usize,
    [left, top, width, height]: [f64; 4],
    about: [f64; 2],
) -> Option<String> {
    let (style, scale) = (&tree[element].style, tree[element].scale());
    let said = |name: &str| style.get(name).map(String::as_str);
    let path = said("offset-path")?;
    let far = |whole: f64| match said("offset-distance") {
        Some(value) => numbers::length(value, whole, scale),
        None => Some(0.0),
    };
    let ([x, y], tangent) = match offset_path::Ray::of(path, said("offset-position"), scale) {
        Some(ray) => {
            let (far, (sine, cosine)) = (far(ray.length)?, ray.angle.to_radians().sin_cos());
            ([ray.from[0] + far * sine, ray.from[1] - far * cosine], ray.angle - 90.0)
        }
        None => {
            let way = outline::MeasuredPath::of(&offset_path::way(tree, element, path)?);
            way.at(far(way.length())?.clamp(0.0, way.length()))?
        }
    };
    let turn = match split(said("offset-rotate").unwrap_or("auto"), ' ')[..] {
        ["auto"] => tangent,
        ["reverse"] => tangent + 180.0,
        ["auto", more] => tangent + angle(more)?,
        ["reverse", more] => tangent + 180.0 + angle(more)?,
        [fixed] => angle(fixed)?,
        _ => tangent,
    };
    let mut made =
        format!("translate({} {}) rotate({})", written(x - about[0]), written(y - about[1]), written(turn));
    if let Some([x, y]) = said("offset-anchor").and_then(|anchor| origin(anchor, [width, height], scale)) {
        let by = [about[0] - left - x, about[1] - top - y];
        made += &format!(" translate({} {})", written(by[0]), written(by[1]));
    }
    Some(made)
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
