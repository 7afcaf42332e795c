//! What mixes the tokens of a sequence in a layer.

use super::attention::{Attention, AttentionScratch};
use super::delta_net::{DeltaNet, DeltaScratch};
use super::error::ModelError;
use super::hyper::Hyper;
use super::latent::{LatentAttention, LatentScratch};
use super::layer_source::LayerSource;
use super::step::LayerStep;
use crate::cache::{LayerCache, Precision};
use crate::kernel::Activations;
use crate::state::StateSize;

/// What mixes the tokens of a sequence in a layer.
#[derive(Debug)]
pub(super) enum Mixer {
    Attention(Box<Attention>),
    Delta(Box<DeltaNet>),
    Latent(Box<LatentAttention>),
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct MixerScratch {
    attention: AttentionScratch,
    delta: DeltaScratch,
    latent: LatentScratch,
}

impl Mixer {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Mixer, ModelError> {
        let recurs = source.hyper.kv_heads[source.layer] == 0;
        match (source.architecture.delta_net, source.hyper.delta, source.hyper.latent) {
            (Some(key_heads), Some(shape), _) if recurs => {
                Ok(Mixer::Delta(Box::new(DeltaNet::read(source, shape, key_heads)?)))
            }
            (_, _, Some(shape)) => Ok(Mixer::Latent(Box::new(LatentAttention::read(source, shape)?))),
            _ => Ok(Mixer::Attention(Box::new(Attention::read(source)?))),
        }
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`, and what the rows leave into the caches of
    /// their sequences.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut MixerScratch,
        out: &mut [f32],
    ) {
        match self {
            Mixer::Attention(block) => block.forward(step, x, &mut scratch.attention, out),
            Mixer::Delta(block) => block.forward(step, x, &mut scratch.delta, out),
            Mixer::Latent(block) => block.forward(step, x, &mut scratch.latent, out),
        }
    }

    /// An empty cache for the keys and values of a sequence.
    pub(super) fn new_cache(&self, hyper: &Hyper, precision: Precision) -> LayerCache {
        match self {
            Mixer::Attention(block) => {
                LayerCache::new(block.kv_heads, hyper.key_size, hyper.value_size, precision, block.window)
            }
            Mixer::Delta(_) => LayerCache::new(0, 0, 0, precision, None),
            Mixer::Latent(block) => block.new_cache(precision),
        }
    }

    /// What it remembers of a sequence beside keys and values.
    pub(super) fn state(&self) -> StateSize {
        match self {
            Mixer::Attention(_) | Mixer::Latent(_) => StateSize::default(),
            Mixer::Delta(block) => block.shape.state(),
        }
    }
}
