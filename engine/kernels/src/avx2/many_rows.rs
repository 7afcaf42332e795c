//! Products of floats with many rows at a time: what is loaded serves several outputs while it is in a register.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::loops::sum;
use crate::math;

/// Rows of weights, and of activations, whose products are summed together.
const WEIGHTS: usize = 2;
const ROWS: usize = 3;

crate::many_rows::dots!("avx2,fma,f16c", dot);
crate::many_rows::mixes!(
    "avx2,fma,f16c",
    8,
    _mm256_setzero_ps,
    load,
    store,
    _mm256_set1_ps,
    _mm256_fmadd_ps,
    [2]
);

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

/// Eight floats into an array.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn store(floats: &mut [f32; 8], x: __m256) {
    // SAFETY: writes the 32 bytes of the array, at any alignment.
    unsafe { _mm256_storeu_ps(floats.as_mut_ptr(), x) }
}

/// The product of which all but the rest was summed.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn dot_of_sums(a: &[f32], b: &[f32], sums: [__m256; 2]) -> f32 {
    if a.is_empty() {
        // In the order of `math::sum_lanes`.
        return sum(_mm256_add_ps(sums[0], sums[1]));
    }
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
