//! Change points: the places at which a series of samples changes.

use super::Random;

/// Orders that are tried to learn how large a jump comes by chance.
const ORDERS: usize = 999;
/// Seed of those orders.
const SEED: u64 = 0x6472_6966_7421;
/// Most changes that are looked for in one series.
const MOST: usize = 16;

/// A change of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Index of the first number after it.
    pub at: usize,
    /// Probability of so large a jump somewhere, if the order of the numbers meant nothing.
    pub p: f64,
}

/// Changes of level in a series, in its order, by halving: the largest jump of ranks is a change where no more than a
/// share of `alpha` of random orders has one as large (A. N. Pettitt, 1979, with the distribution by permutation), and
/// what lies before and after it is looked at by itself. No side of a change has fewer than `least` numbers.
#[must_use]
pub fn change_points(series: &[f64], least: usize, alpha: f64) -> Vec<ChangePoint> {
    let mut random = Random::new(SEED);
    let (mut found, mut parts) = (Vec::new(), vec![(0, series.len())]);
    while let Some((from, to)) = parts.pop() {
        if found.len() >= MOST {
            break;
        }
        if let Some(change) = largest(&series[from..to], least, &mut random)
            && change.p <= alpha
        {
            let at = from + change.at;
            found.push(ChangePoint { at, ..change });
            parts.extend([(from, at), (at, to)]);
        }
    }
    found.sort_by_key(|change| change.at);
    // Each was placed before its neighbours were known; between them it has its true place.
    for index in 0..found.len() {
        let from = index.checked_sub(1).map_or(0, |before| found[before].at);
        let to = found.get(index + 1).map_or(series.len(), |after| after.at);
        if let Some((at, _)) = jump(&ranks(&series[from..to]), least.max(1)) {
            found[index].at = from + at;
        }
    }
    found
}

fn largest(series: &[f64], least: usize, random: &mut Random) -> Option<ChangePoint> {
    let least = least.max(1);
    if series.len() < 2 * least {
        return None;
    }
    let mut ranks = ranks(series);
    let (at, height) = jump(&ranks, least)?;
    if height <= 0.0 {
        return None;
    }
    let mut as_large = 1usize;
    for _ in 0..ORDERS {
        random.shuffle(&mut ranks);
        as_large +=
            usize::from(jump(&ranks, least).is_some_and(|(_, other)| other >= height * (1.0 - 1e-12)));
    }
    Some(ChangePoint { at, p: as_large as f64 / (ORDERS + 1) as f64 })
}

/// The place where the ranks before and after are furthest apart in standard errors, as the number of ranks before it,
/// and that distance but for a factor that is the same in every order; at least `least` ranks lie on either side.
fn jump(ranks: &[f64], least: usize) -> Option<(usize, f64)> {
    let n = ranks.len() as f64;
    let mean = (n + 1.0) / 2.0;
    let mut sum = 0.0;
    let mut best: Option<(usize, f64)> = None;
    for (index, rank) in ranks.iter().enumerate() {
        let before = index + 1;
        sum += rank - mean;
        if before < least || ranks.len() - before < least {
            continue;
        }
        let share = before as f64 / n;
        let height = sum.abs() / (share * (1.0 - share)).sqrt();
        if best.is_none_or(|(_, most)| height > most) {
            best = Some((before, height));
        }
    }
    best
}

/// Ranks from 1; ties have their middle.
fn ranks(series: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..series.len()).collect();
    order.sort_by(|a, b| series[*a].total_cmp(&series[*b]));
    let mut ranks = vec![0.0; series.len()];
    let mut done = 0;
    for group in order.chunk_by(|a, b| series[*a] == series[*b]) {
        let rank = done as f64 + (group.len() + 1) as f64 / 2.0;
        group.iter().for_each(|index| ranks[*index] = rank);
        done += group.len();
    }
    ranks
}
