//! The pairs of drawings that would have to be judged until the spread over drawings settles a preference.

use pelicycle_statistics::{Interval, asymptotic_interval};

/// A share of pairs that one side won, and how well it is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JudgedShare {
    pub(crate) share: f64,
    pub(crate) variance: f64,
    /// Pairs that were judged.
    pub(crate) pairs: usize,
    /// The most pairs that share no drawing, of all that the drawings make.
    pub(crate) independent: usize,
}

impl JudgedShare {
    /// The first number of pairs, beyond those that were judged and up to `possible`, whose bounds leave out a half, if the share
    /// stays and what is not the drawings' own spread goes down with each; `miss` is the chance that bounds ever miss the share.
    pub(crate) fn settled_by(&self, possible: usize, miss: f64) -> Option<usize> {
        let JudgedShare { share, variance, pairs: judged, independent } = *self;
        let freedom = independent.saturating_sub(1);
        // What differs between drawings stays however often they are judged: of drawings that differ alike on both sides and
        // are told apart surely, two thirds of what one judgement each has.
        let floor = share * (1.0 - share) * 2.0 / (3.0 * independent.max(1) as f64);
        // The bounds come nearer with every pair.
        first_after(judged, possible, |pairs| {
            let variance = (variance * judged as f64 / pairs as f64).max(floor);
            asymptotic_interval(share, variance, freedom, miss)
                .is_some_and(|Interval { low, high }| low > 0.5 || high < 0.5)
        })
    }
}

/// The first number after `start`, up to `last`, from which on something holds: by halves, since two sides of some hundred drawings
/// make a hundred thousand pairs.
pub(crate) fn first_after(start: usize, last: usize, mut holds: impl FnMut(usize) -> bool) -> Option<usize> {
    let (mut before, mut from) = (start, last);
    if from <= before || !holds(from) {
        return None;
    }
    while from - before > 1 {
        let middle = usize::midpoint(before, from);
        if holds(middle) { from = middle } else { before = middle }
    }
    Some(from)
}
