//! The tables, and the loops over floats.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::aarch64::*;

use super::many_rows::{self, dot_by};
use super::pairs;
use super::product::{dotprod, widening};
use super::registers::{floats, halves, store_floats, widened};
use crate::quant::TensorType;
use crate::{Kernels, QuantizedBlock, delta, math};

/// The tables for which the processor has what they need, the fastest last.
pub(crate) fn kernels() -> impl Iterator<Item = &'static Kernels> {
    let dotprod = std::arch::is_aarch64_feature_detected!("dotprod");
    let i8mm = dotprod && std::arch::is_aarch64_feature_detected!("i8mm");
    std::iter::once(&NEON).chain(dotprod.then_some(&DOTPROD)).chain(i8mm.then_some(&I8MM))
}

static NEON: Kernels = Kernels {
    name: "neon",
    quantize,
    quantized_product: widening::quantized_product,
    widen,
    dot,
    dots,
    scores,
    scores_half,
    group_scores_half: |queries, keys, scale, scores| {
        math::group_scores(scores_half, queries, keys, scale, scores);
    },
    mix: math::mix::<f32>,
    mixes,
    mix_half,
    group_mix_half: |weights, values, out| math::group_mix(mix_half, weights, values, out),
    largest: math::largest,
    exponentials: math::exponentials,
    gate: math::gate,
    sigmoid_times: math::sigmoid_times,
    convolve: delta::convolve,
    delta_rule: |state, tokens, out| {
        delta::delta_rule(state, tokens, out, delta::recall::<true>, delta::write::<true>);
    },
};

/// The same numbers, bit for bit, by fewer instructions.
static DOTPROD: Kernels =
    Kernels { name: "neon-dotprod", quantized_product: dotprod::quantized_product, ..NEON };

/// The same numbers again; more rows than one by fewer instructions still.
static I8MM: Kernels = Kernels { name: "neon-i8mm", quantized_product: pairs::quantized_product, ..NEON };

/// Gives a body compiled for NEON a face that the table can hold.
macro_rules! compiled_for_neon {
    ($(fn $name:ident($($arg:ident: $type:ty),*) $(-> $result:ty)? = $body:path;)*) => {$(
        fn $name($($arg: $type),*) $(-> $result)? {
            // SAFETY: every 64-bit Arm processor has what it needs.
            unsafe { $body($($arg),*) }
        }
    )*};
}

compiled_for_neon! {
    fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) = super::quantize::quantize;
    fn widen(bytes: &[u8], out: &mut [f32]) = widen_fours;
    fn dot(a: &[f32], b: &[f32]) -> f32 = many_rows::dot;
    fn dots(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) = many_rows::dots;
    fn mixes(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) = many_rows::mixes;
    fn scores(query: &[f32], keys: &[f32], scale: f32, out: &mut [f32]) = scores_of_floats;
    fn scores_half(query: &[f32], keys: &[u16], scale: f32, out: &mut [f32]) = scores_of_halves;
    fn mix_half(weights: &[f32], values: &[u16], out: &mut [f32]) = mix_of_halves;
}

#[target_feature(enable = "neon")]
fn widen_fours(bytes: &[u8], out: &mut [f32]) {
    assert_eq!(bytes.len(), out.len() * 2);
    let (fours, rest) = out.as_chunks_mut::<4>();
    let (from, from_rest) = bytes.as_chunks::<8>();
    for (out, from) in fours.iter_mut().zip(from) {
        store_floats(out, widened(vcreate_u16(u64::from_le_bytes(*from))));
    }
    crate::quant::dequantize(TensorType::F16, from_rest, rest);
}

#[target_feature(enable = "neon")]
fn scores_of_floats(query: &[f32], keys: &[f32], scale: f32, scores: &mut [f32]) {
    assert_eq!(query.len() * scores.len(), keys.len());
    for (score, key) in scores.iter_mut().zip(keys.chunks_exact(query.len())) {
        *score = many_rows::dot(query, key) * scale;
    }
}

#[target_feature(enable = "neon")]
fn scores_of_halves(query: &[f32], keys: &[u16], scale: f32, scores: &mut [f32]) {
    assert_eq!(query.len() * scores.len(), keys.len());
    for (score, key) in scores.iter_mut().zip(keys.chunks_exact(query.len())) {
        *score = dot_by(query, key, |k| halves(k), |k| half::f16::from_bits(*k).to_f32()) * scale;
    }
}

#[target_feature(enable = "neon")]
fn mix_of_halves(weights: &[f32], values: &[u16], out: &mut [f32]) {
    assert_eq!(out.len() * weights.len(), values.len());
    if !out.len().is_multiple_of(4) {
        return math::mix(weights, values, out);
    }
    for (&weight, value) in weights.iter().zip(values.chunks_exact(out.len())) {
        for (o, v) in out.as_chunks_mut::<4>().0.iter_mut().zip(value.as_chunks().0) {
            let mixed = vfmaq_n_f32(floats(o), halves(v), weight);
            store_floats(o, mixed);
        }
    }
}
