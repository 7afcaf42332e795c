//! Evidence that may be looked at after every trial, as often as one likes, and still says wrongly that a mean differs no
//! more often than promised.

use super::Interval;

/// Rounds of halving: the bounds are then as exact as the numbers.
const HALVINGS: usize = 60;
/// The farthest that is looked ahead, in trials.
const FARTHEST: u64 = 2_000;

/// Successes in trials, each a number from 0 to 1; both may be parts of one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SequentialTrials {
    /// The sum of what the trials gave.
    pub successes: f64,
    /// The number of trials, at least as large.
    pub trials: f64,
}

impl SequentialTrials {
    /// The natural logarithm of the evidence against a mean: what somebody would have made of 1 who bet on every trial
    /// against it, on all other means alike. It is Robbins' mixture over binomial likelihoods with a uniform weight (H.
    /// Robbins, "Statistical methods related to the law of the iterated logarithm", 1970), `B(s + 1, n − s + 1) / (m^s (1 −
    /// m)^(n − s))`.
    ///
    /// Where each trial's mean given those before is `mean`, this is a martingale or falls short of one, since the bet is
    /// convex in a trial's number; so by Ville's inequality it ever passes `1 / α` with a chance of `α` at most, whenever
    /// one looks and whenever one stops.
    #[must_use]
    pub fn log_evidence(self, mean: f64) -> f64 {
        let (won, lost) = (self.successes, self.trials - self.successes);
        // Nothing lost at a mean of 1 is no contradiction, anything lost is a full one.
        let part = |count: f64, share: f64| if count <= 0.0 { 0.0 } else { count * share.ln() };
        log_beta(won + 1.0, lost + 1.0) - part(won, mean) - part(lost, 1.0 - mean)
    }

    /// The share of successes; none without trials.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.trials > 0.0).then(|| self.successes / self.trials)
    }

    /// The means against which the evidence is below `1 / alpha`. All intervals of a series hold the true mean at once with a
    /// chance of `1 − alpha` at least: a confidence sequence (I. Waudby-Smith and A. Ramdas, "Estimating means of bounded
    /// random variables by betting", 2024).
    #[must_use]
    pub fn interval(self, alpha: f64) -> Interval {
        let Some(share) = self.share() else { return Interval { low: 0.0, high: 1.0 } };
        let bound = -alpha.ln();
        let end = |far: f64| {
            if self.log_evidence(far) < bound {
                return far;
            }
            let (mut inside, mut outside) = (share, far);
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(inside, outside);
                if self.log_evidence(middle) < bound { inside = middle } else { outside = middle }
            }
            inside
        };
        Interval { low: end(0.0), high: end(1.0) }
    }

    /// Whether the evidence against a mean of one half reaches `1 / alpha`.
    #[must_use]
    pub fn is_settled(self, alpha: f64) -> bool {
        self.log_evidence(0.5) >= -alpha.ln()
    }

    /// Trials more after which it is settled with a chance of `chance`, if each succeeds with a chance of `share`; none where
    /// 2,000 do not suffice.
    #[must_use]
    pub fn trials_to_settle(self, share: f64, alpha: f64, chance: f64) -> Option<u64> {
        if self.is_settled(alpha) {
            return Some(0);
        }
        // How likely each number of successes is among those that came, unsettled so far; settled ones leave.
        let mut open = vec![1.0];
        let mut settled = 0.0;
        // All between these are unsettled: the evidence is convex in the successes.
        let (mut low, mut high) = (0usize, 0usize);
        for more in 1..=FARTHEST {
            let mut next = vec![0.0; open.len() + 1];
            for (won, likely) in open.iter().enumerate() {
                next[won] += likely * (1.0 - share);
                next[won + 1] += likely * share;
            }
            open = next;
            let after = |won: usize| SequentialTrials {
                successes: self.successes + won as f64,
                trials: self.trials + more as f64,
            };
            high += 1;
            while low <= high && after(low).is_settled(alpha) {
                settled += std::mem::take(&mut open[low]);
                low += 1;
            }
            while high > low && after(high).is_settled(alpha) {
                settled += std::mem::take(&mut open[high]);
                high -= 1;
            }
            if settled >= chance {
                return Some(more);
            }
        }
        None
    }
}

/// The logarithm of Euler's beta function.
fn log_beta(a: f64, b: f64) -> f64 {
    log_gamma(a) + log_gamma(b) - log_gamma(a + b)
}

/// The logarithm of the gamma function of a positive number: Stirling's series, from where it is exact to the last digits.
fn log_gamma(x: f64) -> f64 {
    let (mut x, mut before) = (x, 0.0);
    while x < 12.0 {
        before += x.ln();
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0)))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - before
}
