//! The order of the house: which models hang first, on walls, sheets and pictures for links.
//!
//! The newest release comes first; a model whose release is not known stands at the day when it was first asked. Models of
//! one day stand by their place in the ranking, then by run, the newest first, and within a run as the line-up had them.
//! Demonstrations come last. Nothing depends on how a drawing came out.

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::hall::Showcase;
use super::lineage;
use super::ranking::WallRanks;

/// Puts the cases of one prompt into the order of the house.
pub(super) fn house(cases: &mut [Showcase<'_>], ranks: &WallRanks) {
    cases.sort_by_cached_key(|case| {
        let contestant = case.contestant();
        let lead = case.lead().attempt;
        let began = case.shown.iter().filter(|shown| shown.attempt.run == lead.run);
        let began = began.map(|shown| shown.attempt.timing.started).min();
        (
            contestant.demonstration,
            Reverse(day(case)),
            ranks.of(&contestant.slug).map_or(usize::MAX, |standing| standing.order),
            Reverse(lead.run.clone()),
            began,
            contestant.slug.clone(),
        )
    });
}

/// The day that a case stands at.
pub(super) fn day(case: &Showcase<'_>) -> Date {
    lineage::dated(case).to_zoned(TimeZone::UTC).date()
}

/// The cases that a picture for links shows: the first of each lab in the order of the house, then the others.
pub(super) fn first_of_each_lab<'b, 'a>(cases: &'b [Showcase<'a>], most: usize) -> Vec<&'b Showcase<'a>> {
    let mut seen = HashSet::new();
    let (first, others): (Vec<_>, Vec<_>) =
        cases.iter().partition(|case| case.origin.lab.as_ref().is_some_and(|lab| seen.insert(&lab.name)));
    first.into_iter().chain(others).take(most).collect()
}

/// Cases by their place in a ranking, the best first; those without a place are left out.
pub(super) fn by_rank<'b, 'a>(cases: &'b [Showcase<'a>], ranks: &WallRanks) -> Vec<&'b Showcase<'a>> {
    let place = |case: &Showcase<'_>| ranks.of(&case.contestant().slug).map(|standing| standing.order);
    let mut placed: Vec<_> = cases.iter().filter_map(|case| Some((place(case)?, case))).collect();
    placed.sort_by(|a, b| match a.0.cmp(&b.0) {
        Ordering::Equal => a.1.contestant().slug.cmp(&b.1.contestant().slug),
        other => other,
    });
    placed.into_iter().map(|(_, case)| case).collect()
}
