//! The input of a step: the tokens that it computes, and what a layer needs to take them further.

use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::rope::RopePlace;
use crate::cache::SequenceCache;

/// A token of a step, at its place in its sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchToken {
    pub(crate) token: u32,
    /// The place of its sequence's cache among the step's.
    pub(crate) sequence: usize,
    /// Its place in the sequence; a sequence's rows come in order, without a gap after what its cache holds.
    pub(crate) position: usize,
    /// Whether the logits after it are wanted.
    pub(crate) logits: bool,
}

/// The part of a step that a layer's token mixer needs.
pub(super) struct LayerStep<'a, 'c> {
    pub(super) context: &'a ComputeContext,
    pub(super) config: &'a ModelConfig,
    pub(super) layer: usize,
    pub(super) rows: &'a [BatchToken],
    /// The caches of all sequences of the step.
    pub(super) caches: &'a mut [&'c mut SequenceCache],
}

impl LayerStep<'_, '_> {
    /// The place of each row.
    pub(super) fn places(&self) -> Vec<RopePlace> {
        let place =
            |row: &BatchToken| RopePlace { position: row.position, long: self.caches[row.sequence].long };
        self.rows.iter().map(place).collect()
    }
}
