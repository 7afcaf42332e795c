//! Basic shapes of CSS as elements of SVG (css-shapes-1).

use super::numbers::{self, LengthScale, function, split, written};
use super::properties;
use super::transform_origin;
use super::tree::Element;

/// The box that a shape is of.
struct ShapeBox<'a> {
    size: [f64; 2],
    scale: &'a LengthScale,
}

/// Attributes of the element that is made.
type ShapeAttributes = Vec<(&'static str, String)>;

/// A basic shape as an element, from the corner of its box.
pub(super) fn element(value: &str, size: [f64; 2], scale: &LengthScale) -> Option<Element> {
    let within = ShapeBox { size, scale };
    let (shape, made) = if value.is_empty() {
        ("rect", vec![("width", written(size[0])), ("height", written(size[1]))])
    } else {
        let (name, inside) = function(value)?;
        match name.as_str() {
            "circle" => ("circle", within.round(inside, ShapeBox::circle)?),
            "ellipse" => ("ellipse", within.round(inside, ShapeBox::ellipse)?),
            "polygon" => ("polygon", within.polygon(inside)?),
            "inset" | "rect" | "xywh" => within.rectangle(&name, inside)?,
            "path" => {
                let mut made = vec![("d", properties::path_of(value)?.to_owned())];
                if inside.starts_with("evenodd") {
                    made.push(("clip-rule", "evenodd".to_owned()));
                }
                ("path", made)
            }
            _ => return None,
        }
    };
    let mut element = Element::new(shape, &[]);
    made.into_iter().for_each(|(name, value)| element.set(name, value));
    Some(element)
}

/// The distances of a point from the left, the right, the top and the bottom of its box.
type SideDistances = [f64; 4];

impl ShapeBox<'_> {
    fn across(&self, text: &str) -> Option<f64> {
        numbers::length(text, self.size[0], self.scale)
    }

    fn down(&self, text: &str) -> Option<f64> {
        numbers::length(text, self.size[1], self.scale)
    }

    /// A circle or an ellipse, of whose radii `radii` makes attributes.
    fn round(
        &self,
        inside: &str,
        radii: fn(&Self, &str, SideDistances) -> Option<ShapeAttributes>,
    ) -> Option<ShapeAttributes> {
        let (said, at) = match inside.split_once("at ") {
            Some((said, at)) => (said.trim(), at.trim()),
            None => (inside, "center"),
        };
        let [width, height] = self.size;
        let [cx, cy] = transform_origin::origin(at, self.size, self.scale)?;
        let mut made = vec![("cx", written(cx)), ("cy", written(cy))];
        made.extend(radii(self, said, [cx.abs(), (width - cx).abs(), cy.abs(), (height - cy).abs()])?);
        Some(made)
    }

    fn circle(&self, radii: &str, [left, right, top, bottom]: SideDistances) -> Option<ShapeAttributes> {
        let [width, height] = self.size;
        let whole = (width * width + height * height).sqrt() / std::f64::consts::SQRT_2;
        let radius = match radii {
            "" | "closest-side" => left.min(right).min(top).min(bottom),
            "farthest-side" => left.max(right).max(top).max(bottom),
            radius => numbers::length(radius, whole, self.scale)?,
        };
        Some(vec![("r", written(radius.max(0.0)))])
    }

    fn ellipse(&self, radii: &str, [left, right, top, bottom]: SideDistances) -> Option<ShapeAttributes> {
        let words = split(radii, ' ');
        let radius = |word: Option<&&str>, a: f64, b: f64, whole: f64| match word.copied() {
            None | Some("closest-side") => Some(a.min(b)),
            Some("farthest-side") => Some(a.max(b)),
            Some(word) => numbers::length(word, whole, self.scale),
        };
        Some(vec![
            ("rx", written(radius(words.first(), left, right, self.size[0])?)),
            ("ry", written(radius(words.get(1), top, bottom, self.size[1])?)),
        ])
    }

    fn polygon(&self, inside: &str) -> Option<ShapeAttributes> {
        let (mut parts, mut made) = (split(inside, ','), Vec::new());
        if let Some(rule @ ("evenodd" | "nonzero")) = parts.first().copied() {
            made.push(("clip-rule", rule.to_owned()));
            parts.remove(0);
        }
        let point = |part: &&str| {
            let [x, y] = split(part, ' ')[..] else { return None };
            Some(format!("{},{}", written(self.across(x)?), written(self.down(y)?)))
        };
        let points: Option<Vec<String>> = parts.iter().map(point).collect();
        made.push(("points", points?.join(" ")));
        Some(made)
    }

    /// `inset()`, `rect()` and `xywh()`, with corners that may be round.
    fn rectangle(&self, name: &str, inside: &str) -> Option<(&'static str, ShapeAttributes)> {
        let (sides, round) = match inside.split_once("round ") {
            Some((sides, round)) => (sides.trim(), Some(round)),
            None => (inside, None),
        };
        let [left, top, width, height] = self.sides(name, &split(sides, ' '))?;
        let (width, height) = (width.max(0.0), height.max(0.0));
        if let Some(round) = round {
            let (across, down) = (|text: &str| self.across(text), |text: &str| self.down(text));
            let data = rounded([left, top, width, height], round, &across, &down)?;
            return Some(("path", vec![("d", data)]));
        }
        let sides = [("x", left), ("y", top), ("width", width), ("height", height)];
        Some(("rect", sides.map(|(name, length)| (name, written(length))).into()))
    }

    /// Left, top, width and height.
    fn sides(&self, name: &str, words: &[&str]) -> Option<[f64; 4]> {
        let [width, height] = self.size;
        let (across, down) = (|text: &str| self.across(text), |text: &str| self.down(text));
        Some(match (name, words) {
            ("xywh", [x, y, w, h]) => [across(x)?, down(y)?, across(w)?, down(h)?],
            ("rect", [top, right, bottom, left]) => {
                let auto = |word: &str, auto: f64, found: Option<f64>| {
                    if word == "auto" { Some(auto) } else { found }
                };
                let (left, top) = (auto(left, 0.0, across(left))?, auto(top, 0.0, down(top))?);
                let (right, bottom) =
                    (auto(right, width, across(right))?, auto(bottom, height, down(bottom))?);
                [left, top, right - left, bottom - top]
            }
            ("inset", [top, rest @ ..]) => {
                let right = *rest.first().unwrap_or(top);
                let bottom = *rest.get(1).unwrap_or(top);
                let left = *rest.get(2).unwrap_or(&right);
                let (left, top) = (across(left)?, down(top)?);
                [left, top, width - left - across(right)?, height - top - down(bottom)?]
            }
            _ => return None,
        })
    }
}

/// The way in which a length is read along one side of a box.
pub(super) type Along<'t> = &'t dyn Fn(&str) -> Option<f64>;

/// A rectangle with the corners that `round` says, as path data: css-backgrounds-3, section 5.
pub(super) fn rounded(
    [x, y, width, height]: [f64; 4],
    round: &str,
    across: Along<'_>,
    down: Along<'_>,
) -> Option<String> {
    let corners = |text: &str, read: Along<'_>| -> Option<[f64; 4]> {
        let radii: Vec<f64> = split(text, ' ').into_iter().map(read).collect::<Option<_>>()?;
        Some(match radii[..] {
            [all] => [all; 4],
            [a, b] => [a, b, a, b],
            [a, b, c] => [a, b, c, b],
            [a, b, c, d] => [a, b, c, d],
            _ => return None,
        })
    };
    let (first, second) = round.split_once('/').unwrap_or((round, round));
    let (rx, ry) = (corners(first, across)?, corners(second, down)?);
    // Where corners meet, all are made smaller alike.
    let room = |side: f64, a: f64, b: f64| if a + b > side { side / (a + b) } else { 1.0 };
    let fit = room(width, rx[0], rx[1])
        .min(room(width, rx[3], rx[2]))
        .min(room(height, ry[0], ry[3]))
        .min(room(height, ry[1], ry[2]));
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| (rx[at].max(0.0) * fit, ry[at].max(0.0) * fit));
    let (right, bottom) = (x + width, y + height);
    let arc = |(rx, ry): (f64, f64), x: f64, y: f64| {
        format!("A{} {} 0 0 1 {} {}", written(rx), written(ry), written(x), written(y))
    };
    Some(format!(
        "M{} {}H{}{}V{}{}H{}{}V{}{}Z",
        written(x + a.0),
        written(y),
        written(right - b.0),
        arc(b, right, y + b.1),
        written(bottom - c.1),
        arc(c, right - c.0, bottom),
        written(x + d.0),
        arc(d, x, bottom - d.1),
        written(y + a.1),
        arc(a, x + a.0, y)
    ))
}
