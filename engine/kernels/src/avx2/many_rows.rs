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
    for (a, b) in pairs(a).iter().zip(pairs(b)) {
        sums[0] = _mm256_fmadd_ps(load(&a[0]), load(&b[0]), sums[0]);
        sums[1] = _mm256_fmadd_ps(load(&a[1]), load(&b[1]), sums[1]);
    }
    let rest = a.len() / 16 * 16;
    dot_of_sums(&a[rest..], &b[rest..], sums)
}

/// Sixteen floats at a time, each as two eights.
#[inline]
fn pairs(floats: &[f32]) -> &[[[f32; 8]; 2]] {
    floats.as_chunks::<8>().0.as_chunks::<2>().0
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
    let (w0, w1) = (&weights[..width], &weights[width..2 * width]);
    let (x0, x1, x2) = (&rows[0][..width], &rows[1][..width], &rows[2][..width]);
    let mut sums = [[[_mm256_setzero_ps(); 2]; WEIGHTS]; ROWS];
    let rows = pairs(x0).iter().zip(pairs(x1)).zip(pairs(x2));
    for ((a, b), ((x, y), z)) in pairs(w0).iter().zip(pairs(w1)).zip(rows) {
        // Written out, since sums that are found by a number in a loop do not stay in registers.
        macro_rules! eight {
            ($half:literal) => {{
                let (a, b) = (load(&a[$half]), load(&b[$half]));
                let (x, y, z) = (load(&x[$half]), load(&y[$half]), load(&z[$half]));
                sums[0][0][$half] = _mm256_fmadd_ps(a, x, sums[0][0][$half]);
                sums[0][1][$half] = _mm256_fmadd_ps(b, x, sums[0][1][$half]);
                sums[1][0][$half] = _mm256_fmadd_ps(a, y, sums[1][0][$half]);
                sums[1][1][$half] = _mm256_fmadd_ps(b, y, sums[1][1][$half]);
                sums[2][0][$half] = _mm256_fmadd_ps(a, z, sums[2][0][$half]);
                sums[2][1][$half] = _mm256_fmadd_ps(b, z, sums[2][1][$half]);
            }};
        }
        eight!(0);
        eight!(1);
    }
    let whole = width / 16 * 16;
    let mut products = [[0.0; WEIGHTS]; ROWS];
    for ((sums, products), x) in sums.into_iter().zip(&mut products).zip([x0, x1, x2]) {
        for ((sums, product), w) in sums.into_iter().zip(products).zip([w0, w1]) {
            *product = dot_of_sums(&w[whole..], &x[whole..], sums);
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
        for (sums, weights) in sums.iter_mut().zip(weights) {
            let weight = _mm256_set1_ps(weights[i]);
            for (sum, value) in sums.iter_mut().zip(&value) {
                *sum = _mm256_fmadd_ps(weight, *value, *sum);
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
