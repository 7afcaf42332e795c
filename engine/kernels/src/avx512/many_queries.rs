//! Attention of several query heads to the same keys and values.
#![expect(unsafe_code, reason = "a buffer that is written before it is read")]

use std::arch::x86_64::*;

use super::lanes::sums_of_lanes;
use super::loops::{sixteen_floats, sixteen_halves, store_sixteen};

type Register = __m512;

/// The sum of each register's lanes, times `scale`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn ends(sums: &[__m512; 16], scale: f32) -> [f32; 16] {
    let mut scores = [0.0; 16];
    store_sixteen(&mut scores, _mm512_mul_ps(sums_of_lanes(sums), _mm512_set1_ps(scale)));
    scores
}

crate::many_queries::many_queries!(
    "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c", 16, _mm512_setzero_ps, sixteen_floats, sixteen_halves,
    store_sixteen, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_add_ps, ends, 4, 2, [8 4 2 1]
);
