//! The choice of the positions that attention may see, by small heads of its own: DeepSeek-V3.2 (DeepSeek-AI, 2025,
//! arXiv:2512.02556).

use std::sync::Arc;

use pelicycle_kernels::Activations;

use super::architecture::RopePairing;
use super::best_positions::best;
use super::compute_context::ComputeContext;
use super::config_keys::LIMIT;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::norm::layer_norm;
use super::rope::{Rope, RopePlace};
use super::step::BatchToken;
use crate::cache::{CachePrecision, CacheSlice, LayerCache, SequenceCache};

/// Added to the variance in the norm of keys: a constant of the architecture.
const EPSILON: f32 = 1e-6;

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct PositionIndexer {
    heads: usize,
    size: usize,
    /// Positions that a token sees at most.
    seen: usize,
    /// From the compressed queries of the layer.
    query: Matrix,
    key: Matrix,
    key_norm: Vec<f32>,
    key_bias: Vec<f32>,
    /// A weight for each head.
    weights: Matrix,
    rope: Arc<Rope>,
}

/// The positions that the rows of a step see, told by the last layer that chose. `None` for all before them.
pub(super) type SeenPositions = Vec<Option<Vec<bool>>>;

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct IndexerScratch {
    pub(super) queries: Vec<f32>,
    pub(super) keys: Vec<f32>,
    weights: Vec<f32>,
}

impl PositionIndexer {
    /// `query_rank` is the length of compressed queries; `pairs` turn together in the indexer's heads.
    pub(super) fn read(
        source: &LayerSource<'_>,
        query_rank: usize,
        pairs: RopePairing,
    ) -> Result<PositionIndexer, ModelError> {
        let (keys, width) = (source.keys(), source.config.width);
        let heads = keys.require("attention.indexer.head_count")?;
        let size = keys.require("attention.indexer.key_length")?;
        let turning = source.config.head.turning;
        if heads * size > LIMIT || size < turning {
            let why = "which is more than any model has, or less than what turns (rope.dimension_count)";
            return Err(keys.fail("attention.indexer.key_length", &size, why));
        }
        Ok(PositionIndexer {
            heads,
            size,
            seen: keys.require("attention.indexer.top_k")?,
            query: source.matrix("indexer.attn_q_b", &[query_rank, heads * size])?,
            key: source.matrix("indexer.attn_k", &[width, size])?,
            key_norm: source.vector("indexer.k_norm", size)?,
            key_bias: source.tensors.numbers(&source.name("indexer.k_norm.bias"), &[size])?,
            weights: source.matrix("indexer.proj", &[width, heads])?,
            rope: Arc::new(source.ropes.of(None).paired(pairs)),
        })
    }

    /// An empty cache for the keys of a sequence.
    pub(super) fn new_cache(&self, precision: CachePrecision) -> LayerCache {
        LayerCache::new(1, self.size, 0, precision, None)
    }

    /// Tells which positions each row sees. `x` is what the layer reads, `compressed` its compressed queries; the rows'
    /// keys go into the caches at `layer`.
    #[expect(clippy::too_many_arguments, reason = "the layer's input and its queries are two inputs")]
    pub(super) fn choose(
        &self,
        context: &ComputeContext,
        (rows, places): (&[BatchToken], &[RopePlace]),
        caches: &mut [&mut SequenceCache],
        layer: usize,
        x: &mut Activations,
        compressed: &mut Activations,
        scratch: &mut IndexerScratch,
        seen: &mut SeenPositions,
    ) {
        let IndexerScratch { queries, keys, weights } = scratch;
        let all = self.heads * self.size;
        queries.resize(rows.len() * all, 0.0);
        keys.resize(rows.len() * self.size, 0.0);
        weights.resize(rows.len() * self.heads, 0.0);
        products(context, compressed, &mut [(&self.query, queries)]);
        products(context, x, &mut [(&self.key, keys), (&self.weights, weights)]);
        let mut turning: Vec<_> =
            places.iter().zip(queries.chunks_exact_mut(all)).zip(keys.chunks_exact_mut(self.size)).collect();
        context.pool.for_each(&mut turning, |((place, queries), key)| {
            let raw = key.to_vec();
            layer_norm(&raw, &self.key_norm, &self.key_bias, EPSILON, key);
            let turns = self.rope.turns(**place);
            let heads = queries.chunks_exact_mut(self.size).chain([&mut **key]);
            heads.for_each(|head| self.rope.apply(head, &turns));
        });
        for (row, key) in rows.iter().zip(keys.chunks_exact(self.size)) {
            caches[row.sequence].indexes[layer].write(row.position, key, &[]);
        }
        seen.clear();
        seen.resize(rows.len(), None);
        let mut jobs: Vec<_> = rows
            .iter()
            .zip(seen.iter_mut())
            .zip(queries.chunks_exact(all).zip(weights.chunks_exact(self.heads)))
            .map(|((row, seen), numbers)| {
                (&caches[row.sequence].indexes[layer], row.position + 1, seen, numbers)
            })
            .collect();
        context.pool.for_each(&mut jobs, |(cache, positions, seen, (queries, weights))| {
            if *positions > self.seen {
                let scores = self.scores(context, cache, *positions, queries, weights);
                **seen = Some(best(&scores, self.seen));
            }
        });
    }

    /// The score of each of the first positions for a row: Σ weight · relu(query · key) over the heads.
    fn scores(
        &self,
        context: &ComputeContext,
        cache: &LayerCache,
        positions: usize,
        queries: &[f32],
        weights: &[f32],
    ) -> Vec<f32> {
        let mut scores = Vec::with_capacity(positions);
        for (keys, _) in cache.pages(0, 0..positions) {
            let begin = scores.len();
            scores.resize(begin + keys.len() / self.size, 0.0);
            add_scores(context, keys, queries, weights, &mut scores[begin..]);
        }
        scores
    }
}

/// Adds weight · relu(query · key) of each head to the scores of some keys.
pub(super) fn add_scores(
    context: &ComputeContext,
    keys: CacheSlice<'_>,
    queries: &[f32],
    weights: &[f32],
    scores: &mut [f32],
) {
    let mut products = vec![0.0; scores.len()];
    for (query, weight) in queries.chunks_exact(queries.len() / weights.len()).zip(weights) {
        match keys {
            CacheSlice::Float(keys) => (context.kernels.scores)(query, keys, 1.0, &mut products),
            CacheSlice::Half(keys) => (context.kernels.scores_half)(query, keys, 1.0, &mut products),
        }
        scores.iter_mut().zip(&products).for_each(|(score, x)| *score += weight * x.max(0.0));
    }
}
