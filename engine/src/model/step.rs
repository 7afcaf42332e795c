//! The input of a step: the tokens that it computes, and what a layer needs to take them further.

use super::context::Context;
use super::hyper::Hyper;
use crate::cache::Cache;

/// A token at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) token: u32,
    /// Which of the step's caches is its sequence's.
    pub(crate) sequence: usize,
    /// Its place in the sequence; a sequence's rows come in order, without a gap after what its cache holds.
    pub(crate) position: usize,
    /// Whether the logits after it are wanted.
    pub(crate) logits: bool,
}

/// What the mixer of a layer needs of a step.
pub(super) struct LayerStep<'a, 'c> {
    pub(super) context: &'a Context,
    pub(super) hyper: &'a Hyper,
    pub(super) layer: usize,
    pub(super) rows: &'a [Row],
    /// The caches of all sequences of the step.
    pub(super) caches: &'a mut [&'c mut Cache],
}
