//! Statistical power: the effects that a sample could have shown, and how much larger it would have to be.

use super::quantile;

/// The chance with which an effect is to be seen.
const POWER: f64 = 0.8;

/// The rates nearest to a first one that would have been told from it; absent where no rate is so far away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectableRates {
    /// The nearest such rate below.
    pub lower: Option<f64>,
    /// The nearest such rate above.
    pub upper: Option<f64>,
}

/// The number of standard errors that an effect must measure to be seen with a chance of 80 %, when `alpha` is the
/// chance of a false alarm on either side.
fn errors(alpha: f64) -> f64 {
    quantile(1.0 - alpha / 2.0) + quantile(POWER)
}

/// The smallest difference of scores that is seen with a chance of 80 %; `spread` is the standard error of the difference.
#[must_use]
pub fn detectable_score(spread: f64, alpha: f64) -> f64 {
    errors(alpha) * spread
}

/// The rates that are told from `share` with a chance of 80 % by so many trials on each side, by the arcsine transformation
/// (J. Cohen, 1988, chapter 6).
#[must_use]
pub fn detectable_rate(share: f64, base: u64, head: u64, alpha: f64) -> DetectableRates {
    let angle = angle(share);
    let gap = errors(alpha) * (1.0 / base as f64 + 1.0 / head as f64).sqrt();
    let back = |angle: f64| (angle / 2.0).sin().powi(2);
    let (low, high) = (angle - gap, angle + gap);
    DetectableRates {
        lower: (low >= 0.0).then(|| back(low)),
        upper: (high <= std::f64::consts::PI).then(|| back(high)),
    }
}

/// The distance of two rates in standard errors of so many trials, over the distance at which it is seen with a
/// chance of 80 %.
#[must_use]
pub fn rate_gap((share, base): (f64, u64), (other, head): (f64, u64), alpha: f64) -> f64 {
    let error = (1.0 / base as f64 + 1.0 / head as f64).sqrt();
    (angle(share) - angle(other)).abs() / (errors(alpha) * error)
}

/// By which factor a sample would have to grow for an effect to be seen that is `part` of the smallest one that this
/// sample shows; none where there is no effect at all. Errors shrink with the root of the sample.
#[must_use]
pub fn growth(part: f64) -> Option<f64> {
    (part > 0.0 && part.is_finite()).then(|| (1.0 / part).powi(2).max(1.0))
}

/// Cohen's angle of a share: differences of it mean the same everywhere between 0 and 1.
fn angle(share: f64) -> f64 {
    2.0 * share.clamp(0.0, 1.0).sqrt().asin()
}
