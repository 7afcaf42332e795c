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
        let absorbed: Vec<&[f32]> = self.absorbed.chunks_exact(shape.rank).collect();
        let queries = self.queries.chunks_exact(shape.key()).take(heads);
        let queries: Vec<&[f32]> = queries.map(|query| &query[shape.plain..]).collect();
        let mut turned = vec![0.0; heads * positions.min(PAGE)];
        let mut begin = 0;
        for (keys, latents) in self.cache.pages(0, 0..positions) {
            let held = keys.len() / shape.turning;
            let of_heads = scores.chunks_exact_mut(positions).map(|scores| &mut scores[begin..begin + held]);
            let mut of_heads: Vec<&mut [f32]> = of_heads.collect();
            let mut turned: Vec<&mut [f32]> = turned[..heads * held].chunks_exact_mut(held).collect();
            match (keys, latents) {
                (CacheSlice::Float(keys), CacheSlice::Float(latents)) => {
                    for head in 0..heads {
                        (kernels.scores)(absorbed[head], latents, scale, of_heads[head]);
                        (kernels.scores)(queries[head], keys, scale, turned[head]);
                    }
                }
                (CacheSlice::Half(keys), CacheSlice::Half(latents)) => {
                    (kernels.group_scores_half)(&absorbed, latents, scale, &mut of_heads);
                    (kernels.group_scores_half)(&queries, keys, scale, &mut turned);
                }
                _ => unreachable!("a page has one precision"),
            }
            for (scores, turned) in of_heads.into_iter().zip(turned) {
                scores.iter_mut().zip(turned).for_each(|(score, turned)| *score += *turned);
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
        self.mix(context, shape, &scores);
        for (out, inverse) in self.out.chunks_exact_mut(shape.rank).zip(inverses) {
            out.iter_mut().for_each(|x| *x *= inverse);
        }
    }

    /// Writes what each head's scores mix of the latent vectors.
    fn mix(&mut self, context: &ComputeContext, shape: &LatentShape, scores: &[f32]) {
        let (kernels, positions) = (context.kernels, self.positions);
        self.out.fill(0.0);
        let mut begin = 0;
        for (_, latents) in self.cache.pages(0, 0..positions) {
            let held = latents.len() / shape.rank;
            let of_heads: Vec<&[f32]> =
                scores.chunks_exact(positions).map(|scores| &scores[begin..begin + held]).collect();
            let mut out: Vec<&mut [f32]> = self.out.chunks_exact_mut(shape.rank).collect();
            match latents {
                CacheSlice::Float(latents) => {
                    let heads = of_heads.iter().zip(out);
                    heads.for_each(|(scores, out)| (kernels.mix)(scores, latents, out));
                }
                CacheSlice::Half(latents) => (kernels.group_mix_half)(&of_heads, latents, &mut out),
            }
            begin += held;
        }
    }
}
