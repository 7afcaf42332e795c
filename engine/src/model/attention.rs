//! Attention with grouped heads over a paged cache.

use std::ops::Range;
use std::sync::Arc;

use pelicycle_kernels::Activations;

use super::architecture::{AttentionGate, NormSpan};
use super::compute_context::ComputeContext;
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::norm::rms_norm_in_place;
use super::rope::Rope;
use super::step::LayerStep;
use crate::cache::{CacheSlice, LayerCache};

/// The weights of one layer's attention.
#[derive(Debug)]
pub(super) struct Attention {
    query: Matrix,
    /// Whether the query of each head is followed by a gate for its answer.
    gated: bool,
    /// The gates' matrix, where they have one of their own.
    gate: Option<Matrix>,
    key: Matrix,
    value: Matrix,
    output: Matrix,
    /// Weights of the norms over a head's queries and keys.
    query_key_norm: Option<(Vec<f32>, Vec<f32>)>,
    /// The norms come after the turning.
    norm_after_turning: bool,
    pub(super) kv_heads: usize,
    /// None in layers that do not turn their heads.
    rope: Option<Arc<Rope>>,
    /// How many of the last positions, its own included, a row sees; `None` for all.
    pub(super) window: Option<usize>,
    /// A score for each query head that takes its share of the softmax and brings no value.
    sinks: Option<Vec<f32>>,
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

impl Attention {
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Attention, ModelError> {
        let config = source.config;
        let kv_heads = config.kv_heads[source.layer];
        let gated = source.architecture.attention_gate == Some(AttentionGate::WithQueries);
        let of_a_query = config.key_size + if gated { config.value_size } else { 0 };
        let sizes = [config.heads * of_a_query, kv_heads * config.key_size, kv_heads * config.value_size];
        let [query, key, value] = query_key_value(source, sizes)?;
        let norm = source.architecture.query_key_norm;
        let norm = norm.filter(|norm| !norm.optional || source.has("attn_q_norm.weight"));
        let norm_sizes = match norm.map(|norm| norm.span) {
            Some(NormSpan::Head) => Some((config.key_size, config.key_size)),
            Some(NormSpan::AllHeads) => Some((sizes[0], sizes[1])),
            None => None,
        };
        let query_key_norm = match norm_sizes {
            Some((q, k)) => Some((source.vector("attn_q_norm", q)?, source.vector("attn_k_norm", k)?)),
            None => None,
        };
        let sinks = match source.architecture.sinks {
            true => Some(source.vector("attn_sinks", config.heads)?),
            false => None,
        };
        let window = config.windows[source.layer];
        let period = source.architecture.unturned_period;
        let unturned = period.is_some_and(|period| (source.layer + 1).is_multiple_of(period));
        Ok(Attention {
            query,
            gated,
            key,
            value,
            gate: match source.architecture.attention_gate {
                Some(AttentionGate::Apart) => {
                    Some(source.matrix("attn_gate", &[config.width, config.heads * config.value_size])?)
                }
                Some(AttentionGate::WithQueries) | None => None,
            },
            output: source.matrix("attn_output", &[config.heads * config.value_size, config.width])?,
            query_key_norm,
            norm_after_turning: norm.is_some_and(|norm| norm.after_turning),
            kv_heads,
            rope: (!unturned).then(|| Arc::clone(source.ropes.of(window))),
            window,
            sinks,
        })
    }

    /// Writes the block's answer for each row of `x` (normed) to `out`. The rows' keys and values go into the
    /// caches at `layer`.
    pub(super) fn forward(
        &self,
        step: LayerStep<'_, '_>,
        x: &mut Activations,
        scratch: &mut AttentionScratch,
        out: &mut [f32],
    ) {
        let LayerStep { context, config, layer, rows, caches } = step;
        let (key_size, value_size, heads) = (config.key_size, config.value_size, config.heads);
        let AttentionScratch { queries, gated_queries, gates, keys, values, mixed } = scratch;
        queries.resize(rows.len() * heads * key_size, 0.0);
        keys.resize(rows.len() * self.key.rows, 0.0);
        values.resize(rows.len() * self.value.rows, 0.0);
        let of_queries = if self.gated { &mut *gated_queries } else { &mut *queries };
        of_queries.resize(rows.len() * self.query.rows, 0.0);
        products(context, x, &mut [(&self.query, of_queries), (&self.key, keys), (&self.value, values)]);
        if self.gated {
            gates.resize(rows.len() * heads * value_size, 0.0);
            let heads = gated_queries.chunks_exact(key_size + value_size);
            let to = queries.chunks_exact_mut(key_size).zip(gates.chunks_exact_mut(value_size));
            for (from, (query, gate)) in heads.zip(to) {
                query.copy_from_slice(&from[..key_size]);
                gate.copy_from_slice(&from[key_size..]);
            }
        }

        if let Some(gate) = &self.gate {
            gates.resize(rows.len() * heads * value_size, 0.0);
            products(context, x, &mut [(gate, gates)]);
        }
        let mut turning: Vec<_> = rows
            .iter()
            .zip(queries.chunks_exact_mut(heads * key_size))
            .zip(keys.chunks_exact_mut(self.key.rows))
            .map(|((row, q), k)| (row.position, q, k))
            .collect();
        context.pool.for_each(&mut turning, |(position, q, k)| {
            if !self.norm_after_turning {
                self.norm(q, k, config.epsilon);
            }
            if let Some(rope) = &self.rope {
                let turns = rope.turns(*position);
                let heads = q.chunks_exact_mut(key_size).chain(k.chunks_exact_mut(key_size));
                heads.for_each(|head| rope.apply(head, &turns));
            }
            if self.norm_after_turning {
                self.norm(q, k, config.epsilon);
            }
            if let Some(temperature) = config.query_temperature {
                let factor = temperature.factor(*position);
                q.iter_mut().for_each(|x| *x *= factor);
            }
        });
        let written = keys.chunks_exact(self.key.rows).zip(values.chunks_exact(self.value.rows));
        for (row, (k, v)) in rows.iter().zip(written) {
            caches[row.sequence].layers[layer].write(row.position, k, v);
        }

        let group = heads / self.kv_heads;
        mixed.reset(rows.len(), heads * value_size);
        let mut pieces: Vec<_> = Vec::with_capacity(rows.len() * self.kv_heads);
        let queries = queries.chunks_exact(heads * key_size);
        for (r, ((row, q), out)) in rows.iter().zip(queries).zip(mixed.rows_mut()).enumerate() {
            let cache = &caches[row.sequence].layers[layer];
            let queries = q.chunks_exact(group * key_size);
            let outs = out.chunks_exact_mut(group * value_size);
            for (head, (q, out)) in queries.zip(outs).enumerate() {
                let end = row.position + 1;
                let positions = self.window.map_or(0, |window| end.saturating_sub(window))..end;
                let sinks = self.sinks.as_ref().map(|sinks| &sinks[head * group..][..group]);
                let gated = self.gated || self.gate.is_some();
                let gates = gated.then(|| &gates[(r * self.kv_heads + head) * out.len()..][..out.len()]);
                pieces.push(Piece { cache, head, positions, queries: q, sinks, gates, out });
            }
        }
        let attend = |piece: &mut Piece<'_>| piece.attend(context, key_size, value_size, config.score_scale);
        context.pool.for_each(&mut pieces, attend);
        products(context, mixed, &mut [(&self.output, out)]);
    }
}

impl Attention {
    /// Norms the queries and keys of one row, in the models that do.
    fn norm(&self, queries: &mut [f32], keys: &mut [f32], epsilon: f32) {
        let Some((of_queries, of_keys)) = &self.query_key_norm else { return };
        for (numbers, weight) in [(queries, of_queries), (keys, of_keys)] {
            let together = numbers.chunks_exact_mut(weight.len());
            together.for_each(|numbers| rms_norm_in_place(numbers, weight, epsilon));
        }
    }
}

/// The matrices for queries, keys and values, which some files hold as one.
fn query_key_value(
    source: &LayerSource<'_>,
    [query, key, value]: [usize; 3],
) -> Result<[Matrix; 3], ModelError> {
    let width = source.config.width;
    if source.has("attn_qkv.weight") {
        let name = source.biased("attn_qkv", "attn_q")?;
        let rows = query + key + value;
        let part = |begin, len| source.tensors.rows(&name, [width, rows], begin..begin + len);
        return Ok([part(0, query)?, part(query, key)?, part(query + key, value)?]);
    }
    Ok([
        source.matrix("attn_q", &[width, query])?,
        source.matrix("attn_k", &[width, key])?,
        source.matrix("attn_v", &[width, value])?,
    ])
}

/// The query heads of one row that read one key/value head.
struct Piece<'a> {
    cache: &'a LayerCache,
    head: usize,
    positions: Range<usize>,
    queries: &'a [f32],
    /// One for each query head, where the model has them.
    sinks: Option<&'a [f32]>,
    /// As many as `out` has numbers, where the model has them.
    gates: Option<&'a [f32]>,
    out: &'a mut [f32],
}

impl Piece<'_> {
    /// Softmax of the scaled scores, then the values mixed by it. Every position is taken in order, so the
    /// answer does not depend on how the prompt was cut into steps.
    fn attend(&mut self, context: &ComputeContext, key_size: usize, value_size: usize, scale: f32) {
        let kernels = context.kernels;
        let mut scores = vec![0.0; self.positions.len()];
        let heads = self.queries.chunks_exact(key_size).zip(self.out.chunks_exact_mut(value_size));
        for (i, (query, out)) in heads.enumerate() {
            let sink = self.sinks.map(|sinks| sinks[i]);
            let mut rest = &mut scores[..];
            for (keys, _) in self.cache.pages(self.head, self.positions.clone()) {
                let held = keys.len() / key_size;
                let (now, later) = rest.split_at_mut(held);
                match keys {
                    CacheSlice::Float(keys) => (kernels.scores)(query, keys, scale, now),
                    CacheSlice::Half(keys) => (kernels.scores_half)(query, keys, scale, now),
                }
                rest = later;
            }
            let max = scores.iter().copied().chain(sink).fold(f32::NEG_INFINITY, f32::max);
            let mut sum = (kernels.exponentials)(&mut scores, max);
            if let Some(sink) = sink {
                sum += (kernels.exponentials)(&mut [sink], max);
            }
            out.fill(0.0);
            let mut rest = &scores[..];
            for (_, values) in self.cache.pages(self.head, self.positions.clone()) {
                let held = values.len() / value_size;
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
