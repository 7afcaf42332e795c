//! The gated block: a dense layer's feed-forward block, and the shape of every expert.

use pelicycle_kernels::{Activations, GateFunction};

use super::compute_context::ComputeContext;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};

/// A gated block of three matrices: down( act(gate·x) ⊙ (up·x) ). N. Shazeer, 2020.
#[derive(Debug)]
pub(super) struct GatedMlp {
    pub(super) gate: Matrix,
    pub(super) up: Matrix,
    pub(super) down: Matrix,
    pub(super) gated_by: GateFunction,
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct GatedMlpScratch {
    gate: Activations,
    up: Vec<f32>,
}

impl GatedMlp {
    /// The block whose three matrices' names end in `suffix`; `key` names its inner width in the metadata.
    pub(super) fn read(source: &LayerSource<'_>, suffix: &str, key: &str) -> Result<GatedMlp, ModelError> {
        let [gate, up, down] = ["gate", "up", "down"].map(|part| format!("ffn_{part}{suffix}"));
        Self::of(source, [gate, up, down.clone()], source.inner_width(key, &down)?)
    }

    /// As [`GatedMlp::read`], as wide as its last matrix says: some converters get the key for it wrong.
    pub(super) fn by_tensors(source: &LayerSource<'_>, suffix: &str) -> Result<GatedMlp, ModelError> {
        let names = ["gate", "up", "down"].map(|part| format!("ffn_{part}{suffix}"));
        let inner = source.tensors.size(&format!("{}.weight", source.name(&names[2])), 0)?;
        Self::of(source, names, inner)
    }

    fn of(
        source: &LayerSource<'_>,
        [gate, up, down]: [String; 3],
        inner: usize,
    ) -> Result<GatedMlp, ModelError> {
        let width = source.config.width;
        let fused = !source.has(&format!("{gate}.weight"))
            && source.tensors.size(&format!("{}.weight", source.name(&up)), 1)? == 2 * inner;
        let (gate, up) = if !fused {
            (source.matrix(&gate, &[width, inner])?, source.matrix(&up, &[width, inner])?)
        } else {
            // Gates and ups in one tensor, as Phi has them.
            let half =
                |begin| source.tensors.rows(&source.name(&up), [width, 2 * inner], begin..begin + inner);
            (half(0)?, half(inner)?)
        };
        Ok(GatedMlp {
            gate,
            up,
            down: source.matrix(&down, &[inner, width])?,
            gated_by: source.architecture.gate,
        })
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`.
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        scratch: &mut GatedMlpScratch,
        out: &mut [f32],
    ) {
        let GatedMlpScratch { gate, up } = scratch;
        let width = self.gate.rows;
        gate.reset(x.rows(), width);
        up.resize(x.rows() * width, 0.0);
        products(context, x, &mut [(&self.gate, gate.floats_mut()), (&self.up, up)]);
        let mut rows: Vec<_> = gate.rows_mut().zip(up.chunks_exact(width)).collect();
        context.pool.for_each(&mut rows, |(gate, up)| (context.kernels.gate)(self.gated_by, gate, up));
        products(context, gate, &mut [(&self.down, out)]);
    }
}
