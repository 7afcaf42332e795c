//! Which two drawings to show next: those whose comparison is expected to tell most.
//!
//! Of contestants, the pair that would narrow the ranking most is taken: the one with the largest p(1 − p)·v, where p is the chance
//! that one wins and v the variance that the difference of their strengths still has (D-optimal design: one more comparison
//! multiplies the determinant of the information by 1 + p(1 − p)·v). Of their drawings, those that were judged least.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_statistics::{PairwiseChoice, Random, davidson};

use super::ranking::PRIOR;
use super::{Ballot, Competition, Vote, Votes};

/// Two drawings to be shown, as indices into the competition's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawingPair {
    /// The drawing on the left, or the first one.
    pub left: usize,
    /// The drawing on the right, or the second one.
    pub right: usize,
}

impl DrawingPair {
    /// The two, the lower index first: the same whichever way round they are shown.
    #[must_use]
    pub fn key(self) -> (usize, usize) {
        (self.left.min(self.right), self.left.max(self.right))
    }
}

/// Chooses which two drawings to show next.
#[derive(Debug)]
pub struct PairChooser<'a> {
    competition: &'a Competition,
    random: Random,
    /// Drawings by contestant and prompt.
    own: BTreeMap<(usize, usize), Vec<usize>>,
}

/// The strengths of contestants, as far as they are known by now.
struct Known {
    log: Vec<f64>,
    /// Covariance of the logarithms of the strengths.
    covariance: Vec<Vec<f64>>,
}

impl<'a> PairChooser<'a> {
    /// A chooser for a competition; `seed` decides between pairs that tell as much, and who stands on the left.
    #[must_use]
    pub fn new(competition: &'a Competition, seed: u64) -> PairChooser<'a> {
        let mut own: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (index, drawing) in competition.drawings.iter().enumerate() {
            own.entry((drawing.competitor, drawing.prompt)).or_default().push(index);
        }
        PairChooser { competition, random: Random::new(seed), own }
    }

    /// The pair that tells most, given what is known from `ballots`, among those that are not in `seen` (the lower index
    /// first); none when all were seen.
    pub fn choose(&mut self, ballots: &[Ballot], seen: &BTreeSet<(usize, usize)>) -> Option<DrawingPair> {
        let known = known(self.competition, ballots);
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
    /// The worth of one more comparison of the two: how much it would tell.
    fn worth(&self, a: usize, b: usize) -> f64 {
        let win = 1.0 / (1.0 + (self.log[b] - self.log[a]).exp());
        let variance = self.covariance[a][a] + self.covariance[b][b] - 2.0 * self.covariance[a][b];
        win * (1.0 - win) * variance.max(0.0)
    }
}

fn known(competition: &Competition, ballots: &[Ballot]) -> Known {
    let n = competition.competitors.len();
    let choices: Vec<PairwiseChoice> = ballots
        .iter()
        .filter(|ballot| competition.is_between(ballot.pair))
        .map(|ballot| PairwiseChoice {
            pair: competition.competitors_of(ballot.pair),
            first: ballot.first,
            second: ballot.second,
            ties: ballot.ties,
        })
        .collect();
    let log = davidson(n, &choices, PRIOR).log;
    // The information that comparisons give, as Bradley and Terry's model has it; ties count as half a win each.
    let mut information = vec![vec![0.0; n]; n];
    for (own, log) in information.iter_mut().enumerate().map(|(i, row)| (&mut row[i], log[i])) {
        let win = 1.0 / (1.0 + (-log).exp());
        *own = PRIOR * win * (1.0 - win);
    }
    for choice in &choices {
        let (a, b) = choice.pair;
        let win = 1.0 / (1.0 + (log[b] - log[a]).exp());
        let told = (choice.first + choice.second + choice.ties) * win * (1.0 - win);
        information[a][a] += told;
        information[b][b] += told;
        information[a][b] -= told;
        information[b][a] -= told;
    }
    Known { log, covariance: inverse(information) }
}

/// The inverse of a matrix whose diagonal outweighs the rest of each row, by Gauss and Jordan's elimination: such a matrix
/// needs no exchange of rows.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut inverse: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for column in 0..n {
        let pivot = matrix[column][column];
        for row in [&mut matrix[column], &mut inverse[column]] {
            row.iter_mut().for_each(|value| *value /= pivot);
        }
        let (from, into) = (matrix[column].clone(), inverse[column].clone());
        for row in (0..n).filter(|row| *row != column) {
            let factor = matrix[row][column];
            if factor == 0.0 {
                continue;
            }
            for (value, from) in matrix[row].iter_mut().zip(&from) {
                *value -= factor * from;
            }
            for (value, into) in inverse[row].iter_mut().zip(&into) {
                *value -= factor * into;
            }
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_times_its_matrix_is_one() {
        let matrix = vec![vec![4.0, -1.0, -2.0], vec![-1.0, 3.0, -0.5], vec![-2.0, -0.5, 5.0]];
        let inverse = inverse(matrix.clone());
        for (i, row) in matrix.iter().enumerate() {
            for j in 0..3 {
                let sum: f64 = row.iter().zip(&inverse).map(|(value, row)| value * row[j]).sum();
                assert!((sum - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
    }
}
