//! Attention over a compressed cache, as DeepSeek-V2 has it (DeepSeek-AI, 2024, arXiv:2405.04434): a token leaves
//! one latent vector that all heads read, and one key that turns with the position.
//!
//! In the absorbed form: a head's key and value matrices meet its query and its answer, not the cache, so the
//! cache is never expanded and every token is computed alike.

use std::sync::Arc;

use pelicycle_kernels::Activations;

use super::architecture::Indexer;
use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::error::ModelError;
use super::latent_heads::LatentHeads;
use super::latent_shape::LatentShape;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products, stacked_products, transposed_products};
use super::norm::rms_norm_in_place;
use super::position_indexer::{IndexerScratch, PositionIndexer, SeenPositions};
use super::rope::{Rope, RopePlace};
use super::step::LayerStep;
use crate::cache::{CachePrecision, LayerCache};

/// Added to the mean square in the norms of latent vectors: a constant of the architecture.
const EPSILON: f32 = 1e-6;

/// Heads that a piece of work takes; they read the same pages.
const HEADS: usize = 4;

/// The matrices that make queries.
#[derive(Debug)]
enum Queries {
    Direct(Matrix),
    /// Through a latent vector of their own.
    Compressed {
        down: Matrix,
        norm: Vec<f32>,
        up: Matrix,
    },
}

/// The heads' key matrices, which turn a query into one for latent vectors.
#[derive(Debug)]
enum HeadKeys {
    /// For each head a row for each number of a latent vector.
    Absorbing(Matrix),
    /// For each head a row for each number of a key: to be multiplied from the other side. Old files.
    Expanding(Matrix),
}

/// The positions that a row sees.
#[derive(Debug)]
enum Seen {
    All,
    Chosen(Box<PositionIndexer>),
    /// Those that the last layer that chose some did.
    AsBefore,
}

/// The weights of one layer.
#[derive(Debug)]
pub(super) struct LatentAttention {
    shape: LatentShape,
    queries: Queries,
    /// To the latent vector, then the turning key.
    compress: Matrix,
    norm: Vec<f32>,
    keys: HeadKeys,
    /// For each head a row for each number of a value.
    values: Matrix,
    output: Matrix,
    /// None in layers that do not turn their heads.
    rope: Option<Arc<Rope>>,
    seen: Seen,
}

/// Numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct LatentScratch {
    compressed: Activations,
    queries: Vec<f32>,
    latents: Vec<f32>,
    /// The parts of queries that do not turn, a row a head.
    plain: Activations,
    /// The same for latent vectors.
    absorbed: Vec<f32>,
    /// Mixed latent vectors, a row a head.
    mixed: Activations,
    answers: Activations,
}

impl Seen {
    fn read(source: &LayerSource<'_>, queries: &Queries) -> Result<Seen, ModelError> {
        let Some(Indexer::Positions(pairs)) = source.architecture.indexer else { return Ok(Seen::All) };
        let (keys, name) = (source.keys(), "attention.indexer.types");
        if let Some(chooses) = keys.gguf.bools(&keys.key(name))? {
            if chooses.len() < source.config.layers {
                let found = format!("a list for {} layers", chooses.len());
                return Err(keys.fail(name, &found, "which is fewer than the model has"));
            }
            if !chooses[0] {
                let why = "for the first layer, which has none before it to take its choice from";
                return Err(keys.fail(name, &false, why));
            }
            if !chooses[source.layer] {
                return Ok(Seen::AsBefore);
            }
        }
        let Queries::Compressed { down, .. } = queries else {
            // It would have nothing to make its queries of.
            return Err(source
                .gguf
                .require_tensor(&source.name("attn_q_a.weight"))
                .map(|_| ())
                .map_or_else(ModelError::from, |()| {
                    keys.fail("attention.q_lora_rank", &"there", "but the queries are not compressed")
                }));
        };
        Ok(Seen::Chosen(Box::new(PositionIndexer::read(source, down.rows, pairs)?)))
    }
}

impl LatentAttention {
    pub(super) fn read(source: &LayerSource<'_>, shape: LatentShape) -> Result<LatentAttention, ModelError> {
        let width = source.config.width;
        let of_queries = shape.heads * shape.key();
        let queries = match source.has("attn_q.weight") {
            true => Queries::Direct(source.matrix("attn_q", &[width, of_queries])?),
            false => {
                let rank = match source.keys().size("attention.q_lora_rank")? {
                    Some(rank) => rank,
                    None => source.tensors.size(&format!("{}.weight", source.name("attn_q_a")), 1)?,
                };
                Queries::Compressed {
                    down: source.matrix("attn_q_a", &[width, rank])?,
                    norm: source.vector("attn_q_a_norm", rank)?,
                    up: source.matrix("attn_q_b", &[rank, of_queries])?,
                }
            }
        };
        let LatentShape { heads, rank, plain, value, .. } = shape;
        let (keys, values) = match source.has("attn_kv_b.weight") {
            true => {
                let part = |rows| {
                    let dims = [rank, heads * (plain + value)];
                    source.tensors.rows_of_each(&source.name("attn_kv_b"), &dims, plain + value, rows)
                };
                (HeadKeys::Expanding(part(0..plain)?), part(plain..plain + value)?)
            }
            false => (
                HeadKeys::Absorbing(source.matrix("attn_k_b", &[plain, rank, heads])?),
                source.matrix("attn_v_b", &[rank, value, heads])?,
            ),
        };
        Ok(LatentAttention {
            shape,
            seen: Seen::read(source, &queries)?,
            queries,
            compress: source.matrix("attn_kv_a_mqa", &[width, rank + shape.turning])?,
            norm: source.vector("attn_kv_a_norm", rank)?,
            keys,
            values,
            output: source.matrix("attn_output", &[heads * value, width])?,
            rope: source.turns()?.then(|| Arc::clone(source.ropes.of(None))),
        })
    }

    /// An empty cache for a sequence.
    pub(super) fn new_cache(&self, precision: CachePrecision) -> LayerCache {
        LayerCache::new(1, self.shape.turning, self.shape.rank, precision, None)
    }

    /// An empty cache for the keys by which positions are chosen.
    pub(super) fn new_index(&self, precision: CachePrecision) -> LayerCache {
        match &self.seen {
            Seen::Chosen(indexer) => indexer.new_cache(precision),
            Seen::All | Seen::AsBefore => LayerCache::none(),
        }
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`. The rows' latent vectors go into the caches
    /// at `layer`, as values, and their turning keys as keys.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut LatentScratch,
        (indexer, seen): (&mut IndexerScratch, &mut SeenPositions),
        out: &mut [f32],
    ) {
        let places = step.places();
        let LayerStep { context, config, layer, rows, caches } = step;
        let (shape, head_size) = (self.shape, self.shape.key());
        self.project(context, x, scratch);
        match &self.seen {
            Seen::All => {
                seen.clear();
                seen.resize(rows.len(), None);
            }
            Seen::Chosen(block) => {
                let compressed = &mut scratch.compressed;
                block.choose(context, (rows, &places), caches, layer, x, compressed, indexer, seen);
            }
            Seen::AsBefore => {}
        }
        self.norm_and_turn(context, config, &places, scratch);
        let LatentScratch { queries, latents, plain, absorbed, mixed, answers, .. } = scratch;
        for (row, numbers) in rows.iter().zip(latents.chunks_exact(shape.rank + shape.turning)) {
            let (latent, key) = numbers.split_at(shape.rank);
            caches[row.sequence].layers[layer].write(row.position, key, latent);
        }

        absorbed.resize(plain.rows() * shape.rank, 0.0);
        match &self.keys {
            HeadKeys::Absorbing(keys) => stacked_products(context, keys, shape.heads, plain, absorbed),
            HeadKeys::Expanding(keys) => transposed_products(context, keys, shape.heads, plain, absorbed),
        }

        mixed.reset(rows.len() * shape.heads, shape.rank);
        let mut pieces = Vec::with_capacity(rows.len() * shape.heads.div_ceil(HEADS));
        let queries = queries.chunks_exact(shape.heads * head_size);
        let absorbed = absorbed.chunks_exact(shape.heads * shape.rank);
        let outs = mixed.floats_mut().chunks_exact_mut(shape.heads * shape.rank);
        let seen = seen.iter().map(Option::as_deref);
        for ((((row, queries), absorbed), out), seen) in
            rows.iter().zip(queries).zip(absorbed).zip(outs).zip(seen)
        {
            let cache = &caches[row.sequence].layers[layer];
            let heads = queries.chunks(HEADS * head_size).zip(absorbed.chunks(HEADS * shape.rank));
            for ((queries, absorbed), out) in heads.zip(out.chunks_mut(HEADS * shape.rank)) {
                pieces.push(LatentHeads { cache, positions: row.position + 1, seen, queries, absorbed, out });
            }
        }
        context.pool.for_each(&mut pieces, |piece| piece.attend(context, &shape, config.score_scale));

        answers.reset(rows.len(), shape.heads * shape.value);
        stacked_products(context, &self.values, shape.heads, mixed, answers.floats_mut());
        products(context, answers, &mut [(&self.output, out)]);
    }

    /// Norms the latent vectors of the rows and turns what turns; the parts of queries that do not are put apart.
    fn norm_and_turn(
        &self,
        context: &ComputeContext,
        config: &ModelConfig,
        places: &[RopePlace],
        scratch: &mut LatentScratch,
    ) {
        let (shape, head_size) = (self.shape, self.shape.key());
        let LatentScratch { queries, latents, plain, .. } = scratch;
        plain.reset(places.len() * shape.heads, shape.plain);
        let mut turning: Vec<_> = places
            .iter()
            .zip(queries.chunks_exact_mut(shape.heads * head_size))
            .zip(latents.chunks_exact_mut(shape.rank + shape.turning))
            .zip(plain.floats_mut().chunks_exact_mut(shape.heads * shape.plain))
            .collect();
        context.pool.for_each(&mut turning, |(((place, queries), latent), plain)| {
            let rope = self.rope.as_ref().map(|rope| (rope, rope.turns(**place)));
            let turn = |numbers: &mut [f32]| {
                if let Some((rope, turns)) = &rope {
                    rope.apply(numbers, turns);
                }
            };
            let (latent, key) = latent.split_at_mut(shape.rank);
            rms_norm_in_place(latent, &self.norm, EPSILON);
            turn(key);
            for (query, plain) in queries.chunks_exact_mut(head_size).zip(plain.chunks_exact_mut(shape.plain))
            {
                turn(&mut query[shape.plain..]);
                if let Some(temperature) = config.query_temperature {
                    let factor = temperature.factor(place.position);
                    query.iter_mut().for_each(|x| *x *= factor);
                }
                plain.copy_from_slice(&query[..shape.plain]);
            }
        });
    }

    /// Queries and latent vectors of the rows of `x`, not yet normed or turned.
    fn project(&self, context: &ComputeContext, x: &mut Activations, scratch: &mut LatentScratch) {
        let LatentScratch { compressed, queries, latents, .. } = scratch;
        latents.resize(x.rows() * self.compress.rows, 0.0);
        match &self.queries {
            Queries::Direct(matrix) => {
                queries.resize(x.rows() * matrix.rows, 0.0);
                products(context, x, &mut [(matrix, queries), (&self.compress, latents)]);
            }
            Queries::Compressed { down, norm, up } => {
                compressed.reset(x.rows(), down.rows);
                products(context, x, &mut [(down, compressed.floats_mut()), (&self.compress, latents)]);
                compressed.rows_mut().for_each(|row| rms_norm_in_place(row, norm, EPSILON));
                queries.resize(x.rows() * up.rows, 0.0);
                products(context, compressed, &mut [(up, queries)]);
            }
        }
    }
}
