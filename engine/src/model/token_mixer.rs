//! The block of a layer that mixes the tokens of a sequence: attention or a recurrence.

use pelicycle_kernels::Activations;

use super::attention::{Attention, AttentionScratch};
use super::delta_net::{DeltaNet, DeltaScratch};
use super::error::ModelError;
use super::latent_attention::{LatentAttention, LatentScratch};
use super::layer_source::LayerSource;
use super::step::LayerStep;
use crate::cache::{CachePrecision, LayerCache};
use crate::recurrent_state::RecurrentStateSize;

/// The block of a layer that mixes the tokens of a sequence.
#[derive(Debug)]
pub(super) enum TokenMixer {
    Attention(Box<Attention>),
    Delta(Box<DeltaNet>),
    Latent(Box<LatentAttention>),
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct TokenMixerScratch {
    attention: AttentionScratch,
    delta: DeltaScratch,
    latent: LatentScratch,
}

impl TokenMixer {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<TokenMixer, ModelError> {
        let recurs = source.config.kv_heads[source.layer] == 0;
        match (source.architecture.delta_net, source.config.delta, source.config.latent) {
            (Some(key_heads), Some(shape), _) if recurs => {
                Ok(TokenMixer::Delta(Box::new(DeltaNet::read(source, shape, key_heads)?)))
            }
            (_, _, Some(shape)) => Ok(TokenMixer::Latent(Box::new(LatentAttention::read(source, shape)?))),
            _ => Ok(TokenMixer::Attention(Box::new(Attention::read(source)?))),
        }
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`, and what the rows leave into the caches of
    /// their sequences.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut TokenMixerScratch,
        out: &mut [f32],
    ) {
        match self {
            TokenMixer::Attention(block) => block.forward(step, x, &mut scratch.attention, out),
            TokenMixer::Delta(block) => block.forward(step, x, &mut scratch.delta, out),
            TokenMixer::Latent(block) => block.forward(step, x, &mut scratch.latent, out),
        }
    }

    /// An empty cache for the keys and values of a sequence.
    pub(super) fn new_cache(&self, precision: CachePrecision) -> LayerCache {
        match self {
            TokenMixer::Attention(block) => block.new_cache(precision),
            TokenMixer::Delta(_) => LayerCache::new(0, 0, 0, precision, None),
            TokenMixer::Latent(block) => block.new_cache(precision),
        }
    }

    /// The size of what it remembers of a sequence beside keys and values.
    pub(super) fn state(&self) -> RecurrentStateSize {
        match self {
            TokenMixer::Attention(_) | TokenMixer::Latent(_) => RecurrentStateSize::default(),
            TokenMixer::Delta(block) => block.shape.state(),
        }
    }
}
