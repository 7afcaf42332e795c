//! Products of floats with many rows at a time: what is loaded serves several outputs while it is in a register.
#![expect(
    unsafe_code,
    reason = "numbers are read without a look at the length, which is asserted before the loop"
)]

use std::arch::aarch64::*;

use super::registers::{floats, store_floats};

/// Rows of weights, and of activations, whose products are summed together.
const WEIGHTS: usize = 2;
const ROWS: usize = 3;

crate::many_rows::dots!("neon", dot);
crate::many_rows::mixes!("neon", 4, nothing, floats, store_floats, vdupq_n_f32, fused, [4 3 2]);

/// See [`Kernels::dot`](crate::Kernels::dot).
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    dot_by(a, b, |b| floats(b), |b| *b)
}

/// Σ of the products of sixteen numbers at a time, of four to a register.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn dot_by<E>(
    a: &[f32],
    b: &[E],
    four: impl Fn(&[E; 4]) -> float32x4_t,
    one: impl Fn(&E) -> f32,
) -> f32 {
    assert_eq!(a.len(), b.len());
    let (a, a_rest) = a.as_chunks::<16>();
    let (b, b_rest) = b.as_chunks::<16>();
    let mut sums = [nothing(); 4];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a.as_chunks().0).zip(b.as_chunks().0) {
            *sum = vfmaq_f32(*sum, floats(a), four(b));
        }
    }
    total(sums, a_rest.iter().zip(b_rest).map(|(a, b)| a * one(b)))
}

/// The sum of four registers and of the products of what no register was filled with.
#[target_feature(enable = "neon")]
#[inline]
fn total(sums: [float32x4_t; 4], rest: impl Iterator<Item = f32>) -> f32 {
    let sum = vaddq_f32(vaddq_f32(sums[0], sums[1]), vaddq_f32(sums[2], sums[3]));
    vaddvq_f32(sum) + rest.sum::<f32>()
}

#[target_feature(enable = "neon")]
#[inline]
fn nothing() -> float32x4_t {
    vdupq_n_f32(0.0)
}

/// `a · b + sum`.
#[target_feature(enable = "neon")]
#[inline]
fn fused(a: float32x4_t, b: float32x4_t, sum: float32x4_t) -> float32x4_t {
    vfmaq_f32(sum, a, b)
}

/// The products of a few rows of weights with a few of activations, each summed as [`dot`] sums.
#[target_feature(enable = "neon")]
#[inline]
fn tile(weights: &[f32], rows: &[&[f32]; ROWS], width: usize) -> [[f32; WEIGHTS]; ROWS] {
    let (w0, w1) = (&weights[..width], &weights[width..2 * width]);
    let (x0, x1, x2) = (&rows[0][..width], &rows[1][..width], &rows[2][..width]);
    let sixteen = |row| -> &[[[f32; 4]; 4]] { <[f32]>::as_chunks::<4>(row).0.as_chunks::<4>().0 };
    let mut sums = [[[nothing(); 4]; WEIGHTS]; ROWS];
    let rows = sixteen(x0).iter().zip(sixteen(x1)).zip(sixteen(x2));
    for ((a, b), ((x, y), z)) in sixteen(w0).iter().zip(sixteen(w1)).zip(rows) {
        // Written out, since sums that are found by a number in a loop do not stay in registers.
        macro_rules! fours {
            ($($four:literal)*) => {
                $({
                    let (a, b) = (floats(&a[$four]), floats(&b[$four]));
                    let (x, y, z) = (floats(&x[$four]), floats(&y[$four]), floats(&z[$four]));
                    sums[0][0][$four] = fused(a, x, sums[0][0][$four]);
                    sums[0][1][$four] = fused(b, x, sums[0][1][$four]);
                    sums[1][0][$four] = fused(a, y, sums[1][0][$four]);
                    sums[1][1][$four] = fused(b, y, sums[1][1][$four]);
                    sums[2][0][$four] = fused(a, z, sums[2][0][$four]);
                    sums[2][1][$four] = fused(b, z, sums[2][1][$four]);
                })*
            };
        }
        fours!(0 1 2 3);
    }
    let whole = width / 16 * 16;
    let mut products = [[0.0; WEIGHTS]; ROWS];
    for ((sums, products), x) in sums.into_iter().zip(&mut products).zip([x0, x1, x2]) {
        for ((sums, product), w) in sums.into_iter().zip(products).zip([w0, w1]) {
            *product = total(sums, w[whole..].iter().zip(&x[whole..]).map(|(w, x)| w * x));
        }
    }
    products
}
