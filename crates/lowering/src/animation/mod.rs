//! Animation: a drawing that moves, as it stands at one moment (SMIL, css-animations-1).

mod interpolation;
mod keyframes;
mod motion;
mod smil;
mod timing;

use super::css::StyleSheet;
use super::tree::Tree;

/// The moment of a drawing that moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnimationMoment {
    /// When it begins: what a browser shows first.
    Start,
    /// When all that moves has moved once.
    FirstCycle,
}

/// A time on the drawing's clock.
#[derive(Debug, Clone, Copy)]
struct AnimationTime {
    seconds: f64,
    /// Whether it is the end of what comes before, rather than the beginning of what comes after.
    ending: bool,
}

/// A first cycle beyond this, in seconds, is not waited for.
const LONGEST: f64 = 600.0;

/// The effect of animation on a drawing.
#[derive(Debug, Default)]
pub(super) struct Animated {
    /// Whether anything moves.
    pub(super) moves: bool,
    /// The transforms by which motion places elements, outside of their own.
    pub(super) motions: Vec<(usize, String)>,
}

/// Gives every element the values that it has at this moment. The cascade comes before.
pub(super) fn lower(tree: &mut Tree, sheet: &StyleSheet, moment: AnimationMoment) -> Animated {
    let animations = smil::SmilAnimations::of(tree);
    let styled = keyframes::of(tree, sheet);
    let moves = !animations.is_empty() || !styled.is_empty();
    let time = match moment {
        AnimationMoment::Start => AnimationTime { seconds: 0.0, ending: false },
        AnimationMoment::FirstCycle => {
            let ends = animations.cycles().chain(styled.iter().map(keyframes::CssAnimation::cycle));
            let end = ends.filter(|end| (0.0..=LONGEST).contains(end)).fold(0.0, f64::max);
            AnimationTime { seconds: end, ending: true }
        }
    };
    keyframes::apply(tree, sheet, &styled, time);
    let motions = animations.apply(tree, time);
    Animated { moves, motions }
}
