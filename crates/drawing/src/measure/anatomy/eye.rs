//! The eye: a small round in the upper part of the rider.

use super::Look;
use super::found::{self, Found};
use super::round::Round;

/// Radius of an eye at least and at most, in diagonals of the canvas.
const SIZE: (f64, f64) = (0.002, 0.06);
/// The head around it is at least so many times its area.
const HEAD: f64 = 3.0;
/// How far down the rider an eye may be, from its top (0) to its bottom (1); below that it is in doubt.
const HIGH: f64 = 0.6;
/// Share of its outline that can be seen.
const SEEN: f64 = 0.4;

/// Small rounds that lie in one of the rider's larger shapes, the highest part of the rider first.
pub(super) fn find(look: &Look<'_>) -> Vec<Round> {
    let diagonal = look.scene.diagonal();
    let shapes = &look.scene.shapes;
    let mut eyes: Vec<Round> = look
        .rounds
        .iter()
        .filter(|round| {
            (SIZE.0 * diagonal..=SIZE.1 * diagonal).contains(&round.radius())
                && round.seen >= SEEN
                && !look.wheels.own(round.shape)
                && !look.is_body(round.shape)
                && head(look, round).is_some()
        })
        .copied()
        .collect();
    eyes.sort_by(|a, b| share(look, a).total_cmp(&share(look, b)));
    eyes.retain(|eye| shapes[eye.shape].contours.len() <= 4);
    eyes
}

/// The smallest shape around an eye that could be its head.
pub(super) fn head(look: &Look<'_>, eye: &Round) -> Option<usize> {
    let shapes = &look.scene.shapes;
    let own = std::f64::consts::PI * eye.radius().powi(2);
    let around = look.rider.shapes.iter().copied().filter(|index| {
        *index != eye.shape && shapes[*index].area() >= HEAD * own && shapes[*index].holds(eye.centre)
    });
    around.min_by(|a, b| shapes[*a].area().total_cmp(&shapes[*b].area()))
}

/// How far down the rider it is.
fn share(look: &Look<'_>, eye: &Round) -> f64 {
    let extent = look.rider.extent.unwrap_or(look.figure);
    (eye.centre.y - extent.top) / extent.height().max(1e-9)
}

pub(super) fn judge(look: &Look<'_>) -> Found {
    if look.body.is_none() {
        return Found::cant_tell("there is no rider to look for an eye in", Vec::new());
    }
    let marks: Vec<_> = look.eyes.iter().take(4).map(|eye| found::round("eye", eye)).collect();
    match look.eyes.first() {
        Some(eye) if share(look, eye) <= HIGH => {
            Found::met("a small round is in the upper part of the rider", marks)
        }
        Some(_) => Found::cant_tell("a small round is in the rider, and low in it", marks),
        None => Found::not_met("no small round is in any of the rider's shapes", marks),
    }
}
