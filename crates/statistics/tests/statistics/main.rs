//! The statistics against SciPy's, statsmodels' and NumPy's figures for the same numbers; `scripts/statistics-figures`
//! makes them.

#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod asymptotic;
mod centre;
mod change_points;
mod random;
mod rate;
mod sequential;
mod strengths;
mod symmetric_systems;

use std::path::Path;

use pelicycle_statistics::{
    BlockSamples, Interval, Random, Rate, SequentialTrials, block_test, detectable_rate, exact_rates, growth,
    holm, kappa, quantile, rank_test, rate_gap, shift, student_quantile, upper_tail,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct ReferenceFigures {
    normal: Normal,
    rank_tests: Vec<RankTestFigures>,
    shifts: Vec<Shifted>,
    blocks: Vec<Blocks>,
    tables: Vec<Table>,
    rates: Vec<RatePair>,
    clusters: Vec<Clusters>,
    holm: Vec<(Vec<f64>, Vec<f64>)>,
    power: Power,
    student: Vec<(f64, usize, f64)>,
    kappas: Vec<([[f64; 3]; 3], f64)>,
    mixtures: Vec<Mixture>,
}

#[derive(Deserialize)]
struct Mixture {
    won: f64,
    of: f64,
    /// The logarithm of the evidence against one half.
    half: f64,
    interval: (f64, f64),
}

#[derive(Deserialize)]
struct Normal {
    upper_tail: Vec<(f64, f64)>,
    quantile: Vec<(f64, f64)>,
}

#[derive(Deserialize)]
struct RankTestFigures {
    first: Vec<f64>,
    second: Vec<f64>,
    u: f64,
    p: f64,
    exact: bool,
}

#[derive(Deserialize)]
struct Shifted {
    first: Vec<f64>,
    second: Vec<f64>,
    alpha: f64,
    estimate: f64,
    interval: Option<(f64, f64)>,
}

#[derive(Deserialize)]
struct Blocks {
    blocks: Vec<(Vec<f64>, Vec<f64>)>,
    difference: f64,
    p: f64,
}

/// Hits, and trials.
type Hits = (u64, u64);

#[derive(Deserialize)]
struct Clusters {
    rate: Hits,
    clusters: Vec<Hits>,
    difference: (f64, f64),
}

#[derive(Deserialize)]
struct Table {
    strata: Vec<(Hits, Hits)>,
    p: f64,
}

#[derive(Deserialize)]
struct RatePair {
    base: Hits,
    head: Hits,
    difference: (f64, f64),
    interval: (f64, f64),
}

#[derive(Deserialize)]
struct Power {
    rates: Vec<Near>,
    samples: Vec<Samples>,
}

#[derive(Deserialize)]
struct Near {
    share: f64,
    base: u64,
    head: u64,
    alpha: f64,
    lower: Option<f64>,
    upper: Option<f64>,
}

#[derive(Deserialize)]
struct Samples {
    share: f64,
    other: f64,
    n: u64,
    needed: f64,
}

fn figures() -> ReferenceFigures {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/statistics.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn rate((hits, of): Hits) -> Rate {
    Rate { hits, of }
}

#[track_caller]
fn near(found: f64, expected: f64, relative: f64) {
    let off = (found - expected).abs();
    assert!(off <= relative * expected.abs().max(1e-300), "{found} is not {expected}");
}

#[track_caller]
fn same(found: Option<Interval>, expected: Option<(f64, f64)>) {
    match (found, expected) {
        (Some(found), Some((low, high))) => {
            assert!(
                (found.low - low).abs() < 1e-9 && (found.high - high).abs() < 1e-9,
                "{found:?} {low} {high}"
            );
        }
        (found, expected) => assert!(found.is_none() && expected.is_none(), "{found:?} {expected:?}"),
    }
}

#[test]
fn the_normal_distribution_is_scipys() {
    let Normal { upper_tail: tails, quantile: quantiles } = figures().normal;
    for (z, p) in tails {
        near(upper_tail(z), p, 1e-12);
    }
    for (p, z) in quantiles {
        assert!((quantile(p) - z).abs() < 1e-9 * z.abs().max(1.0), "{p}: {} {z}", quantile(p));
    }
    assert_eq!((quantile(0.0), quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
}

#[test]
fn rank_tests_are_scipys_exact_ones_with_and_without_ties_and_its_approximation_of_large_samples() {
    for case in figures().rank_tests {
        let found = rank_test(&case.first, &case.second).unwrap();
        assert_eq!((found.u, found.exact), (case.u, case.exact), "{:?}", case.first);
        near(found.p, case.p, 1e-9);
    }
    assert_eq!(rank_test(&[], &[1.0]), None);
    assert_eq!(rank_test(&[1.0; 4], &[1.0; 5]).unwrap().p, 1.0);
    assert_eq!(rank_test(&[1.0; 400], &[1.0; 500]).unwrap().p, 1.0);
}

#[test]
fn shifts_hold_what_scipys_test_does_not_reject() {
    for case in figures().shifts {
        let found = shift(&case.first, &case.second, case.alpha).unwrap();
        assert!((found.estimate - case.estimate).abs() < 1e-9);
        same(found.interval, case.interval);
    }
    let ties = shift(&[1.0; 9], &[2.0; 9], 0.05).unwrap();
    assert_eq!((ties.estimate, ties.interval), (1.0, Some(Interval { low: 1.0, high: 1.0 })));
}

#[test]
fn blocks_are_scipys_permutation_tests_of_pairs_and_of_samples_and_all_ways_between() {
    for case in figures().blocks {
        let blocks: Vec<BlockSamples> =
            case.blocks.into_iter().map(|(base, head)| BlockSamples { base, head }).collect();
        let found = block_test(&blocks, 0.05).unwrap();
        assert!((found.difference - case.difference).abs() < 1e-9);
        assert!(found.exact);
        near(found.p, case.p, 1e-9);
        assert!(found.least_p <= found.p * (1.0 + 1e-12));
        // The interval is the test turned round.
        if let Some(Interval { low, high }) = found.interval {
            assert_eq!(found.p < 0.05, low > 0.0 || high < 0.0);
            let p_at = |by: f64| {
                let moved: Vec<BlockSamples> = blocks
                    .iter()
                    .map(|b| BlockSamples {
                        base: b.base.clone(),
                        head: b.head.iter().map(|x| x - by).collect(),
                    })
                    .collect();
                block_test(&moved, 0.05).unwrap().p
            };
            let step = (high - low) * 1e-6;
            assert!(p_at(low + step) >= 0.05 && p_at(high - step) >= 0.05);
            assert!(p_at(low - step) < 0.05 && p_at(high + step) < 0.05);
        } else {
            assert!(found.p >= 0.05);
        }
    }
}

#[test]
fn many_blocks_are_tried_at_random_with_the_same_answer_each_time() {
    let blocks: Vec<BlockSamples> = (0..12)
        .map(|i| {
            let x = f64::from(i * 7 % 12);
            BlockSamples { base: vec![x, x + 1.0, x + 0.4], head: vec![x + 1.3, x + 2.1, x + 0.9] }
        })
        .collect();
    let found = block_test(&blocks, 0.05).unwrap();
    assert!(!found.exact && found.p < 0.001, "{found:?}");
    let interval = found.interval.unwrap();
    assert!(interval.low > 0.5 && interval.high < 1.5, "{interval:?}");
    assert_eq!(block_test(&blocks, 0.05), Some(found));
    assert_eq!(block_test(&[BlockSamples { base: vec![1.0], head: vec![] }], 0.05), None);
}

#[test]
fn tables_are_fishers_and_their_strata_the_convolution_of_hypergeometric_laws() {
    for case in figures().tables {
        let strata: Vec<(Rate, Rate)> = case.strata.iter().map(|(b, h)| (rate(*b), rate(*h))).collect();
        near(exact_rates(&strata), case.p, 1e-9);
    }
    assert_eq!(exact_rates(&[]), 1.0);
}

#[test]
fn rates_and_differences_have_statsmodels_intervals() {
    for case in figures().rates {
        same(rate(case.head).interval(), Some(case.interval));
        same(rate(case.head).less(rate(case.base)).map(|(_, interval)| interval), Some(case.difference));
    }
}

#[test]
fn differences_to_clusters_rest_on_statsmodels_variance_between_them() {
    for case in figures().clusters {
        let clusters: Vec<Rate> = case.clusters.iter().map(|hits| rate(*hits)).collect();
        let found = rate(case.rate).less_clusters(&clusters).map(|(_, interval)| interval);
        same(found, Some(case.difference));
    }
    assert_eq!(rate((1, 2)).less_clusters(&[rate((3, 4))]), None, "one cluster tells nothing of others");
    // Clusters that are all alike still are few.
    let alike = vec![rate((5, 5)); 4];
    let of = |wide: (f64, Interval)| wide.1.high - wide.1.low;
    let (few, many) = (rate((5, 10)).less_clusters(&alike), rate((5, 10)).less(rate((20, 20))));
    assert!(of(few.unwrap()) > of(many.unwrap()));
}

/// Twelve prompts of two kinds, five answers each, beside forty answers to one that is as hard as they are at the mean.
#[test]
fn differences_to_clusters_hold_the_truth_where_plain_ones_miss_it() {
    let mut random = Random::new(7);
    let (mut held, mut plain) = (0, 0);
    for _ in 0..1000 {
        let mut draw = |percent: usize, of: u64| Rate {
            hits: (0..of).filter(|_| random.below(100) < percent).count() as u64,
            of,
        };
        let famous = draw(60, 40);
        let clusters: Vec<Rate> = (0..12)
            .map(|_| {
                let percent = if draw(50, 1).hits > 0 { 95 } else { 25 };
                draw(percent, 5)
            })
            .collect();
        let mut all = Rate::default();
        clusters.iter().for_each(|cluster| all += *cluster);
        let holds = |(_, interval): (f64, Interval)| usize::from(!interval.excludes_zero());
        held += holds(famous.less_clusters(&clusters).unwrap());
        plain += holds(famous.less(all).unwrap());
    }
    assert!(held >= 935 && plain < 910, "{held} and {plain} of 1000");
}

#[test]
fn corrections_are_statsmodels() {
    for (p, expected) in figures().holm {
        let found = holm(&p);
        found.iter().zip(&expected).for_each(|(found, expected)| near(*found, *expected, 1e-12));
    }
}

#[test]
fn what_could_be_seen_and_how_much_more_it_takes_are_statsmodels() {
    for case in figures().power.rates {
        let found = detectable_rate(case.share, case.base, case.head, case.alpha);
        for (found, expected) in [(found.lower, case.lower), (found.upper, case.upper)] {
            match (found, expected) {
                // statsmodels adds the far tail to the power, which is some millionths.
                (Some(found), Some(expected)) => near(found, expected, 1e-4),
                (found, expected) => assert_eq!(found, expected),
            }
        }
    }
    for case in figures().power.samples {
        let part = rate_gap((case.share, case.n), (case.other, case.n), 0.05);
        near(growth(part).unwrap() * case.n as f64, case.needed, 1e-4);
    }
    assert_eq!((growth(0.0), growth(2.0)), (None, Some(1.0)));
}

#[test]
fn students_quantiles_are_scipys() {
    for (tail, freedom, expected) in figures().student {
        let found = student_quantile(tail, freedom);
        assert!((found / expected - 1.0).abs() < 1e-6, "{tail} {freedom}: {found} {expected}");
    }
}

#[test]
fn agreement_beyond_chance_is_that_of_statsmodels() {
    for (table, expected) in figures().kappas {
        assert!((kappa(&table).unwrap() - expected).abs() < 1e-12);
    }
    assert_eq!(kappa(&[[0.0; 2]; 2]), None);
    assert_eq!(kappa(&[[9.0, 0.0], [0.0, 0.0]]), None, "chance alone would have them agree");
}

#[test]
fn evidence_and_its_bounds_are_those_of_scipys_beta_function() {
    for case in figures().mixtures {
        let trials = SequentialTrials { successes: case.won, trials: case.of };
        let found = trials.log_evidence(0.5);
        assert!((found - case.half).abs() < 1e-9, "{} of {}: {found}, {}", case.won, case.of, case.half);
        let Interval { low, high } = trials.interval(0.05);
        let (other_low, other_high) = case.interval;
        assert!(
            (low - other_low).abs() < 1e-9 && (high - other_high).abs() < 1e-9,
            "{} of {}",
            case.won,
            case.of
        );
    }
}
