//! Measures how fast this machine's memory is.

use std::time::{Duration, Instant};

use crate::thread_pool::ThreadPool;

/// Far more than the processor's caches, far less than the memory of a machine that runs models.
const BYTES: usize = 512 << 20;
/// Pieces that threads take: many for each, so that one that is held up does not keep the others waiting.
const PIECES: usize = 64;
/// The best of some passes counts, since whatever else the machine does only slows one down.
const PASSES: usize = 5;
/// A machine that is slow or busy gets fewer.
const ENOUGH: Duration = Duration::from_millis(500);

/// Bytes that so many threads together can read from memory in a second.
/// Measuring takes less than a second.
pub fn memory_bandwidth(threads: usize) -> f64 {
    let pool = ThreadPool::new(threads);
    let mut numbers = vec![0_u64; BYTES / 8];
    // The threads that will read a page are the first to touch it: it is then near them.
    pool.for_each(&mut pieces(&mut numbers), |(piece, _)| piece.fill(1));
    let mut pieces = pieces(&mut numbers);
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    for pass in 0..PASSES {
        if pass > 0 && begin.elapsed() > ENOUGH {
            break;
        }
        let since = Instant::now();
        pool.for_each(&mut pieces, |(piece, sum)| *sum = total(piece));
        best = best.min(since.elapsed().as_secs_f64());
        assert_eq!(pieces.iter().map(|(_, sum)| sum).sum::<u64>(), (BYTES / 8) as u64);
    }
    BYTES as f64 / best
}

fn pieces(numbers: &mut [u64]) -> Vec<(&mut [u64], u64)> {
    numbers.chunks_mut(BYTES / 8 / PIECES).map(|piece| (piece, 0)).collect()
}

/// The sum of all numbers, as many as a multiple of 32.
fn total(numbers: &[u64]) -> u64 {
    // Several sums at a time, so that no addition waits for another.
    let mut sums = [0_u64; 32];
    for numbers in numbers.as_chunks::<32>().0 {
        sums.iter_mut().zip(numbers).for_each(|(sum, n)| *sum = sum.wrapping_add(*n));
    }
    sums.iter().sum()
}
