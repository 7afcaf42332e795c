//! Rates and the uncertainty of their differences.

/// The 97.5 % point of the standard normal distribution: bounds of a two-sided 95 % interval.
pub(super) const Z: f64 = 1.959_963_984_540_054;

/// A rate: so many successes in so many trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    /// Successes.
    pub hits: u64,
    /// Trials; at least as many.
    pub of: u64,
}

/// Bounds that hold the true value in 95 of 100 samples, about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub low: f64,
    /// Upper bound.
    pub high: f64,
}

impl Rate {
    /// The share of successes; none without trials.
    #[must_use]
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// Wilson's score interval at 95 % (E. B. Wilson, 1927): within 0 and 1, and of use from the first trial on.
    #[must_use]
    pub fn interval(self) -> Option<Interval> {
        Some(wilson(self.share()?, self.of as f64))
    }

    /// The difference of two independent rates, and Newcombe's interval of it at 95 %: the square-and-add of two
    /// Wilson intervals (R. G. Newcombe, 1998, method 10).
    #[must_use]
    pub fn less(self, other: Rate) -> Option<(f64, Interval)> {
        Some(square_and_add((self.share()?, self.interval()?), (other.share()?, other.interval()?)))
    }
}

/// Wilson's interval of a share of `n` trials, which may be a part of a number.
pub(super) fn wilson(share: f64, n: f64) -> Interval {
    let middle = share + Z * Z / (2.0 * n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    Interval { low: ((middle - half) / scale).max(0.0), high: ((middle + half) / scale).min(1.0) }
}

/// The difference of two independent shares by their intervals.
pub(super) fn square_and_add((p, a): (f64, Interval), (q, b): (f64, Interval)) -> (f64, Interval) {
    let low = p - q - ((p - a.low).powi(2) + (b.high - q).powi(2)).sqrt();
    let high = p - q + ((a.high - p).powi(2) + (q - b.low).powi(2)).sqrt();
    (p - q, Interval { low, high })
}

/// The mean difference of pairs of rates, second less first, each pair of one stratum and all strata of equal weight, and
/// its interval at 95 %: the square-and-add of the Wilson intervals of all rates (G. Y. Zou and A. Donner, 2008). For one
/// stratum it is [`Rate::less`]. Pairs in which a rate has no trials are left out.
#[must_use]
pub fn mean_difference(pairs: &[(Rate, Rate)]) -> Option<(f64, Interval)> {
    let all: Vec<(f64, Interval)> = pairs.iter().filter_map(|(first, second)| second.less(*first)).collect();
    if all.is_empty() {
        return None;
    }
    let n = all.len() as f64;
    let mean = all.iter().map(|(difference, _)| difference).sum::<f64>() / n;
    // The bounds of one stratum are its own square-and-add, so that sums of squares go on from there.
    let below = all.iter().map(|(difference, interval)| (difference - interval.low).powi(2)).sum::<f64>();
    let above = all.iter().map(|(difference, interval)| (interval.high - difference).powi(2)).sum::<f64>();
    Some((mean, Interval { low: mean - below.sqrt() / n, high: mean + above.sqrt() / n }))
}

impl std::ops::AddAssign for Rate {
    fn add_assign(&mut self, other: Rate) {
        self.hits += other.hits;
        self.of += other.of;
    }
}

impl FromIterator<bool> for Rate {
    fn from_iter<I: IntoIterator<Item = bool>>(trials: I) -> Self {
        trials
            .into_iter()
            .fold(Rate::default(), |rate, hit| Rate { hits: rate.hits + u64::from(hit), of: rate.of + 1 })
    }
}

impl Interval {
    /// Whether zero lies outside.
    #[must_use]
    pub fn excludes_zero(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}
