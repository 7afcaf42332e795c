//! The fit of strengths to choices where it is given how far owners, and the things of one owner, lie apart: expectation
//! propagation.
//!
//! Each choice is stood in for by a normal curve over the difference of its two things, one that gives the same mean and variance
//! as the choice itself when all others are stood in for (T. P. Minka, 2001). Where most things were seen once or twice, the
//! curvature at the likeliest strengths, Laplace's way, promises far too much.

use super::elimination::{SymmetricSystem, order};
use super::{PairwiseChoice, StrengthSpread};

/// Rounds, at most; a handful is usual.
const ROUNDS: usize = 200;
/// Rounds after which steps are halved: near the end of most, none is needed.
const CALM: usize = 20;
/// Change of a difference's mean, in deviations, and of its variance, as a share, from which on a round counts as the last.
const SETTLED: f64 = 1e-3;
/// The prior of the logarithm of Davidson's ν before any tie was seen: its mean and variance.
const TIES: (f64, f64) = (-0.7, 1.0);
/// Integrals over a normal curve are sums at points so many deviations apart,
const APART: f64 = 0.4;
/// so many of them on either side of its middle.
const POINTS: usize = 14;

/// A normal curve at the points of integrals.
type Density = [f64; 2 * POINTS + 1];

/// Choices between things that have owners, ready to be fitted.
#[derive(Debug)]
pub(crate) struct StrengthFit<'a> {
    choices: &'a [PairwiseChoice],
    /// The owner of each thing.
    owner: &'a [usize],
    /// Whether things lie about their owner; else they are as strong as it is, and no unknowns of their own.
    is_within: bool,
    /// The place of each thing in the order of elimination.
    place: Vec<usize>,
    /// That of each owner: after all things.
    owner_place: Vec<usize>,
    system: SymmetricSystem,
    /// The normal curve at the points of integrals; all are together 1.
    density: Density,
}

/// The state of a fit between two rounds.
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
    /// The state in which the fit ended, to begin a near one with.
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
    /// A fit in which things lie about their owner (`is_within`) or are as strong as it is.
    pub(crate) fn new(
        owners: usize,
        owner: &'a [usize],
        choices: &'a [PairwiseChoice],
        is_within: bool,
    ) -> Self {
        let things = if is_within { owner.len() } else { 0 };
        let unknown = |thing: usize| if is_within { thing } else { owner[thing] };
        let chosen = choices.iter().map(|choice| (unknown(choice.pair.0), unknown(choice.pair.1)));
        let owned = (0..things).map(|thing| (thing, things + owner[thing]));
        let order = order(things + owners, things, chosen.chain(owned));
        let density: Density = std::array::from_fn(|point| (-(away(point).powi(2)) / 2.0).exp());
        let all: f64 = density.iter().sum();
        Self {
            choices,
            owner,
            is_within,
            place: (0..owner.len()).map(|thing| order.place[unknown(thing)]).collect(),
            owner_place: order.place[things..].to_vec(),
            system: SymmetricSystem::new(order.later),
            density: density.map(|value| value / all),
        }
    }

    /// The state before the first round, in which all are equal.
    pub(crate) fn start(&self) -> FitState {
        let has_ties = self.choices.iter().any(|choice| choice.ties > 0.0);
        FitState { curves: vec![Curve::default(); self.choices.len()], ties: has_ties.then_some(TIES.0) }
    }

    /// The fit under a spread, from `now` on. Ties become as common as is likeliest under it.
    pub(crate) fn at(&mut self, spread: StrengthSpread, mut now: FitState) -> FittedStrengths {
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

    fn result(&self, spread: StrengthSpread, means: &[f64], sites: f64, end: FitState) -> FittedStrengths {
        let things = means.len() - self.owner_place.len();
        let within = if self.is_within { things as f64 * spread.within.ln() } else { 0.0 };
        let volume = self.owner_place.len() as f64 * spread.between.ln() + within;
        let ties = end.ties.map_or(0.0, |ties| (ties - TIES.0).powi(2) / TIES.1 / 2.0);
        let covariance = self.system.inverse_from(things);
        let row = |one: &usize| {
            let row = &covariance[one - things];
            self.owner_place.iter().map(|other| row[other - things]).collect()
        };
        FittedStrengths {
            owners: self.owner_place.iter().map(|place| means[*place]).collect(),
            covariance: self.owner_place.iter().map(row).collect(),
            evidence: sites - volume - ties - self.system.log_determinant() / 2.0,
            end,
        }
    }

    /// The means of all logarithms under the prior and the curves, whose precision is left in the system, factored.
    fn means(&mut self, spread: StrengthSpread, now: &FitState) -> Vec<f64> {
        let (between, within) = (spread.between.powi(-2), spread.within.powi(-2));
        let things = if self.is_within { self.owner.len() } else { 0 };
        let mut means = vec![0.0; things + self.owner_place.len()];
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
        for (thing, owner) in self.place.iter().zip(self.owner).take(things) {
            let owner = self.owner_place[*owner];
            self.system.add(*thing, *thing, within);
            self.system.add(owner, owner, within);
            self.system.add(*thing, owner, -within);
        }
        self.owner_place.iter().for_each(|owner| self.system.add(*owner, *owner, between));
        self.system.factor();
        self.system.solve(&mut means);
        means
    }

    /// Makes each curve stand in better for its choice, by so much of the step.
    fn improve(&mut self, means: &[f64], now: &mut FitState, share: f64) -> Improvement {
        let inverse = self.system.inverse_where_it_meets();
        let mut improved = Improvement::default();
        for (choice, curve) in self.choices.iter().zip(&mut now.curves) {
            let (a, b) = (self.place[choice.pair.0], self.place[choice.pair.1]);
            if a == b {
                continue;
            }
            let mean = means[a] - means[b];
            let variance = inverse.cell(a, a) + inverse.cell(b, b) - 2.0 * inverse.cell(a, b);
            // What all others and other copies say of the difference.
            let precision = 1.0 / variance - curve.precision;
            if precision <= 0.0 {
                continue;
            }
            let rest = (1.0 / precision, (mean / variance - curve.slope) / precision);
            let copies = choice.copies();
            let told = choice.told(rest, now.ties, &self.density);
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

/// The change that a round made.
#[derive(Debug, Default)]
struct Improvement {
    /// The distance that the farthest difference was from where it belongs.
    moved: f64,
    /// The choices' share of the logarithm of the chance of all.
    evidence: f64,
    /// Ties beyond what was to be expected.
    excess_ties: f64,
    /// The rate at which that falls as the logarithm of ν grows.
    tie_curvature: f64,
}

impl Improvement {
    /// The step of Newton's method for the logarithm of ν.
    fn tie_step(&self, ties: Option<f64>) -> f64 {
        let Some(ties) = ties else { return 0.0 };
        (self.excess_ties + (TIES.0 - ties) / TIES.1) / (self.tie_curvature + 1.0 / TIES.1)
    }
}

/// The evidence of a choice on a difference of which something is known.
struct Told {
    mean: f64,
    variance: f64,
    /// The logarithm of the chance of the choice.
    log_chance: f64,
    /// Ties that were to be expected.
    ties: f64,
    tie_curvature: f64,
}

impl PairwiseChoice {
    /// The number of equal copies that a choice is cut into, each of which counts once at most: the peak of one that
    /// counts more is too narrow for the points of the integral below.
    fn copies(&self) -> f64 {
        (self.first + self.second + self.ties).ceil().max(1.0)
    }

    /// The evidence, by one copy, on a difference that is known to have a variance and to lie about a middle.
    fn told(&self, known: (f64, f64), ties: Option<f64>, density: &Density) -> Told {
        let times = [self.first, self.second, self.ties].map(|times| times / self.copies());
        // Most choices are whole, and powers slow.
        match times {
            [1.0, 0.0, 0.0] => told(known, ties, density, |[first, ..]| first),
            [0.0, 1.0, 0.0] => told(known, ties, density, |[_, second, _]| second),
            [0.0, 0.0, 1.0] => told(known, ties, density, |[.., tie]| tie),
            _ => {
                let all: f64 = times.iter().sum();
                // Where there are no ties, nothing to the power of nothing is 1.
                let chance = |chances: [f64; 3]| {
                    chances.into_iter().zip(times).map(|(chance, times)| chance.powf(times)).product()
                };
                let found = told(known, ties, density, chance);
                Told { ties: all * found.ties, tie_curvature: all * found.tie_curvature, ..found }
            }
        }
    }
}

/// The evidence on a difference that is known to have a variance and to lie about a middle from a choice that has
/// such a chance, given those of the first, of the second and of a tie.
fn told(
    (variance, middle): (f64, f64),
    ties: Option<f64>,
    density: &Density,
    chance: impl Fn([f64; 3]) -> f64,
) -> Told {
    let deviation = variance.sqrt();
    let (mut sum, mut first, mut second, mut tied, mut curvature) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let nu = ties.map_or(0.0, f64::exp);
    let (weaker, positive) = weaker(middle, APART * deviation);
    for (point, (weaker, density)) in weaker.into_iter().zip(density).enumerate() {
        let tie = nu * weaker.sqrt();
        // The stronger one is taken out, so that nothing overflows.
        let greater = 1.0 / (1.0 + weaker + tie);
        let (lesser, share) = (weaker * greater, tie * greater);
        let chances = if point >= positive { [greater, lesser, share] } else { [lesser, greater, share] };
        let weight = density * chance(chances);
        sum += weight;
        first += weight * away(point);
        second += weight * away(point) * away(point);
        tied += weight * share;
        curvature += weight * share * (1.0 - share);
    }
    let mean = first / sum;
    Told {
        mean: middle + deviation * mean,
        variance: variance * (second / sum - mean * mean),
        log_chance: sum.ln(),
        ties: tied / sum,
        tie_curvature: curvature / sum,
    }
}

/// The distance of a point of integrals from the middle, in deviations.
fn away(point: usize) -> f64 {
    (point as f64 - POINTS as f64) * APART
}

/// At the points of an integral, `step` from each other about a middle, the strength of the weaker one for 1 of the stronger
/// one, and the point from which on the difference is positive. From there outwards each is so much weaker than the last.
fn weaker(middle: f64, step: f64) -> ([f64; 2 * POINTS + 1], usize) {
    let mut found = [0.0; 2 * POINTS + 1];
    let begin = middle - step * POINTS as f64;
    let positive = (-begin / step).floor() + 1.0;
    // Between nothing and the number of points.
    let positive = positive.clamp(0.0, found.len() as f64) as usize;
    let (below, above) = found.split_at_mut(positive);
    let times = (-step).exp();
    let at = |point: usize| begin + step * point as f64;
    let mut now = (-at(positive)).exp();
    for value in above {
        *value = now;
        now *= times;
    }
    now = at(positive.max(1) - 1).exp();
    for value in below.iter_mut().rev() {
        *value = now;
        now *= times;
    }
    (found, positive)
}
