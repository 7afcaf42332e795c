//! The table, and the loops over floats.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::product::quantized_product;
use super::{many_queries, many_rows};
use crate::quant::TensorType;
use crate::{GateFunction, Kernels, QuantizedBlock, delta, math};

/// The table, where the processor has what it needs.
pub(crate) fn kernels() -> Option<&'static Kernels> {
    let there = is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c");
    there.then_some(&KERNELS)
}

static KERNELS: Kernels = Kernels {
    name: "avx512-vnni",
    quantize,
    quantized_product,
    widen,
    dot,
    dots,
    scores,
    scores_half,
    group_scores_half,
    mix,
    mixes,
    mix_half,
    group_mix_half,
    largest,
    exponentials,
    gate,
    sigmoid_times,
    convolve,
    delta_rule: super::delta::delta_rule,
};

/// Gives a body compiled for AVX-512 a face that the table can hold.
macro_rules! compiled_for_avx512 {
    ($(fn $name:ident($($arg:ident: $type:ty),*) $(-> $result:ty)? = $body:path;)*) => {$(
        fn $name($($arg: $type),*) $(-> $result)? {
            #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
            fn compiled($($arg: $type),*) $(-> $result)? {
                $body($($arg),*)
            }
            // SAFETY: the table is handed out only where `kernels` found these features.
            unsafe { compiled($($arg),*) }
        }
    )*};
}

compiled_for_avx512! {
    fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) = super::quantize::quantize;
    fn dot(a: &[f32], b: &[f32]) -> f32 = many_rows::dot;
    fn dots(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) = many_rows::dots;
    fn mixes(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) = many_rows::mixes;
    fn scores(query: &[f32], keys: &[f32], scale: f32, out: &mut [f32]) = scores_of_floats;
    fn mix(weights: &[f32], values: &[f32], out: &mut [f32]) = math::mix;
    fn largest(x: &[f32]) -> f32 = math::largest;
    fn exponentials(x: &mut [f32], max: f32) -> f32 = math::exponentials;
    fn gate(kind: GateFunction, x: &mut [f32], up: &[f32]) = math::gate;
    fn sigmoid_times(x: &mut [f32], gate: &[f32]) = math::sigmoid_times;
    fn convolve(inputs: &[&[f32]], taps: &[&[f32]], out: &mut [f32]) = delta::convolve;
    fn widen(bytes: &[u8], out: &mut [f32]) = widen_sixteens;
    fn scores_half(query: &[f32], keys: &[u16], scale: f32, out: &mut [f32]) = scores_of_halves;
    fn group_scores_half(queries: &[&[f32]], keys: &[u16], scale: f32, out: &mut [&mut [f32]]) = many_queries::group_scores_half;
    fn group_mix_half(weights: &[&[f32]], values: &[u16], out: &mut [&mut [f32]]) = many_queries::group_mix_half;
    fn mix_half(weights: &[f32], values: &[u16], out: &mut [f32]) = mix_of_halves;
}

/// Sixteen half-precision numbers as floats.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn sixteen_halves(halves: &[u16; 16]) -> __m512 {
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(halves.as_ptr().cast())) }
}

/// Sixteen floats from an array.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn sixteen_floats(floats: &[f32; 16]) -> __m512 {
    // SAFETY: reads the 64 bytes of the array, at any alignment.
    unsafe { _mm512_loadu_ps(floats.as_ptr()) }
}

/// Sixty-four floats at a time, each as four sixteens.
#[inline]
pub(super) fn fours(floats: &[f32]) -> &[[[f32; 16]; 4]] {
    floats.as_chunks::<16>().0.as_chunks::<4>().0
}

/// Sixteen floats into an array.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn store_sixteen(floats: &mut [f32; 16], x: __m512) {
    // SAFETY: writes the 64 bytes of the array, at any alignment.
    unsafe { _mm512_storeu_ps(floats.as_mut_ptr(), x) }
}

/// Stores the first floats into a slice of at most sixteen.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn store_up_to_sixteen(floats: &mut [f32], x: __m512) {
    match floats.first_chunk_mut() {
        Some(floats) => store_sixteen(floats, x),
        None => {
            let mut all = [0.0; 16];
            store_sixteen(&mut all, x);
            floats.copy_from_slice(&all[..floats.len()]);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn widen_sixteens(bytes: &[u8], out: &mut [f32]) {
    assert_eq!(bytes.len(), out.len() * 2);
    let (sixteens, rest) = out.as_chunks_mut::<16>();
    let (from, from_rest) = bytes.as_chunks::<32>();
    for (out, from) in sixteens.iter_mut().zip(from) {
        // SAFETY: reads the 32 bytes of the array, at any alignment.
        let halves = unsafe { _mm256_loadu_si256(from.as_ptr().cast()) };
        store_sixteen(out, _mm512_cvtph_ps(halves));
    }
    crate::quant::dequantize(TensorType::F16, from_rest, rest);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn dot_of_floats(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    dot_of_sums(a, b, [_mm512_setzero_ps(); 4])
}

/// The product of which all before was summed: registers take the sixteens in turns.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn dot_of_sums(a: &[f32], b: &[f32], mut sums: [__m512; 4]) -> f32 {
    for (a, b) in fours(a).iter().zip(fours(b)) {
        // Written out, since sums that are found by a number in a loop do not stay in registers.
        sums[0] = _mm512_fmadd_ps(sixteen_floats(&a[0]), sixteen_floats(&b[0]), sums[0]);
        sums[1] = _mm512_fmadd_ps(sixteen_floats(&a[1]), sixteen_floats(&b[1]), sums[1]);
        sums[2] = _mm512_fmadd_ps(sixteen_floats(&a[2]), sixteen_floats(&b[2]), sums[2]);
        sums[3] = _mm512_fmadd_ps(sixteen_floats(&a[3]), sixteen_floats(&b[3]), sums[3]);
    }
    let rest = a.len() / 64 * 64;
    let (a_whole, a_rest) = a[rest..].as_chunks::<16>();
    let (b_whole, b_rest) = b[rest..].as_chunks::<16>();
    for (sum, (a, b)) in sums.iter_mut().zip(a_whole.iter().zip(b_whole)) {
        *sum = _mm512_fmadd_ps(sixteen_floats(a), sixteen_floats(b), *sum);
    }
    let sum = _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3]));
    _mm512_reduce_add_ps(sum) + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn scores_of_floats(query: &[f32], keys: &[f32], scale: f32, scores: &mut [f32]) {
    assert_eq!(query.len() * scores.len(), keys.len());
    for (score, key) in scores.iter_mut().zip(keys.chunks_exact(query.len())) {
        *score = dot_of_floats(query, key) * scale;
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn scores_of_halves(query: &[f32], keys: &[u16], scale: f32, scores: &mut [f32]) {
    assert_eq!(query.len() * scores.len(), keys.len());
    let (query_whole, rest) = query.as_chunks::<16>();
    if !rest.is_empty() {
        return math::scores(query, keys, scale, scores);
    }
    for (score, key) in scores.iter_mut().zip(keys.chunks_exact(query.len())) {
        let mut sums = [_mm512_setzero_ps(); 2];
        for (i, (q, k)) in query_whole.iter().zip(key.as_chunks::<16>().0).enumerate() {
            sums[i % 2] = _mm512_fmadd_ps(sixteen_floats(q), sixteen_halves(k), sums[i % 2]);
        }
        *score = _mm512_reduce_add_ps(_mm512_add_ps(sums[0], sums[1])) * scale;
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
fn mix_of_halves(weights: &[f32], values: &[u16], out: &mut [f32]) {
    assert_eq!(out.len() * weights.len(), values.len());
    if !out.len().is_multiple_of(16) {
        return math::mix(weights, values, out);
    }
    for (&weight, value) in weights.iter().zip(values.chunks_exact(out.len())) {
        let weight = _mm512_set1_ps(weight);
        for (o, v) in out.as_chunks_mut::<16>().0.iter_mut().zip(value.as_chunks::<16>().0) {
            let mixed = _mm512_fmadd_ps(weight, sixteen_halves(v), sixteen_floats(o));
            store_sixteen(o, mixed);
        }
    }
}
