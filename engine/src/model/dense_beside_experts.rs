//! A dense block beside routed experts, as Gemma 4 has it: both read the stream through norms of their own, and so does
//! the router; the normed answers are added.

use pelicycle_kernels::Activations;

use super::compute_context::ComputeContext;
use super::config::{ExpertConfig, ModelConfig};
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::mlp::{Mlp, MlpScratch};
use super::norm::{rms_norm, rms_norm_in_place};
use super::residual::norm_rows;
use super::routed_experts::{ExpertScratch, LayerRouting, RoutedExperts};

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct DenseBesideExperts {
    dense: Mlp,
    dense_answer_norm: Vec<f32>,
    pub(super) routed: RoutedExperts,
    /// Norms what the experts read.
    expert_norm: Vec<f32>,
    expert_answer_norm: Vec<f32>,
    /// Norms what the router reads.
    router_norm: Vec<f32>,
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct BesideScratch {
    normed: Activations,
    gated: MlpScratch,
    experts: ExpertScratch,
    answer: Vec<f32>,
}

impl DenseBesideExperts {
    pub(super) fn read(
        source: &LayerSource<'_>,
        experts: ExpertConfig,
    ) -> Result<DenseBesideExperts, ModelError> {
        let width = source.config.width;
        let mut router_norm = source.tensors.numbers(&source.name("ffn_gate_inp.scale"), &[width])?;
        let root_of_width = (width as f32).sqrt();
        router_norm.iter_mut().for_each(|weight| *weight /= root_of_width);
        Ok(DenseBesideExperts {
            dense: Mlp::read(source, "", "feed_forward_length")?,
            dense_answer_norm: source.vector("post_ffw_norm_1", width)?,
            routed: RoutedExperts::read(source, experts)?,
            expert_norm: source.vector("pre_ffw_norm_2", width)?,
            expert_answer_norm: source.vector("post_ffw_norm_2", width)?,
            router_norm,
        })
    }

    /// Writes the block's answer for each row of the stream, which is normed for the dense part in `x`, to `out`.
    #[expect(clippy::too_many_arguments, reason = "the stream and its norm are two inputs")]
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        stream: &[f32],
        x: &mut Activations,
        scratch: &mut BesideScratch,
        out: &mut [f32],
        choices: &mut dyn FnMut(LayerRouting<'_>),
    ) {
        let BesideScratch { normed, gated, experts, answer } = scratch;
        self.dense.forward(context, x, gated, out);
        normed.reset(x.rows(), config.width);
        norm_rows(context, config, stream, normed, |x, out| {
            rms_norm(x, &self.router_norm, config.epsilon, out);
        });
        self.routed.route(context, normed, experts, choices);
        normed.reset(x.rows(), config.width);
        norm_rows(context, config, stream, normed, |x, out| {
            rms_norm(x, &self.expert_norm, config.epsilon, out);
        });
        answer.resize(out.len(), 0.0);
        self.routed.answer(context, normed, experts, answer);
        let answers = answer.chunks_exact_mut(config.width);
        for (out, answer) in out.chunks_exact_mut(config.width).zip(answers) {
            rms_norm_in_place(out, &self.dense_answer_norm, config.epsilon);
            rms_norm_in_place(answer, &self.expert_answer_norm, config.epsilon);
            out.iter_mut().zip(answer).for_each(|(out, x)| *out += *x);
        }
    }
}
