//! Writes SVG elements with whole coordinates, the way a terse hand would.

use std::fmt::Write;

/// A place on the canvas, in user units; x to the right, y down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PenPoint {
    /// To the right.
    pub(crate) x: f64,
    /// Down.
    pub(crate) y: f64,
}

/// A point from its numbers.
pub(crate) const fn at(x: f64, y: f64) -> PenPoint {
    PenPoint { x, y }
}

impl PenPoint {
    /// This point moved by `dx`, `dy`.
    pub(crate) fn by(self, dx: f64, dy: f64) -> PenPoint {
        at(self.x + dx, self.y + dy)
    }

    /// The point `share` of the way to `other`.
    pub(crate) fn toward(self, other: PenPoint, share: f64) -> PenPoint {
        at(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }
}

/// The canvas: 400 by 300 units.
pub(crate) const WIDTH: f64 = 400.0;
/// See [`WIDTH`].
pub(crate) const HEIGHT: f64 = 300.0;

/// The text of a drawing as it grows. All scenes are thought out facing right; a flipped pen mirrors them.
#[derive(Debug)]
pub(crate) struct Pen {
    out: String,
    flip: bool,
    /// Whether colours and widths stand before the shape's own numbers.
    paint_first: bool,
}

impl Pen {
    /// An empty drawing.
    pub(crate) fn new(flip: bool, paint_first: bool) -> Pen {
        Pen { out: String::new(), flip, paint_first }
    }

    /// The text.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    /// Writes a line of markup as it is.
    pub(crate) fn raw(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn element(&mut self, name: &str, shape: &str, paint: &str) {
        let (first, second) = if self.paint_first { (paint, shape) } else { (shape, paint) };
        let gap = if paint.is_empty() { "" } else { " " };
        let _ = writeln!(self.out, "<{name} {first}{gap}{second}/>");
    }

    fn x(&self, x: f64) -> i32 {
        let x = clamp(x, WIDTH);
        if self.flip { WIDTH as i32 - x } else { x }
    }

    /// Draws a circle; a radius is at least one unit.
    pub(crate) fn circle(&mut self, c: PenPoint, r: f64, paint: &str) {
        let shape = format!(r#"cx="{}" cy="{}" r="{}""#, self.x(c.x), clamp(c.y, HEIGHT), size(r));
        self.element("circle", &shape, paint);
    }

    /// Draws an ellipse along the axes.
    pub(crate) fn ellipse(&mut self, c: PenPoint, rx: f64, ry: f64, paint: &str) {
        let (cx, cy) = (self.x(c.x), clamp(c.y, HEIGHT));
        let shape = format!(r#"cx="{cx}" cy="{cy}" rx="{}" ry="{}""#, size(rx), size(ry));
        self.element("ellipse", &shape, paint);
    }

    /// Draws a rectangle over the whole width, from `y` down to `bottom`.
    pub(crate) fn band(&mut self, y: f64, bottom: f64, paint: &str) {
        let (y, bottom) = (clamp(y, HEIGHT), clamp(bottom, HEIGHT));
        let top = if y == 0 { String::new() } else { format!(r#"y="{y}" "#) };
        let shape = format!(r#"{top}width="{WIDTH}" height="{}""#, bottom - y);
        self.element("rect", &shape, paint);
    }

    /// Draws a path.
    pub(crate) fn path(&mut self, path: &PathOutline, paint: &str) {
        let mut d = String::new();
        for step in &path.0 {
            if !d.is_empty() {
                d.push(' ');
            }
            match step {
                Step::Close => d.push('Z'),
                Step::To(letter, points) => {
                    d.push(*letter);
                    for p in points {
                        let _ = write!(d, " {} {}", self.x(p.x), clamp(p.y, HEIGHT));
                    }
                }
            }
        }
        self.element("path", &format!(r#"d="{d}""#), paint);
    }
}

fn clamp(v: f64, most: f64) -> i32 {
    v.round().clamp(0.0, most) as i32
}

fn size(v: f64) -> i32 {
    v.round().max(1.0) as i32
}

#[derive(Debug)]
enum Step {
    To(char, Vec<PenPoint>),
    Close,
}

/// The outline of a path, built step by step.
#[derive(Debug, Default)]
pub(crate) struct PathOutline(Vec<Step>);

impl PathOutline {
    /// A path that starts at `p`.
    pub(crate) fn from(p: PenPoint) -> PathOutline {
        PathOutline::default().jump(p)
    }

    fn then(mut self, letter: char, points: Vec<PenPoint>) -> PathOutline {
        self.0.push(Step::To(letter, points));
        self
    }

    /// A new part that starts at `p`.
    pub(crate) fn jump(self, p: PenPoint) -> PathOutline {
        self.then('M', vec![p])
    }

    /// A straight line.
    pub(crate) fn line(self, p: PenPoint) -> PathOutline {
        self.then('L', vec![p])
    }

    /// A quadratic curve by way of `control`.
    pub(crate) fn curve(self, control: PenPoint, p: PenPoint) -> PathOutline {
        self.then('Q', vec![control, p])
    }

    /// A cubic curve.
    pub(crate) fn cubic(self, first: PenPoint, second: PenPoint, p: PenPoint) -> PathOutline {
        self.then('C', vec![first, second, p])
    }

    /// Back to the start of the part.
    pub(crate) fn close(mut self) -> PathOutline {
        self.0.push(Step::Close);
        self
    }
}
