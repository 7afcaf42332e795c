//! Products of floats with many rows at a time: what is loaded serves several outputs while it is in a register.
#![expect(
    unsafe_code,
    reason = "numbers are read without a look at the length, which is asserted before the loop"
)]

use std::arch::x86_64::*;

use super::loops::{sixteen_floats, store_sixteen};
use crate::math;

/// Rows of weights, and of activations, whose products are summed together: as many as there are registers for.
const WEIGHTS: usize = 4;
const ROWS: usize = 6;
/// Fours of weights that meet a stretch of activations one after another.
const FOURS: usize = 4;
/// Numbers of a stretch: those of a tile stay in the first cache, whose 48 kB (or, where it has 32, whose second cache) they fill.
const STRETCH: usize = 1024;

crate::many_rows::mixes!(
    "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c", 16, _mm512_setzero_ps, sixteen_floats, store_sixteen,
    _mm512_set1_ps, _mm512_fmadd_ps, [4 3 2]
);

/// See [`Kernels::dot`](crate::Kernels::dot): one register takes all sixteens in order, so that a tile has room for many sums.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [[_mm512_setzero_ps()]];
    add_products(&[a], &[b], &mut sums);
    let nothing = _mm512_setzero_ps();
    totals([sums[0][0], nothing, nothing, nothing])[0]
}

/// See [`Kernels::dots`](crate::Kernels::dots).
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
pub(super) fn dots(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) {
    let Some(width) = math::width_of_dots(weights, rows, out) else { return };
    for (rows, out) in rows.chunks(ROWS).zip(out.chunks_mut(ROWS)) {
        match rows.len() {
            6 => rows_together::<6>(weights, rows, width, out),
            5 => rows_together::<5>(weights, rows, width, out),
            4 => rows_together::<4>(weights, rows, width, out),
            3 => rows_together::<3>(weights, rows, width, out),
            2 => rows_together::<2>(weights, rows, width, out),
            _ => rows_together::<1>(weights, rows, width, out),
        }
    }
}

/// The products of N rows with all weights.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn rows_together<const N: usize>(weights: &[f32], rows: &[&[f32]], width: usize, out: &mut [&mut [f32]]) {
    let count = weights.len() / width;
    let mut rows_of_weights = [&weights[..0]; WEIGHTS];
    for begin in (0..count).step_by(FOURS * WEIGHTS) {
        let end = (begin + FOURS * WEIGHTS).min(count);
        let mut sums = [[[_mm512_setzero_ps(); N]; WEIGHTS]; FOURS];
        for from in (0..width).step_by(STRETCH) {
            let to = (from + STRETCH).min(width);
            let mut stretch = [&weights[..0]; N];
            stretch.iter_mut().zip(rows).for_each(|(stretch, row)| *stretch = &row[from..to]);
            for (four, sums) in (begin..end).step_by(WEIGHTS).zip(&mut sums) {
                if four + WEIGHTS <= end {
                    for (i, row) in rows_of_weights.iter_mut().enumerate() {
                        *row = &weights[(four + i) * width..][from..to];
                    }
                    add_products(&rows_of_weights, &stretch, sums);
                    continue;
                }
                for (w, sums) in (four..end).zip(sums) {
                    let mut alone = [*sums];
                    add_products(&[&weights[w * width..][from..to]], &stretch, &mut alone);
                    *sums = alone[0];
                }
            }
        }
        for (four, sums) in (begin..end).step_by(WEIGHTS).zip(&sums) {
            for (r, out) in out.iter_mut().enumerate() {
                let totals = totals([sums[0][r], sums[1][r], sums[2][r], sums[3][r]]);
                let out = &mut out[four..(four + WEIGHTS).min(end)];
                out.copy_from_slice(&totals[..out.len()]);
            }
        }
    }
}

/// The sums of all lanes of each, in one order whatever stands beside it.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn totals([a, b, c, d]: [__m512; WEIGHTS]) -> [f32; WEIGHTS] {
    let pairs = |a, b| _mm512_castps_pd(_mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b)));
    let (ab, cd) = (pairs(a, b), pairs(c, d));
    let low = _mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd));
    let fours = _mm512_add_ps(low, _mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd)));
    let halves = _mm256_add_ps(_mm512_castps512_ps256(fours), _mm512_extractf32x8_ps::<1>(fours));
    let sums = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps::<1>(halves));
    let mut totals = [0.0; WEIGHTS];
    // SAFETY: writes the 16 bytes of the array, at any alignment.
    unsafe { _mm_storeu_ps(totals.as_mut_ptr(), sums) };
    totals
}

/// Adds the products of W rows of weights with N of activations, each number's to the sum in its lane.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn add_products<const W: usize, const N: usize>(
    weights: &[&[f32]; W],
    rows: &[&[f32]; N],
    sums: &mut [[__m512; N]; W],
) {
    let width = weights[0].len();
    assert!(weights.iter().chain(rows).all(|row| row.len() == width));
    // In a place of their own they stay in registers.
    let mut own = *sums;
    let mut add = |from: usize, mask: u16| {
        let mut x = [_mm512_setzero_ps(); N];
        for (x, row) in x.iter_mut().zip(rows) {
            // SAFETY: `from` is at most `width`, the length of each row as asserted above, and the mask has no lane beyond it.
            *x = unsafe { _mm512_maskz_loadu_ps(mask, row.as_ptr().add(from)) };
        }
        for (sums, row) in own.iter_mut().zip(weights) {
            // SAFETY: as above.
            let w = unsafe { _mm512_maskz_loadu_ps(mask, row.as_ptr().add(from)) };
            for (sum, x) in sums.iter_mut().zip(&x) {
                *sum = _mm512_fmadd_ps(w, *x, *sum);
            }
        }
    };
    let whole = width / 16 * 16;
    for from in (0..whole).step_by(16) {
        add(from, u16::MAX);
    }
    if whole < width {
        add(whole, (1 << (width - whole)) - 1);
    }
    *sums = own;
}
