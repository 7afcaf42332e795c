//! Tensor types: how many bytes hold how many numbers, and the exact numbers they stand for.
//!
//! One file a family of formats. Every function reads whole blocks from a byte slice, so a tensor needs no
//! alignment and is never copied; the layouts are those of ggml's block formats.

pub(crate) mod books;
mod float;
mod grids;
mod k_quants;
pub(crate) mod points;
mod small_blocks;
mod tables;
mod types;

pub(crate) use k_quants::{q3_k_scales, scales_and_minima};
pub(crate) use tables::{IQ4_LEVELS, MXFP4_LEVELS, exponent_half, iq4_xs_scales};
pub use types::TensorType;

/// Writes the numbers that `bytes` stand for to `out`.
///
/// # Panics
/// If `bytes` is not exactly as long as `out.len()` elements of `tensor_type` take.
pub fn dequantize(tensor_type: TensorType, bytes: &[u8], out: &mut [f32]) {
    assert_eq!(
        tensor_type.row_bytes(out.len()),
        Some(bytes.len()),
        "{tensor_type}: {} bytes are not {} elements",
        bytes.len(),
        out.len()
    );
    match tensor_type {
        TensorType::F32 => float::f32(bytes, out),
        TensorType::F16 => float::f16(bytes, out),
        TensorType::BF16 => float::bf16(bytes, out),
        TensorType::Q4_0 => small_blocks::q4_0(bytes, out),
        TensorType::Q4_1 => small_blocks::q4_1(bytes, out),
        TensorType::Q5_0 => small_blocks::q5_0(bytes, out),
        TensorType::Q5_1 => small_blocks::q5_1(bytes, out),
        TensorType::Q8_0 => small_blocks::q8_0(bytes, out),
        TensorType::Q2_K => k_quants::q2_k(bytes, out),
        TensorType::Q3_K => k_quants::q3_k(bytes, out),
        TensorType::Q4_K => k_quants::q4_k(bytes, out),
        TensorType::Q5_K => k_quants::q5_k(bytes, out),
        TensorType::Q6_K => k_quants::q6_k(bytes, out),
        TensorType::IQ4_NL => tables::iq4_nl(bytes, out),
        TensorType::IQ4_XS => tables::iq4_xs(bytes, out),
        TensorType::MXFP4 => tables::mxfp4(bytes, out),
        _ => books::dequantize(tensor_type, bytes, out),
    }
}

/// The half-precision number at `bytes[at..at + 2]`.
#[inline(always)]
pub(crate) fn half_at(bytes: &[u8], at: usize) -> f32 {
    half::f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32()
}
