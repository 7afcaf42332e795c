//! The standard normal distribution.

use std::f64::consts::{PI, SQRT_2};

/// The argument at which the series of the error function gives way to the continued fraction of its complement.
const TURN: f64 = 2.0;
/// Terms of the fraction: at [`TURN`] they give all digits of a double.
const TERMS: u32 = 120;

/// The probability of a value above `z`.
#[must_use]
pub fn upper_tail(z: f64) -> f64 {
    if z < 0.0 { 1.0 - upper_tail(-z) } else { erfc(z / SQRT_2) / 2.0 }
}

/// The value below which a share of `p` lies; infinite at 0 and 1.
#[must_use]
pub fn quantile(p: f64) -> f64 {
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if p > 0.5 {
        return -quantile(1.0 - p);
    }
    // Halving is slow and sure; 40 standard deviations hold all that a double can tell from nothing.
    let (mut low, mut high) = (0.0, 40.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if upper_tail(middle) > p { low = middle } else { high = middle }
    }
    -f64::midpoint(low, high)
}

/// The complementary error function of a number that is not negative.
fn erfc(x: f64) -> f64 {
    if x < TURN {
        // All terms are positive, so nothing cancels (Abramowitz and Stegun, 7.1.6).
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
        }
        1.0 - 2.0 / PI.sqrt() * (-x * x).exp() * sum
    } else {
        // Abramowitz and Stegun, 7.1.14, from its end.
        let fraction = (1..=TERMS).rev().fold(x, |below, n| x + f64::from(n) / 2.0 / below);
        (-x * x).exp() / PI.sqrt() / fraction
    }
}
