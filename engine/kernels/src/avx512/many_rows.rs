//! Products of floats with many rows at a time: what is loaded serves several outputs while it is in a register.

use std::arch::x86_64::*;

use super::loops::{dot_of_floats, dot_of_sums, fours, sixteen_floats, store_sixteen};

/// Rows of weights, and of activations, whose products are summed together.
const WEIGHTS: usize = 2;
const ROWS: usize = 3;
/// Rows, and registers of a row, that are mixed together.
const MIXED: usize = 6;
const WIDE: usize = 4;

/// See [`Kernels::dots`](crate::Kernels::dots).
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
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
                out[last + j] = dot_of_floats(weights, row);
            }
        }
    }
    let rest = rows.len() / ROWS * ROWS;
    for (row, out) in rows[rest..].iter().zip(&mut out[rest..]) {
        for (weights, out) in weights.chunks_exact(width).zip(out.iter_mut()) {
            *out = dot_of_floats(weights, row);
        }
    }
}

/// The products of a few rows of weights with a few of activations, each summed as [`dot_of_floats`] sums.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn tile(weights: &[f32], rows: &[&[f32]; ROWS], width: usize) -> [[f32; WEIGHTS]; ROWS] {
    let (w0, w1) = (&weights[..width], &weights[width..2 * width]);
    let (x0, x1, x2) = (&rows[0][..width], &rows[1][..width], &rows[2][..width]);
    let mut sums = [[[_mm512_setzero_ps(); 4]; WEIGHTS]; ROWS];
    let rows = fours(x0).iter().zip(fours(x1)).zip(fours(x2));
    for ((a, b), ((x, y), z)) in fours(w0).iter().zip(fours(w1)).zip(rows) {
        // Written out, since sums that are found by a number in a loop do not stay in registers.
        macro_rules! sixteen {
            ($lane:literal) => {{
                let (a, b) = (sixteen_floats(&a[$lane]), sixteen_floats(&b[$lane]));
                let (x, y, z) =
                    (sixteen_floats(&x[$lane]), sixteen_floats(&y[$lane]), sixteen_floats(&z[$lane]));
                sums[0][0][$lane] = _mm512_fmadd_ps(a, x, sums[0][0][$lane]);
                sums[0][1][$lane] = _mm512_fmadd_ps(b, x, sums[0][1][$lane]);
                sums[1][0][$lane] = _mm512_fmadd_ps(a, y, sums[1][0][$lane]);
                sums[1][1][$lane] = _mm512_fmadd_ps(b, y, sums[1][1][$lane]);
                sums[2][0][$lane] = _mm512_fmadd_ps(a, z, sums[2][0][$lane]);
                sums[2][1][$lane] = _mm512_fmadd_ps(b, z, sums[2][1][$lane]);
            }};
        }
        sixteen!(0);
        sixteen!(1);
        sixteen!(2);
        sixteen!(3);
    }
    let whole = width / 64 * 64;
    let mut products = [[0.0; WEIGHTS]; ROWS];
    for ((sums, products), x) in sums.into_iter().zip(&mut products).zip([x0, x1, x2]) {
        for ((sums, product), w) in sums.into_iter().zip(products).zip([w0, w1]) {
            *product = dot_of_sums(&w[whole..], &x[whole..], sums);
        }
    }
    products
}

/// See [`Kernels::mixes`](crate::Kernels::mixes).
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
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

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn mix_rows<const N: usize>(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) {
    let (width, count) = (out[0].len(), weights[0].len());
    assert_eq!(width * count, values.len());
    let weights: [&[f32]; N] = std::array::from_fn(|r| &weights[r][..count]);
    assert!(out.iter().all(|out| out.len() == width));
    let mut from = 0;
    while width - from >= 16 {
        let registers = ((width - from) / 16).min(WIDE);
        match registers {
            4 => mix_columns::<N, 4>(&weights, values, width, from, out),
            3 => mix_columns::<N, 3>(&weights, values, width, from, out),
            2 => mix_columns::<N, 2>(&weights, values, width, from, out),
            _ => mix_columns::<N, 1>(&weights, values, width, from, out),
        }
        from += registers * 16;
    }
    for (weights, out) in weights.iter().zip(out) {
        for column in from..width {
            let value = |i: usize| values[i * width + column];
            out[column] =
                weights.iter().enumerate().fold(out[column], |sum, (i, w)| w.mul_add(value(i), sum));
        }
    }
}

/// Columns from `from` on, sixteen a register.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn mix_columns<const N: usize, const REGISTERS: usize>(
    weights: &[&[f32]; N],
    values: &[f32],
    width: usize,
    from: usize,
    out: &mut [&mut [f32]],
) {
    let mut sums = [[_mm512_setzero_ps(); REGISTERS]; N];
    for (sums, out) in sums.iter_mut().zip(&*out) {
        let (registers, _) = out[from..].as_chunks::<16>();
        for (sum, out) in sums.iter_mut().zip(registers) {
            *sum = sixteen_floats(out);
        }
    }
    for (i, value) in values.chunks_exact(width).enumerate() {
        let (registers, _) = value[from..].as_chunks::<16>();
        let mut value = [_mm512_setzero_ps(); REGISTERS];
        for (value, floats) in value.iter_mut().zip(&registers[..REGISTERS]) {
            *value = sixteen_floats(floats);
        }
        for (sums, weights) in sums.iter_mut().zip(weights) {
            let weight = _mm512_set1_ps(weights[i]);
            for (sum, value) in sums.iter_mut().zip(&value) {
                *sum = _mm512_fmadd_ps(weight, *value, *sum);
            }
        }
    }
    for (sums, out) in sums.iter().zip(out) {
        let (registers, _) = out[from..].as_chunks_mut::<16>();
        for (out, sum) in registers.iter_mut().zip(sums) {
            store_sixteen(out, *sum);
        }
    }
}
