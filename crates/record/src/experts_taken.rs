//! A local model's account of the experts that a reply took.

use crate::{ExpertCounts, ExpertsRecord, TextRecord};

/// The experts that a reply took, with their counts; [`ExpertsRecord`] explains the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertsTaken {
    /// Tokens counted.
    pub tokens: u64,
    /// The number of times that they took each expert.
    pub counts: ExpertCounts,
    /// Experts that a token takes in a layer.
    pub used: usize,
    /// Bytes of weights that a token reads.
    pub token_bytes: u64,
    /// Bytes of the distinct weights that all of them read.
    pub touched_bytes: u64,
    /// Bytes of all weights.
    pub total_bytes: u64,
}

impl ExpertsTaken {
    /// The record of it, with the counts in this picture beside it.
    #[must_use]
    pub fn record(&self, picture: &[u8]) -> ExpertsRecord {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        ExpertsRecord {
            tokens: self.tokens,
            layers: number(self.counts.layers()),
            experts: number(self.counts.experts()),
            used: number(self.used),
            taken: number(self.counts.taken()),
            // Four digits are more than two replies of one model agree in.
            evenness: (self.counts.evenness() * 1e4).round() / 1e4,
            token_bytes: self.token_bytes,
            touched_bytes: self.touched_bytes,
            total_bytes: self.total_bytes,
            counts: TextRecord::of(picture),
        }
    }
}
