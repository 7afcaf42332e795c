//! Products of floats with many rows at a time: what is loaded serves several outputs while it is in a register.
#![expect(
    unsafe_code,
    reason = "numbers are read without a look at the length, which is asserted before the loop"
)]

use std::arch::x86_64::*;

use super::loops::{dot_of_floats, dot_of_sums, fours, sixteen_floats, store_sixteen};

/// Rows of weights, and of activations, whose products are summed together.
const WEIGHTS: usize = 2;
const ROWS: usize = 3;

crate::many_rows::many_rows!(
    "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c", 16, dot_of_floats, _mm512_setzero_ps, sixteen_floats,
    store_sixteen, _mm512_set1_ps, _mm512_fmadd_ps, [4 3 2]
);
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
