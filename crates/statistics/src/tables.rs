//! Rates in strata, exactly.

use super::Rate;

/// The factor by which a probability may come out larger by rounding and still be the same.
const SAME: f64 = 1.0 + 1e-7;

/// The two-sided probability, under no difference within any stratum, of hits as unlikely as these: the exact
/// conditional test of Cochran, Mantel and Haenszel. For one stratum it is Fisher's exact test.
#[must_use]
pub fn exact_rates(strata: &[(Rate, Rate)]) -> f64 {
    let mut distribution = vec![1.0];
    let (mut first, mut seen) = (0, 0);
    for (base, head) in strata {
        let (low, shares) = hypergeometric(head.of, base.of, base.hits + head.hits);
        let mut wider = vec![0.0; distribution.len() + shares.len() - 1];
        for (i, p) in distribution.iter().enumerate() {
            for (j, q) in shares.iter().enumerate() {
                wider[i + j] += p * q;
            }
        }
        distribution = wider;
        first += low;
        seen += head.hits;
    }
    let index = usize::try_from(seen - first).unwrap_or(usize::MAX);
    let observed = distribution.get(index).copied().unwrap_or(1.0);
    let all: f64 = distribution.iter().sum();
    let unlikely: f64 = distribution.iter().filter(|p| **p <= observed * SAME).sum();
    (unlikely / all).min(1.0)
}

/// The chance of each number of hits among `drawn` out of `drawn + rest` of which `hits` are hits, from the least
/// that there can be, which comes first.
fn hypergeometric(drawn: u64, rest: u64, hits: u64) -> (u64, Vec<f64>) {
    let (low, high) = (hits.saturating_sub(rest), hits.min(drawn));
    let mut logs = vec![0.0];
    for k in low..high {
        let up = (hits - k) as f64 * (drawn - k) as f64;
        let down = (k + 1) as f64 * (rest + k + 1 - hits) as f64;
        logs.push(logs.last().copied().unwrap_or_default() + (up / down).ln());
    }
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares: Vec<f64> = logs.iter().map(|log| (log - most).exp()).collect();
    let sum: f64 = shares.iter().sum();
    (low, shares.iter().map(|share| share / sum).collect())
}
