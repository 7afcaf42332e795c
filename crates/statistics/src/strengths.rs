//! Strengths of owners from choices between their things, with all that is not known of them.

use std::f64::consts::TAU;

use super::strength_fit::{FitState, FittedStrengths, StrengthFit};
use super::strength_spread::STEP;
use super::{Interval, PairwiseChoice, Random, StrengthSpread, quantile, upper_tail};

/// Spreads whose logarithm of the chance is so much below the best one's are left out: they are below 2 % of it.
const LEFT_OUT: f64 = 4.0;
/// Steps upwards from the prior's middle, at most: a factor of twenty. Choices that all agree tell no end, and where strengths lie
/// farther apart, integrals step over where a choice tips.
const WIDEST: i32 = 7;
/// Steps downwards, at most: strengths that lie a tenth apart or less are all the same, whatever the choices.
const NARROWEST: i32 = -5;

/// The strengths of owners by choices: normal distributions of their logarithms under several spreads, each with its
/// weight.
#[derive(Debug, Clone)]
pub struct Strengths {
    parts: Vec<StrengthPart>,
    /// Davidson's ν: between equals, ties are to wins of one side as ν is to 1.
    pub ties: f64,
}

/// The strengths by choices under one spread.
#[derive(Debug, Clone)]
struct StrengthPart {
    weight: f64,
    spread: StrengthSpread,
    /// Davidson's ν, as is likeliest under the spread.
    ties: f64,
    mean: Vec<f64>,
    covariance: Vec<Vec<f64>>,
}

/// The strengths of as many owners as are given, from choices between things, `owner` of each.
///
/// R. R. Davidson's model of 1970: the first of two wins with a chance in proportion to its strength π, and a tie comes in
/// proportion to ν times the root of both; without ties it is R. A. Bradley and M. E. Terry's. The logarithm of a thing's strength
/// lies about its owner's by a normal distribution, and owners' about 0 by another (a prior that pulls towards the middle
/// whatever was seen little of: B. Efron and C. Morris, 1975). How wide the two are is averaged over, by how well each width explains
/// the choices (over a grid: H. Rue, S. Martino and N. Chopin, 2009), with the priors that
/// [`StrengthSpread::of_prior`] names.
#[must_use]
pub fn strengths(owners: usize, owner: &[usize], choices: &[PairwiseChoice]) -> Strengths {
    let mut fit = StrengthFit::new(owners, owner, choices, true);
    let begin = fit.start();
    let middle = fit.at(StrengthSpread::PRIOR, begin);
    let parts = explored(&mut fit, middle);
    let most = parts.iter().map(|(log, _)| *log).fold(f64::NEG_INFINITY, f64::max);
    let mut parts: Vec<StrengthPart> = parts
        .into_iter()
        .filter(|(log, _)| most - log <= LEFT_OUT)
        .map(|(log, part)| StrengthPart { weight: (log - most).exp(), ..part })
        .collect();
    let all: f64 = parts.iter().map(|part| part.weight).sum();
    parts.iter_mut().for_each(|part| part.weight /= all);
    let ties = parts.iter().map(|part| part.weight * part.ties).sum();
    Strengths { parts, ties }
}

/// As [`strengths`] with a known spread, which is faster. Where `within` is 0, an owner's things are as strong as it is, and a choice
/// between two of them says nothing.
#[must_use]
pub fn strengths_at(
    spread: StrengthSpread,
    owners: usize,
    owner: &[usize],
    choices: &[PairwiseChoice],
) -> Strengths {
    let mut fit = StrengthFit::new(owners, owner, choices, spread.within > 0.0);
    let begin = fit.start();
    let found = fit.at(spread, begin);
    let part = part(spread, found);
    Strengths { ties: part.ties, parts: vec![part] }
}

fn part(spread: StrengthSpread, found: FittedStrengths) -> StrengthPart {
    let (ties, mean) = (found.end.nu(), centred(&found.owners));
    StrengthPart { weight: 1.0, spread, ties, mean, covariance: centred_covariance(found.covariance) }
}

/// Fits at spreads of a grid, from the prior's middle to where they explain little, each with the logarithm of its weight.
fn explored(fit: &mut StrengthFit<'_>, middle: FittedStrengths) -> Vec<(f64, StrengthPart)> {
    let spread_at = |(i, j): (i32, i32)| StrengthSpread {
        between: StrengthSpread::PRIOR.between * (f64::from(i) * STEP).exp(),
        within: StrengthSpread::PRIOR.within * (f64::from(j) * STEP).exp(),
    };
    let prior = |at: (i32, i32)| spread_at(at).log_mass([at.0, at.1].map(|step| step == NARROWEST));
    let mut most = middle.evidence + prior((0, 0));
    let mut waiting: Vec<((i32, i32), f64, FitState)> = vec![((0, 0), most, middle.end.clone())];
    let mut found = vec![(most, part(spread_at((0, 0)), middle))];
    let mut tried = std::collections::BTreeSet::from([(0, 0)]);
    // The best one's neighbours come first, so that little is tried that is left out in the end.
    while let Some(next) = (0..waiting.len()).max_by(|a, b| waiting[*a].1.total_cmp(&waiting[*b].1)) {
        let ((i, j), worth, end) = waiting.swap_remove(next);
        if most - worth > LEFT_OUT {
            continue;
        }
        for at in [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)] {
            let is_on_grid = [at.0, at.1].iter().all(|step| (NARROWEST..=WIDEST).contains(step));
            if !is_on_grid || !tried.insert(at) {
                continue;
            }
            let fitted = fit.at(spread_at(at), end.clone());
            let worth = fitted.evidence + prior(at);
            most = most.max(worth);
            waiting.push((at, worth, fitted.end.clone()));
            found.push((worth, part(spread_at(at), fitted)));
        }
    }
    found
}

/// Strengths as they stand to their own mean.
fn centred(logs: &[f64]) -> Vec<f64> {
    let mean = logs.iter().sum::<f64>() / logs.len().max(1) as f64;
    logs.iter().map(|log| log - mean).collect()
}

/// The covariance of strengths as they stand to their own mean.
fn centred_covariance(covariance: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let n = covariance.len() as f64;
    let means: Vec<f64> = covariance.iter().map(|row| row.iter().sum::<f64>() / n).collect();
    let all = means.iter().sum::<f64>() / n;
    let row = |(row, own): (Vec<f64>, &f64)| {
        row.iter().zip(&means).map(|(cell, other)| cell - own - other + all).collect()
    };
    covariance.into_iter().zip(&means).map(row).collect()
}

impl Strengths {
    /// Natural logarithms of the strengths, as expected; their mean is 0. A difference of 1.1 wins three times of four without
    /// ties.
    #[must_use]
    pub fn log(&self) -> Vec<f64> {
        let n = self.parts[0].mean.len();
        (0..n).map(|i| self.parts.iter().map(|part| part.weight * part.mean[i]).sum()).collect()
    }

    /// Covariance of the logarithms.
    #[must_use]
    pub fn covariance(&self) -> Vec<Vec<f64>> {
        let log = self.log();
        let away = |part: &StrengthPart, i: usize| part.mean[i] - log[i];
        let cell = |i: usize, j: usize| {
            let of =
                |part: &StrengthPart| part.weight * (part.covariance[i][j] + away(part, i) * away(part, j));
            self.parts.iter().map(of).sum()
        };
        (0..log.len()).map(|i| (0..log.len()).map(|j| cell(i, j)).collect()).collect()
    }

    /// The expected spread of strengths.
    #[must_use]
    pub fn spread(&self) -> StrengthSpread {
        let mean = |of: fn(&StrengthSpread) -> f64| {
            self.parts.iter().map(|part| part.weight * of(&part.spread)).sum()
        };
        StrengthSpread { between: mean(|spread| spread.between), within: mean(|spread| spread.within) }
    }

    /// The interval that leaves out `alpha` of what the logarithm of an owner's strength may be, half of it on either side.
    #[must_use]
    pub fn interval(&self, owner: usize, alpha: f64) -> Interval {
        let of = |part: &StrengthPart| (part.mean[owner], part.covariance[owner][owner].max(0.0).sqrt());
        let far = quantile(1.0 - alpha / 2.0);
        let bound = |sign: f64| {
            // The bounds of the parts hold the bound of all.
            let bounds = || self.parts.iter().map(|part| of(part).0 + sign * far * of(part).1);
            let (mut low, mut high) =
                (bounds().fold(f64::INFINITY, f64::min), bounds().fold(f64::NEG_INFINITY, f64::max));
            let mut middle = f64::midpoint(low, high);
            // Newton's steps; halves where one leads out.
            for _ in 0..60 {
                let (mut beyond, mut density) = (0.0, 0.0);
                for part in &self.parts {
                    let (mean, deviation) = of(part);
                    let deviation = deviation.max(1e-300);
                    let away = (middle - mean) / deviation;
                    beyond += part.weight * upper_tail(sign * away);
                    density += part.weight * (-away * away / 2.0).exp() / deviation / TAU.sqrt();
                }
                let out = beyond > alpha / 2.0;
                if out == (sign > 0.0) {
                    low = middle;
                } else {
                    high = middle;
                }
                let last = middle;
                middle += sign * (beyond - alpha / 2.0) / density;
                if !(low..=high).contains(&middle) {
                    middle = f64::midpoint(low, high);
                }
                if (middle - last).abs() <= 1e-9 * (1.0 + last.abs()) {
                    break;
                }
            }
            middle
        };
        Interval { low: bound(-1.0), high: bound(1.0) }
    }

    /// So many sets of logarithms as they may be, all owners' at once.
    #[must_use]
    pub fn draws(&self, count: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut random = Random::new(seed);
        let mut found = Vec::with_capacity(count);
        let mut passed = 0.0;
        for part in &self.parts {
            // As many as the weights so far ask for.
            passed += part.weight;
            let due = (passed * count as f64).round() as usize;
            let roots = root(&part.covariance);
            while found.len() < due.min(count) {
                let normal: Vec<f64> = part.mean.iter().map(|_| random.normal()).collect();
                let draw = part.mean.iter().zip(&roots).map(|(mean, row)| {
                    mean + row.iter().zip(&normal).map(|(cell, normal)| cell * normal).sum::<f64>()
                });
                found.push(draw.collect());
            }
        }
        found
    }
}

/// The lower triangle that makes a covariance when it is multiplied by itself, mirrored (A.-L. Cholesky); what hangs on the others
/// alone, as the last of centred ones does, adds nothing of its own.
fn root(covariance: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(covariance.len());
    for (i, own) in covariance.iter().enumerate() {
        let mut row: Vec<f64> = Vec::with_capacity(i + 1);
        for (j, above) in rows.iter().enumerate() {
            let sum: f64 = row.iter().zip(above).map(|(a, b)| a * b).sum();
            row.push(if above[j] > 1e-9 { (own[j] - sum) / above[j] } else { 0.0 });
        }
        let left = own[i] - row.iter().map(|cell| cell * cell).sum::<f64>();
        row.push(left.max(0.0).sqrt());
        rows.push(row);
    }
    rows
}
