//! The eye: a small dark round on the head.

use super::Anatomy;
use super::answer::{self, DetectorAnswer};

/// An eye without a beak before it is so much less an eye.
const ALONE: f64 = 0.6;

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    if anatomy.body.is_none() {
        return DetectorAnswer::cant_tell("there is no rider to look for an eye in", Vec::new());
    }
    let Some(eye) = anatomy.head.eyes.first() else {
        // A round of another kind may be one that the rules don't know.
        let rounds = anatomy.rounds.iter().filter(|round| !anatomy.wheels.own(round.shape));
        let why = "no small dark round is on the rider";
        return match rounds.count() {
            0 => anatomy.absent(why, Vec::new()),
            _ => DetectorAnswer::cant_tell(why, Vec::new()),
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
