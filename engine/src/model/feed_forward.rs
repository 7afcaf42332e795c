//! The dense feed-forward block: down( silu(gate·x) ⊙ (up·x) ). N. Shazeer, 2020.

use super::context::Context;
use super::experts::{ExpertScratch, Experts, Routed};
use super::matrix::{Matrix, products};
use crate::kernel::Activations;

/// What stands between two attentions.
#[derive(Debug)]
pub(super) enum FeedForward {
    Dense(Gated),
    Experts(Experts),
}

/// A gated block of three matrices.
#[derive(Debug)]
pub(super) struct Gated {
    pub(super) gate: Matrix,
    pub(super) up: Matrix,
    pub(super) down: Matrix,
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct FeedForwardScratch {
    gate: Activations,
    up: Vec<f32>,
    experts: ExpertScratch,
}

impl FeedForward {
    /// Writes the block's answer for each row of `x` (normed) to `out`; tells `routed` which experts the rows
    /// chose.
    pub(super) fn forward(
        &self,
        context: &Context,
        x: &mut Activations,
        scratch: &mut FeedForwardScratch,
        out: &mut [f32],
        routed: &mut dyn FnMut(Routed<'_>),
    ) {
        match self {
            FeedForward::Dense(block) => block.forward(context, x, scratch, out),
            FeedForward::Experts(block) => block.forward(context, x, &mut scratch.experts, out, routed),
        }
    }
}

impl Gated {
    fn forward(
        &self,
        context: &Context,
        x: &mut Activations,
        scratch: &mut FeedForwardScratch,
        out: &mut [f32],
    ) {
        let FeedForwardScratch { gate, up, .. } = scratch;
        let width = self.gate.rows;
        gate.reset(x.rows(), width);
        up.resize(x.rows() * width, 0.0);
        products(context, x, &mut [(&self.gate, gate.floats_mut()), (&self.up, up)]);
        let mut rows: Vec<_> = gate.rows_mut().zip(up.chunks_exact(width)).collect();
        context.pool.for_each(&mut rows, |(gate, up)| (context.kernels.silu_times)(gate, up));
        products(context, gate, &mut [(&self.down, out)]);
    }
}
