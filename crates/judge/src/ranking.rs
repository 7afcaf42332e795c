//! From votes on drawings to an order of contestants, and how sure it is.

use pelicycle_statistics::{Interval, PairwiseChoice, Random, davidson, quantile, student_quantile};

use super::separation::{apart, mean_and_spread};
use super::{Ballot, Competition};

/// Wins and losses, together, that each contestant is thought to have against a middling one: without any, one that never lost
/// would have no finite strength.
pub(super) const PRIOR: f64 = 1.0;
/// Rounds of resampling.
const ROUNDS: usize = 1_000;
/// False separations that are accepted, over all pairs together.
const ALPHA: f64 = 0.05;

/// The order of contestants that some ballots make.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// Contestants that ballots join, directly or through others. Where there are several groups, nothing says how one stands
    /// to another.
    pub groups: Vec<RankedGroup>,
    /// Pairs of drawings that were judged, each once a judge.
    pub pairs: usize,
}

/// Contestants that can be held against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedGroup {
    /// The best first.
    pub standings: Vec<Standing>,
    /// Davidson's ν: between equals, ties are to wins of one side as ν is to 1.
    pub ties: f64,
    /// Stretches of the order, as places from 0 to the last one, within which no two can be separated.
    pub inseparable: Vec<(usize, usize)>,
}

/// Where a contestant stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Index of the contestant.
    pub competitor: usize,
    /// Best and worst place that it may have, from 1, at 5 % false alarms over all pairs.
    pub places: (usize, usize),
    /// Logarithm of its strength; the mean of the group is 0.
    pub log: f64,
    /// The chance that a drawing of it is preferred to one of a middling contestant, ties left out.
    pub chance: f64,
    /// The interval of that at 95 %, by resampling.
    pub interval: Interval,
    /// Drawings of it that were judged. Of one alone nothing is known of the contestant's spread.
    pub drawings: usize,
    /// Pairs won, lost and tied; parts of one where a judge was of two minds.
    pub record: [f64; 3],
}

/// Ranks contestants by ballots, each with a weight. `seed` decides on the resampling.
#[must_use]
pub fn rank(competition: &Competition, ballots: &[(Ballot, f64)], seed: u64) -> Ranking {
    let between: Vec<(Ballot, f64)> = ballots
        .iter()
        .filter(|(ballot, weight)| *weight > 0.0 && competition.is_between(ballot.pair))
        .copied()
        .collect();
    let groups = joined(competition, &between);
    let groups = groups.iter().map(|members| group(competition, members, &between, seed)).collect();
    Ranking { groups, pairs: between.len() }
}

/// Contestants that ballots join, the largest set first.
fn joined(competition: &Competition, ballots: &[(Ballot, f64)]) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..competition.competitors.len()).collect();
    fn find(root: &mut [usize], mut one: usize) -> usize {
        while root[one] != one {
            root[one] = root[root[one]];
            one = root[one];
        }
        one
    }
    for (ballot, _) in ballots {
        let (a, b) = competition.competitors_of(ballot.pair);
        let (a, b) = (find(&mut root, a), find(&mut root, b));
        root[a.max(b)] = a.min(b);
    }
    let mut sets: Vec<Vec<usize>> = vec![Vec::new(); root.len()];
    for one in 0..root.len() {
        let set = find(&mut root, one);
        sets[set].push(one);
    }
    sets.retain(|set| set.len() > 1);
    sets.sort_by_key(|set| std::cmp::Reverse(set.len()));
    sets
}

fn group(competition: &Competition, members: &[usize], all: &[(Ballot, f64)], seed: u64) -> RankedGroup {
    let n = members.len();
    let mut local = vec![None; competition.competitors.len()];
    members.iter().enumerate().for_each(|(index, member)| local[*member] = Some(index));
    let ballots: Vec<Cast> = all
        .iter()
        .filter_map(|(ballot, weight)| {
            let (a, b) = competition.competitors_of(ballot.pair);
            Some(Cast { ballot: *ballot, pair: (local[a]?, local[b]?), weight: *weight })
        })
        .collect();
    let strengths = davidson(n, &choices(n, ballots.iter().map(|cast| (cast, cast.weight))), PRIOR);
    let rounds = resampled(n, &ballots, seed);

    let drawings = drawings(n, &ballots);
    let freedom: Vec<usize> = drawings.iter().map(|own| own.len().saturating_sub(1)).collect();
    let apart = apart(&strengths.log, &rounds, &freedom, ALPHA);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| strengths.log[*b].total_cmp(&strengths.log[*a]));
    let standings = order
        .iter()
        .map(|&index| {
            let better = (0..n).filter(|other| apart[*other][index]).count();
            let worse = (0..n).filter(|other| apart[index][*other]).count();
            let log = strengths.log[index];
            let (_, spread) = mean_and_spread(|| rounds.iter().map(|round| round[index]), rounds.len());
            let wide = spread * deviations(freedom[index]);
            let mut record = [0.0; 3];
            for cast in &ballots {
                let Ballot { first, second, ties, .. } = cast.ballot;
                let (won, lost) = match index {
                    _ if cast.pair.0 == index => (first, second),
                    _ if cast.pair.1 == index => (second, first),
                    _ => continue,
                };
                record = [record[0] + won, record[1] + lost, record[2] + ties];
            }
            Standing {
                competitor: members[index],
                places: (better + 1, n - worse),
                log,
                chance: chance(log),
                interval: Interval { low: chance(log - wide), high: chance(log + wide) },
                drawings: drawings[index].len(),
                record,
            }
        })
        .collect();
    let separable = |a: usize, b: usize| apart[order[a]][order[b]];
    RankedGroup { standings, ties: strengths.ties, inseparable: stretches(n, separable) }
}

/// A ballot within a group.
struct Cast {
    ballot: Ballot,
    /// The contestants of its drawings, as members of the group.
    pair: (usize, usize),
    weight: f64,
}

/// Deviations on either side of an estimate that leave out 5 %.
fn deviations(freedom: usize) -> f64 {
    match freedom {
        0 => quantile(1.0 - ALPHA / 2.0),
        freedom => student_quantile(ALPHA / 2.0, freedom),
    }
}

/// The chance against one of middling strength.
fn chance(log: f64) -> f64 {
    1.0 / (1.0 + (-log).exp())
}

/// The choices that ballots make between each two contestants.
fn choices<'a>(n: usize, ballots: impl Iterator<Item = (&'a Cast, f64)>) -> Vec<PairwiseChoice> {
    let mut sums = vec![[0.0; 3]; n * n];
    for (cast, weight) in ballots {
        let Ballot { first, second, ties, .. } = cast.ballot;
        let (a, b) = cast.pair;
        let (place, won, lost) = if a < b { (a * n + b, first, second) } else { (b * n + a, second, first) };
        for (sum, share) in sums[place].iter_mut().zip([won, lost, ties]) {
            *sum += weight * share;
        }
    }
    let filled = sums.iter().enumerate().filter(|(_, sum)| sum.iter().any(|share| *share > 0.0));
    filled
        .map(|(place, &[first, second, ties])| PairwiseChoice {
            pair: (place / n, place % n),
            first,
            second,
            ties,
        })
        .collect()
}

/// The drawings of each contestant that were judged.
fn drawings(n: usize, ballots: &[Cast]) -> Vec<Vec<usize>> {
    let mut drawings = vec![Vec::new(); n];
    for cast in ballots {
        drawings[cast.pair.0].push(cast.ballot.pair.0);
        drawings[cast.pair.1].push(cast.ballot.pair.1);
    }
    for own in &mut drawings {
        own.sort_unstable();
        own.dedup();
    }
    drawings
}

/// Logarithms of the strengths that could also have been seen: each contestant's drawings are drawn anew, whole, with all
/// judgements of them. That spreads more than judgements do that differ by chance alone (A. B. Owen, "The pigeonhole bootstrap",
/// 2007), so what it separates is surely apart. Between contestants of one drawing each there is nothing to draw anew but the
/// judgements.
fn resampled(n: usize, ballots: &[Cast], seed: u64) -> Vec<Vec<f64>> {
    let drawings = drawings(n, ballots);
    let most = drawings.iter().flatten().max().map_or(0, |last| last + 1);
    let is_single = |cast: &Cast| drawings[cast.pair.0].len() == 1 && drawings[cast.pair.1].len() == 1;
    let (single, several): (Vec<&Cast>, Vec<&Cast>) = ballots.iter().partition(|cast| is_single(cast));
    let mut random = Random::new(seed);
    let mut rounds = Vec::with_capacity(ROUNDS);
    let mut times = vec![0.0; most];
    for _ in 0..ROUNDS {
        times.iter_mut().for_each(|times| *times = 0.0);
        for own in &drawings {
            own.iter().for_each(|_| times[own[random.below(own.len())]] += 1.0);
        }
        let anew: Vec<&Cast> = single.iter().map(|_| single[random.below(single.len())]).collect();
        let weighed = several
            .iter()
            .map(|cast| (*cast, cast.weight * times[cast.ballot.pair.0] * times[cast.ballot.pair.1]))
            .filter(|(_, weight)| *weight > 0.0)
            .chain(anew.iter().map(|cast| (*cast, cast.weight)));
        rounds.push(davidson(n, &choices(n, weighed), PRIOR).log);
    }
    rounds
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
