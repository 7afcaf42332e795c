//! Attention of a tower: all patches of a window, or of the picture, see each other.

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};

use super::encoding::EncodingWatch;
use super::key_stretches::{FULL, HeadRows, HeadScratch, KeyStretch, STRETCH, TowerHeads, stretches};
use crate::model::ComputeContext;

/// Patches whose queries meet a stretch of keys together, while those are near.
const QUERIES: usize = 24;

/// Some patches' queries of one head, and where the answers go.
struct Piece<'a> {
    /// The stretches that they see.
    seen: &'a [KeyStretch<'a>],
    queries: Range<usize>,
    out: Vec<&'a mut [f32]>,
}

thread_local! {
    /// The scores of a piece: too many to ask the system for them each time.
    static SCORES: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Writes the answer to each row of queries to `out`. Patches see those of their window, of which there is at least one.
/// It breaks off between two heads.
pub(super) fn attend(
    context: &ComputeContext,
    heads: TowerHeads,
    windows: &[Range<usize>],
    rows: HeadRows<'_>,
    scratch: &mut HeadScratch,
    out: &mut [f32],
    watch: &mut EncodingWatch<'_>,
) -> ControlFlow<()> {
    let of_row = heads.count * heads.size;
    for head in 0..heads.count {
        watch.look()?;
        let mut stretches = stretches(heads, windows, rows.keys.len() / of_row, scratch);
        context.pool.for_each(&mut stretches, |stretch| stretch.fill(heads, head, rows));
        let mut out = out.chunks_exact_mut(of_row).map(|row| &mut row[head * heads.size..][..heads.size]);
        let (mut pieces, mut first) = (Vec::new(), 0);
        for window in windows {
            let count = window.len().div_ceil(STRETCH);
            let seen = &stretches[first..first + count];
            first += count;
            for begin in window.clone().step_by(QUERIES) {
                let queries = begin..(begin + QUERIES).min(window.end);
                let out = out.by_ref().take(queries.len()).collect();
                pieces.push(Piece { seen, queries, out });
            }
        }
        context.pool.for_each(&mut pieces, |piece| piece.attend(context, heads, head, rows.queries));
    }
    ControlFlow::Continue(())
}

impl Piece<'_> {
    /// Softmax of the scaled scores, then the values mixed by it, every patch in order.
    fn attend(&mut self, context: &ComputeContext, heads: TowerHeads, head: usize, queries: &[f32]) {
        let (kernels, of_row) = (context.kernels, heads.count * heads.size);
        let full = heads.size.next_multiple_of(FULL);
        let mut asked = vec![0.0; self.queries.len() * full];
        for (patch, to) in self.queries.clone().zip(asked.chunks_exact_mut(full)) {
            let query = &queries[patch * of_row + head * heads.size..][..heads.size];
            to.iter_mut().zip(query).for_each(|(to, x)| *to = x * heads.scale);
        }
        let asked: Vec<&[f32]> = asked.chunks_exact(full).collect();
        let count: usize = self.seen.iter().map(|stretch| stretch.patches.len()).sum();
        let wide: usize = self.seen.iter().map(KeyStretch::wide).sum();
        let mut mixed = vec![0.0; asked.len() * full];
        SCORES.with_borrow_mut(|scores| {
            scores.clear();
            scores.resize(asked.len() * wide, 0.0);
            for (i, stretch) in self.seen.iter().enumerate() {
                let mut out: Vec<&mut [f32]> = scores
                    .chunks_exact_mut(wide)
                    .map(|row| &mut row[i * STRETCH..][..stretch.wide()])
                    .collect();
                (kernels.mixes)(&asked, stretch.keys, &mut out);
            }
            let softmax = |row: &mut [f32]| {
                let row = &mut row[..count];
                let max = (kernels.largest)(row);
                (kernels.exponentials)(row, max)
            };
            let sums: Vec<f32> = scores.chunks_exact_mut(wide).map(softmax).collect();
            for (i, stretch) in self.seen.iter().enumerate() {
                let weights: Vec<&[f32]> = scores
                    .chunks_exact(wide)
                    .map(|row| &row[i * STRETCH..][..stretch.patches.len()])
                    .collect();
                let mut out: Vec<&mut [f32]> = mixed.chunks_exact_mut(full).collect();
                (kernels.mixes)(&weights, stretch.values, &mut out);
            }
            for ((out, mixed), sum) in self.out.iter_mut().zip(mixed.chunks_exact(full)).zip(sums) {
                let inverse = 1.0 / sum;
                out.iter_mut().zip(mixed).for_each(|(out, x)| *out = x * inverse);
            }
        });
    }
}
