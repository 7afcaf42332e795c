//! The eye: a small dark round on the head.

use super::Anatomy;
use super::answer::{self, DetectorAnswer};

/// An eye without a beak before it is so much less an eye.
const ALONE: f64 = 0.6;
/// Size of what may be an eye, in the vehicle's units, at most.
const SMALL: f64 = 0.9;

/// Whether anything as small as an eye is painted in front of the rider's shapes.
fn any_small(anatomy: &Anatomy<'_>) -> bool {
    let shapes = &anatomy.scene.shapes;
    let before = |index: usize| {
        let centre = shapes[index].extent.centre();
        anatomy.rider.shapes.iter().any(|other| *other < index && shapes[*other].holds(centre))
    };
    shapes.iter().enumerate().any(|(index, shape)| {
        let size = shape.extent.width().max(shape.extent.height());
        size <= SMALL * anatomy.unit && anatomy.seen[index] >= super::FAINT && before(index)
    })
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    if anatomy.body.is_none() {
        return DetectorAnswer::cant_tell("there is no rider to look for an eye in", Vec::new());
    }
    let Some(eye) = anatomy.head.eyes.first() else {
        // A round of another kind, or anything small on the rider, may be one that the rules don't know.
        let rounds = anatomy.rounds.iter().any(|round| !anatomy.wheels.own(round.shape));
        let why = "no small dark round is on the rider";
        return match rounds || any_small(anatomy) {
            false => anatomy.absent(why, Vec::new()),
            true => DetectorAnswer::cant_tell(why, Vec::new()),
        };
    };
    // Something wide that has no like beside it may be a nose: only a beak before it tells.
    let plain = if eye.is_wide() && anatomy.head.eyes.len() == 1 { 0.0 } else { eye.weight };
    let marks = anatomy.head.eyes.iter().map(|eye| answer::round("eye", &eye.round)).collect();
    match &anatomy.head.beak {
        Some(beak) => DetectorAnswer::weighed(
            (eye.weight * beak.weight).sqrt().max(plain * 0.9),
            "a small dark round is behind the beak",
            marks,
        ),
        None => DetectorAnswer::weighed(plain * ALONE, "a small dark round is on the rider", marks),
    }
}
