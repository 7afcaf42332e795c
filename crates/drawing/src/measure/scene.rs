//! A drawing as what it paints: shapes in the order of painting, every transform applied, curves as short lines.
//!
//! Only geometry and paint come in. Names, classes, comments and text are the model's words, and no measure hears them.

use tiny_skia::PathSegment;
use usvg::filter::Kind;
use usvg::{Group, Node, Paint, Tree};

use super::contour::Contour;
use super::geometry::{BoundingBox, Point};
use super::ownership::{ClipMask, OwnershipMap};

/// Shapes that are looked at; a drawing of more is cut, and its anatomy is not told.
pub(super) const MOST_SHAPES: usize = 1_500;
/// Points of all shapes together, likewise.
pub(super) const MOST_POINTS: usize = 60_000;
/// Lines that a curve becomes, at least and at most.
const CURVE: (f64, f64) = (4.0, 24.0);
/// Length of such a line, as a share of the canvas's diagonal.
const FINE: f64 = 0.01;
/// Area of a thin shape over the square of its length, at most: a bar four times as long as thick has 0.16.
const SLENDER: f64 = 0.17;
/// Opacity below which nobody sees a paint.
const FAINT: f64 = 0.05;
/// Opacity from which on a paint hides what is under it.
const OPAQUE: f64 = 0.5;
/// Share of both sides of the canvas from which on a shape covers it.
const COVERS: f64 = 0.9;
/// A blur of this many diagonals of the canvas leaves no outline.
const BLURRED: f64 = 0.004;

/// The shapes that a drawing paints.
#[derive(Debug)]
pub(super) struct PaintedScene {
    /// Width and height of the canvas.
    pub(super) canvas: (f64, f64),
    pub(super) shapes: Vec<PaintedShape>,
    /// Embedded pictures and texts, which no detector looks into.
    pub(super) pictures: usize,
    pub(super) texts: usize,
    /// There is more than is looked at.
    pub(super) cut: bool,
    /// The shape that is seen at each pixel.
    pub(super) owners: Option<OwnershipMap>,
    points: usize,
}

/// The effects of the groups around a path.
#[derive(Clone)]
struct Surroundings {
    opacity: f64,
    /// A blur has taken the outline.
    soft: bool,
    /// The paint is mixed with what is under it, or made into noise: a grain of paper, where it covers all.
    mixed: bool,
    clip: ClipMask,
}

/// One path as painted.
#[derive(Debug)]
pub(super) struct PaintedShape {
    pub(super) contours: Vec<Contour>,
    pub(super) extent: BoundingBox,
    pub(super) filled: bool,
    pub(super) line: Option<StrokeStyle>,
    /// The colour of its fill, or without one of its line; `None` for gradients and patterns.
    pub(super) colour: Option<[u8; 3]>,
    /// It is a glow, a soft shadow or see-through: it hides nothing.
    pub(super) soft: bool,
}

/// The stroke of an outline.
#[derive(Debug, Clone, Copy)]
pub(super) struct StrokeStyle {
    pub(super) width: f64,
    pub(super) dashed: bool,
}

impl PaintedScene {
    /// Flattens a drawing, whose picture is of this many pixels.
    pub(super) fn of(tree: &Tree, (width, height): (u32, u32)) -> Self {
        let canvas = (f64::from(tree.size().width()), f64::from(tree.size().height()));
        let owners = OwnershipMap::new(width, height, canvas);
        let mut scene =
            Self { canvas, shapes: Vec::new(), pictures: 0, texts: 0, cut: false, owners, points: 0 };
        scene.group(tree.root(), &Surroundings { opacity: 1.0, soft: false, mixed: false, clip: None });
        scene
    }

    /// The canvas's diagonal, by which lengths are told large from small.
    pub(super) fn diagonal(&self) -> f64 {
        self.canvas.0.hypot(self.canvas.1)
    }

    /// The canvas as a box.
    pub(super) fn frame(&self) -> BoundingBox {
        BoundingBox { left: 0.0, top: 0.0, right: self.canvas.0, bottom: self.canvas.1 }
    }

    fn group(&mut self, group: &Group, outer: &Surroundings) {
        let around = Surroundings {
            opacity: outer.opacity * f64::from(group.opacity().get()),
            soft: outer.soft || blurs(group, BLURRED * self.diagonal()),
            mixed: outer.mixed || mixes(group),
            clip: self.owners.as_ref().and_then(|owners| owners.clip(group, &outer.clip)),
        };
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group, &around),
                Node::Path(path) => self.path(path, &around),
                Node::Image(image) => self.pictures += usize::from(image.is_visible()),
                Node::Text(_) => self.texts += 1,
            }
        }
    }

    fn path(&mut self, path: &usvg::Path, around: &Surroundings) {
        let seen = |own: f32| f64::from(own) * around.opacity >= FAINT;
        let filled = path.fill().is_some_and(|fill| seen(fill.opacity().get()) && paints(fill.paint()));
        let stroke = path.stroke().filter(|stroke| seen(stroke.opacity().get()) && paints(stroke.paint()));
        if !path.is_visible() || !filled && stroke.is_none() {
            return;
        }
        if self.shapes.len() >= MOST_SHAPES || self.points >= MOST_POINTS {
            self.cut = true;
            return;
        }
        let transform = path.abs_transform();
        let Some(data) = path.data().clone().transform(transform) else { return };
        let contours = self.flatten(&data);
        let Some(extent) = contours.iter().map(|contour| contour.extent).reduce(BoundingBox::with) else {
            return;
        };
        // A straight line has a fill on paper and none on the canvas.
        let filled = filled && contours.iter().any(|contour| contour.moments().is_some());
        if !filled && stroke.is_none() {
            return;
        }
        let (scale_x, scale_y) = transform.get_scale();
        let scale = (f64::from(scale_x) * f64::from(scale_y)).abs().sqrt();
        let line = stroke.map(|stroke| StrokeStyle {
            width: f64::from(stroke.width().get()) * scale,
            dashed: stroke.dasharray().is_some(),
        });
        let paint = match filled {
            true => path.fill().map(usvg::Fill::paint),
            false => stroke.map(usvg::Stroke::paint),
        };
        let colour = match paint {
            Some(Paint::Color(colour)) => Some([colour.red, colour.green, colour.blue]),
            _ => None,
        };
        let veil = around.mixed && covers(extent, self.canvas);
        let solid = |own: f32, paint| {
            !around.soft && !veil && f64::from(own) * around.opacity >= OPAQUE && is_opaque(paint)
        };
        let fill = path.fill().filter(|fill| filled && solid(fill.opacity().get(), fill.paint()));
        let stroke = stroke.filter(|stroke| solid(stroke.opacity().get(), stroke.paint()));
        let soft = fill.is_none() && stroke.is_none();
        if let Some(owners) = &mut self.owners {
            let index = self.shapes.len();
            if let Some(fill) = fill {
                let rule = match fill.rule() {
                    usvg::FillRule::NonZero => tiny_skia::FillRule::Winding,
                    usvg::FillRule::EvenOdd => tiny_skia::FillRule::EvenOdd,
                };
                owners.fill(index, &data, rule, &around.clip);
            }
            if let Some(stroke) = stroke {
                owners.stroke(index, path.data(), &stroke.to_tiny_skia(), transform, &around.clip);
            }
        }
        self.shapes.push(PaintedShape { contours, extent, filled, line, colour, soft });
    }

    fn flatten(&mut self, path: &tiny_skia::Path) -> Vec<Contour> {
        let step = self.diagonal() * FINE;
        let mut contours = Vec::new();
        let mut points: Vec<Point> = Vec::new();
        let mut end = |points: &mut Vec<Point>, closed| {
            contours.extend(Contour::new(std::mem::take(points), closed));
        };
        for segment in path.segments() {
            let from = points.last().copied();
            match segment {
                PathSegment::MoveTo(to) => {
                    end(&mut points, false);
                    points.push(point(to));
                }
                PathSegment::LineTo(to) => points.push(point(to)),
                PathSegment::QuadTo(by, to) => {
                    let (Some(from), by, to) = (from, point(by), point(to)) else { continue };
                    let count = pieces(from.distance(by) + by.distance(to), step);
                    points.extend((1..=count).map(|i| {
                        let t = f64::from(i) / f64::from(count);
                        from.towards(by, t).towards(by.towards(to, t), t)
                    }));
                }
                PathSegment::CubicTo(one, two, to) => {
                    let (Some(from), one, two, to) = (from, point(one), point(two), point(to)) else {
                        continue;
                    };
                    let count = pieces(from.distance(one) + one.distance(two) + two.distance(to), step);
                    points.extend((1..=count).map(|i| {
                        let t = f64::from(i) / f64::from(count);
                        let middle = one.towards(two, t);
                        let (left, right) = (from.towards(one, t), two.towards(to, t));
                        left.towards(middle, t).towards(middle.towards(right, t), t)
                    }));
                }
                PathSegment::Close => {
                    let start = points.first().copied();
                    end(&mut points, true);
                    // What follows without a move begins where the closed line began.
                    points.extend(start);
                }
            }
            self.points += 1;
            if self.points + points.len() > MOST_POINTS {
                self.cut = true;
                break;
            }
        }
        end(&mut points, false);
        self.points += contours.iter().map(|contour| contour.points.len()).sum::<usize>();
        contours
    }
}

impl PaintedShape {
    /// Whether a point is inside of its outline, whether that is filled or not.
    pub(super) fn holds(&self, point: Point) -> bool {
        self.extent.holds(point) && self.contours.iter().any(|contour| contour.holds(point))
    }

    /// Distance between two outlines, counted from the edges of their lines; 0 where one holds the other.
    pub(super) fn gap(&self, other: &Self) -> f64 {
        let wide = self.half_width() + other.half_width();
        let inside = |a: &Self, b: &Self| {
            a.filled && b.contours.iter().any(|contour| contour.points.first().is_some_and(|p| a.holds(*p)))
        };
        if inside(self, other) || inside(other, self) {
            return 0.0;
        }
        let pairs = self.contours.iter().flat_map(|one| other.contours.iter().map(move |two| one.gap(two)));
        (pairs.fold(f64::INFINITY, f64::min) - wide).max(0.0)
    }

    /// Distance from a point to the outline's edge, 0 on it or inside of what is filled.
    pub(super) fn from(&self, point: Point) -> f64 {
        if self.filled && self.holds(point) {
            return 0.0;
        }
        let nearest = self.contours.iter().map(|contour| contour.from(point)).fold(f64::INFINITY, f64::min);
        (nearest - self.half_width()).max(0.0)
    }

    /// Half the width of its line.
    pub(super) fn half_width(&self) -> f64 {
        self.line.map_or(0.0, |line| line.width / 2.0)
    }

    /// The area inside its largest outline.
    pub(super) fn area(&self) -> f64 {
        let areas = self.contours.iter().filter_map(Contour::moments).map(|moments| moments.area);
        areas.fold(0.0, f64::max)
    }

    /// A line, or a filled shape no thicker than `thickness`.
    pub(super) fn is_thin(&self, thickness: f64) -> bool {
        if self.filled {
            // A long shape of length l and thickness t has half its outline for a length.
            let length = self.contours.iter().map(Contour::length).fold(0.0, f64::max) / 2.0;
            return self.area() <= length * thickness && self.area() <= length * length * SLENDER;
        }
        self.line.is_some_and(|line| line.width <= 2.0 * thickness)
    }
}

fn point(from: tiny_skia::Point) -> Point {
    Point::new(f64::from(from.x), f64::from(from.y))
}

/// Lines that a curve of about this length becomes.
fn pieces(length: f64, step: f64) -> u32 {
    let count = (length / step).ceil().clamp(CURVE.0, CURVE.1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a small range")]
    let count = count as u32;
    count
}

/// Whether a paint hides what is under it: a gradient does when all of its stops do.
fn is_opaque(paint: &Paint) -> bool {
    let stops = match paint {
        Paint::Color(_) => return true,
        Paint::Pattern(_) => return false,
        Paint::LinearGradient(gradient) => gradient.stops(),
        Paint::RadialGradient(gradient) => gradient.stops(),
    };
    stops.iter().all(|stop| f64::from(stop.opacity().get()) >= OPAQUE)
}

/// Whether a group's filter is nothing but a blur of at least this many units.
fn blurs(group: &Group, least: f64) -> bool {
    group.filters().iter().any(|filter| {
        let blur = |kind: &Kind| match kind {
            Kind::GaussianBlur(blur) => f64::from(blur.std_dev_x().get().max(blur.std_dev_y().get())),
            _ => 0.0,
        };
        let only =
            filter.primitives().iter().all(|primitive| matches!(primitive.kind(), Kind::GaussianBlur(_)));
        only && filter.primitives().iter().any(|primitive| blur(primitive.kind()) >= least)
    })
}

/// Whether a group is mixed with what is under it by more than its opacity, or its filter makes noise.
fn mixes(group: &Group) -> bool {
    let noise = |filter: &std::sync::Arc<usvg::filter::Filter>| {
        filter.primitives().iter().any(|primitive| matches!(primitive.kind(), Kind::Turbulence(_)))
    };
    group.blend_mode() != usvg::BlendMode::Normal || group.filters().iter().any(noise)
}

/// Whether a shape reaches over nearly all of the canvas.
fn covers(extent: BoundingBox, (width, height): (f64, f64)) -> bool {
    let along = |from: f64, to: f64, whole: f64| to.min(whole) - from.max(0.0) >= COVERS * whole;
    along(extent.left, extent.right, width) && along(extent.top, extent.bottom, height)
}

/// Whether a paint shows at all: a gradient does when one of its stops does.
fn paints(paint: &Paint) -> bool {
    let stops = match paint {
        Paint::Color(_) | Paint::Pattern(_) => return true,
        Paint::LinearGradient(gradient) => gradient.stops(),
        Paint::RadialGradient(gradient) => gradient.stops(),
    };
    stops.iter().any(|stop| f64::from(stop.opacity().get()) >= FAINT)
}
