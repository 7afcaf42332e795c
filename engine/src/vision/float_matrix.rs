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

    /// Computes the products with each row of `x`, a row of `out` for each.
    pub(super) fn multiply(&self, context: &ComputeContext, x: &Activations, out: &mut [f32]) {
        let mut pieces: Vec<_> = columns(out, self.rows(), PIECE).collect();
        let x: Vec<&[f32]> = (0..x.rows()).map(|r| x.row(r)).collect();
        context.pool.for_each(&mut pieces, |(rows, out)| {
            let weights = &self.weights[rows.start * self.columns..rows.end * self.columns];
            (context.kernels.dots)(weights, &x, out);
            if let Some(bias) = &self.bias {
                for out in out {
                    out.iter_mut().zip(&bias[rows.clone()]).for_each(|(out, bias)| *out += bias);
                }
            }
        });
    }
}
