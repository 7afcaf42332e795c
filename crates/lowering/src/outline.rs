//! The outlines of shapes, and ways along them.

use svgtypes::{SimplePathSegment, SimplifyingPathParser};
use tiny_skia_path::{Path, PathBuilder, PathSegment, Point, Rect};

use super::numbers::{self, LengthScale};
use super::tree::{Element, Tree};

/// Straight pieces that a curve is taken for.
const PIECES: usize = 24;

/// The outline of path data, up to where it is wrong.
pub(super) fn from_data(data: &str) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for segment in SimplifyingPathParser::from(data) {
        let Ok(segment) = segment else { break };
        match segment {
            SimplePathSegment::MoveTo { x, y } => builder.move_to(x as f32, y as f32),
            SimplePathSegment::LineTo { x, y } => builder.line_to(x as f32, y as f32),
            SimplePathSegment::CurveTo { x1, y1, x2, y2, x, y } => {
                builder.cubic_to(x1 as f32, y1 as f32, x2 as f32, y2 as f32, x as f32, y as f32);
            }
            SimplePathSegment::Quadratic { x1, y1, x, y } => {
                builder.quad_to(x1 as f32, y1 as f32, x as f32, y as f32);
            }
            SimplePathSegment::ClosePath => builder.close(),
        }
    }
    builder.finish()
}

/// The outline of a shape in its own units.
pub(super) fn of(tree: &Tree, element: usize) -> Option<Path> {
    of_shape(&tree[element], tree[element].scale())
}

/// The outline of a shape whose lengths are of this scale.
pub(super) fn of_shape(found: &Element, scale: &LengthScale) -> Option<Path> {
    let length = |name: &str| {
        let value = found.value(name)?;
        numbers::length(value, scale.whole(name), scale).map(|length| length as f32)
    };
    let or_zero = |name: &str| length(name).unwrap_or(0.0);
    match found.name.as_str() {
        "path" => from_data(found.value("d")?),
        "rect" | "image" => {
            let (x, y) = (or_zero("x"), or_zero("y"));
            let rect = Rect::from_xywh(x, y, length("width")?, length("height")?)?;
            let (rx, ry) = (length("rx"), length("ry"));
            let (rx, ry) = (rx.or(ry).unwrap_or(0.0), ry.or(rx).unwrap_or(0.0));
            Some(rounded(rect, rx.min(rect.width() / 2.0), ry.min(rect.height() / 2.0)))
        }
        "circle" => ellipse(or_zero("cx"), or_zero("cy"), length("r")?, length("r")?),
        "ellipse" => {
            let (rx, ry) = (length("rx"), length("ry"));
            ellipse(or_zero("cx"), or_zero("cy"), rx.or(ry)?, ry.or(rx)?)
        }
        "line" => {
            let mut builder = PathBuilder::new();
            builder.move_to(or_zero("x1"), or_zero("y1"));
            builder.line_to(or_zero("x2"), or_zero("y2"));
            builder.finish()
        }
        "polyline" | "polygon" => {
            let mut builder = PathBuilder::new();
            for (x, y) in svgtypes::PointsParser::from(found.value("points")?) {
                if builder.is_empty() {
                    builder.move_to(x as f32, y as f32);
                } else {
                    builder.line_to(x as f32, y as f32);
                }
            }
            if found.name == "polygon" {
                builder.close();
            }
            builder.finish()
        }
        _ => None,
    }
}

/// A path as path data.
pub(super) fn data(path: &Path) -> String {
    let mut made = String::new();
    for segment in path.segments() {
        let (letter, points): (char, &[Point]) = match &segment {
            PathSegment::MoveTo(a) => ('M', &[*a]),
            PathSegment::LineTo(a) => ('L', &[*a]),
            PathSegment::QuadTo(a, b) => ('Q', &[*a, *b]),
            PathSegment::CubicTo(a, b, c) => ('C', &[*a, *b, *c]),
            PathSegment::Close => ('Z', &[]),
        };
        made.push(letter);
        made.push_str(
            &points.iter().map(|point| format!("{} {}", point.x, point.y)).collect::<Vec<_>>().join(" "),
        );
    }
    made
}

/// An ellipse that begins at its right, as its dashes do.
fn ellipse(cx: f32, cy: f32, rx: f32, ry: f32) -> Option<Path> {
    let rect = Rect::from_ltrb(cx - rx, cy - ry, cx + rx, cy + ry)?;
    if rx <= 0.0 || ry <= 0.0 {
        return None;
    }
    let (kx, ky) = (rx * KAPPA, ry * KAPPA);
    let mut builder = PathBuilder::new();
    builder.move_to(rect.right(), cy);
    builder.cubic_to(rect.right(), cy + ky, cx + kx, rect.bottom(), cx, rect.bottom());
    builder.cubic_to(cx - kx, rect.bottom(), rect.left(), cy + ky, rect.left(), cy);
    builder.cubic_to(rect.left(), cy - ky, cx - kx, rect.top(), cx, rect.top());
    builder.cubic_to(cx + kx, rect.top(), rect.right(), cy - ky, rect.right(), cy);
    builder.close();
    builder.finish()
}

/// The reach of the handles of a quarter of a circle.
const KAPPA: f32 = 0.552_284_8;

fn rounded(rect: Rect, rx: f32, ry: f32) -> Path {
    if rx <= 0.0 || ry <= 0.0 {
        return PathBuilder::from_rect(rect);
    }
    let (l, t, r, b) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let (kx, ky) = (rx * (1.0 - KAPPA), ry * (1.0 - KAPPA));
    let mut builder = PathBuilder::new();
    builder.move_to(l + rx, t);
    builder.line_to(r - rx, t);
    builder.cubic_to(r - kx, t, r, t + ky, r, t + ry);
    builder.line_to(r, b - ry);
    builder.cubic_to(r, b - ky, r - kx, b, r - rx, b);
    builder.line_to(l + rx, b);
    builder.cubic_to(l + kx, b, l, b - ky, l, b - ry);
    builder.line_to(l, t + ry);
    builder.cubic_to(l, t + ky, l + kx, t, l + rx, t);
    builder.close();
    builder.finish().unwrap_or_else(|| PathBuilder::from_rect(rect))
}

/// An outline in straight pieces, measured along its length.
pub(super) struct MeasuredPath {
    /// Straight pieces: from, to, the length up to the end of each, and the segment that it is of.
    pieces: Vec<(Point, Point, f64, usize)>,
}

impl MeasuredPath {
    pub(super) fn of(path: &Path) -> Self {
        let mut pieces: Vec<(Point, Point, f64, usize)> = Vec::new();
        let mut sum = 0.0;
        let (mut start, mut last) = (Point::zero(), Point::zero());
        let mut go = |last: &mut Point, to: Point, of: usize| {
            let (dx, dy) = (f64::from(to.x - last.x), f64::from(to.y - last.y));
            sum += (dx * dx + dy * dy).sqrt();
            pieces.push((*last, to, sum, of));
            *last = to;
        };
        for (of, segment) in path.segments().enumerate() {
            match segment {
                PathSegment::MoveTo(to) => (start, last) = (to, to),
                PathSegment::LineTo(to) => go(&mut last, to, of),
                PathSegment::QuadTo(a, to) => {
                    let from = last;
                    for step in 1..=PIECES {
                        let t = step as f32 / PIECES as f32;
                        let s = 1.0 - t;
                        let at = |f: f32, a: f32, to: f32| s * s * f + 2.0 * s * t * a + t * t * to;
                        go(&mut last, Point::from_xy(at(from.x, a.x, to.x), at(from.y, a.y, to.y)), of);
                    }
                }
                PathSegment::CubicTo(a, b, to) => {
                    let from = last;
                    for step in 1..=PIECES {
                        let t = step as f32 / PIECES as f32;
                        let s = 1.0 - t;
                        let at = |f: f32, a: f32, b: f32, to: f32| {
                            s * s * s * f + 3.0 * s * s * t * a + 3.0 * s * t * t * b + t * t * t * to
                        };
                        go(
                            &mut last,
                            Point::from_xy(at(from.x, a.x, b.x, to.x), at(from.y, a.y, b.y, to.y)),
                            of,
                        );
                    }
                }
                PathSegment::Close => go(&mut last, start, of),
            }
        }
        Self { pieces }
    }

    /// Its length.
    pub(super) fn length(&self) -> f64 {
        self.pieces.last().map_or(0.0, |(_, _, sum, _)| *sum)
    }

    /// The point at a distance from its start, and the way's direction there in degrees.
    pub(super) fn at(&self, distance: f64) -> Option<([f64; 2], f64)> {
        let last = self.pieces.len().checked_sub(1)?;
        let at = self.pieces.partition_point(|(_, _, sum, _)| *sum < distance).min(last);
        let (from, to, end, of) = self.pieces[at];
        let (dx, dy) = (f64::from(to.x - from.x), f64::from(to.y - from.y));
        let long = (dx * dx + dy * dy).sqrt();
        let share = if long > 0.0 { 1.0 - ((end - distance) / long).clamp(0.0, 1.0) } else { 1.0 };
        let point = [f64::from(from.x) + dx * share, f64::from(from.y) + dy * share];
        // A piece has the curve's direction in its middle, and towards its ends that of its neighbours.
        let neighbour = if share < 0.5 { at.checked_sub(1) } else { Some(at + 1) };
        let neighbour = neighbour.and_then(|near| self.pieces.get(near)).filter(|near| near.3 == of);
        let own = dy.atan2(dx).to_degrees();
        let bend = neighbour.map_or(0.0, |(from, to, ..)| {
            let near = f64::from(to.y - from.y).atan2(f64::from(to.x - from.x)).to_degrees();
            let turn = (near - own).rem_euclid(360.0);
            if turn > 180.0 { turn - 360.0 } else { turn }
        });
        let bend = if bend.abs() < 90.0 { bend } else { 0.0 };
        Some((point, own + bend * (share - 0.5).abs()))
    }
}
