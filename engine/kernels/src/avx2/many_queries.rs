//! Attention of several query heads to the same keys and values.
#![expect(unsafe_code, reason = "a buffer that is written before it is read")]

use std::arch::x86_64::*;

use super::lanes::sums_of_lanes;
use super::loops::{eight_floats, eight_halves, store_eight};

type Register = __m256;

/// The sum of each register's lanes, times `scale`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn ends(sums: &[__m256; 16], scale: f32) -> [f32; 16] {
    let mut scores = [0.0; 16];
    for (scores, sums) in scores.as_chunks_mut().0.iter_mut().zip(sums.as_chunks().0) {
        store_eight(scores, _mm256_mul_ps(sums_of_lanes(sums), _mm256_set1_ps(scale)));
    }
    scores
}

crate::many_queries::many_queries!(
    "avx2,fma,f16c", 8, _mm256_setzero_ps, eight_floats, eight_halves, store_eight, _mm256_set1_ps, _mm256_fmadd_ps,
    _mm256_add_ps, ends, 2, 3, [4 2 1]
);
