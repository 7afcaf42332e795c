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
        let positions = self.positions.len();
        let queries: Vec<&[f32]> = self.queries.chunks_exact(shape.key).collect();
        let mut scores = vec![0.0; queries.len() * positions];
        let mut begin = 0;
        for (keys, _) in self.cache.pages(self.head, self.positions.clone()) {
            let held = begin..begin + keys.len() / shape.key;
            let of_heads = scores.chunks_exact_mut(positions).map(|scores| &mut scores[held.clone()]);
            match keys {
                CacheSlice::Float(keys) => {
                    let heads = queries.iter().zip(of_heads);
                    heads.for_each(|(query, scores)| (kernels.scores)(query, keys, scale, scores));
                }
                CacheSlice::Half(keys) => {
                    let mut of_heads: Vec<&mut [f32]> = of_heads.collect();
                    (kernels.group_scores_half)(&queries, keys, scale, &mut of_heads);
                }
            }
            begin = held.end;
        }
        let mut inverses = Vec::with_capacity(queries.len());
        for (i, scores) in scores.chunks_exact_mut(positions).enumerate() {
            let sink = self.sinks.map(|sinks| sinks[i]);
            if let Some(seen) = self.seen {
                hide(scores, &seen[self.positions.clone()]);
            }
            let max = scores.iter().copied().chain(sink).fold(f32::NEG_INFINITY, f32::max);
            let mut sum = (kernels.exponentials)(scores, max);
            if let Some(sink) = sink {
                sum += (kernels.exponentials)(&mut [sink], max);
            }
            inverses.push(1.0 / sum);
        }
        self.out.fill(0.0);
        let mut out: Vec<&mut [f32]> = self.out.chunks_exact_mut(shape.value).collect();
        let mut begin = 0;
        for (_, values) in self.cache.pages(self.head, self.positions.clone()) {
            let held = begin..begin + values.len() / shape.value;
            let of_heads = scores.chunks_exact(positions).map(|scores| &scores[held.clone()]);
            match values {
                CacheSlice::Float(values) => {
                    let heads = of_heads.zip(&mut out);
                    heads.for_each(|(scores, out)| (kernels.mix)(scores, values, out));
                }
                CacheSlice::Half(values) => {
                    let of_heads: Vec<&[f32]> = of_heads.collect();
                    (kernels.group_mix_half)(&of_heads, values, &mut out);
                }
            }
            begin = held.end;
        }
        for (out, inverse) in out.into_iter().zip(inverses) {
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
