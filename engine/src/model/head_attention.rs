//! Attention of the query heads that share one head's keys and values in a cache, for some rows of one sequence at a time:
//! rows that follow one another see nearly the same positions, whose keys and values are then read once for all.

use std::ops::Range;

use pelicycle_kernels::Kernels;

use super::compute_context::ComputeContext;
use super::head_shape::HeadShape;
use crate::cache::{CacheSlice, LayerCache};

/// Queries that meet keys and values together, at most: more would not keep their scores near.
pub(super) const QUERIES: usize = 16;

/// The query heads of some rows that read one key/value head.
pub(super) struct HeadAttention<'a> {
    pub(super) cache: &'a LayerCache,
    pub(super) head: usize,
    /// One for each query head, where the model has them.
    pub(super) sinks: Option<&'a [f32]>,
    /// At least one.
    pub(super) rows: Vec<HeadRow<'a>>,
}

/// The input and the outputs of one row.
pub(super) struct HeadRow<'a> {
    /// Those that it meets, at least one.
    pub(super) positions: Range<usize>,
    /// Of all positions those that the row sees; `None` for all.
    pub(super) seen: Option<&'a [bool]>,
    pub(super) queries: &'a [f32],
    /// As many as `out` has numbers, where the model has them.
    pub(super) gates: Option<&'a [f32]>,
    pub(super) out: &'a mut [f32],
}

impl HeadRow<'_> {
    /// Its positions before and after those that all rows have in common.
    fn around(&self, common: &Range<usize>) -> [Range<usize>; 2] {
        let Range { start, end } = self.positions;
        if common.is_empty() { [start..end, end..end] } else { [start..common.start, common.end..end] }
    }

    /// Gives positions that are not seen a score that has no part in the softmax.
    fn hide(&self, scores: &mut [f32]) {
        if let Some(seen) = self.seen {
            hide(scores, &seen[self.positions.clone()]);
        }
    }
}

impl HeadAttention<'_> {
    /// Softmax of the scaled scores, then the values mixed by it. Every row takes its positions in order, so the
    /// answer depends neither on how the prompt was cut into steps nor on the rows beside it.
    pub(super) fn attend(&mut self, context: &ComputeContext, shape: HeadShape, scale: f32) {
        let HeadAttention { cache, head, sinks, rows } = self;
        let kernels = context.kernels;
        let width = rows.iter().map(|row| row.positions.len()).max().unwrap_or(0);
        let heads = rows[0].queries.len() / shape.key;
        let meeting = Meeting { kernels, cache, head: *head, shape, scale, width };
        let mut scores = vec![0.0; rows.len() * heads * width];
        let start = rows.iter().map(|row| row.positions.start).max().unwrap_or(0);
        let end = rows.iter().map(|row| row.positions.end).min().unwrap_or(0);
        let common = start..end;

        meeting.score(rows, &common, &mut scores);
        for (row, scores) in rows.chunks(1).zip(scores.chunks_exact_mut(heads * width)) {
            row[0].around(&common).iter().for_each(|part| meeting.score(row, part, scores));
        }
        let mut inverses = Vec::with_capacity(rows.len() * heads);
        for (row, scores) in rows.iter().zip(scores.chunks_exact_mut(heads * width)) {
            for (i, scores) in scores.chunks_exact_mut(width).enumerate() {
                let scores = &mut scores[..row.positions.len()];
                row.hide(scores);
                inverses.push(1.0 / soften(kernels, scores, sinks.map(|sinks| sinks[i])));
            }
        }
        rows.iter_mut().for_each(|row| row.out.fill(0.0));
        let alone = |rows: &mut [HeadRow<'_>], part: usize| {
            for (row, scores) in rows.chunks_mut(1).zip(scores.chunks_exact(heads * width)) {
                let positions = &row[0].around(&common)[part];
                meeting.mix(row, positions, scores);
            }
        };
        alone(rows, 0);
        meeting.mix(rows, &common, &scores);
        alone(rows, 1);
        for (row, inverses) in rows.iter_mut().zip(inverses.chunks_exact(heads)) {
            for (out, inverse) in row.out.chunks_exact_mut(shape.value).zip(inverses) {
                out.iter_mut().for_each(|x| *x *= inverse);
            }
            if let Some(gates) = row.gates {
                (kernels.sigmoid_times)(row.out, gates);
            }
        }
    }
}

/// Queries of rows beside keys and values of a head.
struct Meeting<'a> {
    kernels: &'a Kernels,
    cache: &'a LayerCache,
    head: usize,
    shape: HeadShape,
    scale: f32,
    /// Scores that a query has room for: a row's first position is the first of them.
    width: usize,
}

impl Meeting<'_> {
    /// Writes the scores of positions that all of `rows` meet.
    fn score(&self, rows: &[HeadRow<'_>], positions: &Range<usize>, scores: &mut [f32]) {
        if positions.is_empty() {
            return;
        }
        let size = self.shape.key;
        let queries: Vec<&[f32]> = rows.iter().flat_map(|row| row.queries.chunks_exact(size)).collect();
        let mut begin = positions.start;
        for (keys, _) in self.cache.pages(self.head, positions.clone()) {
            let held = begin..begin + keys.len() / size;
            let mut of_queries: Vec<&mut [f32]> = scores.chunks_exact_mut(self.width).collect();
            for (scores, places) in of_queries.iter_mut().zip(places(rows, size, &held)) {
                *scores = &mut std::mem::take(scores)[places];
            }
            match keys {
                CacheSlice::Float(keys) => {
                    let heads = queries.iter().zip(of_queries);
                    heads.for_each(|(query, scores)| (self.kernels.scores)(query, keys, self.scale, scores));
                }
                CacheSlice::Half(keys) => {
                    (self.kernels.group_scores_half)(&queries, keys, self.scale, &mut of_queries);
                }
            }
            begin = held.end;
        }
    }

    /// Adds values, times the scores of their positions, that all of `rows` meet.
    fn mix(&self, rows: &mut [HeadRow<'_>], positions: &Range<usize>, scores: &[f32]) {
        if positions.is_empty() {
            return;
        }
        let size = self.shape.value;
        let mut begin = positions.start;
        for (_, values) in self.cache.pages(self.head, positions.clone()) {
            let held = begin..begin + values.len() / size;
            let places = places(rows, self.shape.key, &held);
            let of_queries: Vec<&[f32]> =
                scores.chunks_exact(self.width).zip(places).map(|(scores, places)| &scores[places]).collect();
            let mut out: Vec<&mut [f32]> =
                rows.iter_mut().flat_map(|row| row.out.chunks_exact_mut(size)).collect();
            match values {
                CacheSlice::Float(values) => {
                    let heads = of_queries.iter().zip(&mut out);
                    heads.for_each(|(scores, out)| (self.kernels.mix)(scores, values, out));
                }
                CacheSlice::Half(values) => (self.kernels.group_mix_half)(&of_queries, values, &mut out),
            }
            begin = held.end;
        }
    }
}

/// The ranges of the scores of these positions among those of each query.
fn places(rows: &[HeadRow<'_>], size: usize, positions: &Range<usize>) -> impl Iterator<Item = Range<usize>> {
    rows.iter().flat_map(move |row| {
        let first = row.positions.start;
        std::iter::repeat_n(positions.start - first..positions.end - first, row.queries.len() / size)
    })
}

/// Replaces scores by e^(score − the largest); the sum of the results, and of a sink's.
fn soften(kernels: &Kernels, scores: &mut [f32], sink: Option<f32>) -> f32 {
    let max = (kernels.largest)(scores).max(sink.unwrap_or(f32::NEG_INFINITY));
    let sum = (kernels.exponentials)(scores, max);
    sum + sink.map_or(0.0, |sink| (kernels.exponentials)(&mut [sink], max))
}

/// Gives positions that are not seen a score that has no part in the softmax.
pub(super) fn hide(scores: &mut [f32], seen: &[bool]) {
    for (score, seen) in scores.iter_mut().zip(seen) {
        if !seen {
            *score = f32::NEG_INFINITY;
        }
    }
}
