//! The head, by what it has: an eye, and a beak that leaves it sideways. The two are found together, since either alone
//! has many likenesses: bolts, bells and buttons are round, wings, tails and saddles are pointed.

use super::beak::Beak;
use super::{Anatomy, beak};
use crate::measure::geometry::Point;

/// Radius of an eye with its rings, in the vehicle's units.
const SIZE: (f64, f64) = (0.015, 0.45);
/// It is at least so far above the hubs, likewise.
const ABOVE: f64 = 0.8;
/// Luminance below which the middle of an eye is dark, and what it must differ from what is around it.
const DARK: f64 = 0.45;
const CONTRAST: f64 = 0.15;
/// Directions in which one looks around an eye.
const AROUND: u32 = 12;
/// Shorter axis over longer of something wide, below which it may be a nose.
const NOSE: f64 = 0.85;
/// The weight of such a one beside other candidates.
const BEHIND_OTHERS: f64 = 0.5;
/// Eyes that are tried.
const MOST: usize = 24;

/// A small round that may be an eye: the outermost of its rings.
#[derive(Debug, Clone, Copy)]
pub(super) struct EyeCandidate {
    pub(super) round: super::round::RoundOutline,
    /// The likeness to one, from 0 to 1.
    pub(super) weight: f64,
}

impl EyeCandidate {
    /// Whether it is wider than high, as a nose is.
    pub(super) fn is_wide(&self) -> bool {
        self.round.roundness() < NOSE && self.round.turn.sin().abs() < 0.5
    }
}

/// The head's parts.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) eyes: Vec<EyeCandidate>,
    pub(super) beak: Option<Beak>,
}

/// Finds the eye and the beak that fit one another best.
pub(super) fn find(anatomy: &Anatomy<'_>) -> Head {
    let candidates = candidates(anatomy);
    // Of a nose and eyes, the eyes.
    let rank = |eye: &EyeCandidate| match eye.is_wide() && partner(&candidates, eye).is_none() {
        true => BEHIND_OTHERS * eye.weight,
        false => eye.weight,
    };
    let pairs = candidates.iter().filter_map(|eye| {
        let beak = beak::from_eye(anatomy, &eye.round)?;
        Some((rank(eye) * beak.weight, *eye, beak))
    });
    let best = pairs.max_by(|a, b| a.0.total_cmp(&b.0));
    let Some((_, eye, beak)) = best else {
        let likeliest = candidates.iter().max_by(|a, b| rank(a).total_cmp(&rank(b)));
        let other = likeliest.and_then(|eye| partner(&candidates, eye));
        return Head { eyes: likeliest.copied().into_iter().chain(other).collect(), beak: None };
    };
    let other = partner(&candidates, &eye);
    Head { eyes: std::iter::once(eye).chain(other).collect(), beak: Some(beak) }
}

/// The other eye, where both are seen: beside it and of its size.
fn partner(candidates: &[EyeCandidate], eye: &EyeCandidate) -> Option<EyeCandidate> {
    let beside = |other: &&EyeCandidate| {
        let apart = other.round.centre.distance(eye.round.centre);
        let size = other.round.radius() / eye.round.radius();
        apart > 1.2 * eye.round.radius()
            && apart <= 6.0 * eye.round.radius()
            && (0.7..=1.4).contains(&size)
            && (other.round.centre.y - eye.round.centre.y).abs() <= eye.round.radius()
    };
    candidates.iter().find(beside).copied()
}

/// The likeliest eyes, best first.
fn candidates(anatomy: &Anatomy<'_>) -> Vec<EyeCandidate> {
    let mut found: Vec<EyeCandidate> = Vec::new();
    // The largest come first, so a pupil meets the eye that holds it.
    for round in &anatomy.rounds {
        let inside = |known: &&mut EyeCandidate| {
            known.round.centre.distance(round.centre) + 0.5 * round.radius() <= known.round.radius()
        };
        let Some(weight) = weight(anatomy, round) else { continue };
        match found.iter_mut().find(inside) {
            // Rings within rings, a glint in a pupil: the more of them, the likelier.
            Some(known) => known.weight = 1.0 - (1.0 - known.weight) * (1.0 - 0.3 * weight),
            None => found.push(EyeCandidate { round: *round, weight }),
        }
    }
    found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    found.truncate(MOST);
    found
}

/// The likeness of a round to an eye; `None` where it can't be one.
fn weight(anatomy: &Anatomy<'_>, round: &super::round::RoundOutline) -> Option<f64> {
    let unit = anatomy.unit;
    let radius = round.radius();
    let high = anatomy.hub_line().is_none_or(|line| line - round.centre.y >= ABOVE * unit);
    let in_wheel =
        anatomy.wheels.list.iter().any(|wheel| wheel.hub().distance(round.centre) <= 1.1 * wheel.radius());
    if !(SIZE.0 * unit..=SIZE.1 * unit).contains(&radius) || !high || in_wheel || round.seen < super::FAINT {
        return None;
    }
    let mut around: Vec<f64> = Vec::new();
    let mut on_figure = 0;
    for step in 0..AROUND {
        let (sine, cosine) = (std::f64::consts::TAU * f64::from(step) / f64::from(AROUND)).sin_cos();
        let out = radius + 0.5 * radius.max(0.06 * unit);
        let place = Point::new(round.centre.x + out * cosine, round.centre.y + out * sine);
        around.extend(anatomy.canvas.luminance(place));
        let owner = anatomy.scene.owners.as_ref()?.at(place);
        on_figure += u32::from(owner.is_some_and(|owner| anatomy.rider.shapes.contains(&owner)));
    }
    around.sort_by(f64::total_cmp);
    let ground = around.get(around.len() / 2)?;
    let darkest = darkest(anatomy, round)?;
    // A head is around it, not the sky.
    if on_figure * 3 < AROUND * 2 || ground - darkest < CONTRAST {
        return None;
    }
    let dark = 1.0 - (darkest / DARK).min(1.0) * 0.6;
    let contrast = ((ground - darkest) / 0.5).min(1.0);
    Some(dark * contrast * 0.8)
}

/// The darkest place on the way through it: a glint may lie in the middle.
fn darkest(anatomy: &Anatomy<'_>, round: &super::round::RoundOutline) -> Option<f64> {
    let places = (-4..=4).flat_map(|step| {
        let by = 0.2 * f64::from(step) * round.radius();
        [Point::new(round.centre.x + by, round.centre.y), Point::new(round.centre.x, round.centre.y + by)]
    });
    places.filter_map(|place| anatomy.canvas.luminance(place)).reduce(f64::min)
}
