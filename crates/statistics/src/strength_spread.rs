//! The spread of strengths, and what is thought of it before any choice was seen.

use super::Random;

/// The spread of strengths: standard deviations of their natural logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StrengthSpread {
    /// Of owners.
    pub between: f64,
    /// Of the things of one owner.
    pub within: f64,
}

impl StrengthSpread {
    /// The likely spread before any choice was seen: the middle of the prior.
    pub const PRIOR: StrengthSpread = StrengthSpread { between: 1.2, within: 0.6 };

    /// A spread as it is thought of before any choice was seen; docs/judging.md says why so.
    ///
    /// `between` has a half-t distribution (A. Gelman, 2006): four of five lie between 0.2 and 3.8. What share of it `within` is has a
    /// log-normal one, whatever `between` is, since both are measured by how well those who choose see a difference.
    pub fn of_prior(random: &mut Random) -> StrengthSpread {
        let squares: f64 = (0..FREEDOM).map(|_| random.normal().powi(2)).sum();
        let student = random.normal() / (squares / f64::from(FREEDOM)).sqrt();
        let between = BETWEEN * student.abs();
        StrengthSpread {
            between,
            within: between * WITHIN_SHARE.0 * (WITHIN_SHARE.1 * random.normal()).exp(),
        }
    }

    /// The logarithm of the prior's density, of the logarithms of both spreads, but for a constant.
    fn log_density(self) -> f64 {
        let freedom = f64::from(FREEDOM);
        let tail = -(freedom + 1.0) / 2.0 * ((self.between / BETWEEN).powi(2) / freedom).ln_1p();
        let away = (self.within / self.between / WITHIN_SHARE.0).ln() / WITHIN_SHARE.1;
        self.between.ln() + tail - away * away / 2.0
    }

    /// The same of all narrower ones together too, in steps, where a spread is the narrowest that is tried.
    pub(crate) fn log_mass(self, [is_narrowest, is_narrowest_within]: [bool; 2]) -> f64 {
        let steps = |narrowest: bool| 0..if narrowest { BELOW } else { 1 };
        let narrower = |step: i32| (-STEP * f64::from(step)).exp();
        let own = self.log_density();
        let mass = |between: i32| -> f64 {
            steps(is_narrowest_within)
                .map(|within| StrengthSpread {
                    between: self.between * narrower(between),
                    within: self.within * narrower(within),
                })
                .map(|spread| (spread.log_density() - own).exp())
                .sum()
        };
        own + steps(is_narrowest).map(mass).sum::<f64>().ln()
    }
}

/// The prior of a spread's `between`: degrees of freedom and scale of the half-t distribution.
const FREEDOM: u32 = 3;
const BETWEEN: f64 = 1.6;

/// That of the share which `within` is of it: the middle, and the deviation of its logarithm.
const WITHIN_SHARE: (f64, f64) = (0.5, 0.7);

/// Steps below the narrowest that are counted to it.
const BELOW: i32 = 20;

/// The step between spreads that are tried, on a logarithmic scale.
pub(crate) const STEP: f64 = 0.4;
