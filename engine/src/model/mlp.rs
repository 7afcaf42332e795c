//! The feed-forward block of a dense layer, and the shape of every expert.

use pelicycle_kernels::Activations;

use super::architecture::Activation;
use super::compute_context::ComputeContext;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};

/// A block of three matrices: down( act(gate·x) ⊙ (up·x) ), N. Shazeer, 2020; or of two: down( act(up·x) ).
#[derive(Debug)]
pub(super) struct Mlp {
    /// `None` where the activation needs no gate.
    gate: Option<Matrix>,
    up: Matrix,
    pub(super) down: Matrix,
    activation: Activation,
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct MlpScratch {
    inner: Activations,
    up: Vec<f32>,
}

impl Mlp {
    /// The block whose matrices' names end in `suffix`; `key` names its inner width in the metadata.
    pub(super) fn read(source: &LayerSource<'_>, suffix: &str, key: &str) -> Result<Mlp, ModelError> {
        let width = source.inner_width(key, &format!("ffn_down{suffix}"))?;
        Self::of(source, suffix, width)
    }

    /// As [`Mlp::read`], as wide as its last matrix says: some converters get the key for it wrong.
    pub(super) fn by_tensors(source: &LayerSource<'_>, suffix: &str) -> Result<Mlp, ModelError> {
        let down = format!("{}.weight", source.name(&format!("ffn_down{suffix}")));
        Self::of(source, suffix, source.tensors.size(&down, 0)?)
    }

    fn of(source: &LayerSource<'_>, suffix: &str, inner: usize) -> Result<Mlp, ModelError> {
        let width = source.config.width;
        let [gate, up, down] = ["gate", "up", "down"].map(|part| format!("ffn_{part}{suffix}"));
        let activation = source.architecture.activation;
        let fused = matches!(activation, Activation::Gated(_))
            && !source.has(&format!("{gate}.weight"))
            && source.tensors.size(&format!("{}.weight", source.name(&up)), 1)? == 2 * inner;
        let (gate, up) = if fused {
            // Gates and ups in one tensor, as Phi has them.
            let half =
                |begin| source.tensors.rows(&source.name(&up), [width, 2 * inner], begin..begin + inner);
            (Some(half(0)?), half(inner)?)
        } else {
            let gate = match activation {
                Activation::Gated(_) => Some(source.matrix(&gate, &[width, inner])?),
                Activation::SquaredRelu => None,
            };
            (gate, source.matrix(&up, &[width, inner])?)
        };
        Ok(Mlp { gate, up, down: source.matrix(&down, &[inner, width])?, activation })
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`.
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        x: &mut Activations,
        scratch: &mut MlpScratch,
        out: &mut [f32],
    ) {
        let MlpScratch { inner, up } = scratch;
        let width = self.up.rows;
        inner.reset(x.rows(), width);
        up.resize(x.rows() * width, 0.0);
        match &self.gate {
            Some(gate) => products(context, x, &mut [(gate, inner.floats_mut()), (&self.up, up)]),
            None => products(context, x, &mut [(&self.up, inner.floats_mut())]),
        }
        let mut rows: Vec<_> = inner.rows_mut().zip(up.chunks_exact(width)).collect();
        context.pool.for_each(&mut rows, |(inner, up)| self.activation.apply(context, inner, up));
        products(context, inner, &mut [(&self.down, out)]);
    }
}

impl Activation {
    /// Replaces the inner numbers, which are gates where there are any, by what goes into the last matrix.
    pub(super) fn apply(self, context: &ComputeContext, inner: &mut [f32], up: &[f32]) {
        match self {
            Activation::Gated(function) => (context.kernels.gate)(function, inner, up),
            Activation::SquaredRelu => inner.iter_mut().for_each(|x| *x = x.max(0.0) * x.max(0.0)),
        }
    }
}
