//! An expert that every row takes, beside those that the router chooses.

use pelicycle_kernels::Activations;

use super::architecture::SharedExpertMode;
use super::compute_context::ComputeContext;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::mlp::{Mlp, MlpScratch};

/// The weights of one layer's shared expert.
#[derive(Debug)]
pub(super) struct SharedExpert {
    block: Mlp,
    /// One row: the sigmoid of its product with a row weighs the answer for that row. Without it the answer is
    /// taken as it is.
    gate: Option<Matrix>,
}

/// Answers and their weights for the rows of a step.
#[derive(Debug, Default)]
pub(super) struct SharedExpertScratch {
    gated: MlpScratch,
    answer: Vec<f32>,
    weights: Vec<f32>,
}

impl SharedExpert {
    /// The layer's shared expert; `None` where it has none.
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Option<SharedExpert>, ModelError> {
        let gate = match source.architecture.shared_expert {
            SharedExpertMode::Gated => Some(source.matrix("ffn_gate_inp_shexp", &[source.config.width, 1])?),
            SharedExpertMode::Added if source.has("ffn_down_shexp.weight") => None,
            SharedExpertMode::Added => return Ok(None),
        };
        let block = Mlp::by_tensors(source, "_shexp")?;
        Ok(Some(SharedExpert { block, gate }))
    }

    /// Adds its answer for each row of `x` (normed) to `out`.
    pub(super) fn add(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        scratch: &mut SharedExpertScratch,
        out: &mut [f32],
    ) {
        let SharedExpertScratch { gated, answer, weights } = scratch;
        answer.resize(out.len(), 0.0);
        self.block.forward(context, x, gated, answer);
        weights.clear();
        weights.resize(x.rows(), 1.0);
        if let Some(gate) = &self.gate {
            products(context, x, &mut [(gate, weights)]);
            weights.iter_mut().for_each(|w| *w = 1.0 / (1.0 + (-*w).exp()));
        }
        let width = self.block.down.rows;
        for ((out, answer), weight) in
            out.chunks_exact_mut(width).zip(answer.chunks_exact(width)).zip(weights.iter())
        {
            out.iter_mut().zip(answer).for_each(|(out, x)| *out += weight * x);
        }
    }
}
