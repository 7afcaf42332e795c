//! Attention of some heads of one token to the latent vectors in a cache.

use super::compute_context::ComputeContext;
use super::head_attention::hide;
use super::latent_shape::LatentShape;
use crate::cache::{CacheSlice, LayerCache, PAGE};

/// Some heads of one row.
pub(super) struct LatentHeads<'a> {
    pub(super) cache: &'a LayerCache,
    pub(super) positions: usize,
    /// Of all positions those that the row sees; `None` for all.
    pub(super) seen: Option<&'a [bool]>,
    /// Of each head the part that does not turn, then the part that does.
    pub(super) queries: &'a [f32],
    pub(super) absorbed: &'a [f32],
    pub(super) out: &'a mut [f32],
}

impl LatentHeads<'_> {
    /// Softmax of the scaled scores, then the latent vectors mixed by it. Positions are taken in order.
    pub(super) fn attend(&mut self, context: &ComputeContext, shape: &LatentShape, scale: f32) {
        let kernels = context.kernels;
        let positions = self.positions;
        let heads = self.absorbed.len() / shape.rank;
        let mut scores = vec![0.0; heads * positions];
        let mut turned = vec![0.0; positions.min(PAGE)];
        let mut begin = 0;
        for (keys, latents) in self.cache.pages(0, 0..positions) {
            let held = keys.len() / shape.turning;
            let turned = &mut turned[..held];
            for (head, scores) in scores.chunks_exact_mut(positions).enumerate() {
                let scores = &mut scores[begin..begin + held];
                let absorbed = &self.absorbed[head * shape.rank..][..shape.rank];
                let query = &self.queries[head * shape.key()..][..shape.key()];
                let query = &query[shape.plain..];
                match (keys, latents) {
                    (CacheSlice::Float(keys), CacheSlice::Float(latents)) => {
                        (kernels.scores)(absorbed, latents, scale, scores);
                        (kernels.scores)(query, keys, scale, turned);
                    }
                    (CacheSlice::Half(keys), CacheSlice::Half(latents)) => {
                        (kernels.scores_half)(absorbed, latents, scale, scores);
                        (kernels.scores_half)(query, keys, scale, turned);
                    }
                    _ => unreachable!("a page has one precision"),
                }
                scores.iter_mut().zip(&*turned).for_each(|(score, turned)| *score += turned);
            }
            begin += held;
        }
        let mut inverses = Vec::with_capacity(heads);
        for scores in scores.chunks_exact_mut(positions) {
            if let Some(seen) = self.seen {
                hide(scores, seen);
            }
            let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            inverses.push(1.0 / (kernels.exponentials)(scores, max));
        }
        self.out.fill(0.0);
        let mut begin = 0;
        for (_, latents) in self.cache.pages(0, 0..positions) {
            let held = latents.len() / shape.rank;
            for (scores, out) in scores.chunks_exact(positions).zip(self.out.chunks_exact_mut(shape.rank)) {
                let scores = &scores[begin..begin + held];
                match latents {
                    CacheSlice::Float(latents) => (kernels.mix)(scores, latents, out),
                    CacheSlice::Half(latents) => (kernels.mix_half)(scores, latents, out),
                }
            }
            begin += held;
        }
        for (out, inverse) in self.out.chunks_exact_mut(shape.rank).zip(inverses) {
            out.iter_mut().for_each(|x| *x *= inverse);
        }
    }
}
