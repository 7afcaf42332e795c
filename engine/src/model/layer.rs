//! One layer: a token mixer and a feed-forward block, each reading the stream and adding to it.

use pelicycle_kernels::Activations;

use super::error::ModelError;
use super::feed_forward::{FeedForward, FeedForwardScratch};
use super::layer_input::{LayerInput, LayerInputScratch};
use super::layer_source::LayerSource;
use super::residual::Residual;
use super::routed_experts::LayerRouting;
use super::step::LayerStep;
use super::token_mixer::{TokenMixer, TokenMixerScratch};

/// One layer's weights.
#[derive(Debug)]
pub(super) struct Layer {
    mixer_residual: Residual,
    pub(super) mixer: TokenMixer,
    feed_forward_residual: Residual,
    pub(super) feed_forward: FeedForward,
    /// Brings in what the model knows of each token at this layer, in the models that do.
    input: Option<LayerInput>,
    /// Multiplies what the layer leaves.
    scale: f32,
}

/// Room for the inner numbers of a layer.
#[derive(Debug, Default)]
pub(super) struct LayerScratch {
    normed: Activations,
    answer: Vec<f32>,
    mixer: TokenMixerScratch,
    feed_forward: FeedForwardScratch,
    input: LayerInputScratch,
}

impl Layer {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Layer, ModelError> {
        let architecture = source.architecture;
        Ok(Layer {
            mixer_residual: Residual::read(
                source,
                architecture.mixer_norm.then_some("attn_norm"),
                "post_attention_norm",
            )?,
            mixer: TokenMixer::read(source)?,
            feed_forward_residual: Residual::read(source, architecture.feed_forward_norm, "post_ffw_norm")?,
            feed_forward: FeedForward::read(source)?,
            input: source.config.layer_input.map(|size| LayerInput::read(source, size)).transpose()?,
            scale: match source.has("layer_output_scale.weight") {
                true => source.vector("layer_output_scale", 1)?[0],
                false => 1.0,
            },
        })
    }

    /// Takes the stream of a step's rows through the layer. `inputs` are the rows' own for it, where the model has
    /// any; `routed` hears which experts the rows chose.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        stream: &mut [f32],
        inputs: &[f32],
        scratch: &mut LayerScratch,
        routed: &mut dyn FnMut(LayerRouting<'_>),
    ) {
        let LayerScratch { normed, answer, mixer, feed_forward, input } = scratch;
        let (context, config) = (step.context, step.config);
        answer.resize(step.rows.len() * config.width, 0.0);
        let layer = step.layer;

        self.mixer_residual.read_stream(context, config, stream, normed);
        self.mixer.forward(step, normed, mixer, answer);
        self.mixer_residual.add_answer(config, stream, answer);

        self.feed_forward_residual.read_stream(context, config, stream, normed);
        self.feed_forward.forward(context, config, stream, normed, feed_forward, answer, routed);
        self.feed_forward_residual.add_answer(config, stream, answer);

        if let Some(block) = &self.input {
            block.add(context, config, layer, inputs, stream, input);
        }
        if self.scale != 1.0 {
            stream.iter_mut().for_each(|x| *x *= self.scale);
        }
    }
}
