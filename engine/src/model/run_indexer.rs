//! The choice of the runs of positions that attention may see, as Qwen3.8 has it: a run of a few tokens has one key, the
//! mean of theirs.

use std::sync::Arc;

use half::f16;
use pelicycle_kernels::Activations;

use super::best_positions::best;
use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::config_keys::LIMIT;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::norm::rms_norm_in_place;
use super::position_indexer::{IndexerScratch, SeenPositions, add_scores};
use super::rope::{Rope, RopePlace};
use super::step::BatchToken;
use crate::cache::{CachePrecision, CacheSlice, LayerCache, SequenceCache};

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct RunIndexer {
    heads: usize,
    size: usize,
    /// Tokens of a run.
    run: usize,
    /// Runs that a token sees at most, beside the one that is not complete.
    seen: usize,
    query: Matrix,
    key: Matrix,
    query_norm: Vec<f32>,
    key_norm: Vec<f32>,
    rope: Arc<Rope>,
}

impl RunIndexer {
    /// `None` where the layer sees all positions.
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Option<RunIndexer>, ModelError> {
        let (keys, width) = (source.keys(), source.config.width);
        let ratios = "attention.compress_ratios";
        let runs = keys.gguf.u32_per_layer(&keys.key(ratios), source.config.layers)?;
        let run = runs.map_or(0, |list| list[source.layer] as usize);
        if run == 0 {
            return Ok(None);
        }
        if run > LIMIT {
            return Err(keys.fail(ratios, &run, "which is more than any model has"));
        }
        let heads = keys.require("attention.indexer.head_count")?;
        let size = keys.require("attention.indexer.key_length")?;
        if heads * size > LIMIT || size < source.config.head.turning {
            let why = "which is more than any model has, or less than what turns (rope.dimension_count)";
            return Err(keys.fail("attention.indexer.key_length", &size, why));
        }
        Ok(Some(RunIndexer {
            heads,
            size,
            run,
            seen: (keys.require("attention.indexer.top_k")? / run).max(1),
            query: source.matrix("indexer.q_proj", &[width, heads * size])?,
            key: source.matrix("indexer.k_proj", &[width, size])?,
            query_norm: source.vector("indexer.q_norm", size)?,
            key_norm: source.vector("indexer.k_norm", size)?,
            rope: Arc::clone(source.ropes.of(None)),
        }))
    }

    /// An empty cache for the keys of a sequence: those of tokens, until a run is complete; then that of the run in the
    /// place of its last token's.
    pub(super) fn new_cache(&self, precision: CachePrecision) -> LayerCache {
        LayerCache::new(1, self.size, 0, precision, None)
    }

    /// Tells which positions each row sees. The keys go into the caches at `layer`.
    #[expect(clippy::too_many_arguments, reason = "what a step's rows have is told apart")]
    pub(super) fn choose(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        (rows, places): (&[BatchToken], &[RopePlace]),
        caches: &mut [&mut SequenceCache],
        layer: usize,
        x: &mut Activations,
        scratch: &mut IndexerScratch,
        seen: &mut SeenPositions,
    ) {
        let IndexerScratch { queries, keys, .. } = scratch;
        let all = self.heads * self.size;
        queries.resize(rows.len() * all, 0.0);
        keys.resize(rows.len() * self.size, 0.0);
        products(context, x, &mut [(&self.query, queries), (&self.key, keys)]);
        for ((row, place), key) in rows.iter().zip(places).zip(keys.chunks_exact(self.size)) {
            let cache = &mut caches[row.sequence].indexes[layer];
            cache.write(row.position, key, &[]);
            if (row.position + 1).is_multiple_of(self.run) {
                let key = self.key_of_run(cache, *place, config.epsilon);
                cache.write(row.position, &key, &[]);
            }
        }
        seen.clear();
        seen.resize(rows.len(), None);
        let mut jobs: Vec<_> = rows
            .iter()
            .zip(places)
            .zip(seen.iter_mut())
            .zip(queries.chunks_exact_mut(all))
            .map(|(((row, place), seen), queries)| {
                (&caches[row.sequence].indexes[layer], *place, seen, queries)
            })
            .collect();
        context.pool.for_each(&mut jobs, |(cache, place, seen, queries)| {
            let turns = self.rope.turns(*place);
            for query in queries.chunks_exact_mut(self.size) {
                rms_norm_in_place(query, &self.query_norm, config.epsilon);
                self.rope.apply(query, &turns);
            }
            **seen = self.seen_by(context, cache, place.position, queries);
        });
    }

    /// The key of the run that ends at a place.
    fn key_of_run(&self, cache: &LayerCache, place: RopePlace, epsilon: f32) -> Vec<f32> {
        let begin = place.position + 1 - self.run;
        let mut key = vec![0.0; self.size];
        let mut add = |number: usize, x: f32| key[number % self.size] += x;
        for (keys, _) in cache.pages(0, begin..place.position + 1) {
            match keys {
                CacheSlice::Float(keys) => keys.iter().enumerate().for_each(|(i, &x)| add(i, x)),
                CacheSlice::Half(keys) => {
                    keys.iter().enumerate().for_each(|(i, &x)| add(i, f16::from_bits(x).to_f32()));
                }
            }
        }
        key.iter_mut().for_each(|x| *x /= self.run as f32);
        rms_norm_in_place(&mut key, &self.key_norm, epsilon);
        self.rope.apply(&mut key, &self.rope.turns(RopePlace { position: begin, ..place }));
        key
    }

    /// The positions that a row sees: all of the best runs, and the run that is not complete.
    fn seen_by(
        &self,
        context: &ComputeContext,
        cache: &LayerCache,
        position: usize,
        queries: &[f32],
    ) -> Option<Vec<bool>> {
        let complete = (position + 1) / self.run;
        if complete <= self.seen {
            return None;
        }
        let weights = vec![1.0; self.heads];
        let mut scores = Vec::with_capacity(complete);
        for run in 0..complete {
            let last = (run + 1) * self.run - 1;
            let mut score = [0.0];
            for (key, _) in cache.pages(0, last..last + 1) {
                add_scores(context, key, queries, &weights, &mut score);
            }
            scores.push(score[0]);
        }
        let best = best(&scores, self.seen);
        let seen = |position: usize| best.get(position / self.run).copied().unwrap_or(true);
        Some((0..=position).map(seen).collect())
    }
}
