//! Attention of a tower: all patches of a window, or of the picture, see each other.

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};

use super::encoding::EncodingWatch;
use crate::model::ComputeContext;

/// Patches whose queries meet a stretch of keys together, while those are near.
const QUERIES: usize = 24;
/// Keys of a stretch.
const STRETCH: usize = 64;
/// Numbers to a multiple of which rows are filled up with zeros, so that registers are full.
const FULL: usize = 16;

/// The shape of a tower's attention.
#[derive(Debug, Clone, Copy)]
pub(super) struct TowerHeads {
    pub(super) count: usize,
    /// Numbers of a head.
    pub(super) size: usize,
    /// Multiplies the scores.
    pub(super) scale: f32,
}

/// Queries, keys and values: a row of all heads for each patch.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadRows<'a> {
    pub(super) queries: &'a [f32],
    pub(super) keys: &'a [f32],
    pub(super) values: &'a [f32],
}

/// Room for the keys and values of one head.
#[derive(Debug, Default)]
pub(super) struct HeadScratch {
    keys: Vec<f32>,
    values: Vec<f32>,
    /// The size of a head and the stretches for which there is room.
    layout: (usize, Vec<Range<usize>>),
}

/// Patches one after another that are seen together, of one head.
struct Stretch<'a> {
    patches: Range<usize>,
    /// Number d of every key, those of one d together.
    keys: &'a mut [f32],
    /// The values one after another.
    values: &'a mut [f32],
}

/// Some patches' queries of one head, and where the answers go.
struct Piece<'a> {
    /// The stretches that they see.
    seen: &'a [Stretch<'a>],
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

/// Room for each stretch of `patches` patches in all.
fn stretches<'a>(
    heads: TowerHeads,
    windows: &[Range<usize>],
    patches: usize,
    scratch: &'a mut HeadScratch,
) -> Vec<Stretch<'a>> {
    let full = heads.size.next_multiple_of(FULL);
    let cut = |window: &Range<usize>| {
        let end = window.end;
        window.clone().step_by(STRETCH).map(move |begin| begin..(begin + STRETCH).min(end))
    };
    let all: Vec<Range<usize>> = windows.iter().flat_map(cut).collect();
    let wide: usize = all.iter().map(|patches| patches.len().next_multiple_of(FULL)).sum();
    let HeadScratch { keys, values, layout } = scratch;
    let wanted = (heads.size, all.clone());
    if *layout != wanted {
        // What fills rows and columns up stands elsewhere in every layout; in one, nothing else is written there.
        keys.clear();
        values.clear();
        *layout = wanted;
    }
    keys.resize(wide * full, 0.0);
    values.resize(patches * full, 0.0);
    let (mut keys, mut values) = (keys.as_mut_slice(), values.as_mut_slice());
    let mut stretches = Vec::with_capacity(all.len());
    for patches in all {
        let (own_keys, rest) = keys.split_at_mut(patches.len().next_multiple_of(FULL) * full);
        let (own_values, others) = values.split_at_mut(patches.len() * full);
        (keys, values) = (rest, others);
        stretches.push(Stretch { patches, keys: own_keys, values: own_values });
    }
    stretches
}

impl Stretch<'_> {
    fn wide(&self) -> usize {
        self.patches.len().next_multiple_of(FULL)
    }

    fn fill(&mut self, heads: TowerHeads, head: usize, rows: HeadRows<'_>) {
        let (of_row, wide) = (heads.count * heads.size, self.wide());
        let full = heads.size.next_multiple_of(FULL);
        for (i, patch) in self.patches.clone().enumerate() {
            let numbers = patch * of_row + head * heads.size..patch * of_row + (head + 1) * heads.size;
            let column = self.keys[i..].iter_mut().step_by(wide);
            column.zip(&rows.keys[numbers.clone()]).for_each(|(to, key)| *to = *key);
            self.values[i * full..][..heads.size].copy_from_slice(&rows.values[numbers]);
        }
    }
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
        let wide: usize = self.seen.iter().map(Stretch::wide).sum();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Arithmetic;
    use crate::thread_pool::ThreadPool;

    #[test]
    fn numbers_of_another_layout_leave_no_trace() {
        let context = ComputeContext {
            pool: ThreadPool::new(1),
            kernels: pelicycle_kernels::Kernels::detect(),
            arithmetic: Arithmetic::Float32,
        };
        let heads = TowerHeads { count: 1, size: 20, scale: 0.2 };
        let attended = |windows: &[Range<usize>], keys: f32, scratch: &mut HeadScratch| {
            let numbers: Vec<f32> = (0..40 * heads.size).map(|i| (i % 7) as f32 - 3.0).collect();
            let keys: Vec<f32> = numbers.iter().map(|x| x * keys).collect();
            let rows = HeadRows { queries: &numbers, keys: &keys, values: &numbers };
            let mut out = vec![0.0; numbers.len()];
            let mut tell = |_| ControlFlow::Continue(());
            let mut watch = EncodingWatch::new(1, &mut tell);
            assert!(attend(&context, heads, windows, rows, scratch, &mut out, &mut watch).is_continue());
            out
        };
        let windows = [0..3, 3..23, 23..40];
        let mut scratch = HeadScratch::default();
        attended(std::slice::from_ref(&(0..40)), f32::INFINITY, &mut scratch);
        let after = attended(&windows, 1.0, &mut scratch);
        assert!(after.iter().all(|x| x.is_finite()));
        assert_eq!(after, attended(&windows, 1.0, &mut HeadScratch::default()));
    }
}
