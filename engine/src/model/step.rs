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
    /// Its place in time, height and width, where the model tells those apart: its position, three times, unless there
    /// are pictures.
    pub(crate) axes: [usize; 3],
    /// The end of what it sees if pictures are seen both ways: behind itself, or behind the picture that it is part
    /// of.
    pub(crate) sees_to: usize,
    /// The row of a picture that stands in its place.
    pub(crate) picture: Option<PictureRow>,
}

/// A row of one of a step's pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PictureRow {
    pub(crate) picture: usize,
    pub(crate) row: usize,
}

impl BatchToken {
    /// A token of text behind which, in its sequence, there are no pictures.
    pub(crate) fn text(token: u32, sequence: usize, position: usize, logits: bool) -> BatchToken {
        let (axes, sees_to) = ([position; 3], position + 1);
        BatchToken { token, sequence, position, logits, axes, sees_to, picture: None }
    }
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
        let place = |row: &BatchToken| RopePlace {
            position: row.position,
            axes: row.axes,
            long: self.caches[row.sequence].long,
        };
        self.rows.iter().map(place).collect()
    }
}
