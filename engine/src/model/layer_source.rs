//! The source of a layer: the tensors whose names begin with its number, and what the model says of them.

use super::architecture::{Architecture, RotaryLayers};
use super::config::ModelConfig;
use super::config_keys::ConfigKeys;
use super::error::ModelError;
use super::matrix::Matrix;
use super::rope::LayerRopes;
use super::tensor_reader::TensorReader;
use crate::gguf::Gguf;

/// Matrices that have biases all three or none.
const TOGETHER: &[&str] = &["attn_q", "attn_k", "attn_v"];

/// The source that the blocks of a layer are read from.
pub(super) struct LayerSource<'a> {
    pub(super) gguf: &'a Gguf,
    pub(super) tensors: &'a TensorReader<'a>,
    pub(super) config: &'a ModelConfig,
    pub(super) architecture: &'a Architecture,
    pub(super) ropes: &'a LayerRopes,
    pub(super) layer: usize,
}

impl LayerSource<'_> {
    /// The metadata of the model's architecture.
    pub(super) fn keys(&self) -> ConfigKeys<'_> {
        ConfigKeys { gguf: self.gguf, architecture: self.architecture.name }
    }

    /// Whether attention turns its heads with the position.
    ///
    /// # Errors
    /// When the key that says so is no boolean.
    pub(super) fn turns(&self) -> Result<bool, ModelError> {
        Ok(match self.architecture.turning {
            RotaryLayers::Always => true,
            RotaryLayers::Never => false,
            RotaryLayers::AllButEvery(period) => !(self.layer + 1).is_multiple_of(period),
            RotaryLayers::UnlessDenied => {
                self.gguf.bool(&self.keys().key("rope.scaling.finetuned"))? != Some(false)
            }
        })
    }

    /// The name that a tensor has in this layer.
    pub(super) fn name(&self, part: &str) -> String {
        format!("blk.{}.{part}", self.layer)
    }

    /// Whether the file has a tensor of this name in this layer.
    pub(super) fn has(&self, part: &str) -> bool {
        self.tensors.has(&self.name(part))
    }

    /// The vector `PART.weight`.
    pub(super) fn vector(&self, part: &str, len: usize) -> Result<Vec<f32>, ModelError> {
        self.tensors.numbers(&format!("{}.weight", self.name(part)), &[len])
    }

    /// The matrix `PART.weight`, with its bias.
    pub(super) fn matrix(&self, part: &str, dims: &[usize]) -> Result<Matrix, ModelError> {
        self.tensors.matrix(&self.biased(part, part)?, dims)
    }

    /// The name of a matrix; an error when it lacks a bias that the architecture gives it (as `declared`), or that
    /// it has in another layer.
    pub(super) fn biased(&self, part: &str, declared: &str) -> Result<String, ModelError> {
        let name = self.name(part);
        let alone = [part];
        let together = if TOGETHER.contains(&part) { TOGETHER } else { &alone };
        let is_biased = self.architecture.biases.contains(&declared)
            || together.iter().any(|part| self.tensors.is_biased(part));
        if is_biased {
            self.gguf.require_tensor(&format!("{name}.bias"))?;
        }
        Ok(name)
    }

    /// The inner width of a block: what the metadata say of this layer, or where they say nothing, what the block's
    /// last matrix takes.
    pub(super) fn inner_width(&self, key: &str, down: &str) -> Result<usize, ModelError> {
        let key = self.keys().key(key);
        let said = self.gguf.u32_per_layer(&key, self.config.layers)?.map_or(0, |list| list[self.layer]);
        match said {
            0 => self.tensors.size(&format!("{}.weight", self.name(down)), 0),
            width => Ok(width as usize),
        }
    }
}
