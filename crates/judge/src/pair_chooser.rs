//! The choice of the two drawings to show next: those whose comparison is expected to settle the board soonest.
//!
//! Of contestants, the pair is taken whose comparison takes most from the expected loss of the order as it stands: the sum, over
//! all pairs that may stand the wrong way round, of how far apart they then are. A pair counts the less the lower its better place,
//! and more if it stands on both sides of the tenth, since who the ten best are is asked first. A difference Δ of variance V
//! loses √V·φ(Δ/√V) − |Δ|·Φ(−|Δ|/√V), which falls by φ(Δ/√V)/(2√V) as V falls by one
//! (the expected improvement of optimization: D. R. Jones, M. Schonlau and W. J. Welch, 1998); a comparison of a and b takes
//! (C_a − C_b)(C_a − C_b)′·g/(1 + g·V_ab) from the covariance C, where g is the chance that a wins times the chance that it loses.
//! Of their drawings, those that were judged least.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_statistics::{PairwiseChoice, Random, StrengthSpread, strengths_at};

use super::{Ballot, Competition, DrawingPair, Vote, Votes};

/// Chooses which two drawings to show next.
#[derive(Debug)]
pub struct PairChooser<'a> {
    competition: &'a Competition,
    random: Random,
    boundary: f64,
    /// Drawings by contestant and prompt.
    own: BTreeMap<(usize, usize), Vec<usize>>,
}

/// The spread of contestants, and of the drawings of one, that is assumed here: contestants are chosen as if each had
/// one drawing, which is fast and, since drawings take turns, near enough. Narrower prejudice about contestants finds
/// the first ten later.
const THOUGHT: StrengthSpread = StrengthSpread { between: 1.5, within: 0.0 };

/// The number of the best that are to be known soonest; a fifth of all where that is fewer.
const FIRST: usize = 10;
/// The extra weight of a pair that stands on both sides of that place, where one with the first of all counts 1. By
/// simulation much more finds the ten a little sooner and the rest of the order far later, and none finds the ten
/// later (docs/judging.md).
const BOUNDARY: f64 = 0.3;

/// The strengths of contestants, as far as they are known by now.
struct Known {
    log: Vec<f64>,
    /// Covariance of the logarithms of the strengths.
    covariance: Vec<Vec<f64>>,
    /// The matrix of [`cost`], whose [`difference`] for two contestants is what a comparison of them takes from the expected
    /// loss, but for a factor by how much it tells.
    cost: Vec<Vec<f64>>,
}

impl<'a> PairChooser<'a> {
    /// A chooser for a competition; `seed` decides between pairs that tell as much, and who stands on the left.
    #[must_use]
    pub fn new(competition: &'a Competition, seed: u64) -> PairChooser<'a> {
        PairChooser::with_boundary(competition, seed, BOUNDARY)
    }

    /// As [`PairChooser::new`], where a pair on both sides of the tenth place counts `boundary` more: simulations hold the usual
    /// value against others.
    #[must_use]
    pub fn with_boundary(competition: &'a Competition, seed: u64, boundary: f64) -> PairChooser<'a> {
        let mut own: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (index, drawing) in competition.drawings.iter().enumerate() {
            own.entry((drawing.competitor, drawing.prompt)).or_default().push(index);
        }
        PairChooser { competition, random: Random::new(seed), boundary, own }
    }

    /// The pair that tells most, given what is known from `ballots`, among those that are not in `seen` (the lower index
    /// first); none when all were seen.
    pub fn choose(&mut self, ballots: &[Ballot], seen: &BTreeSet<(usize, usize)>) -> Option<DrawingPair> {
        let known = Known::new(self.competition, ballots, self.boundary);
        let mut judged = vec![0.0; self.competition.drawings.len()];
        for ballot in ballots {
            judged[ballot.pair.0] += 1.0;
            judged[ballot.pair.1] += 1.0;
        }
        let n = self.competition.competitors.len();
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for a in 0..n {
            for b in a + 1..n {
                // A hair of chance, so that equals do not come in the order of their names.
                let hair = 1.0 + 1e-6 * (self.random.below(1000) as f64);
                pairs.push((known.worth(a, b) * hair, a, b));
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (a, b) = pairs.into_iter().find_map(|(_, a, b)| self.drawings(a, b, &judged, seen))?;
        Some(if self.random.below(2) == 0 {
            DrawingPair { left: a, right: b }
        } else {
            DrawingPair { left: b, right: a }
        })
    }

    /// The two drawings of two contestants on one prompt that were judged least, of those not seen.
    fn drawings(
        &mut self,
        a: usize,
        b: usize,
        judged: &[f64],
        seen: &BTreeSet<(usize, usize)>,
    ) -> Option<(usize, usize)> {
        let mut best: Option<(f64, (usize, usize))> = None;
        for prompt in 0..self.competition.prompts.len() {
            let (Some(of_a), Some(of_b)) = (self.own.get(&(a, prompt)), self.own.get(&(b, prompt))) else {
                continue;
            };
            for &x in of_a {
                for &y in of_b {
                    if seen.contains(&DrawingPair { left: x, right: y }.key()) {
                        continue;
                    }
                    let often = judged[x] + judged[y] + 1e-6 * (self.random.below(1000) as f64);
                    if best.is_none_or(|(least, _)| often < least) {
                        best = Some((often, (x, y)));
                    }
                }
            }
        }
        best.map(|(_, pair)| pair)
    }

    /// A pair that a judge saw once, long enough ago to be shown again with its sides changed: how steady a judge is can't be
    /// known otherwise.
    pub fn again(&mut self, votes: &Votes, judge: usize, at_least_before: usize) -> Option<DrawingPair> {
        let own: Vec<DrawingPair> =
            votes.votes.iter().filter(|vote| vote.judge == judge).map(Vote::pair).collect();
        let old = own.len().checked_sub(at_least_before)?;
        let once: Vec<&DrawingPair> = own[..old]
            .iter()
            .filter(|pair| own.iter().filter(|other| other.key() == pair.key()).count() == 1)
            .collect();
        if once.is_empty() {
            return None;
        }
        let DrawingPair { left, right } = *once[self.random.below(once.len())];
        Some(DrawingPair { left: right, right: left })
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.random.below(times.max(1)) == 0
    }
}

impl Known {
    fn new(competition: &Competition, ballots: &[Ballot], boundary: f64) -> Known {
        let n = competition.competitors.len();
        let choices = ballots.iter().filter(|ballot| competition.is_between(ballot.pair));
        let choices: Vec<PairwiseChoice> = choices
            .map(|ballot| PairwiseChoice {
                pair: competition.competitors_of(ballot.pair),
                first: ballot.first,
                second: ballot.second,
                ties: ballot.ties,
            })
            .collect();
        let owner: Vec<usize> = (0..n).collect();
        let strengths = strengths_at(THOUGHT, n, &owner, &choices);
        let (log, covariance) = (strengths.log(), strengths.covariance());
        let cost = cost(&log, &covariance, boundary);
        Known { log, covariance, cost }
    }

    /// The worth of one more comparison of the two: how much it takes from the expected loss.
    fn worth(&self, a: usize, b: usize) -> f64 {
        let win = 1.0 / (1.0 + (self.log[b] - self.log[a]).exp());
        let told = win * (1.0 - win);
        let share = told / (1.0 + told * difference(&self.covariance, a, b));
        share * difference(&self.cost, a, b)
    }
}

/// The value of a quadratic form for the difference of two.
fn difference(form: &[Vec<f64>], a: usize, b: usize) -> f64 {
    (form[a][a] + form[b][b] - 2.0 * form[a][b]).max(0.0)
}

/// C·L·C, where L is the Laplacian matrix of what each pair's variance costs: of what a comparison moves, it gives the sum over all
/// pairs of how far it moves the two apart, squared, times that.
fn cost(log: &[f64], covariance: &[Vec<f64>], boundary: f64) -> Vec<Vec<f64>> {
    let n = log.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| log[*b].total_cmp(&log[*a]));
    let mut laplacian = vec![vec![0.0; n]; n];
    let first = FIRST.min(n.div_ceil(5));
    for (place, &better) in order.iter().enumerate() {
        for (below, &worse) in order.iter().enumerate().skip(place + 1) {
            let variance = difference(covariance, better, worse);
            if variance <= 0.0 {
                continue;
            }
            let away = (log[better] - log[worse]).powi(2) / variance;
            let across = if place < first && below >= first { boundary } else { 0.0 };
            let counts = across + 1.0 / (place + 1) as f64;
            let doubt = counts * (-away / 2.0).exp() / variance.sqrt();
            laplacian[better][better] += doubt;
            laplacian[worse][worse] += doubt;
            laplacian[better][worse] -= doubt;
            laplacian[worse][better] -= doubt;
        }
    }
    product(&product(covariance, &laplacian), covariance)
}

/// The product of two matrices.
fn product(one: &[Vec<f64>], other: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let row = |row: &Vec<f64>| {
        let mut sums = vec![0.0; other.len()];
        for (times, added) in row.iter().zip(other) {
            sums.iter_mut().zip(added).for_each(|(sum, cell)| *sum += times * cell);
        }
        sums
    };
    one.iter().map(row).collect()
}
