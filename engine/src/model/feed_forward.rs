//! The feed-forward blocks: dense, and routed among experts.

use super::context::Context;
use super::experts::{ExpertScratch, Experts, Routed};
use super::matrix::{Matrix, products};
use super::shared_expert::{SharedExpert, SharedScratch};
use crate::kernel::{Activations, Gate};

/// What stands between two attentions.
#[derive(Debug)]
pub(super) enum FeedForward {
    Dense(Gated),
    Experts {
        routed: Box<Experts>,
        /// Answers beside the routed ones, in the models that have one.
        shared: Option<SharedExpert>,
    },
}

/// A gated block of three matrices: down( act(gate·x) ⊙ (up·x) ). N. Shazeer, 2020.
#[derive(Debug)]
pub(super) struct Gated {
    pub(super) gate: Matrix,
    pub(super) up: Matrix,
    pub(super) down: Matrix,
    pub(super) gated_by: Gate,
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct GatedScratch {
    gate: Activations,
    up: Vec<f32>,
}

/// Room for either kind of block.
#[derive(Debug, Default)]
pub(super) struct FeedForwardScratch {
    gated: GatedScratch,
    experts: ExpertScratch,
    shared: SharedScratch,
}

impl FeedForward {
    /// Writes the block's answer for each row of `x` (normed) to `out`; tells `choices` which experts the rows
    /// chose.
    pub(super) fn forward(
        &self,
        context: &Context,
        x: &mut Activations,
        scratch: &mut FeedForwardScratch,
        out: &mut [f32],
        choices: &mut dyn FnMut(Routed<'_>),
    ) {
        match self {
            FeedForward::Dense(block) => block.forward(context, x, &mut scratch.gated, out),
            FeedForward::Experts { routed, shared } => {
                routed.forward(context, x, &mut scratch.experts, out, choices);
                if let Some(shared) = shared {
                    shared.add(context, x, &mut scratch.shared, out);
                }
            }
        }
    }
}

impl Gated {
    pub(super) fn forward(
        &self,
        context: &Context,
        x: &mut Activations,
        scratch: &mut GatedScratch,
        out: &mut [f32],
    ) {
        let GatedScratch { gate, up } = scratch;
        let width = self.gate.rows;
        gate.reset(x.rows(), width);
        up.resize(x.rows() * width, 0.0);
        products(context, x, &mut [(&self.gate, gate.floats_mut()), (&self.up, up)]);
        let mut rows: Vec<_> = gate.rows_mut().zip(up.chunks_exact(width)).collect();
        context.pool.for_each(&mut rows, |(gate, up)| (context.kernels.gate)(self.gated_by, gate, up));
        products(context, gate, &mut [(&self.down, out)]);
    }
}
