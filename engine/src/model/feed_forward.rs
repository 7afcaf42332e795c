//! The feed-forward blocks: dense, and routed among experts.

use pelicycle_kernels::Activations;

use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::dense_beside_experts::{BesideScratch, DenseBesideExperts};
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::mlp::{Mlp, MlpScratch};
use super::routed_experts::{ExpertScratch, LayerRouting, RoutedExperts};
use super::shared_expert::{SharedExpert, SharedExpertScratch};

/// The feed-forward block of a layer.
#[derive(Debug)]
pub(super) enum FeedForward {
    Dense(Mlp),
    Experts {
        routed: Box<RoutedExperts>,
        /// Answers beside the routed ones, in the models that have one.
        shared: Option<SharedExpert>,
    },
    Beside(Box<DenseBesideExperts>),
}

/// Room for either kind of block.
#[derive(Debug, Default)]
pub(super) struct FeedForwardScratch {
    gated: MlpScratch,
    experts: ExpertScratch,
    shared: SharedExpertScratch,
    beside: BesideScratch,
}

impl FeedForward {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<FeedForward, ModelError> {
        // By its experts as well: one whose router is missing is no dense block.
        let is_routed = ["ffn_gate_inp.weight", "ffn_down_exps.weight"].iter().any(|name| source.has(name));
        match source.config.experts.filter(|_| is_routed) {
            None => Ok(FeedForward::Dense(Mlp::read(source, "", "feed_forward_length")?)),
            Some(experts) if source.architecture.dense_beside_experts => {
                Ok(FeedForward::Beside(Box::new(DenseBesideExperts::read(source, experts)?)))
            }
            Some(experts) => Ok(FeedForward::Experts {
                routed: Box::new(RoutedExperts::read(source, experts)?),
                shared: SharedExpert::read(source)?,
            }),
        }
    }

    /// The routed experts, where it has any.
    pub(super) fn experts(&self) -> Option<&RoutedExperts> {
        match self {
            FeedForward::Dense(_) => None,
            FeedForward::Experts { routed, .. } => Some(routed),
            FeedForward::Beside(block) => Some(&block.routed),
        }
    }

    /// Writes the block's answer for each row of the stream, which is normed in `x`, to `out`; tells `choices` which
    /// experts the rows chose.
    #[expect(clippy::too_many_arguments, reason = "the stream and its norm are two inputs")]
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        stream: &[f32],
        x: &mut Activations,
        scratch: &mut FeedForwardScratch,
        out: &mut [f32],
        choices: &mut dyn FnMut(LayerRouting<'_>),
    ) {
        match self {
            FeedForward::Dense(block) => block.forward(context, x, &mut scratch.gated, out),
            FeedForward::Experts { routed, shared } => {
                routed.forward(context, x, &mut scratch.experts, out, choices);
                if let Some(shared) = shared {
                    shared.add(context, x, &mut scratch.shared, out);
                }
            }
            FeedForward::Beside(block) => {
                block.forward(context, config, stream, x, &mut scratch.beside, out, choices);
            }
        }
    }
}
