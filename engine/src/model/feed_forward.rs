//! The feed-forward blocks: dense, and routed among experts.

use super::context::Context;
use super::error::ModelError;
use super::experts::{ExpertScratch, Experts, Routed};
use super::gated::{Gated, GatedScratch};
use super::layer_source::LayerSource;
use super::shared_expert::{SharedExpert, SharedScratch};
use crate::kernel::Activations;

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

/// Room for either kind of block.
#[derive(Debug, Default)]
pub(super) struct FeedForwardScratch {
    gated: GatedScratch,
    experts: ExpertScratch,
    shared: SharedScratch,
}

impl FeedForward {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<FeedForward, ModelError> {
        match source.hyper.experts.filter(|_| source.has("ffn_gate_inp.weight")) {
            None => Ok(FeedForward::Dense(Gated::read(source, "", "feed_forward_length")?)),
            Some(experts) => Ok(FeedForward::Experts {
                routed: Box::new(Experts::read(source, experts)?),
                shared: SharedExpert::read(source)?,
            }),
        }
    }

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
