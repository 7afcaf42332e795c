//! One layer: a token mixer and a feed-forward block, each behind a norm.

use super::error::ModelError;
use super::feed_forward::FeedForward;
use super::layer_source::LayerSource;
use super::token_mixer::TokenMixer;

/// One layer's weights.
#[derive(Debug)]
pub(super) struct Layer {
    /// Norms what the mixer reads, in the models that do.
    pub(super) attention_norm: Option<Vec<f32>>,
    pub(super) mixer: TokenMixer,
    /// Norms the attention's answer, in the models that do.
    pub(super) attention_answer_norm: Option<Vec<f32>>,
    /// Norms what the feed-forward block reads, in the models that do.
    pub(super) feed_forward_norm: Option<Vec<f32>>,
    pub(super) feed_forward: FeedForward,
    /// Norms the feed-forward block's answer, in the models that do.
    pub(super) feed_forward_answer_norm: Option<Vec<f32>>,
}

impl Layer {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Layer, ModelError> {
        let width = source.config.width;
        let answer_norm = |part| match source.architecture.answer_norms {
            true => source.vector(part, width).map(Some),
            false => Ok(None),
        };
        Ok(Layer {
            attention_norm: match source.architecture.mixer_norm {
                true => Some(source.vector("attn_norm", width)?),
                false => None,
            },
            mixer: TokenMixer::read(source)?,
            attention_answer_norm: answer_norm("post_attention_norm")?,
            feed_forward_norm: match source.architecture.feed_forward_norm {
                Some(name) => Some(source.vector(name, width)?),
                None => None,
            },
            feed_forward: FeedForward::read(source)?,
            feed_forward_answer_norm: answer_norm("post_ffw_norm")?,
        })
    }
}
