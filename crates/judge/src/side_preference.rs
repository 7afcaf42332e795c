//! The preference between the drawings of two sides, and how sure it is, by judgements between them.

use std::collections::BTreeMap;

use pelicycle_statistics::{Interval, SequentialTrials, asymptotic_interval};

use super::settling::JudgedShare;
use super::{Ballot, CrossPairs};

/// The chance that the bounds by counting ever miss the true share, however often one looks; and those by the spread. One or the
/// other misses with a chance of 5 % at most.
const BY_COUNTING: f64 = 0.025;
const BY_SPREAD: f64 = 0.025;
/// Independent pairs from which on the spread over drawings is heard: fewer drawings may all be good or bad by chance. Nine, as
/// weights of pairs come out.
const ENOUGH: f64 = 8.9;
/// The chance with which so many more judgements as are told would settle it.
const POWER: f64 = 0.8;
/// Rounds of scaling the weights of pairs.
const ROUNDS: usize = 40;

/// The preference between the drawings of two sides, by some judgements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SidePreference {
    /// Judgements, each judge counting once a pair.
    pub judgements: usize,
    /// Times that the second side's drawing was found better, the first side's, and neither; parts of one where a
    /// judge was of two minds.
    pub record: [f64; 3],
    /// Pairs of drawings that were judged.
    pub pairs: usize,
    /// Drawings of each side that were judged.
    pub drawings: [usize; 2],
    /// The worth of the judgements, as pairs that share no drawing, and how many of them the second side won.
    evidence: SequentialTrials,
    /// The share of pairs that the second side won, and its variance.
    share: Option<(f64, f64)>,
    /// The most pairs that share no drawing, of those that the sides' drawings make.
    most: usize,
    /// All pairs that they make.
    possible: usize,
}

/// The evidence that would settle which side is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettlingOutlook {
    /// It is settled.
    Settled,
    /// About so many judgements of pairs whose drawings were not judged yet.
    Judgements(u64),
    /// The drawings do not suffice: about so many more of each side, each judged once.
    Drawings(u64),
    /// The sides are so near to each other that no number within reach would.
    OutOfReach,
}

impl SidePreference {
    /// The fewest drawings of each side with which anything can be settled: as many judgements, all for one side.
    pub const FEWEST: usize = 9;

    /// Counts some ballots for the sides, each with a weight; others than those between the sides are passed over.
    ///
    /// Each pair counts by its weight, of one at most. Judgements that share a drawing are not independent of each other, so for
    /// counting pairs are weighed such that no drawing counts for more than one pair, however many it stands in. Such weights
    /// are a mean of sets of pairs that share no drawing (G. Birkhoff, 1946), and the evidence of a mean is at most the mean of
    /// the evidences (W. Hoeffding, 1963; S. Janson, "Large deviations for sums of partly dependent random variables", 2004).
    #[must_use]
    pub fn new(pairs: &CrossPairs, ballots: &[(Ballot, f64)]) -> SidePreference {
        // By pair: the weights of its ballots, and how much of that the second side has.
        let mut judged: BTreeMap<(usize, usize), [f64; 2]> = BTreeMap::new();
        let (mut judgements, mut record) = (0, [0.0; 3]);
        for (ballot, weight) in ballots.iter().filter(|(_, weight)| *weight > 0.0) {
            let Some(pair) = pairs.sides_of(ballot.pair) else { continue };
            let (won, lost) = match pair.1 == ballot.pair.1 {
                true => (ballot.second, ballot.first),
                false => (ballot.first, ballot.second),
            };
            let sums = judged.entry(pair).or_default();
            sums[0] += weight;
            sums[1] += weight * (won + ballot.ties / 2.0);
            judgements += 1;
            for (sum, share) in record.iter_mut().zip([won, lost, ballot.ties]) {
                *sum += share;
            }
        }
        let edges: Vec<(usize, usize, f64)> =
            judged.iter().map(|((base, head), [weight, _])| (*base, *head, weight.min(1.0))).collect();
        let shares = independent_shares(&edges);
        let won: Vec<f64> = judged.values().map(|[weight, won]| won / weight).collect();
        let successes = won.iter().zip(&shares).map(|(won, share)| share * won).sum();
        let evidence = SequentialTrials { successes, trials: shares.iter().sum() };
        let count = |side: fn(&(usize, usize)) -> usize| {
            let mut drawings: Vec<usize> = judged.keys().map(side).collect();
            drawings.sort_unstable();
            drawings.dedup();
            drawings.len()
        };
        SidePreference {
            judgements,
            record,
            pairs: judged.len(),
            drawings: [count(|pair| pair.0), count(|pair| pair.1)],
            share: share_and_variance(&edges, &won),
            evidence,
            most: pairs.most_independent(),
            possible: pairs.len(),
        }
    }

    /// The share of pairs in which a drawing of the second side is found better than one of the first, ties as halves; none
    /// without judgements.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        self.share.map(|(share, _)| share)
    }

    /// Bounds of that share, of all drawings that the sides could have made, at 95 %, whenever one looks.
    ///
    /// Two kinds of bounds, of which those count that are nearer. By counting nothing is taken for granted, and they are all
    /// that few judgements have. By the spread of what was judged over drawings they are nearer where many judgements share
    /// drawings, and hold in the limit of many drawings; simulations say how far few will do (`tests/judge/sides.rs`).
    #[must_use]
    pub fn interval(&self) -> Interval {
        let counted = self.evidence.interval(BY_COUNTING);
        let Some((share, variance)) = self.share else { return counted };
        if self.evidence.trials < ENOUGH {
            return counted;
        }
        let freedom = (self.evidence.trials.floor() as usize).saturating_sub(1);
        let Some(spread) = asymptotic_interval(share, variance, freedom, BY_SPREAD) else { return counted };
        let (low, high) = (counted.low.max(spread.low), counted.high.min(spread.high));
        Interval { low: low.min(share), high: high.max(share) }
    }

    /// The worth of the judgements, as a number of pairs of which no two share a drawing.
    #[must_use]
    pub fn independent_pairs(&self) -> f64 {
        self.evidence.trials
    }

    /// Whether it is settled, which it is when the bounds leave one half out; and if so whether the second side is better.
    #[must_use]
    pub fn settled(&self) -> Option<bool> {
        let Interval { low, high } = self.interval();
        if low > 0.5 {
            return Some(true);
        }
        (high < 0.5).then_some(false)
    }

    /// The evidence that would settle it with a chance of 80 %, if the sides stand as the judgements have it; without
    /// any, where nine of ten prefer one side.
    #[must_use]
    pub fn outlook(&self) -> SettlingOutlook {
        if self.settled().is_some() {
            return SettlingOutlook::Settled;
        }
        let SequentialTrials { successes, trials } = self.evidence;
        // Few judgements say little of the share, so it is drawn to the middle.
        let share = if trials > 0.0 { (successes + 1.0) / (trials + 2.0) } else { 0.9 };
        let left = self.left();
        let counted = self.evidence.trials_to_settle(share, BY_COUNTING, POWER);
        match (counted, self.more_of_these()) {
            (Some(more), _) if more <= left => SettlingOutlook::Judgements(more),
            (_, Some(more)) => SettlingOutlook::Judgements(more),
            (Some(more), None) => SettlingOutlook::Drawings(more - left),
            (None, None) => SettlingOutlook::OutOfReach,
        }
    }

    /// The fewest judgements more that can settle it: all for one side, of drawings that were not judged yet; none where those
    /// that are left can't.
    #[must_use]
    pub fn fewest_more(&self) -> Option<u64> {
        let counted = [0.0, 1.0]
            .iter()
            .filter_map(|share| self.evidence.trials_to_settle(*share, BY_COUNTING, 1.0))
            .min();
        counted.filter(|more| *more <= self.left())
    }

    /// So many more pairs can be judged that share no drawing with each other, nor with those that were.
    fn left(&self) -> u64 {
        (self.most as f64 - self.evidence.trials).max(0.0).round() as u64
    }

    /// About so many more judgements of the same drawings would settle it by their spread, if the share stays and what is
    /// not the drawings' own spread goes down with each; none where that would not do.
    fn more_of_these(&self) -> Option<u64> {
        let (share, variance) = self.share.filter(|_| self.most as f64 >= ENOUGH)?;
        let judged = JudgedShare { share, variance, pairs: self.pairs, independent: self.most };
        judged.settled_by(self.possible, BY_SPREAD).map(|pairs| (pairs - self.pairs) as u64)
    }
}

/// The share of weighted pairs that the second side won, and its variance with drawings of both sides drawn anew: what pairs
/// that share a drawing of the one side have in common, and of the other, less what is counted twice (A. C. Cameron, J. B.
/// Gelbach and D. L. Miller, "Robust inference with multiway clustering", 2011). It is never below what as many independent
/// judgements would have, one won and one lost thought in.
fn share_and_variance(edges: &[(usize, usize, f64)], won: &[f64]) -> Option<(f64, f64)> {
    let all: f64 = edges.iter().map(|(_, _, weight)| weight).sum();
    if all <= 0.0 {
        return None;
    }
    let share = edges.iter().zip(won).map(|((_, _, weight), won)| weight * won).sum::<f64>() / all;
    let mut sums: BTreeMap<(bool, usize), f64> = BTreeMap::new();
    let (mut single, mut squares) = (0.0, 0.0);
    for ((base, head, weight), won) in edges.iter().zip(won) {
        let part = weight / all * (won - share);
        *sums.entry((false, *base)).or_default() += part;
        *sums.entry((true, *head)).or_default() += part;
        single += part * part;
        squares += (weight / all).powi(2);
    }
    let shared: f64 = sums.values().map(|sum| sum * sum).sum();
    let smoothed = (share * all + 1.0) / (all + 2.0);
    let least = smoothed * (1.0 - smoothed) * squares;
    Some((share, (shared - single).max(single).max(least)))
}

/// Weights of pairs such that those of one drawing sum to one at most, and none is above its own bound: by scaling the sides
/// in turn (R. Sinkhorn and P. Knopp, 1967), which comes near to the largest sum that there is. They follow from who was
/// judged, never from what was said.
fn independent_shares(edges: &[(usize, usize, f64)]) -> Vec<f64> {
    let mut shares: Vec<f64> = edges.iter().map(|(_, _, bound)| *bound).collect();
    let last = edges.iter().map(|(base, head, _)| *base.max(head)).max().map_or(0, |most| most + 1);
    let mut sums = vec![0.0; last];
    for _ in 0..ROUNDS {
        sums.fill(0.0);
        edges.iter().zip(&shares).for_each(|((base, ..), share)| sums[*base] += share);
        for ((base, _, bound), share) in edges.iter().zip(&mut shares) {
            *share = (*share / sums[*base]).min(*bound);
        }
        // This step makes weights smaller only, so that it leaves the other side's sums at one at most.
        sums.fill(0.0);
        edges.iter().zip(&shares).for_each(|((_, head, _), share)| sums[*head] += share);
        edges.iter().zip(&mut shares).for_each(|((_, head, _), share)| *share /= sums[*head].max(1.0));
    }
    shares
}
