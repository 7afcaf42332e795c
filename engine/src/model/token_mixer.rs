//! The block of a layer that mixes the tokens of a sequence: attention or a recurrence.

use pelicycle_kernels::Activations;

use super::architecture::Recurrence;
use super::attention::{Attention, AttentionScratch};
use super::delta_net::{DeltaNet, DeltaScratch};
use super::error::ModelError;
use super::kimi_delta::{KimiDelta, KimiScratch};
use super::latent_attention::{LatentAttention, LatentScratch};
use super::layer_blocks::MixerKind;
use super::layer_source::LayerSource;
use super::mamba::{Mamba, MambaScratch};
use super::position_indexer::{IndexerScratch, SeenPositions};
use super::short_convolution::{ShortConvolution, ShortConvolutionScratch};
use super::step::LayerStep;
use crate::cache::{CachePrecision, LayerCache};
use crate::recurrent_state::RecurrentStateSize;

/// The block of a layer that mixes the tokens of a sequence.
#[derive(Debug)]
pub(super) enum TokenMixer {
    Attention(Box<Attention>),
    Convolution(Box<ShortConvolution>),
    Delta(Box<DeltaNet>),
    Kimi(Box<KimiDelta>),
    Mamba(Box<Mamba>),
    Latent(Box<LatentAttention>),
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct TokenMixerScratch {
    attention: AttentionScratch,
    convolution: ShortConvolutionScratch,
    delta: DeltaScratch,
    kimi: KimiScratch,
    mamba: MambaScratch,
    latent: LatentScratch,
    indexer: IndexerScratch,
    /// The positions that the rows of the step see, as the last layer that chose them said.
    seen: SeenPositions,
}

impl TokenMixer {
    pub(super) fn read(source: &LayerSource<'_>, kind: MixerKind) -> Result<TokenMixer, ModelError> {
        Ok(match (kind, source.config.latent) {
            (MixerKind::Recurrence(Recurrence::DeltaNet(key_heads, gate)), _) => {
                TokenMixer::Delta(Box::new(DeltaNet::read(source, key_heads, gate)?))
            }
            (MixerKind::Recurrence(Recurrence::KimiDelta), _) => {
                TokenMixer::Kimi(Box::new(KimiDelta::read(source)?))
            }
            (MixerKind::Recurrence(Recurrence::Mamba2), _) => {
                TokenMixer::Mamba(Box::new(Mamba::read(source)?))
            }
            (MixerKind::Recurrence(Recurrence::ShortConvolution), _) => {
                TokenMixer::Convolution(Box::new(ShortConvolution::read(source)?))
            }
            (MixerKind::Attention, Some(shape)) => {
                TokenMixer::Latent(Box::new(LatentAttention::read(source, shape)?))
            }
            (MixerKind::Attention, None) => TokenMixer::Attention(Box::new(Attention::read(source)?)),
        })
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
            TokenMixer::Attention(block) => {
                let TokenMixerScratch { attention, indexer, seen, .. } = scratch;
                block.forward(step, x, attention, (indexer, seen), out);
            }
            TokenMixer::Convolution(block) => block.forward(step, x, &mut scratch.convolution, out),
            TokenMixer::Delta(block) => block.forward(step, x, &mut scratch.delta, out),
            TokenMixer::Kimi(block) => block.forward(step, x, &mut scratch.kimi, out),
            TokenMixer::Mamba(block) => block.forward(step, x, &mut scratch.mamba, out),
            TokenMixer::Latent(block) => {
                let TokenMixerScratch { latent, indexer, seen, .. } = scratch;
                block.forward(step, x, latent, (indexer, seen), out);
            }
        }
    }

    /// An empty cache for the keys and values of a sequence.
    pub(super) fn new_cache(&self, precision: CachePrecision) -> LayerCache {
        match self {
            TokenMixer::Attention(block) => block.new_cache(precision),
            TokenMixer::Latent(block) => block.new_cache(precision),
            _ => LayerCache::none(),
        }
    }

    /// An empty cache for the keys of a sequence by which positions are chosen.
    pub(super) fn new_index(&self, precision: CachePrecision) -> LayerCache {
        match self {
            TokenMixer::Attention(block) => block.new_index(precision),
            TokenMixer::Latent(block) => block.new_index(precision),
            _ => LayerCache::none(),
        }
    }

    /// The size of what it remembers of a sequence beside keys and values.
    pub(super) fn state(&self) -> RecurrentStateSize {
        match self {
            TokenMixer::Attention(_) | TokenMixer::Latent(_) => RecurrentStateSize::default(),
            TokenMixer::Convolution(block) => block.state(),
            TokenMixer::Delta(block) => block.shape.state(),
            TokenMixer::Kimi(block) => block.state(),
            TokenMixer::Mamba(block) => block.state(),
        }
    }
}
