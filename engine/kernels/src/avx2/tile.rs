//! Weights unpacked for many rows of activations.

use super::unpack::{Superblock, unpack_run};
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;

/// Weight rows of a tile: so many products are made of activations that are near.
pub(super) const TILE_ROWS: usize = 8;
/// Superblocks of each weight row in a tile. Those of eight rows of activations take 24 KiB, which the nearest cache holds.
pub(super) const TILE_BLOCKS: usize = 8;

/// Superblocks of some weight rows, those of a row one after another.
#[derive(Default)]
pub(super) struct Tile {
    superblocks: Vec<Superblock>,
    blocks: usize,
}

impl Tile {
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
        self.superblocks.resize(weights.len() / row_bytes * self.blocks, Superblock::zero());
        let rows = weights.chunks_exact(row_bytes).zip(self.superblocks.chunks_exact_mut(self.blocks));
        for (w, (row, to)) in rows.enumerate() {
            let next = next.get(w * row_bytes + first * bytes..).unwrap_or_default();
            unpack_run(kind, &row[first * bytes..][..run_bytes], next, to);
        }
    }

    /// The superblocks of each weight row.
    pub(super) fn rows(&self) -> std::slice::ChunksExact<'_, Superblock> {
        self.superblocks.chunks_exact(self.blocks)
    }
}
