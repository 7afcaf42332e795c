//! Strengths against choix' expectation propagation and NumPyro's sampler; `scripts/strength-figures` makes the figures.

use std::path::Path;

use pelicycle_statistics::{PairwiseChoice, StrengthSpread, strengths, strengths_at};
use serde::Deserialize;

#[derive(Deserialize)]
struct StrengthFigures {
    known: Vec<Known>,
    whole: Vec<Whole>,
}

/// Two things, how often the first was chosen, the second, neither.
type Choices = Vec<(usize, usize, f64, f64, f64)>;

/// One thing an owner, under a known spread.
#[derive(Deserialize)]
struct Known {
    owners: usize,
    between: f64,
    within: f64,
    choices: Choices,
    log: Vec<f64>,
    deviation: Vec<f64>,
}

/// `each` so many things an owner, one owner's after the other's.
#[derive(Deserialize)]
struct Whole {
    owners: usize,
    each: usize,
    choices: Choices,
    log: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

fn figures() -> StrengthFigures {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/strengths.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Choices between those things that were chosen between, and their owners.
fn known(choices: &Choices, each: usize) -> (Vec<usize>, Vec<PairwiseChoice>) {
    let mut seen: Vec<usize> = choices.iter().flat_map(|(a, b, ..)| [*a, *b]).collect();
    seen.sort_unstable();
    seen.dedup();
    let place = |thing: &usize| seen.binary_search(thing).unwrap();
    let choices = choices
        .iter()
        .map(|(a, b, first, second, ties)| PairwiseChoice {
            pair: (place(a), place(b)),
            first: *first,
            second: *second,
            ties: *ties,
        })
        .collect();
    (seen.iter().map(|thing| thing / each).collect(), choices)
}

#[test]
fn under_a_known_spread_means_and_deviations_are_those_of_choix() {
    for case in figures().known {
        let (owner, choices) = known(&case.choices, 1);
        let spread = StrengthSpread { between: case.between, within: case.within };
        let found = strengths_at(spread, case.owners, &owner, &choices);
        let (log, covariance) = (found.log(), found.covariance());
        for i in 0..case.owners {
            assert!((log[i] - case.log[i]).abs() < 0.01, "{} {}", log[i], case.log[i]);
            let deviation = covariance[i][i].sqrt();
            assert!((deviation / case.deviation[i] - 1.0).abs() < 0.01, "{deviation} {}", case.deviation[i]);
        }
        assert!(log.iter().sum::<f64>().abs() < 1e-9);
    }
}

#[test]
fn the_whole_model_is_the_one_that_is_sampled() {
    for case in figures().whole {
        let (owner, choices) = known(&case.choices, case.each);
        let found = strengths(case.owners, &owner, &choices);
        for (i, log) in found.log().into_iter().enumerate() {
            let width = case.high[i] - case.low[i];
            assert!((log - case.log[i]).abs() < 0.02 * width, "{log} {}", case.log[i]);
            let interval = found.interval(i, 0.05);
            // What is sampled is a little skewed outwards where a thing won all it was in.
            assert!((interval.low - case.low[i]).abs() < 0.1 * width, "{interval:?} {}", case.low[i]);
            assert!((interval.high - case.high[i]).abs() < 0.1 * width, "{interval:?} {}", case.high[i]);
        }
    }
}

/// As often chosen as not, each of `of` so many things once.
fn even(of: usize) -> Vec<PairwiseChoice> {
    let choice = |n: usize| {
        let first = f64::from(u8::from(n.is_multiple_of(2)));
        PairwiseChoice { pair: (n, of + n), first, second: 1.0 - first, ties: 0.0 }
    };
    (0..of).map(choice).collect()
}

#[test]
fn more_choices_of_more_things_narrow_an_interval_and_of_one_thing_alone_only_so_far() {
    let width = |owner: &[usize], choices: &[PairwiseChoice]| {
        let spread = StrengthSpread::PRIOR;
        let interval = strengths_at(spread, 2, owner, choices).interval(0, 0.05);
        interval.high - interval.low
    };
    let of = |n: usize| -> Vec<usize> { (0..2 * n).map(|thing| thing / n).collect() };
    let widths = [2, 10, 50].map(|n| width(&of(n), &even(n)));
    assert!(widths.is_sorted_by(|a, b| a > b) && widths[2] < 0.7, "{widths:?}");
    let often = [PairwiseChoice { pair: (0, 1), first: 500.0, second: 500.0, ties: 0.0 }];
    assert!(width(&[0, 1], &often) > 1.2, "{}", width(&[0, 1], &often));
}

#[test]
fn who_was_never_chosen_from_stands_in_the_middle_with_the_widest_interval() {
    let choices = [PairwiseChoice { pair: (0, 1), first: 3.0, second: 0.0, ties: 0.0 }];
    let found = strengths(3, &[0, 2], &choices);
    let log = found.log();
    assert!(log[0] > 0.3 && log[1].abs() < 1e-6 && log[2] < -0.3, "{log:?}");
    let widths: Vec<f64> = (0..3).map(|owner| found.interval(owner, 0.05)).map(|i| i.high - i.low).collect();
    assert!(widths[1] > widths[0] && widths[1] > widths[2], "{widths:?}");
}

#[test]
fn draws_have_the_means_and_the_intervals_of_what_they_are_drawn_from() {
    let choices: Vec<PairwiseChoice> = even(6);
    let found = strengths(4, &[0, 1, 2, 0, 1, 2, 3, 3, 3, 1, 2, 0], &choices);
    let draws = found.draws(20_000, 5);
    assert_eq!(draws.len(), 20_000);
    for owner in 0..4 {
        let mut own: Vec<f64> = draws.iter().map(|draw| draw[owner]).collect();
        own.sort_by(f64::total_cmp);
        let interval = found.interval(owner, 0.05);
        let width = interval.high - interval.low;
        assert!((own[500] - interval.low).abs() < 0.05 * width, "{} {interval:?}", own[500]);
        assert!((own[19_500] - interval.high).abs() < 0.05 * width, "{} {interval:?}", own[19_500]);
    }
    assert!(
        draws.iter().all(|draw| draw.iter().sum::<f64>().abs() < 1e-6),
        "places are the same, shifted or not"
    );
}

#[test]
fn choices_that_all_agree_say_no_more_than_that_strengths_lie_far_apart() {
    let pairs = (0..8).flat_map(|one| (one + 1..8).map(move |other| (one, other)));
    let choices: Vec<PairwiseChoice> =
        pairs.map(|pair| PairwiseChoice { pair, first: 5.0, second: 0.0, ties: 0.0 }).collect();
    let found = strengths(8, &[0, 1, 2, 3, 4, 5, 6, 7], &choices);
    let log = found.log();
    assert!(log.is_sorted_by(|a, b| a > b) && log[0] > 5.0 && log[0] < 30.0, "{log:?}");
    let interval = found.interval(0, 0.05);
    assert!(interval.low > -2.0 && interval.high < 38.0, "{interval:?}");
}

#[test]
fn things_that_are_as_strong_as_their_owner_are_the_end_of_things_that_nearly_are() {
    let owner = [0, 0, 1, 1, 2, 2];
    let choice = |pair, first, second, ties| PairwiseChoice { pair, first, second, ties };
    let mut choices = vec![
        choice((0, 2), 3.0, 1.0, 1.0),
        choice((1, 4), 2.0, 1.0, 0.0),
        choice((3, 5), 1.0, 2.0, 0.5),
        choice((5, 0), 1.0, 1.0, 1.0),
    ];
    let at = |within, choices: &[PairwiseChoice]| {
        let found = strengths_at(StrengthSpread { between: 1.0, within }, 3, &owner, choices);
        let cells = found.covariance().into_iter().flatten();
        [found.log(), vec![found.ties], cells.collect()].concat()
    };
    let near = |one: &[f64], other: &[f64]| one.iter().zip(other).all(|(a, b)| (a - b).abs() < 2e-3);
    let plain = at(0.0, &choices);
    assert!(near(&plain, &at(1e-3, &choices)), "{plain:?} {:?}", at(1e-3, &choices));
    // A choice between two of one owner says nothing.
    choices.push(choice((2, 3), 4.0, 0.0, 0.0));
    assert_eq!(plain, at(0.0, &choices));
}
