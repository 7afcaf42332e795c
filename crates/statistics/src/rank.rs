//! Two samples of one kind of thing, by ranks: no assumption on how the numbers are spread.

use super::{Interval, median, upper_tail};

/// Steps of the exact distribution, at most: some tenths of a second for an interval. Up to 20 against 20 is below.
const EXACT_STEPS: usize = 3_000_000;
/// Pairs whose differences are looked at, at most; of larger samples evenly spaced ranks stand for all.
const MAX_SIDE: usize = 1_500;

/// The result of a test by ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankTest {
    /// Mann and Whitney's U of the second sample: pairs in which its number is the larger, ties by halves.
    pub u: f64,
    /// Two-sided probability of ranks as far apart, under no difference.
    pub p: f64,
    /// Whether `p` is exact, ties and all; else it is the normal approximation, corrected for ties and continuity.
    pub exact: bool,
}

/// The shift between two samples: how far the second lies above the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocationShift {
    /// The median of all differences of pairs (J. L. Hodges and E. L. Lehmann, 1963).
    pub estimate: f64,
    /// All shifts that the rank test does not reject; none where the samples are too small to bound it.
    pub interval: Option<Interval>,
}

/// Compares two samples (H. B. Mann and D. R. Whitney, 1947); none without numbers on either side.
#[must_use]
pub fn rank_test(first: &[f64], second: &[f64]) -> Option<RankTest> {
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let (n, m) = (first.len(), second.len());
    let mut all: Vec<(f64, bool)> =
        first.iter().map(|x| (*x, false)).chain(second.iter().map(|x| (*x, true))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Ranks are doubled, so that those of ties are whole.
    let mut doubled = Vec::with_capacity(n + m);
    let (mut sum, mut ties) = (0, 0.0);
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        let rank = 2 * doubled.len() + group.len() + 1;
        let size = group.len() as f64;
        ties += size.powi(3) - size;
        sum += rank * group.iter().filter(|(_, of_second)| *of_second).count();
        doubled.resize(doubled.len() + group.len(), rank);
    }
    let u = sum as f64 / 2.0 - (m * (m + 1)) as f64 / 2.0;
    let all = n + m;
    let exact = all.pow(3).saturating_mul(n.min(m)) <= EXACT_STEPS;
    let p = if exact { exact_p(&doubled, n, m, sum) } else { normal_p(u, n as f64, m as f64, ties) };
    Some(RankTest { u, p, exact })
}

/// The share of all ways to deal out the ranks that are as far from even.
fn exact_p(doubled: &[usize], n: usize, m: usize, sum: usize) -> f64 {
    // The smaller side is dealt; the sum of the other is what is left.
    let total: usize = doubled.iter().sum();
    let (dealt, sum) = if m <= n { (m, sum) } else { (n, total - sum) };
    let mut ways = vec![vec![0.0f64; total + 1]; dealt + 1];
    ways[0][0] = 1.0;
    for (index, rank) in doubled.iter().enumerate() {
        for count in (1..=dealt.min(index + 1)).rev() {
            let (fewer, more) = ways.split_at_mut(count);
            for (from, to) in fewer[count - 1].iter().zip(&mut more[0][*rank..]) {
                *to += from;
            }
        }
    }
    let ways = &ways[dealt];
    let (lower, upper): (f64, f64) = (ways[..=sum].iter().sum(), ways[sum..].iter().sum());
    (2.0 * lower.min(upper) / ways.iter().sum::<f64>()).min(1.0)
}

fn normal_p(u: f64, n: f64, m: f64, ties: f64) -> f64 {
    let all = n + m;
    let variance = n * m / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    let away = ((u - n * m / 2.0).abs() - 0.5).max(0.0);
    (2.0 * upper_tail(away / variance.sqrt())).min(1.0)
}

/// The shift of the second sample above the first; `alpha` is the share of true shifts that the interval may miss.
#[must_use]
pub fn shift(first: &[f64], second: &[f64], alpha: f64) -> Option<LocationShift> {
    let (first, second) = (thinned(first), thinned(second));
    let mut gaps: Vec<f64> = second.iter().flat_map(|b| first.iter().map(move |a| b - a)).collect();
    gaps.sort_by(f64::total_cmp);
    let estimate = median(gaps.iter().copied())?;
    gaps.dedup();
    let moved = |by: f64| -> f64 {
        let second: Vec<f64> = second.iter().map(|x| x - by).collect();
        rank_test(&first, &second).map_or(1.0, |test| test.p)
    };
    // Between two differences the ranks stay the same; below the first and above the last they are fully apart.
    let between = |index: usize| match index {
        0 => gaps[0] - 1.0,
        index if index == gaps.len() => gaps[index - 1] + 1.0,
        index => f64::midpoint(gaps[index - 1], gaps[index]),
    };
    let last = gaps.len();
    let middle = gaps.partition_point(|gap| *gap < estimate).min(last - 1);
    let rejected = |index: usize| moved(between(index)) < alpha;
    let interval = (rejected(0) && rejected(last)).then(|| {
        let low = first_of(1, middle + 1, |index| !rejected(index));
        let high = first_of(middle + 1, last, rejected);
        Interval { low: gaps[low - 1], high: gaps[high - 1] }
    });
    Some(LocationShift { estimate, interval })
}

/// The first index in `from..to` that fits, where all after it do; `to` where none does.
fn first_of(mut from: usize, mut to: usize, fits: impl Fn(usize) -> bool) -> usize {
    while from < to {
        let middle = usize::midpoint(from, to);
        if fits(middle) { to = middle } else { from = middle + 1 }
    }
    from
}

/// As many evenly spaced ranks of a sample as are looked at.
fn thinned(sample: &[f64]) -> Vec<f64> {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted.len() <= MAX_SIDE {
        return sorted;
    }
    (0..MAX_SIDE).map(|index| sorted[index * sorted.len() / MAX_SIDE]).collect()
}
