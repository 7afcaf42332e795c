//! Student's distribution, for estimates that rest on few things.

use std::f64::consts::PI;

/// The value that Student's t with so many degrees of freedom passes with a chance of `tail`, which is above 0 and at most one
/// half.
#[must_use]
pub fn student_quantile(tail: f64, freedom: usize) -> f64 {
    // By halves between bounds that hold it: the tail falls as the value grows.
    let (mut low, mut high) = (0.0, 1.0);
    while student_tail(high, freedom) > tail && high < 1e300 {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..200 {
        let middle = (low + high) / 2.0;
        if student_tail(middle, freedom) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The chance that Student's t passes a value that is not negative: the finite series for whole degrees of freedom
/// (M. Abramowitz and I. A. Stegun, 26.7.3 and 26.7.4), and for many of them, where that loses its digits, the normal tail of G. W.
/// Hill's transformation (1970).
fn student_tail(t: f64, freedom: usize) -> f64 {
    let n = freedom.max(1) as f64;
    if freedom > 200 {
        let w = (t * t / n).ln_1p() * (n - 0.5);
        let z = w.sqrt() * (1.0 + (w + 3.0) / (48.0 * (n - 0.5).powi(2)));
        return super::upper_tail(z);
    }
    let angle = (t / n.sqrt()).atan();
    let (sin, cos) = angle.sin_cos();
    let mut term = if freedom % 2 == 1 { cos } else { 1.0 };
    let mut sum = if freedom == 1 { 0.0 } else { term };
    let mut k = if freedom % 2 == 1 { 3 } else { 2 };
    while k < freedom.max(2) {
        term *= cos * cos * (k as f64 - 1.0) / k as f64;
        sum += term;
        k += 2;
    }
    let inside = if freedom % 2 == 1 { (angle + sin * sum) * 2.0 / PI } else { sin * sum };
    (1.0 - inside) / 2.0
}
