//! Products of floats with many rows at a time: what is loaded serves several outputs while it is in a register.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use crate::math;

/// Rows of weights, and of activations, whose products are summed together.
const WEIGHTS: usize = 2;
const ROWS: usize = 3;
/// Rows, and registers of a row, that are mixed together.
const MIXED: usize = 6;
const WIDE: usize = 2;

/// See [`Kernels::dots`](crate::Kernels::dots).
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn dots(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) {
    assert_eq!(rows.len(), out.len());
    let Some(width) = rows.first().map(|row| row.len()).filter(|&width| width > 0) else { return };
    for (rows, out) in rows.chunks_exact(ROWS).zip(out.chunks_exact_mut(ROWS)) {
        let rows: &[&[f32]; ROWS] = rows.try_into().expect("a group of so many");
        let mut pairs = weights.chunks_exact(WEIGHTS * width);
        for (pair, weights) in pairs.by_ref().enumerate() {
            for (r, sums) in tile(weights, rows, width).into_iter().enumerate() {
                out[r][pair * WEIGHTS..][..WEIGHTS].copy_from_slice(&sums);
            }
        }
        let last = weights.len() / (WEIGHTS * width) * WEIGHTS;
        for (j, weights) in pairs.remainder().chunks_exact(width).enumerate() {
            for (row, out) in rows.iter().zip(&mut *out) {
                out[last + j] = dot(weights, row);
            }
        }
    }
    let rest = rows.len() / ROWS * ROWS;
    for (row, out) in rows[rest..].iter().zip(&mut out[rest..]) {
        for (weights, out) in weights.chunks_exact(width).zip(out.iter_mut()) {
            *out = dot(weights, row);
        }
    }
}

/// See [`Kernels::dot`](crate::Kernels::dot).
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let mut sums = [_mm256_setzero_ps(); 2];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for half in 0..2 {
            sums[half] = _mm256_fmadd_ps(eight(a, half), eight(b, half), sums[half]);
        }
    }
    let rest = a.len() / 16 * 16;
    dot_of_sums(&a[rest..], &b[rest..], sums)
}

/// Eight of sixteen floats.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn eight(floats: &[f32; 16], half: usize) -> __m256 {
    // SAFETY: reads 32 of the 64 bytes of the array, half being 0 or 1, at any alignment.
    unsafe { _mm256_loadu_ps(floats.as_ptr().add(8 * (half & 1))) }
}

/// Eight floats from an array.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn load(floats: &[f32; 8]) -> __m256 {
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm256_loadu_ps(floats.as_ptr()) }
}

/// The product of which all but the rest was summed.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn dot_of_sums(a: &[f32], b: &[f32], sums: [__m256; 2]) -> f32 {
    let mut lanes = [0f32; 16];
    for (half, sum) in sums.into_iter().enumerate() {
        // SAFETY: writes 32 of the 64 bytes of the array, at any alignment.
        unsafe { _mm256_storeu_ps(lanes.as_mut_ptr().add(8 * half), sum) };
    }
    for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
        *lane = a.mul_add(*b, *lane);
    }
    math::sum_lanes(lanes)
}

/// The products of a few rows of weights with a few of activations, each summed as [`dot`] sums.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn tile(weights: &[f32], rows: &[&[f32]; ROWS], width: usize) -> [[f32; WEIGHTS]; ROWS] {
    let weights: [&[f32]; WEIGHTS] = std::array::from_fn(|j| &weights[j * width..][..width]);
    let rows = rows.map(|row| &row[..width]);
    let (weight_blocks, row_blocks) =
        (weights.map(|w| w.as_chunks::<16>().0), rows.map(|x| x.as_chunks::<16>().0));
    let blocks = width / 16;
    let mut sums = [[[_mm256_setzero_ps(); 2]; WEIGHTS]; ROWS];
    for block in 0..blocks {
        for half in 0..2 {
            let mut w = [_mm256_setzero_ps(); WEIGHTS];
            for j in 0..WEIGHTS {
                // SAFETY: every row has so many blocks; reads 32 of the 64 bytes of one, at any alignment.
                w[j] =
                    unsafe { _mm256_loadu_ps(weight_blocks[j].get_unchecked(block).as_ptr().add(8 * half)) };
            }
            for r in 0..ROWS {
                // SAFETY: as above.
                let x = unsafe { _mm256_loadu_ps(row_blocks[r].get_unchecked(block).as_ptr().add(8 * half)) };
                for j in 0..WEIGHTS {
                    sums[r][j][half] = _mm256_fmadd_ps(w[j], x, sums[r][j][half]);
                }
            }
        }
    }
    let rest = blocks * 16;
    let mut products = [[0.0; WEIGHTS]; ROWS];
    for r in 0..ROWS {
        for j in 0..WEIGHTS {
            products[r][j] = dot_of_sums(&weights[j][rest..], &rows[r][rest..], sums[r][j]);
        }
    }
    products
}

/// See [`Kernels::mixes`](crate::Kernels::mixes).
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn mixes(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) {
    assert_eq!(weights.len(), out.len());
    for (weights, out) in weights.chunks_exact(MIXED).zip(out.chunks_exact_mut(MIXED)) {
        mix_rows::<MIXED>(weights, values, out);
    }
    let rest = weights.len() / MIXED * MIXED;
    for (weights, out) in weights[rest..].iter().zip(&mut out[rest..]) {
        mix_rows::<1>(&[weights], values, std::slice::from_mut(out));
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn mix_rows<const N: usize>(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) {
    let (width, count) = (out[0].len(), weights[0].len());
    assert_eq!(width * count, values.len());
    let weights: [&[f32]; N] = std::array::from_fn(|r| &weights[r][..count]);
    assert!(out.iter().all(|out| out.len() == width));
    let mut from = 0;
    while width - from >= 8 {
        let registers = ((width - from) / 8).min(WIDE);
        match registers {
            2 => mix_columns::<N, 2>(&weights, values, width, from, out),
            _ => mix_columns::<N, 1>(&weights, values, width, from, out),
        }
        from += registers * 8;
    }
    for (weights, out) in weights.iter().zip(out) {
        for column in from..width {
            let value = |i: usize| values[i * width + column];
            out[column] =
                weights.iter().enumerate().fold(out[column], |sum, (i, w)| w.mul_add(value(i), sum));
        }
    }
}

/// Columns from `from` on, eight a register.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn mix_columns<const N: usize, const REGISTERS: usize>(
    weights: &[&[f32]; N],
    values: &[f32],
    width: usize,
    from: usize,
    out: &mut [&mut [f32]],
) {
    let mut sums = [[_mm256_setzero_ps(); REGISTERS]; N];
    for (sums, out) in sums.iter_mut().zip(&*out) {
        let (registers, _) = out[from..].as_chunks::<8>();
        for (sum, out) in sums.iter_mut().zip(registers) {
            *sum = load(out);
        }
    }
    for (i, value) in values.chunks_exact(width).enumerate() {
        let (registers, _) = value[from..].as_chunks::<8>();
        let mut value = [_mm256_setzero_ps(); REGISTERS];
        for (value, floats) in value.iter_mut().zip(&registers[..REGISTERS]) {
            *value = load(floats);
        }
        for r in 0..N {
            let weight = _mm256_set1_ps(weights[r][i]);
            for c in 0..REGISTERS {
                sums[r][c] = _mm256_fmadd_ps(weight, value[c], sums[r][c]);
            }
        }
    }
    for (sums, out) in sums.iter().zip(out) {
        let (registers, _) = out[from..].as_chunks_mut::<8>();
        for (out, sum) in registers.iter_mut().zip(sums) {
            // SAFETY: writes the 32 bytes of the array, at any alignment.
            unsafe { _mm256_storeu_ps(out.as_mut_ptr(), *sum) };
        }
    }
}
