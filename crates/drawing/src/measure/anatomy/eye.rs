//! The eye: a small round in the upper part of the rider.

use super::Anatomy;
use super::answer::{self, DetectorAnswer};
use super::round::RoundOutline;

/// Radius of an eye at least and at most, in diagonals of the canvas.
const SIZE: (f64, f64) = (0.002, 0.06);
/// The head around it is at least so many times its area.
const HEAD: f64 = 3.0;
/// How far down the rider an eye may be, from its top (0) to its bottom (1); below that it is in doubt.
const HIGH: f64 = 0.6;
/// Share of its outline that can be seen.
const SEEN: f64 = 0.4;

/// Small rounds that lie in one of the rider's larger shapes, the highest part of the rider first.
pub(super) fn find(anatomy: &Anatomy<'_>) -> Vec<RoundOutline> {
    let diagonal = anatomy.scene.diagonal();
    let shapes = &anatomy.scene.shapes;
    let mut eyes: Vec<RoundOutline> = anatomy
        .rounds
        .iter()
        .filter(|round| {
            (SIZE.0 * diagonal..=SIZE.1 * diagonal).contains(&round.radius())
                && round.seen >= SEEN
                && !anatomy.wheels.own(round.shape)
                && !anatomy.is_body(round.shape)
                && head(anatomy, round).is_some()
        })
        .copied()
        .collect();
    eyes.sort_by(|a, b| share(anatomy, a).total_cmp(&share(anatomy, b)));
    eyes.retain(|eye| shapes[eye.shape].contours.len() <= 4);
    eyes
}

/// The smallest shape around an eye that could be its head.
pub(super) fn head(anatomy: &Anatomy<'_>, eye: &RoundOutline) -> Option<usize> {
    let shapes = &anatomy.scene.shapes;
    let own = std::f64::consts::PI * eye.radius().powi(2);
    let around = anatomy.rider.shapes.iter().copied().filter(|index| {
        *index != eye.shape && shapes[*index].area() >= HEAD * own && shapes[*index].holds(eye.centre)
    });
    around.min_by(|a, b| shapes[*a].area().total_cmp(&shapes[*b].area()))
}

/// How far down the rider it is.
fn share(anatomy: &Anatomy<'_>, eye: &RoundOutline) -> f64 {
    let extent = anatomy.rider.extent.unwrap_or(anatomy.figure);
    (eye.centre.y - extent.top) / extent.height().max(1e-9)
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    if anatomy.body.is_none() {
        return DetectorAnswer::cant_tell("there is no rider to look for an eye in", Vec::new());
    }
    let marks: Vec<_> = anatomy.eyes.iter().take(4).map(|eye| answer::round("eye", eye)).collect();
    match anatomy.eyes.first() {
        Some(eye) if share(anatomy, eye) <= HIGH => {
            DetectorAnswer::met("a small round is in the upper part of the rider", marks)
        }
        Some(_) => DetectorAnswer::cant_tell("a small round is in the rider, and low in it", marks),
        None => DetectorAnswer::not_met("no small round is in any of the rider's shapes", marks),
    }
}
