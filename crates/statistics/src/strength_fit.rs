//! What choices say of strengths where it is given how far owners, and the things of one owner, lie apart: expectation
//! propagation.
//!
//! Each choice is stood in for by a normal curve over the difference of its two things, one that gives the same mean and variance
//! as the choice itself when all others are stood in for (T. P. Minka, 2001). Where most things were seen once or twice, the
//! curvature at the likeliest strengths, Laplace's way, promises far too much.

use super::elimination::{SymmetricSystem, places};
use super::strengths::{PairwiseChoice, Spread};

/// Rounds, at most; a handful is usual.
const ROUNDS: usize = 200;
/// Rounds after which steps are halved: near the end of most, none is needed.
const CALM: usize = 20;
/// Change of a difference's mean, in deviations, and of its variance, as a share, from which on a round counts as the last.
const SETTLED: f64 = 1e-3;
/// What is thought of the logarithm of Davidson's ν before any tie was seen: its mean and variance.
const TIES: (f64, f64) = (-0.7, 1.0);
/// Integrals over a normal curve are sums at points so many deviations apart, up to the last one.
const POINTS: (f64, i32) = (0.4, 14);

/// Choices between things that have owners, ready to be fitted.
#[derive(Debug)]
pub(crate) struct StrengthFit<'a> {
    choices: &'a [PairwiseChoice],
    /// The owner of each thing.
    owner: &'a [usize],
    owners: usize,
    /// The place of each thing in the order of elimination; owners come after all of them.
    place: Vec<usize>,
    system: SymmetricSystem,
}

/// Where a fit stands.
#[derive(Debug, Clone)]
pub(crate) struct FitState {
    /// The curve that stands in for each choice, or for each copy of it: exp(slope·d − precision·d²/2) of the difference d.
    curves: Vec<Curve>,
    /// The logarithm of Davidson's ν; none while there are no ties.
    ties: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Curve {
    precision: f64,
    slope: f64,
}

/// A fit's result.
#[derive(Debug, Clone)]
pub(crate) struct FittedStrengths {
    /// Where it ended, to begin a near one with.
    pub(crate) end: FitState,
    /// Logarithms of the owners' strengths, as expected.
    pub(crate) owners: Vec<f64>,
    /// Their covariance.
    pub(crate) covariance: Vec<Vec<f64>>,
    /// The logarithm of the chance of such choices, and of so many ties, under the spread.
    pub(crate) evidence: f64,
}

impl FitState {
    /// Davidson's ν.
    pub(crate) fn nu(&self) -> f64 {
        self.ties.map_or(0.0, f64::exp)
    }
}

impl<'a> StrengthFit<'a> {
    pub(crate) fn new(owners: usize, owner: &'a [usize], choices: &'a [PairwiseChoice]) -> Self {
        let place = places(owner.len(), choices.iter().map(|choice| choice.pair));
        Self { choices, owner, owners, place, system: SymmetricSystem::new(owner.len() + owners) }
    }

    /// Where nothing is known yet.
    pub(crate) fn start(&self) -> FitState {
        let has_ties = self.choices.iter().any(|choice| choice.ties > 0.0);
        FitState { curves: vec![Curve::default(); self.choices.len()], ties: has_ties.then_some(TIES.0) }
    }

    /// The fit under a spread, from `now` on. Ties become as common as is likeliest under it.
    pub(crate) fn at(&mut self, spread: Spread, mut now: FitState) -> FittedStrengths {
        let mut round = 0;
        loop {
            round += 1;
            let means = self.means(spread, &now);
            let share = if round > CALM { 0.5 } else { 1.0 };
            let improved = self.improve(&means, &mut now, share);
            let tie_step = improved.tie_step(now.ties);
            now.ties = now.ties.map(|ties| ties + tie_step);
            if improved.moved.max(tie_step.abs()) < SETTLED || round == ROUNDS {
                return self.result(spread, &means, improved.evidence, now);
            }
        }
    }

    fn result(&self, spread: Spread, means: &[f64], sites: f64, end: FitState) -> FittedStrengths {
        let first = self.owner.len();
        let volume = self.owners as f64 * spread.between.ln() + first as f64 * spread.within.ln();
        let ties = end.ties.map_or(0.0, |ties| (ties - TIES.0).powi(2) / TIES.1 / 2.0);
        FittedStrengths {
            owners: means[first..].to_vec(),
            covariance: self.system.inverse_from(first),
            evidence: sites - volume - ties - self.system.log_determinant() / 2.0,
            end,
        }
    }

    /// The means of all logarithms under the prior and the curves, whose precision is left in the system, factored.
    fn means(&mut self, spread: Spread, now: &FitState) -> Vec<f64> {
        let (between, within) = (spread.between.powi(-2), spread.within.powi(-2));
        let first = self.owner.len();
        let mut means = vec![0.0; first + self.owners];
        self.system.clear();
        for (choice, curve) in self.choices.iter().zip(&now.curves) {
            let (a, b) = (self.place[choice.pair.0], self.place[choice.pair.1]);
            let (slope, precision) = (choice.copies() * curve.slope, choice.copies() * curve.precision);
            means[a] += slope;
            means[b] -= slope;
            self.system.add(a, a, precision);
            self.system.add(b, b, precision);
            self.system.add(a, b, -precision);
        }
        for (thing, owner) in self.place.iter().zip(self.owner) {
            self.system.add(*thing, *thing, within);
            self.system.add(first + owner, first + owner, within);
            self.system.add(*thing, first + owner, -within);
        }
        (first..first + self.owners).for_each(|owner| self.system.add(owner, owner, between));
        self.system.factor();
        self.system.solve(&mut means);
        means
    }

    /// Makes each curve stand in better for its choice, by so much of the step.
    fn improve(&self, means: &[f64], now: &mut FitState, share: f64) -> Improvement {
        let inverse = self.system.inverse_where_it_meets();
        let mut improved = Improvement::default();
        for (choice, curve) in self.choices.iter().zip(&mut now.curves) {
            let (a, b) = (self.place[choice.pair.0], self.place[choice.pair.1]);
            let mean = means[a] - means[b];
            let variance = inverse.cell(a, a) + inverse.cell(b, b) - 2.0 * inverse.cell(a, b);
            // What all others and other copies say of the difference.
            let precision = 1.0 / variance - curve.precision;
            if precision <= 0.0 {
                continue;
            }
            let rest = (1.0 / precision, (mean / variance - curve.slope) / precision);
            let copies = choice.copies();
            let told = choice.told(rest.0, rest.1, now.ties);
            let stands_for = -(1.0 + curve.precision * rest.0).ln() / 2.0
                + ((curve.slope + rest.1 * precision).powi(2) / (curve.precision + precision)
                    - rest.1 * rest.1 * precision)
                    / 2.0;
            improved.evidence += copies * (told.log_chance - stands_for + curve.slope * mean / 2.0);
            improved.excess_ties += choice.ties - copies * told.ties;
            improved.tie_curvature += copies * told.tie_curvature;
            let moved = (told.mean - mean).abs() / variance.sqrt();
            improved.moved = improved.moved.max(moved).max((told.variance / variance - 1.0).abs());
            let better = Curve {
                // Never below nothing: a choice tells something or nothing.
                precision: (1.0 / told.variance - precision).max(0.0),
                slope: told.mean / told.variance - rest.1 * precision,
            };
            curve.precision += share * (better.precision - curve.precision);
            curve.slope += share * (better.slope - curve.slope);
        }
        improved
    }
}

/// What came of a round.
#[derive(Debug, Default)]
struct Improvement {
    /// How far the farthest difference was from where it belongs.
    moved: f64,
    /// The choices' share of the logarithm of the chance of all.
    evidence: f64,
    /// Ties beyond what was to be expected.
    excess_ties: f64,
    /// How fast that falls as the logarithm of ν grows.
    tie_curvature: f64,
}

impl Improvement {
    /// The step of Newton's method for the logarithm of ν.
    fn tie_step(&self, ties: Option<f64>) -> f64 {
        let Some(ties) = ties else { return 0.0 };
        (self.excess_ties + (TIES.0 - ties) / TIES.1) / (self.tie_curvature + 1.0 / TIES.1)
    }
}

/// What a choice says of a difference of which something is known.
struct Told {
    mean: f64,
    variance: f64,
    /// The logarithm of the chance of the choice.
    log_chance: f64,
    /// Ties that were to be expected.
    ties: f64,
    tie_curvature: f64,
}

/// Most choices are whole, and powers slow.
fn power(chance: f64, times: f64) -> f64 {
    match times {
        0.0 => 1.0,
        1.0 => chance,
        times => chance.powf(times),
    }
}

impl PairwiseChoice {
    /// What counts more than once is as many copies that count once at most: of more, the integral below would see a needle.
    fn copies(&self) -> f64 {
        (self.first + self.second + self.ties).ceil().max(1.0)
    }

    /// What follows, by one copy, of a difference that is known to lie about `middle` with a variance.
    fn told(&self, variance: f64, middle: f64, ties: Option<f64>) -> Told {
        let [first_times, second_times, tied_times] =
            [self.first, self.second, self.ties].map(|times| times / self.copies());
        let all = first_times + second_times + tied_times;
        let deviation = variance.sqrt();
        let (mut sum, mut first, mut second, mut tied, mut curvature) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let mut normal = 0.0;
        for point in -POINTS.1..=POINTS.1 {
            let away = f64::from(point) * POINTS.0;
            let half = (middle + away * deviation) / 2.0;
            // The stronger one is taken out, so that nothing overflows.
            let weaker = (-2.0 * half.abs()).exp();
            let tie = ties.map_or(0.0, |ties| (ties - half.abs()).exp());
            let (greater, lesser) = (1.0 / (1.0 + weaker + tie), weaker / (1.0 + weaker + tie));
            let share = tie * greater;
            let (one, other) = if half > 0.0 { (greater, lesser) } else { (lesser, greater) };
            let density = (-away * away / 2.0).exp();
            normal += density;
            let weight =
                density * power(one, first_times) * power(other, second_times) * power(share, tied_times);
            sum += weight;
            first += weight * away;
            second += weight * away * away;
            tied += weight * share;
            curvature += weight * share * (1.0 - share);
        }
        let mean = first / sum;
        Told {
            mean: middle + deviation * mean,
            variance: variance * (second / sum - mean * mean),
            log_chance: (sum / normal).ln(),
            ties: all * tied / sum,
            tie_curvature: all * curvature / sum,
        }
    }
}
