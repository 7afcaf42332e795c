//! Scores paired by what was asked: numbers of two sides in blocks, compared within each.
//!
//! Under no difference the sides' labels mean nothing within a block, so dealing them out anew tells how far apart the sides
//! come by chance alone. With one number a side this is the permutation test of pairs; with one block, that of two samples.

use super::{Interval, Random};

/// Ways to deal out the labels that are all tried; of more, as many are drawn at random.
const WAYS: usize = 20_000;
/// Seed of the random ways: the same numbers give the same answer.
const SEED: u64 = 0x7065_6c69_6361_6e73;
/// Differences of sums that are rounding alone, relative to the numbers.
const ROUNDING: f64 = 1e-10;

/// The samples of one block: those of the base and those of the head.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BlockSamples {
    /// The numbers of the first side.
    pub base: Vec<f64>,
    /// The numbers of the second side.
    pub head: Vec<f64>,
}

/// The result of a test within blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockTest {
    /// Mean over blocks of the difference of means, second side less first.
    pub difference: f64,
    /// Two-sided probability of a difference as large, under none.
    pub p: f64,
    /// All differences that the test does not reject; none where there are too few numbers to bound it.
    pub interval: Option<Interval>,
    /// Whether all ways were tried.
    pub exact: bool,
    /// Standard deviation of the difference over the ways, once the difference itself is taken out.
    pub spread: f64,
    /// The least that `p` can be with so many numbers.
    pub least_p: f64,
}

/// One way to deal out the labels: the difference it makes, and the share of the second side's own numbers in it, from -1 to 1.
type Way = (f64, f64);

/// Compares the sides; `alpha` is the share of true differences that the interval may miss. Blocks without numbers on both
/// sides are left out; none where that leaves nothing.
#[must_use]
pub fn block_test(blocks: &[BlockSamples], alpha: f64) -> Option<BlockTest> {
    let blocks: Vec<&BlockSamples> =
        blocks.iter().filter(|block| !block.base.is_empty() && !block.head.is_empty()).collect();
    if blocks.is_empty() {
        return None;
    }
    let scale = 1.0 / blocks.len() as f64;
    let difference = blocks.iter().map(|block| block.observed()).sum::<f64>() * scale;
    let possible = blocks.iter().map(|block| block.ways()).fold(1.0, |all: f64, ways| all * ways);
    let exact = possible <= WAYS as f64;
    let mut ways: Vec<Way> = if exact { all_ways(&blocks) } else { random_ways(&blocks) };
    for way in &mut ways {
        *way = (way.0 * scale, way.1 * scale);
    }
    let largest = blocks
        .iter()
        .flat_map(|block| block.base.iter().chain(&block.head))
        .fold(0.0, |m: f64, x| m.max(x.abs()));
    let close = |a: f64, b: f64| (a - b).abs() <= largest * ROUNDING;

    // Once `shift` is taken from the second side, a way makes a difference of `made - shift * own`, and the labels as
    // they are `difference - shift`. So each way has one shift up to which it is below and from which it is above.
    let mut turns = Vec::with_capacity(ways.len());
    let mut always = 0usize;
    for (made, own) in &ways {
        if 1.0 - own <= ROUNDING {
            always += 1;
        } else if close(*made, difference) {
            turns.push(0.0);
        } else {
            turns.push((difference - made) / (1.0 - own));
        }
    }
    turns.sort_by(f64::total_cmp);
    let all = ways.len() as f64;
    let above = always + turns.partition_point(|turn| *turn <= 0.0);
    let below = always + turns.len() - turns.partition_point(|turn| *turn < 0.0);
    let p = (2.0 * above.min(below) as f64 / all).min(1.0);
    // As many as may lie beyond a bound before it is rejected.
    let beyond = (all * alpha / 2.0).ceil() as usize;
    let interval = beyond
        .checked_sub(always)
        .filter(|k| (1..=turns.len()).contains(k))
        .map(|k| Interval { low: turns[k - 1], high: turns[turns.len() - k] });
    let squares: f64 = ways.iter().map(|(made, own)| (made - difference * own).powi(2)).sum();
    let least_p = (2.0 / possible).max(2.0 / all).min(1.0);
    Some(BlockTest { difference, p, interval, exact, spread: (squares / all).sqrt(), least_p })
}

impl BlockSamples {
    fn observed(&self) -> f64 {
        let mean = |numbers: &[f64]| numbers.iter().sum::<f64>() / numbers.len() as f64;
        mean(&self.head) - mean(&self.base)
    }

    /// In how many ways the labels can be dealt out.
    fn ways(&self) -> f64 {
        let (n, k) = (self.base.len() + self.head.len(), self.base.len().min(self.head.len()));
        (0..k).fold(1.0, |ways, i| ways * (n - i) as f64 / (i + 1) as f64)
    }

    /// The difference when those of `numbers` that `chosen` names are the second side.
    fn way(&self, numbers: &[f64], sum: f64, chosen: impl Iterator<Item = usize>) -> Way {
        let (head, base) = (self.head.len() as f64, self.base.len() as f64);
        let (mut taken, mut own) = (0.0, 0.0);
        for index in chosen {
            taken += numbers[index];
            own += if index >= self.base.len() { 1.0 } else { 0.0 };
        }
        (taken / head - (sum - taken) / base, own / head - (head - own) / base)
    }

    fn numbers(&self) -> (Vec<f64>, f64) {
        let numbers = [self.base.as_slice(), self.head.as_slice()].concat();
        let sum = numbers.iter().sum();
        (numbers, sum)
    }

    /// All ways to place the blocks.
    fn each_way(&self) -> Vec<Way> {
        let (numbers, sum) = self.numbers();
        let (n, k) = (numbers.len(), self.head.len());
        let mut chosen: Vec<usize> = (0..k).collect();
        let mut ways = Vec::new();
        loop {
            ways.push(self.way(&numbers, sum, chosen.iter().copied()));
            // The next choice in lexical order.
            let Some(last) = (0..k).rev().find(|i| chosen[*i] < n - k + i) else { return ways };
            chosen[last] += 1;
            for i in last + 1..k {
                chosen[i] = chosen[i - 1] + 1;
            }
        }
    }
}

fn all_ways(blocks: &[&BlockSamples]) -> Vec<Way> {
    let mut sums = vec![(0.0, 0.0)];
    for block in blocks {
        let ways = block.each_way();
        let add = |sum: &Way| ways.iter().map(|way| (sum.0 + way.0, sum.1 + way.1)).collect::<Vec<Way>>();
        sums = sums.iter().flat_map(add).collect();
    }
    sums
}

/// Ways at random, and the labels as they are.
fn random_ways(blocks: &[&BlockSamples]) -> Vec<Way> {
    let mut random = Random::new(SEED);
    let mut orders: Vec<(&BlockSamples, Vec<f64>, f64, Vec<usize>)> = blocks
        .iter()
        .map(|block| {
            let (numbers, sum) = block.numbers();
            let order = (0..numbers.len()).collect();
            (*block, numbers, sum, order)
        })
        .collect();
    let observed = (blocks.iter().map(|block| block.observed()).sum(), blocks.len() as f64);
    let mut ways = vec![observed];
    for _ in 0..WAYS {
        let mut sum = (0.0, 0.0);
        for (block, numbers, total, order) in &mut orders {
            random.shuffle(order);
            let way = block.way(numbers, *total, order[..block.head.len()].iter().copied());
            sum = (sum.0 + way.0, sum.1 + way.1);
        }
        ways.push(sum);
    }
    ways
}
