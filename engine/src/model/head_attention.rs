//! Attention of some query heads of one token to the keys and values of one head in a cache.

use std::ops::Range;

use super::compute_context::ComputeContext;
use super::head_shape::HeadShape;
use crate::cache::{CacheSlice, LayerCache};

/// The query heads of one row that read one key/value head.
pub(super) struct HeadAttention<'a> {
    pub(super) cache: &'a LayerCache,
    pub(super) head: usize,
    pub(super) positions: Range<usize>,
    /// Of all positions those that the row sees; `None` for all.
    pub(super) seen: Option<&'a [bool]>,
    pub(super) queries: &'a [f32],
    /// One for each query head, where the model has them.
    pub(super) sinks: Option<&'a [f32]>,
    /// As many as `out` has numbers, where the model has them.
    pub(super) gates: Option<&'a [f32]>,
    pub(super) out: &'a mut [f32],
}

impl HeadAttention<'_> {
    /// Softmax of the scaled scores, then the values mixed by it. Every position is taken in order, so the
    /// answer does not depend on how the prompt was cut into steps.
    pub(super) fn attend(&mut self, context: &ComputeContext, shape: HeadShape, scale: f32) {
        let kernels = context.kernels;
        let mut scores = vec![0.0; self.positions.len()];
        let heads = self.queries.chunks_exact(shape.key).zip(self.out.chunks_exact_mut(shape.value));
        for (i, (query, out)) in heads.enumerate() {
            let sink = self.sinks.map(|sinks| sinks[i]);
            let mut rest = &mut scores[..];
            for (keys, _) in self.cache.pages(self.head, self.positions.clone()) {
                let held = keys.len() / shape.key;
                let (now, later) = rest.split_at_mut(held);
                match keys {
                    CacheSlice::Float(keys) => (kernels.scores)(query, keys, scale, now),
                    CacheSlice::Half(keys) => (kernels.scores_half)(query, keys, scale, now),
                }
                rest = later;
            }
            if let Some(seen) = self.seen {
                hide(&mut scores, &seen[self.positions.clone()]);
            }
            let max = scores.iter().copied().chain(sink).fold(f32::NEG_INFINITY, f32::max);
            let mut sum = (kernels.exponentials)(&mut scores, max);
            if let Some(sink) = sink {
                sum += (kernels.exponentials)(&mut [sink], max);
            }
            out.fill(0.0);
            let mut rest = &scores[..];
            for (_, values) in self.cache.pages(self.head, self.positions.clone()) {
                let held = values.len() / shape.value;
                let (now, later) = rest.split_at(held);
                match values {
                    CacheSlice::Float(values) => (kernels.mix)(now, values, out),
                    CacheSlice::Half(values) => (kernels.mix_half)(now, values, out),
                }
                rest = later;
            }
            let inverse = 1.0 / sum;
            out.iter_mut().for_each(|x| *x *= inverse);
        }
        if let Some(gates) = self.gates {
            (kernels.sigmoid_times)(self.out, gates);
        }
    }
}

/// Gives positions that are not seen a score that has no part in the softmax.
pub(super) fn hide(scores: &mut [f32], seen: &[bool]) {
    for (score, seen) in scores.iter_mut().zip(seen) {
        if !seen {
            *score = f32::NEG_INFINITY;
        }
    }
}
