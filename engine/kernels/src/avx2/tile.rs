//! Weights unpacked for many rows of activations, and the ends of their products.

use std::arch::x86_64::*;
use std::ops::Range;

use super::lanes::sums_of_lanes;
use super::loops::store_up_to_eight;
use super::unpack::{HalvedSuperblock, unpack_run};
use crate::QuantizedBlock;
use crate::groups::by_groups;
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;

/// Weight rows of a tile: as many as a register has lanes, so that their sums with one row of activations are ended together.
pub(super) const TILE_ROWS: usize = 8;
/// Superblocks of each weight row in a tile. Those of eight rows of activations take 28 KiB, which the nearest cache holds.
pub(super) const TILE_BLOCKS: usize = 8;

/// Superblocks of some weight rows, those of a row one after another.
#[derive(Default)]
pub(super) struct HalvedTile {
    superblocks: Vec<HalvedSuperblock>,
    blocks: usize,
}

impl HalvedTile {
    /// Unpacks the superblocks from `first` on of each of the rows in `weights`, over what was there. Asks for as many bytes
    /// of `next`, which is as far from them as weights are asked for ahead.
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn unpack(
        &mut self,
        kind: TensorType,
        weights: &[u8],
        next: &[u8],
        row_bytes: usize,
        first: usize,
    ) {
        let bytes = superblock_bytes(kind);
        let run_bytes = (row_bytes - first * bytes).min(TILE_BLOCKS * bytes);
        self.blocks = run_bytes.div_ceil(bytes);
        self.superblocks.resize(weights.len() / row_bytes * self.blocks, HalvedSuperblock::zero());
        let rows = weights.chunks_exact(row_bytes).zip(self.superblocks.chunks_exact_mut(self.blocks));
        for (w, (row, to)) in rows.enumerate() {
            let next = next.get(w * row_bytes + first * bytes..).unwrap_or_default();
            unpack_run(kind, &row[first * bytes..][..run_bytes], next, to);
        }
    }

    /// The superblocks of each weight row.
    pub(super) fn rows(&self) -> std::slice::ChunksExact<'_, HalvedSuperblock> {
        self.superblocks.chunks_exact(self.blocks)
    }
}

/// The unit that a row's scales are counted in.
#[inline]
pub(super) fn unit(row: &[QuantizedBlock]) -> f32 {
    row.first().map_or(0.0, |block| block.unit)
}

/// Ends the sums of the weight rows `of` with `rows`: of each group of these the sums with the first, then those with the
/// second, and so on.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn end_sums(
    sums: &[__m256],
    of: Range<usize>,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    let mut rest = sums;
    by_groups!(rows, &mut *out, 8 4 2 1, |rows, out| {
        let (sums, others) = rest.split_at(TILE_ROWS * rows.len());
        for (r, (x, out)) in rows.iter().zip(out).enumerate() {
            let mut of_row = [_mm256_setzero_ps(); TILE_ROWS];
            for (to, sums) in of_row.iter_mut().zip(sums.chunks_exact(rows.len())) {
                *to = sums[r];
            }
            let products = _mm256_mul_ps(sums_of_lanes(&of_row), _mm256_set1_ps(unit(x)));
            store_up_to_eight(&mut out[of.clone()], products);
        }
        rest = others;
    });
}
