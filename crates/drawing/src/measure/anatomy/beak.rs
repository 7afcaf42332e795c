//! The beak: something pointed that grows out of the head, sideways.

use super::answer::{self, DetectorAnswer};
use super::{Anatomy, eye};
use crate::measure::contour::Contour;
use crate::measure::geometry::Point;

/// How far a beak reaches out of the head, in radii of a disc of the head's area, at least.
const OUT: f64 = 0.3;
/// How near the head it begins, likewise.
const BEGINS: f64 = 0.35;
/// Its area at most, in areas of the head.
const LARGE: f64 = 1.6;
/// Its width in the last tenth over its greatest width, at most: a wedge has 0.1, a lens 0.4, an ellipse 0.6.
const POINTED: f64 = 0.5;
/// How far from the eye it begins, at most, in radii of the head.
const NEAR_EYE: f64 = 2.2;
/// Width of an open beak over its length, at most.
const OPEN: f64 = 0.6;
/// Slope beyond which it points up or down, not forward: 50 degrees.
const STEEP: f64 = 1.19;
/// Slices that its width is taken in.
pub(super) const SLICES: usize = 10;

/// A beak.
#[derive(Debug, Clone)]
pub(super) struct Beak {
    pub(super) shape: usize,
    pub(super) contour: usize,
    /// The place where it leaves the head, and its end.
    pub(super) base: Point,
    pub(super) tip: Point,
}

impl Beak {
    pub(super) fn length(&self) -> f64 {
        self.base.distance(self.tip)
    }

    fn is_level(&self) -> bool {
        (self.tip.y - self.base.y).abs() <= STEEP * (self.tip.x - self.base.x).abs()
    }

    /// The direction in which it points, where that is sideways: 1 is to the right.
    pub(super) fn heading(&self) -> Option<f64> {
        self.is_level().then(|| (self.tip.x - self.base.x).signum())
    }

    /// For each slice from base to tip, how far the outline reaches to either side: up first (or left of a steep one).
    pub(super) fn profile(&self, contour: &Contour) -> [(f64, f64); SLICES] {
        let length = self.length().max(1e-9);
        let (ux, uy) = ((self.tip.x - self.base.x) / length, (self.tip.y - self.base.y) / length);
        // The side that is down on the canvas, whichever way it points.
        let down = if ux >= 0.0 { (-uy, ux) } else { (uy, -ux) };
        let mut slices = [(f64::INFINITY, f64::NEG_INFINITY); SLICES];
        for (place, _) in contour.places(SLICES * 12) {
            let (dx, dy) = (place.x - self.base.x, place.y - self.base.y);
            let along = (dx * ux + dy * uy) / length;
            let aside = dx * down.0 + dy * down.1;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to the slices"
            )]
            let slice = (along * SLICES as f64).clamp(0.0, SLICES as f64 - 1.0) as usize;
            let (up, low) = &mut slices[slice];
            (*up, *low) = (up.min(aside), low.max(aside));
        }
        slices.map(|(up, low)| if up <= low { (up, low) } else { (0.0, 0.0) })
    }
}

/// The head: what holds the eye, else the rider's highest shape of some size.
pub(super) fn head(anatomy: &Anatomy<'_>) -> Option<usize> {
    let shapes = &anatomy.scene.shapes;
    let by_eye = anatomy.eyes.iter().find_map(|eye| eye::head(anatomy, eye));
    let body = shapes[anatomy.body?].area();
    let solid = anatomy.rider.shapes.iter().copied().filter(|index| {
        let shape = &shapes[*index];
        shape.area() >= 0.08 * body
            && shape
                .contours
                .iter()
                .any(|contour| contour.moments().is_some_and(|m| m.axes.1 >= 0.5 * m.axes.0))
    });
    by_eye.or_else(|| solid.min_by(|a, b| shapes[*a].extent.top.total_cmp(&shapes[*b].extent.top)))
}

/// The best candidate: pointed, long, near the eye, of a beak's colour.
pub(super) fn find(anatomy: &Anatomy<'_>) -> Option<Beak> {
    let shapes = &anatomy.scene.shapes;
    let head = head(anatomy)?;
    let size = (shapes[head].area() / std::f64::consts::PI).sqrt();
    let eye = anatomy.eyes.first().map(|eye| eye.centre);
    let mut best: Option<(f64, Beak)> = None;
    for (index, shape) in shapes.iter().enumerate() {
        let other = anatomy.background[index]
            || index == head
            || anatomy.is_body(index)
            || anatomy.wheels.own(index)
            || anatomy.frame.owns(index)
            || anatomy.seen[index] < 2.0 * super::FAINT
            || anatomy.eyes.iter().any(|eye| eye.shape == index);
        if other {
            continue;
        }
        for (which, contour) in shape.contours.iter().enumerate() {
            let Some(beak) = candidate(anatomy, head, size, (index, which), contour) else { continue };
            let far = eye.map_or(0.0, |eye| eye.distance(beak.base) / size);
            if far > NEAR_EYE {
                continue;
            }
            let warm = if shape.colour.is_some_and(warm) { 3.0 } else { 1.0 };
            let level = if beak.is_level() { 1.5 } else { 1.0 };
            let weight = (beak.length() / size).min(3.0) * warm * level / (1.0 + far * far);
            if best.as_ref().is_none_or(|(most, _)| weight > *most) {
                best = Some((weight, beak));
            }
        }
    }
    best.map(|(_, beak)| beak)
}

/// Yellow, orange or red: the colours that a beak is given most.
fn warm([red, green, blue]: [u8; 3]) -> bool {
    red >= 150 && u16::from(red) >= u16::from(blue) + 70 && green <= red
}

fn candidate(
    anatomy: &Anatomy<'_>,
    head: usize,
    size: f64,
    (shape, which): (usize, usize),
    contour: &Contour,
) -> Option<Beak> {
    let head = &anatomy.scene.shapes[head];
    if contour.points.len() < 3 || anatomy.scene.shapes[shape].from(head.extent.centre()) > 4.0 * size {
        return None;
    }
    let middle = head.contours.first().and_then(Contour::moments)?.centre;
    let area = contour.moments().map_or(0.0, |moments| moments.area);
    if area > LARGE * head.area() || area < 0.01 * head.area() {
        return None;
    }
    let tip =
        contour.points.iter().copied().max_by(|a, b| a.distance(middle).total_cmp(&b.distance(middle)))?;
    let (near, far) = (head.from(contour.points[0]), head.from(tip));
    let nearest = contour.points.iter().map(|point| head.from(*point)).fold(near, f64::min);
    if nearest > BEGINS * size || far < OUT * size || head.holds(tip) {
        return None;
    }
    // The base is the middle of what is furthest from the tip.
    let reach = contour.points.iter().map(|point| point.distance(tip)).fold(0.0, f64::max);
    let at_base: Vec<Point> = contour
        .places(60)
        .into_iter()
        .map(|(place, _)| place)
        .filter(|place| place.distance(tip) >= 0.8 * reach)
        .collect();
    let count = at_base.len().max(1) as f64;
    let base = Point::new(
        at_base.iter().map(|place| place.x).sum::<f64>() / count,
        at_base.iter().map(|place| place.y).sum::<f64>() / count,
    );
    if head.from(base) > BEGINS * size {
        return None;
    }
    let beak = Beak { shape, contour: which, base, tip };
    let widths = beak.profile(contour).map(|(up, low)| low - up);
    let widest = widths.iter().copied().fold(0.0, f64::max);
    let at_tip = widths[SLICES - 1];
    let wedge = at_tip <= POINTED * widest && widest <= 1.6 * beak.length();
    // One that is open is narrow where it begins.
    let open = widths[0] <= POINTED * widest && widest <= OPEN * beak.length();
    (widest > 0.0 && (wedge || open)).then_some(beak)
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    if anatomy.body.is_none() {
        return DetectorAnswer::cant_tell("there is no rider to look for a beak on", Vec::new());
    }
    let Some(beak) = &anatomy.beak else {
        return DetectorAnswer::not_met("nothing pointed grows out of the head", Vec::new());
    };
    let outline = &anatomy.scene.shapes[beak.shape].contours[beak.contour];
    let marks = vec![answer::contour("beak", outline), answer::arrow("points", beak.base, beak.tip)];
    match beak.heading() {
        Some(heading) => {
            let side = if heading > 0.0 { "right" } else { "left" };
            DetectorAnswer::met(format!("a pointed shape grows out of the head, to the {side}"), marks)
        }
        None => {
            let way = if beak.tip.y > beak.base.y { "down" } else { "up" };
            DetectorAnswer::not_met(format!("what is pointed on the head points {way}, not forward"), marks)
        }
    }
}
