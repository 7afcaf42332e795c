//! Attention of a tower: all patches of a window, or of the picture, see each other.

use std::ops::Range;

use crate::model::ComputeContext;

/// Patches whose queries meet a stretch of keys together, while those are near.
const QUERIES: usize = 16;
/// Keys of a stretch.
const STRETCH: usize = 64;

/// The shape of a tower's attention.
#[derive(Debug, Clone, Copy)]
pub(super) struct TowerHeads {
    pub(super) count: usize,
    /// Numbers of a head.
    pub(super) size: usize,
    /// Multiplies the scores.
    pub(super) scale: f32,
}

/// Some patches' queries of one head, and where the answers go.
struct Piece<'a> {
    head: usize,
    /// Patches that are seen.
    seen: Range<usize>,
    queries: Range<usize>,
    out: Vec<&'a mut [f32]>,
}

/// Keys or values of all patches, head by head: rows of `heads.count` heads one after another become heads of rows.
pub(super) fn by_head(heads: TowerHeads, rows: &[f32], out: &mut Vec<f32>) {
    let count = rows.len() / (heads.count * heads.size);
    out.resize(rows.len(), 0.0);
    for (r, row) in rows.chunks_exact(heads.count * heads.size).enumerate() {
        for (h, head) in row.chunks_exact(heads.size).enumerate() {
            out[(h * count + r) * heads.size..][..heads.size].copy_from_slice(head);
        }
    }
}

/// Writes the answer to each row of `queries` to `out`; `keys` and `values` are head by head. Patches see those of their
/// window, of which there is at least one.
pub(super) fn attend(
    context: &ComputeContext,
    heads: TowerHeads,
    windows: &[Range<usize>],
    queries: &[f32],
    (keys, values): (&[f32], &[f32]),
    out: &mut [f32],
) {
    let of_row = heads.count * heads.size;
    let count = queries.len() / of_row;
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut rows = out.chunks_exact_mut(of_row);
    for window in windows {
        for begin in window.clone().step_by(QUERIES) {
            let block = begin..(begin + QUERIES).min(window.end);
            let mut outs: Vec<Vec<&mut [f32]>> =
                (0..heads.count).map(|_| Vec::with_capacity(QUERIES)).collect();
            for row in rows.by_ref().take(block.len()) {
                row.chunks_exact_mut(heads.size).zip(&mut outs).for_each(|(part, out)| out.push(part));
            }
            pieces.extend(outs.into_iter().enumerate().map(|(head, out)| Piece {
                head,
                seen: window.clone(),
                queries: block.clone(),
                out,
            }));
        }
    }
    context.pool.for_each(&mut pieces, |piece| {
        let rows = piece.head * count + piece.seen.start..piece.head * count + piece.seen.end;
        let numbers = rows.start * heads.size..rows.end * heads.size;
        let query = |q: usize| &queries[q * of_row + piece.head * heads.size..][..heads.size];
        let queries: Vec<&[f32]> = piece.queries.clone().map(query).collect();
        attend_block(context, heads, &queries, &keys[numbers.clone()], &values[numbers], &mut piece.out);
    });
}

/// Softmax of the scaled scores, then the values mixed by it, every patch in order.
fn attend_block(
    context: &ComputeContext,
    heads: TowerHeads,
    queries: &[&[f32]],
    keys: &[f32],
    values: &[f32],
    out: &mut [&mut [f32]],
) {
    let kernels = context.kernels;
    let seen = keys.len() / heads.size;
    let mut scores = vec![0.0; queries.len() * seen];
    for (stretch, keys) in keys.chunks(STRETCH * heads.size).enumerate() {
        for (query, scores) in queries.iter().zip(scores.chunks_exact_mut(seen)) {
            let scores = &mut scores[stretch * STRETCH..][..keys.len() / heads.size];
            (kernels.scores)(query, keys, heads.scale, scores);
        }
    }
    let softmax = |scores: &mut [f32]| {
        let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        (kernels.exponentials)(scores, max)
    };
    let sums: Vec<f32> = scores.chunks_exact_mut(seen).map(softmax).collect();
    out.iter_mut().for_each(|out| out.fill(0.0));
    for (stretch, values) in values.chunks(STRETCH * heads.size).enumerate() {
        for (scores, out) in scores.chunks_exact(seen).zip(out.iter_mut()) {
            let weights = &scores[stretch * STRETCH..][..values.len() / heads.size];
            (kernels.mix)(weights, values, out);
        }
    }
    for (out, sum) in out.iter_mut().zip(sums) {
        let inverse = 1.0 / sum;
        out.iter_mut().for_each(|x| *x *= inverse);
    }
}
