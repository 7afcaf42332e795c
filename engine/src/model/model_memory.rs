//! The memory that a model takes.

use super::load::Model;
use crate::cache::SequenceCache;

/// The memory that a model takes.
#[derive(Debug, Clone)]
pub struct ModelMemory {
    weights: u64,
    /// Of a sequence that has not begun.
    cache: SequenceCache,
}

impl Model {
    /// The memory that the model takes in its arithmetic.
    pub fn memory(&self) -> ModelMemory {
        let weights = self.gguf.tensors().iter().map(|tensor| tensor.byte_len() as u64).sum();
        ModelMemory { weights, cache: self.new_cache(0) }
    }
}

impl ModelMemory {
    /// Bytes of its weights, which stay in the mapped file.
    pub fn weights(&self) -> u64 {
        self.weights
    }

    /// Bytes of the keys and values, or latent vectors, that a sequence of so many tokens has in the caches. Layers
    /// with a window keep no more than that.
    pub fn cache(&self, tokens: usize) -> u64 {
        self.cache.layers.iter().chain(&self.cache.indexes).map(|layer| layer.bytes_for(tokens) as u64).sum()
    }

    /// Bytes that the layers that recur remember of a sequence, however long it is.
    pub fn state(&self) -> u64 {
        self.cache.states.iter().map(|state| state.bytes() as u64).sum()
    }
}
