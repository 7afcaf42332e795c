//! From votes on drawings to an order of contestants, and how sure it is.

use pelicycle_statistics::{Interval, PairwiseChoice, StrengthSpread, strengths};

use super::{Ballot, Competition};

/// Sets of strengths that are drawn to see which places they make.
const DRAWS: usize = 2_000;
/// The chance that intervals and ranges of places leave out.
const ALPHA: f64 = 0.05;

/// The order of contestants that some ballots make: one board that holds everybody who has a drawing.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The best first.
    pub standings: Vec<Standing>,
    /// Davidson's ν: between equals, ties are to wins of one side as ν is to 1.
    pub ties: f64,
    /// The spread of contestants, and of the drawings of one, as standard deviations of logarithms of strengths.
    pub spread: StrengthSpread,
    /// Stretches of the order, as places from 0 to the last one, within which none is above another with 97.5 %.
    pub inseparable: Vec<(usize, usize)>,
    /// Pairs of drawings that were judged, each once a judge.
    pub pairs: usize,
}

/// The place of a contestant on the board.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Index of the contestant.
    pub competitor: usize,
    /// Best and worst place that it may have, from 1: those that leave out 5 %, half of it at either end.
    pub places: (usize, usize),
    /// Logarithm of its strength, as expected; the mean of all is 0.
    pub log: f64,
    /// The interval of that at 95 %.
    pub log_interval: Interval,
    /// The chance that a drawing typical of it is preferred to one typical of a middling contestant, ties left out.
    pub chance: f64,
    /// The interval of that at 95 %.
    pub interval: Interval,
    /// Drawings of it that were judged.
    pub drawings: usize,
    /// Pairs won, lost and tied; parts of one where a judge was of two minds.
    pub record: [f64; 3],
}

/// Ballots between contestants, as choices between drawings that were judged.
#[derive(Debug, Default)]
struct JudgedDrawings {
    /// The contestant of each drawing that was judged.
    owner: Vec<usize>,
    choices: Vec<PairwiseChoice>,
}

impl JudgedDrawings {
    fn new(competition: &Competition, ballots: &[(Ballot, f64)]) -> JudgedDrawings {
        let mut found = JudgedDrawings::default();
        let mut place = vec![None; competition.drawings.len()];
        for (ballot, weight) in ballots {
            if *weight <= 0.0 || !competition.is_between(ballot.pair) {
                continue;
            }
            let mut known = |drawing: usize| {
                *place[drawing].get_or_insert_with(|| {
                    found.owner.push(competition.drawings[drawing].competitor);
                    found.owner.len() - 1
                })
            };
            let pair = (known(ballot.pair.0), known(ballot.pair.1));
            let Ballot { first, second, ties, .. } = ballot;
            let [first, second, ties] = [first, second, ties].map(|share| weight * share);
            found.choices.push(PairwiseChoice { pair, first, second, ties });
        }
        found
    }
}

/// Ranks contestants by ballots, each with a weight. `seed` decides on the sets of strengths that places are found by.
#[must_use]
pub fn rank(competition: &Competition, ballots: &[(Ballot, f64)], seed: u64) -> Ranking {
    let n = competition.competitors.len();
    let judged = JudgedDrawings::new(competition, ballots);
    let strengths = strengths(n, &judged.owner, &judged.choices);
    let log = strengths.log();
    let draws = strengths.draws(DRAWS, seed);
    let records = records(competition, ballots);
    let mut drawings = vec![0; n];
    judged.owner.iter().for_each(|owner| drawings[*owner] += 1);
    let places = places(&draws, &drawings.iter().map(|judged| *judged == 0).collect::<Vec<_>>());

    let mut order: Vec<usize> = (0..n).collect();
    // What differs by rounding alone stays in the order of the contestants.
    let whole = |index: usize| (log[index] * 1e9).round();
    order.sort_by(|a, b| whole(*b).total_cmp(&whole(*a)));
    let standing = |&index: &usize| {
        let log_interval = strengths.interval(index, ALPHA);
        Standing {
            competitor: index,
            places: places[index],
            log: log[index],
            log_interval,
            chance: chance(log[index]),
            interval: Interval { low: chance(log_interval.low), high: chance(log_interval.high) },
            drawings: drawings[index],
            record: records[index],
        }
    };
    let standings = order.iter().map(standing).collect();
    let sure = (1.0 - ALPHA / 2.0) * draws.len() as f64;
    let is_above = |a: usize, b: usize| {
        draws.iter().filter(|draw| draw[order[a]] > draw[order[b]]).count() as f64 > sure
    };
    // Each pair is asked about many times.
    let above: Vec<Vec<bool>> = (0..n).map(|b| (0..b).map(|a| is_above(a, b)).collect()).collect();
    let separable = |a: usize, b: usize| above[b][a];
    Ranking {
        standings,
        ties: strengths.ties,
        spread: strengths.spread(),
        inseparable: stretches(n, separable),
        pairs: judged.choices.len(),
    }
}

/// The chance against one of middling strength.
fn chance(log: f64) -> f64 {
    1.0 / (1.0 + (-log).exp())
}

/// The places that contestants have in all but the outermost of some sets of strengths. Of those who were never judged the same is
/// known, so they share their counts.
fn places(draws: &[Vec<f64>], unjudged: &[bool]) -> Vec<(usize, usize)> {
    let n = unjudged.len();
    let mut counts = vec![vec![0usize; n]; n];
    let mut order: Vec<usize> = (0..n).collect();
    for draw in draws {
        order.sort_by(|a, b| draw[*b].total_cmp(&draw[*a]));
        order.iter().enumerate().for_each(|(place, one)| counts[*one][place] += 1);
    }
    let alike: Vec<usize> = (0..n).filter(|one| unjudged[*one]).collect();
    let shared: Vec<usize> = (0..n)
        .map(|place| alike.iter().map(|one| counts[*one][place]).sum::<usize>() / alike.len().max(1))
        .collect();
    alike.iter().for_each(|one| counts[*one].clone_from(&shared));
    let out = (draws.len() as f64 * ALPHA / 2.0) as usize;
    // Places from an end of the order that together leave out no more.
    let left_out = |counts: &mut dyn Iterator<Item = &usize>| {
        let mut sum = 0;
        let is_out = |count: &&usize| {
            sum += **count;
            sum <= out
        };
        counts.take_while(is_out).count()
    };
    counts.iter().map(|own| (left_out(&mut own.iter()) + 1, n - left_out(&mut own.iter().rev()))).collect()
}

/// Pairs that each contestant won, lost and tied.
fn records(competition: &Competition, ballots: &[(Ballot, f64)]) -> Vec<[f64; 3]> {
    let mut records = vec![[0.0; 3]; competition.competitors.len()];
    let counted =
        ballots.iter().filter(|(ballot, weight)| *weight > 0.0 && competition.is_between(ballot.pair));
    for (Ballot { pair, first, second, ties, .. }, _) in counted {
        let (a, b) = competition.competitors_of(*pair);
        for (own, [won, lost]) in [(a, [first, second]), (b, [second, first])] {
            let sums = records[own].iter_mut();
            sums.zip([won, lost, ties]).for_each(|(sum, share)| *sum += share);
        }
    }
    records
}

/// The longest stretches of an order within which no two are separable; of one alone there is none.
fn stretches(n: usize, separable: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for first in 0..n {
        let mut last = first;
        while last + 1 < n && (first..=last).all(|one| !separable(one, last + 1)) {
            last += 1;
        }
        if last > first && found.last().is_none_or(|(_, end)| last > *end) {
            found.push((first, last));
        }
    }
    found
}
