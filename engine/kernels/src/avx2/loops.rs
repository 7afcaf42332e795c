//! The tables, and the loops over floats.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::product::{maddubs, vnni};
use super::{many_queries, many_rows};
use crate::delta::{self, DeltaToken, StateRow};
use crate::quant::TensorType;
use crate::{GateFunction, Kernels, QuantizedBlock, math};

/// The tables for which the processor has what they need, the faster one last.
pub(crate) fn kernels() -> impl Iterator<Item = &'static Kernels> {
    let there = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c");
    let vnni = there && is_x86_feature_detected!("avxvnni");
    there.then_some(&AVX2).into_iter().chain(vnni.then_some(&AVX_VNNI))
}

static AVX2: Kernels = Kernels {
    name: "avx2",
    quantize,
    quantized_product: maddubs::quantized_product,
    widen,
    dot: |a, b| dot(a, b),
    dots: |weights, rows, out| dots(weights, rows, out),
    scores: |query, keys, scale, out| scores(query, keys, scale, out),
    scores_half: |query, keys, scale, out| scores_half(query, keys, scale, out),
    group_scores_half: |queries, keys, scale, out| group_scores_half(queries, keys, scale, out),
    mix: |weights, values, out| mix(weights, values, out),
    mixes: |weights, values, out| mixes(weights, values, out),
    mix_half: |weights, values, out| mix_half(weights, values, out),
    group_mix_half: |weights, values, out| group_mix_half(weights, values, out),
    largest: |x| largest(x),
    exponentials: |x, max| exponentials(x, max),
    gate: |kind, x, up| gate(kind, x, up),
    sigmoid_times: |x, gate| sigmoid_times(x, gate),
    convolve: |inputs, taps, out| convolve(inputs, taps, out),
    delta_rule: |state, tokens, out| delta_rule(state, tokens, out),
};

/// The same numbers, bit for bit, by fewer instructions.
static AVX_VNNI: Kernels = Kernels {
    name: "avx2-vnni",
    quantize: quantize_for_vnni,
    quantized_product: vnni::quantized_product,
    ..AVX2
};

/// Gives a body compiled for AVX2 a face that the table can hold.
macro_rules! compiled_for_avx2 {
    ($(fn $name:ident($($arg:ident: $type:ty),*) $(-> $result:ty)? = $body:path;)*) => {$(
        fn $name($($arg: $type),*) $(-> $result)? {
            #[target_feature(enable = "avx2,fma,f16c")]
            fn compiled($($arg: $type),*) $(-> $result)? {
                $body($($arg),*)
            }
            // SAFETY: the table is handed out only where `kernels` found these features.
            unsafe { compiled($($arg),*) }
        }
    )*};
}

compiled_for_avx2! {
    fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) = super::quantize::quantize::<true>;
    fn quantize_for_vnni(x: &[f32], blocks: &mut [QuantizedBlock]) = super::quantize::quantize::<false>;
    fn dot(a: &[f32], b: &[f32]) -> f32 = many_rows::dot;
    fn dots(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) = many_rows::dots;
    fn mixes(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) = many_rows::mixes;
    fn scores(query: &[f32], keys: &[f32], scale: f32, out: &mut [f32]) = math::scores;
    fn mix(weights: &[f32], values: &[f32], out: &mut [f32]) = math::mix;
    fn largest(x: &[f32]) -> f32 = math::largest;
    fn exponentials(x: &mut [f32], max: f32) -> f32 = math::exponentials;
    fn gate(kind: GateFunction, x: &mut [f32], up: &[f32]) = math::gate;
    fn sigmoid_times(x: &mut [f32], gate: &[f32]) = math::sigmoid_times;
    fn convolve(inputs: &[&[f32]], taps: &[&[f32]], out: &mut [f32]) = delta::convolve;
    fn delta_rule(state: &mut [StateRow], tokens: &[DeltaToken<'_>], out: &mut [&mut [f32]]) = fused_delta_rule;
    fn widen(bytes: &[u8], out: &mut [f32]) = widen_eights;
    fn scores_half(query: &[f32], keys: &[u16], scale: f32, out: &mut [f32]) = scores_of_halves;
    fn group_scores_half(queries: &[&[f32]], keys: &[u16], scale: f32, out: &mut [&mut [f32]]) = many_queries::group_scores_half;
    fn group_mix_half(weights: &[&[f32]], values: &[u16], out: &mut [&mut [f32]]) = many_queries::group_mix_half;
    fn mix_half(weights: &[f32], values: &[u16], out: &mut [f32]) = mix_of_halves;
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn fused_delta_rule(state: &mut [StateRow], tokens: &[DeltaToken<'_>], out: &mut [&mut [f32]]) {
    delta::delta_rule(state, tokens, out, delta::recall::<true>, delta::write::<true>);
}

/// Eight half-precision numbers as floats.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn eight_halves(halves: &[u16; 8]) -> __m256 {
    // SAFETY: reads the 16 bytes of the array, at any alignment.
    unsafe { _mm256_cvtph_ps(_mm_loadu_si128(halves.as_ptr().cast())) }
}

/// Eight floats from an array.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn eight_floats(floats: &[f32; 8]) -> __m256 {
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm256_loadu_ps(floats.as_ptr()) }
}

/// Eight floats into an array.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn store_eight(floats: &mut [f32; 8], x: __m256) {
    // SAFETY: writes the 32 bytes of the array, at any alignment.
    unsafe { _mm256_storeu_ps(floats.as_mut_ptr(), x) }
}

/// Stores the first floats into a slice of at most eight.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn store_up_to_eight(floats: &mut [f32], x: __m256) {
    match floats.first_chunk_mut() {
        Some(floats) => store_eight(floats, x),
        None => {
            let mut all = [0.0; 8];
            store_eight(&mut all, x);
            floats.copy_from_slice(&all[..floats.len()]);
        }
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn widen_eights(bytes: &[u8], out: &mut [f32]) {
    assert_eq!(bytes.len(), out.len() * 2);
    let (eights, rest) = out.as_chunks_mut::<8>();
    let (from, from_rest) = bytes.as_chunks::<16>();
    for (out, from) in eights.iter_mut().zip(from) {
        // SAFETY: reads the 16 bytes of the array, at any alignment.
        let halves = unsafe { _mm_loadu_si128(from.as_ptr().cast()) };
        store_eight(out, _mm256_cvtph_ps(halves));
    }
    crate::quant::dequantize(TensorType::F16, from_rest, rest);
}

#[target_feature(enable = "avx2,fma,f16c")]
fn scores_of_halves(query: &[f32], keys: &[u16], scale: f32, scores: &mut [f32]) {
    assert_eq!(query.len() * scores.len(), keys.len());
    if !query.len().is_multiple_of(16) {
        return math::scores(query, keys, scale, scores);
    }
    for (score, key) in scores.iter_mut().zip(keys.chunks_exact(query.len())) {
        let (mut even, mut odd) = (_mm256_setzero_ps(), _mm256_setzero_ps());
        for (q, k) in
            query.as_chunks::<8>().0.as_chunks::<2>().0.iter().zip(key.as_chunks::<8>().0.as_chunks::<2>().0)
        {
            even = _mm256_fmadd_ps(eight_floats(&q[0]), eight_halves(&k[0]), even);
            odd = _mm256_fmadd_ps(eight_floats(&q[1]), eight_halves(&k[1]), odd);
        }
        *score = sum(_mm256_add_ps(even, odd)) * scale;
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn mix_of_halves(weights: &[f32], values: &[u16], out: &mut [f32]) {
    assert_eq!(out.len() * weights.len(), values.len());
    if !out.len().is_multiple_of(8) {
        return math::mix(weights, values, out);
    }
    for (&weight, value) in weights.iter().zip(values.chunks_exact(out.len())) {
        let weight = _mm256_set1_ps(weight);
        for (o, v) in out.as_chunks_mut::<8>().0.iter_mut().zip(value.as_chunks::<8>().0) {
            let mixed = _mm256_fmadd_ps(weight, eight_halves(v), eight_floats(o));
            store_eight(o, mixed);
        }
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn sum(x: __m256) -> f32 {
    let x = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    let x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    let x = _mm_add_ss(x, _mm_shuffle_ps(x, x, 1));
    _mm_cvtss_f32(x)
}
