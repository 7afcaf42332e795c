//! Attention with grouped heads over a paged cache.

use std::sync::Arc;

use pelicycle_kernels::Activations;

use super::architecture::{AttentionGate, Indexer, NormSpan, QueryKeyNorm};
use super::compute_context::ComputeContext;
use super::config::ModelConfig;
use super::error::ModelError;
use super::head_attention::{HeadAttention, HeadRow, QUERIES};
use super::head_shape::HeadShape;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::norm::{rms_norm_in_place, rms_normalize};
use super::position_indexer::{IndexerScratch, SeenPositions};
use super::rope::{Rope, RopePlace};
use super::run_indexer::RunIndexer;
use super::step::LayerStep;
use crate::cache::{CachePrecision, LayerCache};

/// Pieces for each thread, so that one that is held up does not keep the others waiting.
const PIECES_A_THREAD: usize = 4;

/// The weights of one layer's attention.
#[derive(Debug)]
pub(super) struct Attention {
    head: HeadShape,
    query: Matrix,
    /// Whether the query of each head is followed by a gate for its answer.
    gated: bool,
    /// The gates' matrix, where they have one of their own.
    gate: Option<Matrix>,
    keys: Keys,
    output: Matrix,
    /// Weights of the norm over queries.
    query_norm: Option<Vec<f32>>,
    /// The norms come after the turning.
    norm_after_turning: bool,
    kv_heads: usize,
    /// None in layers that do not turn their heads.
    rope: Option<Arc<Rope>>,
    /// The number of the last positions, its own included, that a row sees; `None` for all.
    window: Option<usize>,
    /// The tokens of a picture see those after them in it.
    both_ways: bool,
    /// A score for each query head that takes its share of the softmax and brings no value.
    sinks: Option<Vec<f32>>,
    /// Chooses the positions that a row sees; without it a row sees all.
    indexer: Option<Box<RunIndexer>>,
}

/// The keys and values that queries meet.
#[derive(Debug)]
enum Keys {
    /// Those that the layer makes.
    Own(Box<OwnKeys>),
    /// Those in the cache of an earlier layer.
    OfLayer(usize),
}

/// The matrices that make keys and values.
#[derive(Debug)]
struct OwnKeys {
    key: Matrix,
    /// `None` where the keys, before their norm and turning, are the values too.
    value: Option<Matrix>,
    /// Weights of the norm over keys.
    norm: Option<Vec<f32>>,
    /// Each head's values are normed, without weights.
    normed_values: bool,
}

/// Queries, keys, values and the mixed values of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct AttentionScratch {
    queries: Vec<f32>,
    /// Queries and gates as their matrix gives them.
    gated_queries: Vec<f32>,
    gates: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    mixed: Activations,
}

/// The keys that a row meets.
struct RowKeys<'a> {
    position: usize,
    /// The end of the positions that it meets.
    end: usize,
    cache: &'a LayerCache,
    /// The positions that it sees; `None` for all.
    seen: Option<&'a [bool]>,
}

impl Attention {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Attention, ModelError> {
        let (config, layer) = (source.config, source.layer);
        let (head, kv_heads) = (config.head_of(layer), config.kv_heads[layer]);
        let gated = source.architecture.attention_gate == Some(AttentionGate::WithQueries);
        let of_a_query = head.key + if gated { head.value } else { 0 };
        let norm = source.architecture.query_key_norm;
        let norm = norm.filter(|norm| !norm.optional || source.has("attn_q_norm.weight"));
        let (query, keys) = match config.shared_keys[layer] {
            Some(earlier) => {
                // Some files keep what the training left in them.
                ["attn_k.", "attn_k_norm.", "attn_v."]
                    .iter()
                    .for_each(|unused| source.tensors.pass_over(&source.name(unused)));
                let query = source.matrix("attn_q", &[config.width, config.heads * of_a_query])?;
                (query, Keys::OfLayer(earlier))
            }
            None => {
                let rows = [config.heads * of_a_query, kv_heads * head.key, kv_heads * head.value];
                own_keys(source, rows, norm)?
            }
        };
        let query_norm = match norm.map(|norm| norm.span) {
            Some(NormSpan::Head) => Some(source.vector("attn_q_norm", head.key)?),
            Some(NormSpan::AllHeads) => Some(source.vector("attn_q_norm", query.rows)?),
            None => None,
        };
        let sinks = match source.architecture.sinks {
            true => Some(source.vector("attn_sinks", config.heads)?),
            false => None,
        };
        let window = config.windows[layer];
        Ok(Attention {
            head,
            query,
            gated,
            keys,
            gate: match source.architecture.attention_gate {
                Some(AttentionGate::Apart) => {
                    Some(source.matrix("attn_gate", &[config.width, config.heads * head.value])?)
                }
                Some(AttentionGate::WithQueries) | None => None,
            },
            output: source.matrix("attn_output", &[config.heads * head.value, config.width])?,
            query_norm,
            norm_after_turning: norm.is_some_and(|norm| norm.after_turning),
            kv_heads,
            rope: source.turns()?.then(|| Arc::clone(source.ropes.of(window))),
            window,
            both_ways: config.sees_both_ways(layer),
            sinks,
            indexer: match source.architecture.indexer {
                Some(Indexer::Runs) => RunIndexer::read(source)?.map(Box::new),
                Some(Indexer::Positions(_)) | None => None,
            },
        })
    }

    /// An empty cache for a sequence.
    pub(super) fn new_cache(&self, precision: CachePrecision) -> LayerCache {
        match self.keys {
            Keys::Own(_) => {
                LayerCache::new(self.kv_heads, self.head.key, self.head.value, precision, self.window)
            }
            Keys::OfLayer(_) => LayerCache::none(),
        }
    }

    /// An empty cache for the keys by which positions are chosen.
    pub(super) fn new_index(&self, precision: CachePrecision) -> LayerCache {
        self.indexer.as_ref().map_or_else(LayerCache::none, |indexer| indexer.new_cache(precision))
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`. The rows' keys and values go into the
    /// caches at `layer`.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut AttentionScratch,
        (indexer, seen): (&mut IndexerScratch, &mut SeenPositions),
        out: &mut [f32],
    ) {
        let places = step.places();
        let LayerStep { context, config, layer, rows, caches } = step;
        match &self.indexer {
            Some(block) => {
                block.choose(context, config, (rows, &places), caches, layer, x, indexer, seen);
            }
            None => {
                seen.clear();
                seen.resize(rows.len(), None);
            }
        }
        self.project(context, x, scratch);
        let AttentionScratch { queries, keys, values, gates, mixed, .. } = scratch;
        let of_a_row = config.heads * self.head.key;
        let mut turning: Vec<_> = places.iter().zip(queries.chunks_exact_mut(of_a_row)).collect();
        context.pool.for_each(&mut turning, |(place, queries)| {
            self.norm_and_turn(queries, self.query_norm.as_deref(), **place, config.epsilon);
            if let Some(temperature) = config.query_temperature {
                let factor = temperature.factor(place.position);
                queries.iter_mut().for_each(|x| *x *= factor);
            }
        });
        if let Keys::Own(own) = &self.keys {
            self.norm_and_turn_keys(own, context, config, &places, (keys, values));
            let written =
                keys.chunks_exact(own.key.rows).zip(values.chunks_exact(self.kv_heads * self.head.value));
            for (row, (k, v)) in rows.iter().zip(written) {
                caches[row.sequence].layers[layer].write(row.position, k, v);
            }
        }
        mixed.reset(rows.len(), config.heads * self.head.value);
        let cached = match self.keys {
            Keys::Own(_) => layer,
            Keys::OfLayer(earlier) => earlier,
        };
        let rows = rows.iter().zip(&*seen).map(|(row, seen)| RowKeys {
            position: row.position,
            end: if self.both_ways { row.sees_to } else { row.position + 1 },
            cache: &caches[row.sequence].layers[cached],
            seen: seen.as_deref(),
        });
        let mut pieces =
            self.pieces((config, context.pool.threads()), rows, queries, gates, mixed.floats_mut());
        context.pool.for_each(&mut pieces, |piece| piece.attend(context, self.head, config.score_scale));
        products(context, mixed, &mut [(&self.output, out)]);
    }

    /// Computes all products with the rows of `x`.
    fn project(&self, context: &ComputeContext, x: &mut Activations, scratch: &mut AttentionScratch) {
        let AttentionScratch { queries, gated_queries, gates, keys, values, .. } = scratch;
        let HeadShape { key: key_size, value: value_size, .. } = self.head;
        let heads = self.output.columns / value_size;
        queries.resize(x.rows() * heads * key_size, 0.0);
        let of_queries = if self.gated { &mut *gated_queries } else { &mut *queries };
        of_queries.resize(x.rows() * self.query.rows, 0.0);
        let mut targets: Vec<(&Matrix, &mut [f32])> = vec![(&self.query, of_queries)];
        if let Keys::Own(own) = &self.keys {
            let OwnKeys { key, value, .. } = &**own;
            keys.resize(x.rows() * key.rows, 0.0);
            targets.push((key, keys));
            if let Some(value) = value {
                values.resize(x.rows() * value.rows, 0.0);
                targets.push((value, values));
            }
        }
        products(context, x, &mut targets);
        if self.gated {
            gates.resize(x.rows() * heads * value_size, 0.0);
            let heads = gated_queries.chunks_exact(key_size + value_size);
            let to = queries.chunks_exact_mut(key_size).zip(gates.chunks_exact_mut(value_size));
            for (from, (query, gate)) in heads.zip(to) {
                query.copy_from_slice(&from[..key_size]);
                gate.copy_from_slice(&from[key_size..]);
            }
        }
        if let Some(gate) = &self.gate {
            gates.resize(x.rows() * heads * value_size, 0.0);
            products(context, x, &mut [(gate, gates)]);
        }
    }

    /// Makes the keys and values of the rows, as their matrices gave them, those that are kept.
    fn norm_and_turn_keys(
        &self,
        own: &OwnKeys,
        context: &ComputeContext,
        config: &ModelConfig,
        places: &[RopePlace],
        (keys, values): (&mut Vec<f32>, &mut Vec<f32>),
    ) {
        if own.value.is_none() {
            values.clone_from(keys);
        }
        if own.normed_values {
            let heads = values.chunks_exact_mut(self.head.value);
            heads.for_each(|value| rms_normalize(value, config.epsilon));
        }
        let mut turning: Vec<_> = places.iter().zip(keys.chunks_exact_mut(own.key.rows)).collect();
        context.pool.for_each(&mut turning, |(place, keys)| {
            self.norm_and_turn(keys, own.norm.as_deref(), **place, config.epsilon);
        });
    }

    /// Norms and turns all queries or all keys of one row, in the models that do.
    fn norm_and_turn(&self, heads: &mut [f32], norm: Option<&[f32]>, place: RopePlace, epsilon: f32) {
        let norm = |heads: &mut [f32]| {
            if let Some(weight) = norm {
                let together = heads.chunks_exact_mut(weight.len());
                together.for_each(|numbers| rms_norm_in_place(numbers, weight, epsilon));
            }
        };
        if !self.norm_after_turning {
            norm(heads);
        }
        if let Some(rope) = &self.rope {
            let turns = rope.turns(place);
            heads.chunks_exact_mut(self.head.key).for_each(|head| rope.apply(head, &turns));
        }
        if self.norm_after_turning {
            norm(heads);
        }
    }

    /// The work on rows at these positions of these caches.
    fn pieces<'a>(
        &'a self,
        (config, threads): (&ModelConfig, usize),
        rows: impl ExactSizeIterator<Item = RowKeys<'a>>,
        queries: &'a [f32],
        gates: &'a [f32],
        out: &'a mut [f32],
    ) -> Vec<HeadAttention<'a>> {
        let group = config.heads / self.kv_heads;
        let gated = self.gated || self.gate.is_some();
        let together = (QUERIES / group).min(rows.len() * self.kv_heads / (threads * PIECES_A_THREAD)).max(1);
        let mut pieces: Vec<HeadAttention<'a>> = Vec::new();
        let queries = queries.chunks_exact(config.heads * self.head.key);
        let outs = out.chunks_exact_mut(config.heads * self.head.value);
        for (r, ((row, q), out)) in rows.zip(queries).zip(outs).enumerate() {
            let RowKeys { position, end, cache, seen } = row;
            let begin = self.window.map_or(0, |window| (position + 1).saturating_sub(window));
            let goes_on = pieces
                .last()
                .is_some_and(|last| std::ptr::eq(last.cache, cache) && last.rows.len() < together);
            if !goes_on {
                let sinks = |head| self.sinks.as_ref().map(|sinks| &sinks[head * group..][..group]);
                let heads = 0..self.kv_heads;
                pieces.extend(heads.map(|head| HeadAttention {
                    cache,
                    head,
                    sinks: sinks(head),
                    rows: Vec::new(),
                }));
            }
            let of_row = pieces.len() - self.kv_heads..;
            let queries = q.chunks_exact(group * self.head.key);
            let outs = out.chunks_exact_mut(group * self.head.value);
            for ((head, piece), (queries, out)) in
                pieces[of_row].iter_mut().enumerate().zip(queries.zip(outs))
            {
                let gates = gated.then(|| &gates[(r * self.kv_heads + head) * out.len()..][..out.len()]);
                piece.rows.push(HeadRow { positions: begin..end, seen, queries, gates, out });
            }
        }
        pieces
    }
}

/// The matrices for queries, keys and values, which some files hold as one, and the norm of keys.
fn own_keys(
    source: &LayerSource<'_>,
    [queries, keys, values]: [usize; 3],
    norm: Option<QueryKeyNorm>,
) -> Result<(Matrix, Keys), ModelError> {
    let width = source.config.width;
    let normed_values = source.architecture.normed_values;
    let (query, key, value) = if source.has("attn_qkv.weight") {
        let name = source.biased("attn_qkv", "attn_q")?;
        let rows = queries + keys + values;
        let part = |begin, len| source.tensors.rows(&name, [width, rows], begin..begin + len);
        (part(0, queries)?, part(queries, keys)?, Some(part(queries + keys, values)?))
    } else {
        let query = source.matrix("attn_q", &[width, queries])?;
        let key = source.matrix("attn_k", &[width, keys])?;
        let value = match normed_values && keys == values && !source.has("attn_v.weight") {
            true => None,
            false => Some(source.matrix("attn_v", &[width, values])?),
        };
        (query, key, value)
    };
    let norm = match norm.map(|norm| norm.span) {
        Some(NormSpan::Head) => Some(source.vector("attn_k_norm", source.config.head_of(source.layer).key)?),
        Some(NormSpan::AllHeads) => Some(source.vector("attn_k_norm", keys)?),
        None => None,
    };
    Ok((query, Keys::Own(Box::new(OwnKeys { key, value, norm, normed_values }))))
}
