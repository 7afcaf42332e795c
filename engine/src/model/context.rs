//! What every block of a model computes with.

use serde::{Deserialize, Serialize};

use crate::kernel::{Activations, Kernels, QuantizedBlock};
use crate::pool::Pool;

/// Numbers to round that are worth waking other threads for: some 20 µs of work.
const WORTH_SHARING: usize = 16 << 10;

/// How activations meet quantized weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arithmetic {
    /// In float32, as the cache is: for comparison with other implementations.
    Exact,
    /// Rounded to 8 bits, 16 numbers to a scale, for integer products with quantized weights; the cache is half
    /// precision then. A file without quantized weights computes as in `Exact`.
    #[default]
    Run,
}

/// Threads, kernels and arithmetic.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) pool: Pool,
    pub(crate) kernels: &'static Kernels,
    pub(crate) arithmetic: Arithmetic,
}

impl Activations {
    /// Rounds the rows to 8 bits with the context's kernels, unless that was done.
    pub(super) fn quantize(&mut self, context: &Context) {
        let mut rows = self.unrounded();
        let round = |(x, blocks): &mut (&[f32], &mut [QuantizedBlock])| (context.kernels.quantize)(x, blocks);
        if rows.iter().map(|(x, _)| x.len()).sum::<usize>() < WORTH_SHARING {
            rows.iter_mut().for_each(round);
        } else {
            context.pool.for_each(&mut rows, round);
        }
    }
}
