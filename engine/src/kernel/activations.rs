//! Activation rows as the products take them: in float32, and rounded to 8 bits where the weights are quantized.

use super::{Kernels, SUPERBLOCK};

/// Elements that share one scale and one sum: the finest groups of scales that a weight format has. (llama.cpp
/// has 32 or 256 to a scale; 16 cost the products nothing, and halve the rounding error of an outlier's neighbours.)
const GROUP: usize = 16;

/// One row rounded to 8 bits, padded with zeros to a multiple of [`SUPERBLOCK`].
///
/// `x[i] ≈ scales[i / 16] · codes[i]`.
/// `sums[i / 16]` = scale · Σ codes of the 16: what a weight format's offset is multiplied with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuantizedRow<'a> {
    pub(crate) codes: &'a [i8],
    pub(crate) scales: &'a [f32],
    pub(crate) sums: &'a [f32],
}

/// A number of rows of activations, each `width` wide.
#[derive(Debug, Default)]
pub(crate) struct Activations {
    width: usize,
    padded: usize,
    floats: Vec<f32>,
    codes: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<f32>,
    quantized: bool,
}

impl Activations {
    /// Makes room for `rows` rows of `width`; what was there is forgotten.
    pub(crate) fn reset(&mut self, rows: usize, width: usize) {
        self.width = width;
        self.padded = width.next_multiple_of(SUPERBLOCK);
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
        let (rows, padded) = (self.rows(), self.padded);
        self.codes.resize(rows * padded, 0);
        self.scales.resize(rows * padded / GROUP, 0.0);
        self.sums.resize(rows * padded / GROUP, 0.0);
        let codes = self.codes.chunks_exact_mut(padded);
        let scales = self.scales.chunks_exact_mut(padded / GROUP);
        let sums = self.sums.chunks_exact_mut(padded / GROUP);
        for (((x, codes), scales), sums) in
            self.floats.chunks_exact(self.width).zip(codes).zip(scales).zip(sums)
        {
            (kernels.quantize)(x, codes, scales, sums);
        }
        self.quantized = true;
    }

    /// Row `r` rounded to 8 bits.
    ///
    /// # Panics
    /// If [`Activations::quantize_with`] was not called since the rows were written.
    pub(crate) fn quantized_row(&self, r: usize) -> QuantizedRow<'_> {
        assert!(self.quantized, "rows are rounded before an integer product takes them");
        QuantizedRow {
            codes: &self.codes[r * self.padded..][..self.padded],
            scales: &self.scales[r * self.padded / GROUP..][..self.padded / GROUP],
            sums: &self.sums[r * self.padded / GROUP..][..self.padded / GROUP],
        }
    }
}

/// The body of [`Kernels::quantize`], to be compiled for each instruction set.
#[inline(always)]
pub(super) fn quantize(x: &[f32], codes: &mut [i8], scales: &mut [f32], sums: &mut [f32]) {
    let padded = x.len().next_multiple_of(SUPERBLOCK);
    assert!(codes.len() == padded && scales.len() == padded / GROUP && sums.len() == padded / GROUP);
    codes[x.len()..].fill(0);
    scales[x.len().div_ceil(GROUP)..].fill(0.0);
    sums[x.len().div_ceil(GROUP)..].fill(0.0);
    let groups = codes.chunks_mut(GROUP).zip(scales).zip(sums);
    for (x, ((codes, scale), sum)) in x.chunks(GROUP).zip(groups) {
        let max = x.iter().fold(0f32, |max, x| max.max(x.abs()));
        *scale = max / 127.0;
        let inverse = if *scale > 0.0 { 127.0 / max } else { 0.0 };
        let mut total = 0i32;
        for (code, x) in codes.iter_mut().zip(x) {
            // |x · inverse| is at most 127 and a rounding; the cast saturates.
            let rounded = (x * inverse).round_ties_even() as i32;
            *code = rounded as i8;
            total += rounded;
        }
        *sum = *scale * total as f32;
    }
}
