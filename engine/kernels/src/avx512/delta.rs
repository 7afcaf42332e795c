//! The recurrence of gated DeltaNet layers with AVX-512: see `src/delta.rs`. The compiler's own vectors for it take
//! ten times as long.
#![expect(unsafe_code, reason = "vector instructions; `delta_rule` is reached only through the kernel table")]

use std::arch::x86_64::*;

use super::loops::{sixteen_floats, store_sixteen};
use crate::delta::{self, DeltaToken, LANES, StateRow};

/// See [`crate::Kernels::delta_rule`].
pub(super) fn delta_rule(state: &mut [StateRow], tokens: &[DeltaToken<'_>], out: &mut [&mut [f32]]) {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
    fn compiled(state: &mut [StateRow], tokens: &[DeltaToken<'_>], out: &mut [&mut [f32]]) {
        delta::delta_rule(
            state,
            tokens,
            out,
            |rows, key, query| recall(rows, key, query),
            |rows, key, update, decay| write(rows, key, update, decay),
        );
    }
    // SAFETY: the table is handed out only where these features were found.
    unsafe { compiled(state, tokens, out) }
}

/// See `delta::recall`: even and odd rows apart, so that an addition need not wait for the one before.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn recall(rows: &[StateRow], key: &[f32], query: &[f32]) -> [[f32; LANES]; 2] {
    let mut sums = [[[_mm512_setzero_ps(); 2]; 2]; 2];
    let mut add = |row: &StateRow, key: f32, query: f32, parity: usize| {
        let halves: &[[f32; 16]; 2] = row.0.as_chunks().0.first_chunk().expect("a row is two halves");
        let (key, query) = (_mm512_set1_ps(key), _mm512_set1_ps(query));
        for half in 0..2 {
            let row = sixteen_floats(&halves[half]);
            sums[parity][0][half] = _mm512_fmadd_ps(key, row, sums[parity][0][half]);
            sums[parity][1][half] = _mm512_fmadd_ps(query, row, sums[parity][1][half]);
        }
    };
    let (pairs, last) = rows.as_chunks::<2>();
    let keys = key.as_chunks::<2>().0.iter().zip(query.as_chunks::<2>().0);
    for ([even, odd], (key, query)) in pairs.iter().zip(keys) {
        add(even, key[0], query[0], 0);
        add(odd, key[1], query[1], 1);
    }
    if let ([row], Some(&key), Some(&query)) = (last, key.last(), query.last()) {
        add(row, key, query, 0);
    }
    let [even, odd] = sums;
    let mut out = [[0.0; LANES]; 2];
    for (out, (even, odd)) in out.iter_mut().zip(even.iter().zip(&odd)) {
        for ((out, even), odd) in out.as_chunks_mut().0.iter_mut().zip(even).zip(odd) {
            store_sixteen(out, _mm512_add_ps(*even, *odd));
        }
    }
    out
}

/// See `delta::write`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn write(rows: &mut [StateRow], key: &[f32], update: &[f32; LANES], decay: f32) {
    let update: &[[f32; 16]; 2] = update.as_chunks().0.first_chunk().expect("a row is two halves");
    let update = [sixteen_floats(&update[0]), sixteen_floats(&update[1])];
    let decay = _mm512_set1_ps(decay);
    for (row, &key) in rows.iter_mut().zip(key) {
        let key = _mm512_set1_ps(key);
        for (row, update) in row.0.as_chunks_mut::<16>().0.iter_mut().zip(update) {
            let kept = _mm512_mul_ps(decay, sixteen_floats(row));
            store_sixteen(row, _mm512_fmadd_ps(key, update, kept));
        }
    }
}
