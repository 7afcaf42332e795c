//! AVX2 with FMA and F16C: the shared bodies compiled for it, byte products by `vpmaddubsw`.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::delta::{self, DeltaToken, StateRow};
use super::unpack::{UnpackedBlock, superblock_bytes};
use super::{GateFunction, Kernels, QuantizedBlock, activations, math};
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
    fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) = activations::quantize;
    fn dot(a: &[f32], b: &[f32]) -> f32 = math::dot;
    fn scores(query: &[f32], keys: &[f32], scale: f32, out: &mut [f32]) = math::scores;
    fn mix(weights: &[f32], values: &[f32], out: &mut [f32]) = math::mix;
    fn exponentials(x: &mut [f32], max: f32) -> f32 = math::exponentials;
    fn gate(kind: GateFunction, x: &mut [f32], up: &[f32]) = math::gate;
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
    rows: &[&[QuantizedBlock]],
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
    rows: &[&[QuantizedBlock]; ROWS],
    out: &mut [&mut [f32]; ROWS],
) {
    let mut unpacked = UnpackedBlock::ZERO;
    let bytes = superblock_bytes(kind);
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        let mut sums = [_mm256_setzero_ps(); ROWS];
        for (i, blocks) in row.chunks(bytes).enumerate() {
            unpacked.fill(kind, blocks);
            for half in 0..2 {
                let codes = codes(&unpacked, half);
                for (x, sum) in rows.iter().zip(&mut sums) {
                    if is_wide(kind) {
                        add_half::<true>(&codes, &unpacked, &x[i], half, sum);
                    } else {
                        add_half::<false>(&codes, &unpacked, &x[i], half, sum);
                    }
                }
            }
        }
        for (out, sums) in out.iter_mut().zip(&sums) {
            out[j] = sum(*sums);
        }
    }
}

/// Whether codes of a type take more than six bits.
const fn is_wide(kind: TensorType) -> bool {
    matches!(
        kind,
        TensorType::Q8_0
            | TensorType::IQ4_NL
            | TensorType::IQ4_XS
            | TensorType::IQ2_XXS
            | TensorType::IQ2_XS
            | TensorType::IQ2_S
            | TensorType::IQ3_XXS
    )
}

/// The codes that meet the lower or upper 32 of each 64 activations: of each 64 weights two groups of 16, four by
/// four dwords of them transposed, as activations are.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn codes(w: &UnpackedBlock, half: usize) -> [__m256i; 4] {
    let natural = w.codes.as_chunks::<32>().0;
    let [a, b, c, d] = [0, 1, 2, 3].map(|k| {
        let codes: &[u8; 32] = &natural[2 * k + half];
        // SAFETY: reads the 32 bytes of the array, at any alignment.
        unsafe { _mm256_loadu_si256(codes.as_ptr().cast()) }
    });
    let (ab, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Adds the products of half a superblock with its activations. `WIDE` codes use all 8 bits, which would overflow
/// `vpmaddubsw`'s 16-bit sums.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn add_half<const WIDE: bool>(
    codes: &[__m256i; 4],
    w: &UnpackedBlock,
    x: &QuantizedBlock,
    half: usize,
    sum: &mut __m256,
) {
    let load = |v: usize| {
        let codes: &[i8; 32] = &x.codes.as_chunks::<32>().0[2 * v + half];
        // SAFETY: reads the 32 bytes of the array, at any alignment.
        unsafe { _mm256_loadu_si256(codes.as_ptr().cast()) }
    };
    let ones = _mm256_set1_epi16(1);
    let products = if WIDE {
        let mut products = _mm256_setzero_si256();
        for (v, codes) in codes.iter().enumerate() {
            // A code less 128 is a signed number w, and w·x is |w|·x with the sign of w given to x; then 128·x, in
            // two halves, is added again.
            let signed = _mm256_xor_si256(*codes, _mm256_set1_epi8(-128));
            let x = load(v);
            let pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(signed), _mm256_sign_epi8(x, signed));
            let less = _mm256_maddubs_epi16(_mm256_set1_epi8(64), x);
            let fours = _mm256_madd_epi16(pairs, ones);
            let less = _mm256_slli_epi32(_mm256_madd_epi16(less, ones), 1);
            products = _mm256_add_epi32(products, _mm256_add_epi32(fours, less));
        }
        products
    } else {
        // Codes of 6 bits: two sums of pairs are at most 4 · 63 · 127, which 16 bits hold.
        let pairs = |v: usize| _mm256_maddubs_epi16(codes[v], load(v));
        let first = _mm256_madd_epi16(_mm256_add_epi16(pairs(0), pairs(1)), ones);
        let second = _mm256_madd_epi16(_mm256_add_epi16(pairs(2), pairs(3)), ones);
        _mm256_add_epi32(first, second)
    };
    let of_half = |numbers: &[f32; 16]| eight_floats(&numbers.as_chunks::<8>().0[half]);
    let scales = _mm256_mul_ps(of_half(&w.scales), of_half(&x.scales));
    *sum = _mm256_fmadd_ps(scales, _mm256_cvtepi32_ps(products), *sum);
    *sum = _mm256_fnmadd_ps(of_half(&w.offsets), of_half(&x.sums), *sum);
}
