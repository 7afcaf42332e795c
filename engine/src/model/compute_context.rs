//! The means of computing that all blocks of a model share.

use pelicycle_kernels::{Activations, Kernels, QuantizedBlock};

use crate::thread_pool::ThreadPool;

/// Numbers to round that are worth waking other threads for: some 20 µs of work.
const WORTH_SHARING: usize = 16 << 10;

/// The arithmetic in which activations meet quantized weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// In float32, as the cache is: for comparison with other implementations.
    Float32,
    /// Rounded to 8 bits, 16 numbers to a scale, for integer products with quantized weights; the cache is half
    /// precision then. A file without quantized weights computes as in `Float32`.
    #[default]
    Int8,
}

/// Threads, kernels and arithmetic.
#[derive(Debug)]
pub(crate) struct ComputeContext {
    pub(crate) pool: ThreadPool,
    pub(crate) kernels: &'static Kernels,
    pub(crate) arithmetic: Arithmetic,
}

impl ComputeContext {
    /// Rounds the rows of `x` to 8 bits, unless that was done.
    pub(super) fn quantize(&self, x: &mut Activations) {
        let mut rows = x.unrounded();
        let round = |(x, blocks): &mut (&[f32], &mut [QuantizedBlock])| (self.kernels.quantize)(x, blocks);
        if rows.iter().map(|(x, _)| x.len()).sum::<usize>() < WORTH_SHARING {
            rows.iter_mut().for_each(round);
        } else {
            self.pool.for_each(&mut rows, round);
        }
    }
}
