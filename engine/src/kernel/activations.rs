//! Activation rows as the products take them: in float32, and rounded to 8 bits where the weights are quantized.

use super::{Kernels, SUPERBLOCK};

/// Elements that share one scale and one sum: the finest groups of scales that a weight format has. (llama.cpp
/// has 32 or 256 to a scale; 16 cost the products nothing, and halve the rounding error of an outlier's neighbours.)
pub(super) const GROUP: usize = 16;

/// 256 activations rounded to 8 bits: element e is about `scales[lane(e / 16)]` · `codes[place(e)]`.
///
/// The order is the one in which byte products add up to whole groups: of 64 codes, the n-th four belong to the
/// group in lane n, and four times 64 codes make the 16 numbers of every group. So the products of 256 weights
/// end as 16 integers, one a group, and each is scaled once.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct QuantizedBlock {
    pub(super) codes: [i8; SUPERBLOCK],
    pub(super) scales: [f32; SUPERBLOCK / GROUP],
    /// Scale · Σ codes of the group: what a weight format's offset is multiplied with.
    pub(super) sums: [f32; SUPERBLOCK / GROUP],
}

/// Where the `group`-th group of a block has its scale: a transposition of four by four.
#[inline(always)]
pub(super) const fn lane(group: usize) -> usize {
    group % 4 * 4 + group / 4
}

/// Where the `element`-th element of a block has its code.
#[inline(always)]
pub(super) const fn place(element: usize) -> usize {
    element % GROUP / 4 * 64 + lane(element / GROUP) * 4 + element % 4
}

impl QuantizedBlock {
    pub(super) const ZERO: QuantizedBlock = QuantizedBlock {
        codes: [0; SUPERBLOCK],
        scales: [0.0; SUPERBLOCK / GROUP],
        sums: [0.0; SUPERBLOCK / GROUP],
    };
}

/// A number of rows of activations, each `width` wide.
#[derive(Debug, Default)]
pub(crate) struct Activations {
    width: usize,
    floats: Vec<f32>,
    /// Of each row as many as hold it, the last filled up with zeros.
    blocks: Vec<QuantizedBlock>,
    quantized: bool,
}

impl Activations {
    /// Makes room for `rows` rows of `width`; what was there is forgotten.
    pub(crate) fn reset(&mut self, rows: usize, width: usize) {
        self.width = width;
        self.floats.clear();
        self.floats.resize(rows * width, 0.0);
        self.quantized = false;
    }

    pub(crate) fn rows(&self) -> usize {
        self.floats.len().checked_div(self.width).unwrap_or(0)
    }

    #[cfg(test)]
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Row `r` in float32.
    pub(crate) fn row(&self, r: usize) -> &[f32] {
        &self.floats[r * self.width..][..self.width]
    }

    /// All rows, to be written; what was rounded before is out of date after.
    pub(crate) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, f32> {
        self.quantized = false;
        self.floats.chunks_exact_mut(self.width)
    }

    /// All rows one after another, to be written.
    pub(crate) fn floats_mut(&mut self) -> &mut [f32] {
        self.quantized = false;
        &mut self.floats
    }

    /// Rounds the rows to 8 bits, unless that was done since they were written.
    pub(crate) fn quantize_with(&mut self, kernels: &Kernels) {
        if self.quantized {
            return;
        }
        let blocks = self.width.div_ceil(SUPERBLOCK);
        self.blocks.resize(self.rows() * blocks, QuantizedBlock::ZERO);
        for (x, blocks) in self.floats.chunks_exact(self.width).zip(self.blocks.chunks_exact_mut(blocks)) {
            (kernels.quantize)(x, blocks);
        }
        self.quantized = true;
    }

    /// Row `r` rounded to 8 bits.
    ///
    /// # Panics
    /// If [`Activations::quantize_with`] was not called since the rows were written.
    pub(crate) fn quantized_row(&self, r: usize) -> &[QuantizedBlock] {
        assert!(self.quantized, "rows are rounded before an integer product takes them");
        let blocks = self.width.div_ceil(SUPERBLOCK);
        &self.blocks[r * blocks..][..blocks]
    }
}

/// The body of [`Kernels::quantize`], to be compiled for each instruction set.
#[inline(always)]
pub(super) fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) {
    assert_eq!(blocks.len(), x.len().div_ceil(SUPERBLOCK));
    for (x, block) in x.chunks(SUPERBLOCK).zip(blocks) {
        if x.len() < SUPERBLOCK {
            *block = QuantizedBlock::ZERO;
        }
        for (group, x) in x.chunks(GROUP).enumerate() {
            let max = x.iter().fold(0f32, |max, x| max.max(x.abs()));
            let scale = max / 127.0;
            let inverse = if scale > 0.0 { 127.0 / max } else { 0.0 };
            let mut total = 0i32;
            for (i, x) in x.iter().enumerate() {
                // |x · inverse| is at most 127 and a rounding; the cast saturates.
                let rounded = (x * inverse).round_ties_even() as i32;
                block.codes[place(group * GROUP + i)] = rounded as i8;
                total += rounded;
            }
            block.scales[lane(group)] = scale;
            block.sums[lane(group)] = scale * total as f32;
        }
    }
}
