//! A matrix that is not as the file has it: summed or transposed when it was read, in float32.

use pelicycle_kernels::Activations;

use crate::model::{ComputeContext, columns};

/// Rows of weights that make a piece of work.
const PIECE: usize = 16;

/// A matrix in memory.
#[derive(Debug)]
pub(super) struct FloatMatrix {
    pub(super) columns: usize,
    pub(super) weights: Vec<f32>,
    pub(super) bias: Option<Vec<f32>>,
}

impl FloatMatrix {
    pub(super) fn rows(&self) -> usize {
        self.weights.len() / self.columns
    }

    /// The products with each row of `x`, a row of `out` for each.
    pub(super) fn multiply(&self, context: &ComputeContext, x: &Activations, out: &mut [f32]) {
        let mut pieces: Vec<_> = columns(out, self.rows(), PIECE).collect();
        context.pool.for_each(&mut pieces, |(rows, out)| {
            for (j, row) in rows.clone().enumerate() {
                let weights = &self.weights[row * self.columns..][..self.columns];
                let bias = self.bias.as_ref().map_or(0.0, |bias| bias[row]);
                for (r, out) in out.iter_mut().enumerate() {
                    out[j] = (context.kernels.dot)(weights, x.row(r)) + bias;
                }
            }
        });
    }
}
