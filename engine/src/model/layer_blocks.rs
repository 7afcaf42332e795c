//! The blocks of each layer of a model, as its metadata tell them.

use super::architecture::{Architecture, Recurrence};
use super::config_keys::ConfigKeys;
use super::delta_shape::DeltaShape;
use super::error::ModelError;

/// The blocks of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LayerBlocks {
    /// The block that mixes tokens, if any does.
    pub(super) mixer: Option<MixerKind>,
    /// Whether a feed-forward block follows, or stands alone.
    pub(super) feed_forward: bool,
}

/// The kind of block that mixes the tokens of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MixerKind {
    Attention,
    Recurrence(Recurrence),
}

impl LayerBlocks {
    /// For each layer, of which `kv_heads` tells the key/value heads: none in a layer that does not attend.
    pub(super) fn read(
        keys: &ConfigKeys<'_>,
        architecture: &Architecture,
        layers: usize,
        kv_heads: &[usize],
    ) -> Result<Vec<LayerBlocks>, ModelError> {
        let recurs: Vec<bool> = match architecture.recurrence {
            Some(Recurrence::DeltaNet(..)) => DeltaShape::layers(keys, layers)?,
            Some(_) => kv_heads.iter().map(|&n| n == 0).collect(),
            None => vec![false; layers],
        };
        let mixer = |recurs: bool| match architecture.recurrence {
            Some(recurrence) if recurs => MixerKind::Recurrence(recurrence),
            _ => MixerKind::Attention,
        };
        if !architecture.one_block_a_layer {
            let both = |recurs| LayerBlocks { mixer: Some(mixer(recurs)), feed_forward: true };
            return Ok(recurs.into_iter().map(both).collect());
        }
        let name = "feed_forward_length";
        let inner = keys.gguf.u32_per_layer(&keys.key(name), layers)?;
        let inner = keys.required(name, inner)?;
        let one = |(recurs, inner): (bool, u32)| match recurs && inner > 0 {
            true => LayerBlocks { mixer: None, feed_forward: true },
            false => LayerBlocks { mixer: Some(mixer(recurs)), feed_forward: false },
        };
        Ok(recurs.into_iter().zip(inner).map(one).collect())
    }

    /// Whether the layer has keys and values.
    pub(super) fn attends(&self) -> bool {
        self.mixer == Some(MixerKind::Attention)
    }
}
