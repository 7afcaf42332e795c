//! Resampling: what else could have been seen.

use super::{Interval, Random};

/// Draws `rounds` samples with replacement of `n` things, and tells what `measure` makes of each; a round of which it
/// makes nothing is left out. A thing is drawn whole: with all that hangs on it.
pub fn resample<T>(
    seed: u64,
    rounds: usize,
    n: usize,
    mut measure: impl FnMut(&[usize]) -> Option<T>,
) -> Vec<T> {
    let mut random = Random::new(seed);
    let mut drawn = vec![0; n];
    let mut measured = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        drawn.iter_mut().for_each(|index| *index = random.below(n));
        measured.extend(measure(&drawn));
    }
    measured
}

/// The bounds that leave out `alpha` of the numbers, half of it on either side; none of no numbers.
#[must_use]
pub fn percentile_interval(mut numbers: Vec<f64>, alpha: f64) -> Option<Interval> {
    numbers.sort_by(f64::total_cmp);
    // Between two ranks the bound lies in proportion, as NumPy has it.
    let at = |share: f64| {
        let place = share * (numbers.len().checked_sub(1)? as f64);
        let (below, above) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
        Some(below + (above - below) * place.fract())
    };
    Some(Interval { low: at(alpha / 2.0)?, high: at(1.0 - alpha / 2.0)? })
}
