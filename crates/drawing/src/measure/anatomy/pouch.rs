//! The pouch: a beak whose lower edge sags, or a shape that hangs under it.

use super::Anatomy;
use super::answer::{self, DetectorAnswer};
use super::beak::{Beak, SLICES};
use crate::measure::geometry::Point;

/// How far the lower edge hangs under the straight line from base to tip, in lengths of the beak: a pouch, and perhaps
/// one.
const SAGS: f64 = 0.1;
const PERHAPS: f64 = 0.05;
/// A beak that holds one is so deep at least, likewise.
const DEEP: f64 = 0.22;
/// A shape that hangs under the beak is so long at least, and has so much of its area, at least and at most.
const LONG: f64 = 0.3;
const AREA: (f64, f64) = (0.15, 4.0);

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    let Some(beak) = &anatomy.beak else {
        return DetectorAnswer::cant_tell("there is no beak for it to hang from", Vec::new());
    };
    if beak.heading().is_none() {
        return DetectorAnswer::cant_tell(
            "the beak does not point sideways, so nothing can hang under it",
            Vec::new(),
        );
    }
    let contour = &anatomy.scene.shapes[beak.shape].contours[beak.contour];
    if let Some(under) = under(anatomy, beak) {
        let marks =
            anatomy.scene.shapes[under].contours.iter().map(|contour| answer::contour("pouch", contour));
        return DetectorAnswer::met("a shape hangs under the beak", marks.collect());
    }
    let sag = sag(beak, contour);
    let words =
        format!("the beak's lower edge hangs {:.0}% of its length under a straight line", sag * 100.0);
    let marks = vec![answer::contour("beak", contour)];
    let depth =
        beak.profile(contour).iter().map(|(up, low)| low - up).fold(0.0, f64::max) / beak.length().max(1e-9);
    if sag >= SAGS && depth >= DEEP {
        DetectorAnswer::met(words, marks)
    } else if depth < DEEP {
        DetectorAnswer::not_met("the beak is too thin to hold one, and nothing hangs under it", marks)
    } else if sag >= PERHAPS {
        DetectorAnswer::cant_tell(words, marks)
    } else {
        DetectorAnswer::not_met("the beak's lower edge is straight, and nothing hangs under it", marks)
    }
}

/// How far the lower edge hangs under the line from its beginning to the tip.
fn sag(beak: &Beak, contour: &crate::measure::contour::Contour) -> f64 {
    let profile = beak.profile(contour);
    let start = profile[0].1;
    let hang = profile.iter().enumerate().map(|(slice, (_, low))| {
        let along = (slice as f64 + 0.5) / SLICES as f64;
        low - start * (1.0 - along)
    });
    hang.fold(0.0, f64::max) / beak.length().max(1e-9)
}

/// Another of the rider's shapes, right under the beak.
fn under(anatomy: &Anatomy<'_>, beak: &Beak) -> Option<usize> {
    let shapes = &anatomy.scene.shapes;
    let own = &shapes[beak.shape];
    let (length, area) = (beak.length(), own.area().max(1e-9));
    let eye = anatomy.eyes.first().map(|eye| eye.centre);
    anatomy.rider.shapes.iter().copied().find(|index| {
        let shape = &shapes[*index];
        let middle: Point = shape.extent.centre();
        let along = ((middle.x - beak.base.x) * (beak.tip.x - beak.base.x)
            + (middle.y - beak.base.y) * (beak.tip.y - beak.base.y))
            / (length * length).max(1e-9);
        *index != beak.shape
            && !anatomy.is_body(*index)
            && eye.is_none_or(|eye| !shape.holds(eye))
            && shape.filled
            && (0.1..=0.9).contains(&along)
            && middle.y > own.extent.centre().y
            && shape.extent.bottom > own.extent.bottom
            && shape.extent.width() >= LONG * length
            && (AREA.0..=AREA.1).contains(&(shape.area() / area))
            && shape.gap(own) <= 0.1 * length
    })
}
