//! A block of a vision tower: attention, then a feed-forward block, each behind a norm and added to the stream.

use std::ops::ControlFlow;

use pelicycle_kernels::{Activations, GateFunction};

use super::activation::gelu;
use super::clipped_matrix::ClippedMatrix;
use super::encoding::EncodingWatch;
use super::key_stretches::{HeadRows, HeadScratch, TowerHeads};
use super::patch_grid::{CHUNK, PatchGrid};
use super::tower_attention::attend;
use super::tower_config::TowerConfig;
use super::tower_kind::TowerFeedForward;
use super::tower_rope::{HeadTurns, TowerRope};
use super::tower_source::TowerSource;
use crate::model::{ComputeContext, Matrix, ModelError, Norm, rms_norm_in_place, rms_normalize};

/// One block's weights.
#[derive(Debug)]
pub(super) struct TowerBlock {
    epsilon: f32,
    heads: TowerHeads,
    first_norm: Norm,
    query: ClippedMatrix,
    key: ClippedMatrix,
    value: ClippedMatrix,
    /// Norms of each head's queries and keys; values are normed without weights beside them.
    head_norms: Option<[Vec<f32>; 2]>,
    output: ClippedMatrix,
    output_norm: Option<Vec<f32>>,
    second_norm: Norm,
    gate: Option<(ClippedMatrix, TowerGate)>,
    up: ClippedMatrix,
    down: ClippedMatrix,
    down_norm: Option<Vec<f32>>,
    /// Whether its patches see those of their window alone.
    windowed: bool,
}

/// The gate of a feed-forward block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TowerGate {
    Kernel(GateFunction),
    /// Gelu by erf.
    ExactGelu,
}

/// Room for the inner numbers of a block.
#[derive(Debug, Default)]
pub(super) struct TowerScratch {
    normed: Activations,
    held: Activations,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    head: HeadScratch,
    mixed: Vec<f32>,
    inner: Activations,
    up: Vec<f32>,
    answer: Vec<f32>,
}

/// The rotation of heads, and the turns in the place of each patch.
pub(super) type TowerRotation<'a> = (&'a TowerRope, &'a [HeadTurns]);

impl TowerBlock {
    pub(super) fn read(source: &TowerSource<'_>, block: usize) -> Result<TowerBlock, ModelError> {
        let TowerConfig { width, inner, heads, .. } = *source.config;
        let kind = source.kind;
        let name = |part: &str| format!("v.blk.{block}.{part}");
        let clipped = |part: &str, dims: [usize; 2]| {
            ClippedMatrix::read(source, &name(part), source.matrix(&name(part), dims)?)
        };
        let answer_norm = |part: &str| match kind.answer_norms {
            true => source.numbers(&format!("{}.weight", name(part)), &[width]).map(Some),
            false => Ok(None),
        };
        let ([query, key, value], all_heads) = queries_keys_values(source, &name)?;
        let size = all_heads / heads;
        let scale = if kind.scaled { 1.0 / (size as f32).sqrt() } else { 1.0 };
        let head_norm = |part: &str| source.numbers(&format!("{}.weight", name(part)), &[size]);
        let gate = match kind.feed_forward {
            TowerFeedForward::Plain => None,
            TowerFeedForward::GatedGelu => Some(TowerGate::Kernel(GateFunction::Gelu)),
            TowerFeedForward::GatedByFile if source.config.gelu => Some(TowerGate::ExactGelu),
            TowerFeedForward::GatedByFile => Some(TowerGate::Kernel(GateFunction::Silu)),
        };
        Ok(TowerBlock {
            epsilon: source.config.epsilon,
            heads: TowerHeads { count: heads, size, scale },
            first_norm: source.norm(&name("ln1"), width)?,
            query,
            key,
            value,
            head_norms: match kind.head_norms {
                true => Some([head_norm("attn_q_norm")?, head_norm("attn_k_norm")?]),
                false => None,
            },
            output: clipped("attn_out", [all_heads, width])?,
            output_norm: answer_norm("attn_post_norm")?,
            second_norm: source.norm(&name("ln2"), width)?,
            gate: match gate {
                Some(gate) => Some((clipped("ffn_gate", [width, inner])?, gate)),
                None => None,
            },
            up: clipped("ffn_up", [width, inner])?,
            down: clipped("ffn_down", [inner, width])?,
            down_norm: answer_norm("ffn_post_norm")?,
            windowed: kind.windowed && !(block + 1).is_multiple_of(source.config.whole_every),
        })
    }

    /// Numbers of a head.
    pub(super) fn head_size(&self) -> usize {
        self.heads.size
    }

    /// Takes the stream of a picture's patches through the block. It breaks off between two parts of the work.
    pub(super) fn forward(
        &self,
        context: &ComputeContext,
        (grid, turning): (&PatchGrid, Option<TowerRotation<'_>>),
        stream: &mut [f32],
        scratch: &mut TowerScratch,
        watch: &mut EncodingWatch<'_>,
    ) -> ControlFlow<()> {
        let TowerHeads { count, size, .. } = self.heads;
        let width = stream.len() / grid.len();
        let all_heads = count * size;
        let TowerScratch { normed, held, queries, keys, values, head, mixed, .. } = scratch;
        for numbers in [&mut *queries, keys, values, mixed] {
            numbers.resize(grid.len() * all_heads, 0.0);
        }
        for (chunk, x) in stream.chunks(CHUNK * width).enumerate() {
            watch.look()?;
            norm_rows(context, &self.first_norm, self.epsilon, x, width, normed);
            let rows = chunk * CHUNK * all_heads..(chunk * CHUNK + normed.rows()) * all_heads;
            self.query.multiply(context, normed, held, &mut queries[rows.clone()]);
            self.key.multiply(context, normed, held, &mut keys[rows.clone()]);
            self.value.multiply(context, normed, held, &mut values[rows]);
        }
        self.norm_and_turn(context, turning, (queries, keys, values));
        let whole = std::iter::once(0..grid.len()).collect::<Vec<_>>();
        let windows = if self.windowed { &grid.windows } else { &whole };
        attend(context, self.heads, windows, HeadRows { queries, keys, values }, head, mixed, watch)?;
        for (chunk, x) in stream.chunks_mut(CHUNK * width).enumerate() {
            watch.look()?;
            self.answer(context, chunk * CHUNK, x, width, scratch);
        }
        watch.layer_done()
    }

    /// Norms values, queries and keys, and turns the last two.
    fn norm_and_turn(
        &self,
        context: &ComputeContext,
        turning: Option<TowerRotation<'_>>,
        (queries, keys, values): (&mut [f32], &mut [f32], &mut [f32]),
    ) {
        if turning.is_none() && self.head_norms.is_none() {
            return;
        }
        let TowerHeads { count, size, .. } = self.heads;
        let of_row = count * size;
        let rows = queries.chunks_exact_mut(of_row).zip(keys.chunks_exact_mut(of_row));
        let mut rows: Vec<_> = rows.zip(values.chunks_exact_mut(of_row)).enumerate().collect();
        context.pool.for_each(&mut rows, |(patch, ((queries, keys), values))| {
            if let Some([query_norm, key_norm]) = &self.head_norms {
                let norm = |heads: &mut [f32], weights: &[f32]| {
                    heads
                        .chunks_exact_mut(size)
                        .for_each(|head| rms_norm_in_place(head, weights, self.epsilon));
                };
                norm(queries, query_norm);
                norm(keys, key_norm);
                values.chunks_exact_mut(size).for_each(|head| rms_normalize(head, self.epsilon));
            }
            if let Some((rope, turns)) = turning {
                let heads = queries.chunks_exact_mut(size).chain(keys.chunks_exact_mut(size));
                heads.for_each(|head| rope.apply(head, &turns[*patch]));
            }
        });
    }

    /// Adds attention's answer and the feed-forward block's to some rows of the stream, from patch `begin` on.
    fn answer(
        &self,
        context: &ComputeContext,
        begin: usize,
        x: &mut [f32],
        width: usize,
        scratch: &mut TowerScratch,
    ) {
        let TowerScratch { normed, held, mixed, inner, up, answer, .. } = scratch;
        let (rows, all_heads) = (x.len() / width, self.heads.count * self.heads.size);
        answer.resize(x.len(), 0.0);
        inner.reset(rows, all_heads);
        inner.floats_mut().copy_from_slice(&mixed[begin * all_heads..][..rows * all_heads]);
        self.output.multiply(context, inner, held, answer);
        add(context, x, answer, width, self.output_norm.as_deref(), self.epsilon);

        norm_rows(context, &self.second_norm, self.epsilon, x, width, normed);
        let inner_width = self.up.matrix.rows;
        inner.reset(rows, inner_width);
        match &self.gate {
            Some((gate, function)) => {
                gate.multiply(context, normed, held, inner.floats_mut());
                up.resize(rows * inner_width, 0.0);
                self.up.multiply(context, normed, held, up);
                let mut gated: Vec<_> = inner.rows_mut().zip(up.chunks_exact(inner_width)).collect();
                context.pool.for_each(&mut gated, |(gate, up)| match function {
                    TowerGate::Kernel(function) => (context.kernels.gate)(*function, gate, up),
                    TowerGate::ExactGelu => {
                        gate.iter_mut().zip(*up).for_each(|(gate, up)| *gate = gelu(*gate) * up);
                    }
                });
            }
            None => {
                self.up.multiply(context, normed, held, inner.floats_mut());
                up.clear();
                up.resize(inner_width, 1.0);
                let mut rows: Vec<_> = inner.rows_mut().collect();
                context.pool.for_each(&mut rows, |row| (context.kernels.gate)(GateFunction::Gelu, row, up));
            }
        }
        self.down.multiply(context, inner, held, answer);
        add(context, x, answer, width, self.down_norm.as_deref(), self.epsilon);
    }
}

/// The matrices of queries, keys and values, which some files hold as one, and the numbers of all heads.
fn queries_keys_values(
    source: &TowerSource<'_>,
    name: &dyn Fn(&str) -> String,
) -> Result<([ClippedMatrix; 3], usize), ModelError> {
    let TowerConfig { width, heads, .. } = *source.config;
    // Where heads turn, a quarter of each goes with its own axis and half.
    let parts = if source.kind.rope.is_some() { 4 * heads } else { heads };
    let cut = |name: &str, rows: usize| match rows > 0 && rows <= 1 << 20 && rows.is_multiple_of(parts) {
        true => Ok(rows),
        false => Err(ModelError::Value {
            path: source.gguf.path().to_owned(),
            what: format!("the number of rows of {name}.weight"),
            found: rows.to_string(),
            why: "which clip.vision.attention.head_count does not cut into heads",
        }),
    };
    let fused = name("attn_qkv");
    if source.has(&fused) {
        let width = cut(&fused, width)?;
        let part = |i: usize| source.part(&fused, [width, 3 * width], i * width, width);
        let matrix = |matrix: Matrix| ClippedMatrix::read(source, &fused, matrix);
        return Ok(([matrix(part(0)?)?, matrix(part(1)?)?, matrix(part(2)?)?], width));
    }
    // Heads may be wider or narrower together than the stream.
    let query = name("attn_q");
    let rows = cut(&query, source.rows(&query)?)?;
    let matrix =
        |part: &str| ClippedMatrix::read(source, &name(part), source.matrix(&name(part), [width, rows])?);
    Ok(([matrix("attn_q")?, matrix("attn_k")?, matrix("attn_v")?], rows))
}

/// Norms every row.
pub(super) fn norm_rows(
    context: &ComputeContext,
    norm: &Norm,
    epsilon: f32,
    stream: &[f32],
    width: usize,
    out: &mut Activations,
) {
    out.reset(stream.len() / width, width);
    let mut rows: Vec<_> = stream.chunks_exact(width).zip(out.rows_mut()).collect();
    context.pool.for_each(&mut rows, |(x, out)| norm.apply(x, epsilon, out));
}

/// Adds an answer, normed where there is a norm for it.
fn add(
    context: &ComputeContext,
    stream: &mut [f32],
    answer: &mut [f32],
    width: usize,
    norm: Option<&[f32]>,
    epsilon: f32,
) {
    let mut rows: Vec<_> = stream.chunks_exact_mut(width).zip(answer.chunks_exact_mut(width)).collect();
    context.pool.for_each(&mut rows, |(stream, answer)| {
        if let Some(weights) = norm {
            rms_norm_in_place(answer, weights, epsilon);
        }
        stream.iter_mut().zip(answer.iter()).for_each(|(x, y)| *x += *y);
    });
}
