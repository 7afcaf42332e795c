//! Attention of several query heads to the same keys and values.

use std::arch::x86_64::*;

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

/// Lane w: the sum of the lanes of `sums[w]`, added as `loops::sum` adds them.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn sums_of_lanes(sums: &[__m256; 8]) -> __m256 {
    // Each turn adds halves of two numbers' lanes, so that a register has those of twice as many.
    let halves = |a: __m256, b: __m256| {
        _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(a, b), _mm256_permute2f128_ps::<0x31>(a, b))
    };
    let quarters = |a: __m256, b: __m256| {
        let (a, b) = (_mm256_castps_pd(a), _mm256_castps_pd(b));
        let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        _mm256_add_ps(_mm256_castpd_ps(low), _mm256_castpd_ps(high))
    };
    let four =
        |w: usize| quarters(halves(sums[2 * w], sums[2 * w + 4]), halves(sums[2 * w + 1], sums[2 * w + 5]));
    let (a, b) = (four(0), four(1));
    _mm256_add_ps(_mm256_shuffle_ps::<0x88>(a, b), _mm256_shuffle_ps::<0xdd>(a, b))
}

crate::many_queries::many_queries!(
    "avx2,fma,f16c", 8, _mm256_setzero_ps, eight_floats, eight_halves, store_eight, _mm256_set1_ps, _mm256_fmadd_ps,
    _mm256_add_ps, ends, 2, [4 2 1]
);
