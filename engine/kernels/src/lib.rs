//! The inner loops of language models on a CPU: products of weight rows with activations, attention, gates and the delta
//! rule, one folder an instruction set; and the block formats of the weights ([`quant`]).
//!
//! It knows neither threads nor models: a caller cuts the work, takes [`Kernels::chosen`] once and calls the functions of
//! that table. The scalar file is the reference that every other is tested against. A kernel computes each output with
//! the same operations whatever the number of rows beside it, which is what makes a sequence's tokens independent of its
//! batch.
//!
//! Start reading with [`Kernels`], then `activations.rs` for the form in which activations meet quantized weights,
//! `unpack.rs` for that of the weights, and `scalar.rs` for how the two are multiplied.

mod activations;
mod aligned_floats;
mod choice;
mod delta;
mod math;
mod portable_exponentials;
pub mod quant;
mod scalar;
mod unpack;

#[cfg(target_arch = "x86_64")]
mod ahead;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod groups;
#[cfg(target_arch = "x86_64")]
mod many_queries;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod many_rows;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod unpackers;

pub use activations::{Activations, QuantizedBlock};
pub use aligned_floats::AlignedFloats;
pub use choice::{KERNELS_VARIABLE, UnknownKernels};
pub use delta::{DeltaToken, StateRow};
pub use portable_exponentials::portable_exponentials;

use crate::quant::TensorType;

/// Elements that the integer kernels take at a time; activations are padded to a multiple.
pub(crate) const SUPERBLOCK: usize = 256;

/// The function by which a gated block joins its two inner products. σ is the logistic function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateFunction {
    /// gate·σ(gate) · up.
    Silu,
    /// gelu(gate) · up, gelu by its approximation with tanh. D. Hendrycks and K. Gimpel, 2016.
    Gelu,
    /// g·σ(1.702 g) · (u + 1) with g = min(gate, 7) and u = up clamped to −7…7.
    Clamped,
}

/// See [`Kernels::quantize`].
type Quantize = fn(x: &[f32], blocks: &mut [QuantizedBlock]);
/// See [`Kernels::quantized_product`].
type QuantizedProduct = fn(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
);

/// See [`Kernels::dots`].
type Dots = fn(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]);
/// See [`Kernels::mixes`].
type Mixes = fn(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]);
/// See [`Kernels::group_scores_half`].
type GroupScores = fn(queries: &[&[f32]], keys: &[u16], scale: f32, scores: &mut [&mut [f32]]);
/// See [`Kernels::group_mix_half`].
type GroupMix = fn(weights: &[&[f32]], values: &[u16], out: &mut [&mut [f32]]);
/// See [`Kernels::convolve`].
type Convolve = fn(inputs: &[&[f32]], taps: &[&[f32]], out: &mut [f32]);

/// The inner loops, for one instruction set.
///
/// Slices must agree in length as each field says; the functions panic otherwise and never read or write
/// outside them.
pub struct Kernels {
    /// Name for people, such as `avx512-vnni`.
    pub name: &'static str,
    /// Rounds a row of activations to 8 bits, and fills the last block up with zeros: see [`QuantizedBlock`].
    pub quantize: Quantize,
    /// Products of the weight rows in `weights` (each `row_bytes` long, of a quantized type) with each of `rows`.
    /// `out[r][j]` is row `r` with weight row `j`. Rows are those that this set rounded.
    pub quantized_product: QuantizedProduct,
    /// Turns half-precision numbers into floats: `bytes` is twice as long as `out`.
    pub widen: fn(bytes: &[u8], out: &mut [f32]),
    /// Σ a·b.
    pub dot: fn(a: &[f32], b: &[f32]) -> f32,
    /// Products of the weight rows in `weights` with each of `rows`, all equally long: `out[r][j]` is row `r` with weight
    /// row `j`, bit for bit what `dot` makes of the two. Every row of `out` is as long as there are weight rows, of which there
    /// may be any number where rows are empty.
    pub dots: Dots,
    /// For each key in `keys` (as long as `query`, one after another): `scores[i]` = query·key · `scale`.
    pub scores: fn(query: &[f32], keys: &[f32], scale: f32, scores: &mut [f32]),
    /// As `scores`, for keys in half precision.
    pub scores_half: fn(query: &[f32], keys: &[u16], scale: f32, scores: &mut [f32]),
    /// As `scores_half`, for several queries that meet the same keys: `scores[q]` are those of query q, bit for bit what
    /// `scores_half` makes of it.
    pub group_scores_half: GroupScores,
    /// `out` += Σ `weights[i]` · value i, each value as long as `out`.
    pub mix: fn(weights: &[f32], values: &[f32], out: &mut [f32]),
    /// As `mix`, for many rows of weights that mix the same values: `out[r]` += Σ `weights[r][i]` · value i. A row's numbers
    /// do not depend on the rows beside it, but they may be rounded otherwise than those of `mix`.
    pub mixes: Mixes,
    /// As `mix`, for values in half precision.
    pub mix_half: fn(weights: &[f32], values: &[u16], out: &mut [f32]),
    /// As `mix_half`, for several rows of weights that mix the same values: `out[q]` += Σ `weights[q][i]` · value i, bit for
    /// bit what `mix_half` makes of it.
    pub group_mix_half: GroupMix,
    /// The largest number; −∞ of none.
    pub largest: fn(x: &[f32]) -> f32,
    /// Replaces scores by e^(score − max); the sum of the results.
    pub exponentials: fn(scores: &mut [f32], max: f32) -> f32,
    /// Replaces `gate` by its product with `up` as the kind of gate says.
    pub gate: fn(kind: GateFunction, gate: &mut [f32], up: &[f32]),
    /// `x[i]` = `x[i]` · sigmoid(`gate[i]`).
    pub sigmoid_times: fn(x: &mut [f32], gate: &[f32]),
    /// `out[c]` = silu(Σ `taps[j][c]` · `inputs[j][c]`): a convolution over time, each channel by itself.
    pub convolve: Convolve,
    /// The gated delta rule for one head: tokens pass over its state in order, `out[t]` is what token t reads.
    pub delta_rule: fn(state: &mut [StateRow], tokens: &[DeltaToken<'_>], out: &mut [&mut [f32]]),
}

impl std::fmt::Debug for Kernels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

// Tests are in `tests/`, so that the kernels are compiled once; of what only the inside can see some are here, and share this.
#[cfg(test)]
#[path = "../tests/kernels/weights.rs"]
#[allow(dead_code, reason = "the tests of each architecture use a part")]
mod random_weights;
