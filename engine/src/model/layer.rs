//! One layer: a token mixer and a feed-forward block, each reading the stream and adding to it.

use pelicycle_kernels::Activations;

use super::error::ModelError;
use super::feed_forward::{FeedForward, FeedForwardScratch};
use super::hyper_connection::HyperScratch;
use super::layer_blocks::LayerBlocks;
use super::layer_input::{LayerInput, LayerInputScratch};
use super::layer_source::LayerSource;
use super::ngram_embedding::{NgramEmbedding, NgramScratch};
use super::residual::Residual;
use super::routed_experts::{LayerRouting, RoutedExperts};
use super::step::LayerStep;
use super::token_mixer::{TokenMixer, TokenMixerScratch};
use crate::cache::{CachePrecision, LayerCache};
use crate::recurrent_state::RecurrentState;

/// One layer's weights.
#[derive(Debug)]
pub(super) struct Layer {
    mixer: Option<(Residual, TokenMixer)>,
    feed_forward: Option<(Residual, FeedForward)>,
    /// Joins the stream before anything else, in the layer that has it.
    ngrams: Option<Box<NgramEmbedding>>,
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
    hyper: HyperScratch,
    ngrams: NgramScratch,
}

impl Layer {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Layer, ModelError> {
        let architecture = source.architecture;
        let LayerBlocks { mixer, feed_forward } = source.config.blocks[source.layer];
        let mixer_norm = architecture.mixer_norm.then_some("attn_norm");
        // A block that stands alone is behind the layer's one norm.
        let feed_forward_norm = if mixer.is_some() { architecture.feed_forward_norm } else { mixer_norm };
        Ok(Layer {
            mixer: match mixer {
                Some(kind) => Some((
                    match architecture.hyper_connections {
                        true => Residual::hyper(source, "hc_attn")?,
                        false => Residual::read(source, mixer_norm, "post_attention_norm")?,
                    },
                    TokenMixer::read(source, kind)?,
                )),
                None => None,
            },
            feed_forward: match feed_forward {
                true => Some((
                    match architecture.hyper_connections {
                        true => Residual::hyper(source, "hc_ffn")?,
                        false => Residual::read(source, feed_forward_norm, "post_ffw_norm")?,
                    },
                    FeedForward::read(source)?,
                )),
                false => None,
            },
            ngrams: match architecture.ngrams {
                true => NgramEmbedding::read(source)?.map(Box::new),
                false => None,
            },
            input: source.config.layer_input.map(|size| LayerInput::read(source, size)).transpose()?,
            scale: match source.has("layer_output_scale.weight") {
                true => source.vector("layer_output_scale", 1)?[0],
                false => 1.0,
            },
        })
    }

    /// An empty cache for the keys and values of a sequence.
    pub(super) fn new_cache(&self, precision: CachePrecision) -> LayerCache {
        self.mixer.as_ref().map_or_else(LayerCache::none, |(_, mixer)| mixer.new_cache(precision))
    }

    /// An empty cache for the keys of a sequence by which positions are chosen.
    pub(super) fn new_index(&self, precision: CachePrecision) -> LayerCache {
        self.mixer.as_ref().map_or_else(LayerCache::none, |(_, mixer)| mixer.new_index(precision))
    }

    /// The state of its n-grams, which stands behind the states of all layers; `None` for a layer without them.
    pub(super) fn new_ngram_state(&self) -> Option<RecurrentState> {
        self.ngrams.as_ref().map(|ngrams| RecurrentState::new(ngrams.state()))
    }

    /// The state that it has before a sequence begins, beside keys and values.
    pub(super) fn new_state(&self) -> RecurrentState {
        RecurrentState::new(self.mixer.as_ref().map(|(_, mixer)| mixer.state()).unwrap_or_default())
    }

    /// The experts that tokens choose among, where it has any.
    pub(super) fn experts(&self) -> Option<&RoutedExperts> {
        self.feed_forward.as_ref().and_then(|(_, block)| block.experts())
    }

    /// Takes the stream of a step's rows through the layer. `inputs` are the rows' own for it, where the model has
    /// any; `routed` hears which experts the rows chose.
    pub(super) fn forward(
        &self,
        mut step: LayerStep<'_, '_>,
        stream: &mut [f32],
        inputs: &[f32],
        scratch: &mut LayerScratch,
        routed: &mut dyn FnMut(LayerRouting<'_>),
    ) {
        let LayerScratch { normed, answer, mixer, feed_forward, input, hyper, ngrams } = scratch;
        let (context, config, layer) = (step.context, step.config, step.layer);
        answer.resize(step.rows.len() * config.width, 0.0);
        if let Some(block) = &self.ngrams {
            block.add(&mut step, config.layers, stream, ngrams);
        }
        if let Some((residual, block)) = &self.mixer {
            residual.read_stream(context, config, stream, hyper, normed);
            block.forward(step, normed, mixer, answer);
            residual.add_answer(config, hyper, stream, answer);
        }
        if let Some((residual, block)) = &self.feed_forward {
            residual.read_stream(context, config, stream, hyper, normed);
            block.forward(context, config, stream, normed, feed_forward, answer, routed);
            residual.add_answer(config, hyper, stream, answer);
        }
        if let Some(block) = &self.input {
            block.add(context, config, layer, inputs, stream, input);
        }
        if self.scale != 1.0 {
            stream.iter_mut().for_each(|x| *x *= self.scale);
        }
    }
}
