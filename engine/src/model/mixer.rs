//! What mixes the tokens of a sequence in a layer.

use super::attention::{Attention, AttentionScratch};
use super::delta_net::{DeltaNet, DeltaScratch};
use super::forward::LayerStep;
use crate::kernel::Activations;
use crate::state::StateSize;

/// What mixes the tokens of a sequence in a layer.
#[derive(Debug)]
pub(super) enum Mixer {
    Attention(Box<Attention>),
    Delta(Box<DeltaNet>),
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct MixerScratch {
    attention: AttentionScratch,
    delta: DeltaScratch,
}

impl Mixer {
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
        }
    }

    /// What it remembers of a sequence beside keys and values.
    pub(super) fn state(&self) -> StateSize {
        match self {
            Mixer::Attention(_) => StateSize::default(),
            Mixer::Delta(block) => block.shape.state(),
        }
    }
}
