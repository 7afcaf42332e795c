//! Products of floats with many rows at a time: what is loaded serves several outputs while it is in a register.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::loops::{dot_of_floats, dot_of_sums, sixteen_floats, store_sixteen};

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
    let weights: [&[f32]; WEIGHTS] = std::array::from_fn(|j| &weights[j * width..][..width]);
    let rows = rows.map(|row| &row[..width]);
    let (weight_blocks, row_blocks) =
        (weights.map(|w| w.as_chunks::<64>().0), rows.map(|x| x.as_chunks::<64>().0));
    let blocks = width / 64;
    let mut sums = [[[_mm512_setzero_ps(); 4]; WEIGHTS]; ROWS];
    for block in 0..blocks {
        for lane in 0..4 {
            let mut w = [_mm512_setzero_ps(); WEIGHTS];
            for j in 0..WEIGHTS {
                // SAFETY: every row has so many blocks; reads 64 of the 256 bytes of one, at any alignment.
                w[j] =
                    unsafe { _mm512_loadu_ps(weight_blocks[j].get_unchecked(block).as_ptr().add(16 * lane)) };
            }
            for r in 0..ROWS {
                // SAFETY: as above.
                let x =
                    unsafe { _mm512_loadu_ps(row_blocks[r].get_unchecked(block).as_ptr().add(16 * lane)) };
                for j in 0..WEIGHTS {
                    sums[r][j][lane] = _mm512_fmadd_ps(w[j], x, sums[r][j][lane]);
                }
            }
        }
    }
    let rest = blocks * 64;
    let mut products = [[0.0; WEIGHTS]; ROWS];
    for r in 0..ROWS {
        for j in 0..WEIGHTS {
            products[r][j] = dot_of_sums(&weights[j][rest..], &rows[r][rest..], sums[r][j]);
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
        for r in 0..N {
            let weight = _mm512_set1_ps(weights[r][i]);
            for c in 0..REGISTERS {
                sums[r][c] = _mm512_fmadd_ps(weight, value[c], sums[r][c]);
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
