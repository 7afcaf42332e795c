//! AVX2 with FMA and F16C: the shared bodies compiled for it, byte products by `vpmaddubsw`.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::delta::{self, DeltaToken, StateRow};
use super::unpack::{Unpacked, superblock_bytes};
use super::{Gate, Kernels, QuantizedRow, SUPERBLOCK, activations, math};
use crate::quant::TensorType;

/// The table, where the processor has what it needs.
pub(super) fn kernels() -> Option<&'static Kernels> {
    let there = is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("f16c");
    there.then_some(&KERNELS)
}

static KERNELS: Kernels = Kernels {
    name: "avx2",
    quantize,
    quantized_product,
    widen,
    dot: |a, b| dot(a, b),
    scores: |query, keys, scale, out| scores(query, keys, scale, out),
    scores_half: |query, keys, scale, out| scores_half(query, keys, scale, out),
    mix: |weights, values, out| mix(weights, values, out),
    mix_half: |weights, values, out| mix_half(weights, values, out),
    exponentials: |x, max| exponentials(x, max),
    gate: |kind, x, up| gate(kind, x, up),
    sigmoid_times: |x, gate| sigmoid_times(x, gate),
    convolve: |inputs, taps, out| convolve(inputs, taps, out),
    delta_rule: |state, tokens, out| delta_rule(state, tokens, out),
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
    fn quantize(x: &[f32], codes: &mut [i8], scales: &mut [f32], sums: &mut [f32]) = activations::quantize;
    fn dot(a: &[f32], b: &[f32]) -> f32 = math::dot;
    fn scores(query: &[f32], keys: &[f32], scale: f32, out: &mut [f32]) = math::scores;
    fn mix(weights: &[f32], values: &[f32], out: &mut [f32]) = math::mix;
    fn exponentials(x: &mut [f32], max: f32) -> f32 = math::exponentials;
    fn gate(kind: Gate, x: &mut [f32], up: &[f32]) = math::gate;
    fn sigmoid_times(x: &mut [f32], gate: &[f32]) = math::sigmoid_times;
    fn convolve(inputs: &[&[f32]], taps: &[&[f32]], out: &mut [f32]) = delta::convolve;
    fn delta_rule(state: &mut [StateRow], tokens: &[DeltaToken<'_>], out: &mut [&mut [f32]]) = fused_delta_rule;
    fn widen(bytes: &[u8], out: &mut [f32]) = widen_eights;
    fn scores_half(query: &[f32], keys: &[u16], scale: f32, out: &mut [f32]) = scores_of_halves;
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
fn eight_halves(halves: &[u16; 8]) -> __m256 {
    // SAFETY: reads the 16 bytes of the array, at any alignment.
    unsafe { _mm256_cvtph_ps(_mm_loadu_si128(halves.as_ptr().cast())) }
}

/// Eight floats from an array.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn eight_floats(floats: &[f32; 8]) -> __m256 {
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm256_loadu_ps(floats.as_ptr()) }
}

/// Eight floats into an array.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn store_eight(floats: &mut [f32; 8], x: __m256) {
    // SAFETY: writes the 32 bytes of the array, at any alignment.
    unsafe { _mm256_storeu_ps(floats.as_mut_ptr(), x) }
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
fn sum(x: __m256) -> f32 {
    let x = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    let x = _mm_add_ps(x, _mm_movehl_ps(x, x));
    let x = _mm_add_ss(x, _mm_shuffle_ps(x, x, 1));
    _mm_cvtss_f32(x)
}

fn quantized_product(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[QuantizedRow<'_>],
    out: &mut [&mut [f32]],
) {
    assert_eq!(rows.len(), out.len());
    let (fours, ones) = rows.as_chunks::<4>();
    let (out_fours, out_ones) = out.as_chunks_mut::<4>();
    for (rows, out) in fours.iter().zip(out_fours) {
        // SAFETY: the table is handed out only where `kernels` found these features.
        unsafe { product(kind, weights, row_bytes, rows, out) }
    }
    for (row, out) in ones.as_chunks::<1>().0.iter().zip(out_ones.as_chunks_mut::<1>().0) {
        // SAFETY: as above.
        unsafe { product(kind, weights, row_bytes, row, out) }
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
fn product<const ROWS: usize>(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[QuantizedRow<'_>; ROWS],
    out: &mut [&mut [f32]; ROWS],
) {
    let mut unpacked = Unpacked::ZERO;
    let bytes = superblock_bytes(kind);
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        let mut sums = [[_mm256_setzero_ps(); 2]; ROWS];
        for (i, blocks) in row.chunks(bytes).enumerate() {
            unpacked.fill(kind, blocks);
            for (x, sums) in rows.iter().zip(&mut sums) {
                if matches!(kind, TensorType::Q8_0 | TensorType::IQ4_NL | TensorType::IQ4_XS) {
                    add_superblock::<true>(&unpacked, x, i, sums);
                } else {
                    add_superblock::<false>(&unpacked, x, i, sums);
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(&sums) {
            out[j] = sum(_mm256_sub_ps(sums[0], sums[1]));
        }
    }
}

/// Adds the product of one superblock with the `i`-th 256 activations: `sums[0]` takes the codes' part,
/// `sums[1]` the offsets'. `WIDE` codes use all 8 bits, which would overflow `vpmaddubsw`'s 16-bit sums.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn add_superblock<const WIDE: bool>(w: &Unpacked, x: &QuantizedRow<'_>, i: usize, sums: &mut [__m256; 2]) {
    let codes: &[[i8; 32]; 8] = x.codes.as_chunks().0[i * 8..].first_chunk().expect("rows are padded");
    let scales: &[[f32; 8]; 2] = x.scales.as_chunks().0[i * 2..].first_chunk().expect("rows are padded");
    let offsets: &[[f32; 8]; 2] = x.sums.as_chunks().0[i * 2..].first_chunk().expect("rows are padded");
    let w_codes: &[[u8; 32]] = w.codes.as_chunks().0;
    let w_scales: &[[f32; 8]] = w.scales.as_chunks().0;
    let w_offsets: &[[f32; 8]] = w.offsets.as_chunks().0;
    let ones = _mm256_set1_epi16(1);
    // Each 32 products end as eight lanes, four for either group of 16.
    let first = _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1);
    for half in 0..2 {
        let scale = _mm256_mul_ps(eight_floats(&w_scales[half]), eight_floats(&scales[half]));
        sums[1] = _mm256_fmadd_ps(eight_floats(&w_offsets[half]), eight_floats(&offsets[half]), sums[1]);
        for c in 0..4 {
            // SAFETY: both read the 32 bytes of an array, at any alignment.
            let (a, b) = unsafe {
                let a = _mm256_loadu_si256(w_codes[half * 4 + c].as_ptr().cast());
                (a, _mm256_loadu_si256(codes[half * 4 + c].as_ptr().cast()))
            };
            let products = if WIDE {
                let low = _mm256_madd_epi16(
                    _mm256_cvtepu8_epi16(_mm256_castsi256_si128(a)),
                    _mm256_cvtepi8_epi16(_mm256_castsi256_si128(b)),
                );
                let high = _mm256_madd_epi16(
                    _mm256_cvtepu8_epi16(_mm256_extracti128_si256(a, 1)),
                    _mm256_cvtepi8_epi16(_mm256_extracti128_si256(b, 1)),
                );
                // Pairs of lanes added crosswise: 0..3 from the first 16 products, 4..7 from the second.
                _mm256_permute4x64_epi64(_mm256_hadd_epi32(low, high), 0b11_01_10_00)
            } else {
                _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones)
            };
            let lanes = _mm256_add_epi32(first, _mm256_set1_epi32(2 * c as i32));
            let scale = _mm256_permutevar8x32_ps(scale, lanes);
            sums[0] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(products), sums[0]);
        }
    }
    const { assert!(SUPERBLOCK == 256) };
}
