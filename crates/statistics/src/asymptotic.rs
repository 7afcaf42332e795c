//! Bounds of an estimate with a known spread that hold whenever one looks.

use super::{Interval, student_quantile, upper_tail};

/// The information, one over the variance, at which the bounds are nearest: that of a share known to a tenth, about.
const INFORMATION: f64 = 10.0;

/// Bounds that hold the true value at all looks together with a chance of `1 − alpha`, about: Robbins' normal mixture in the time
/// of information, with the variance as it is estimated at each look (I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy and
/// A. Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", 2024). As the variance rests on few
/// things, the bound is Student's for `freedom` degrees in place of the normal one of as small a tail; without any there are no
/// bounds.
#[must_use]
pub fn asymptotic_interval(estimate: f64, variance: f64, freedom: usize, alpha: f64) -> Option<Interval> {
    if variance <= 0.0 || freedom == 0 {
        return None;
    }
    let information = 1.0 / variance;
    let grown = (information + INFORMATION) / INFORMATION;
    let normal = ((information + INFORMATION) / information * (grown / (alpha * alpha)).ln()).sqrt();
    let wide = student_quantile(upper_tail(normal), freedom) * variance.sqrt();
    Some(Interval { low: estimate - wide, high: estimate + wide })
}
