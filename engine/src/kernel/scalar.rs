//! The reference: plain Rust, any processor.

use super::unpack::{Unpacked, superblock_bytes};
use super::{Kernels, QuantizedRow, SUPERBLOCK, activations, delta, math};
use crate::quant::TensorType;

pub(super) static KERNELS: Kernels = Kernels {
    name: "scalar",
    quantize: activations::quantize,
    quantized_product,
    widen,
    dot: math::dot::<f32>,
    scores: math::scores::<f32>,
    scores_half: math::scores::<u16>,
    mix: math::mix::<f32>,
    mix_half: math::mix::<u16>,
    exponentials: math::exponentials,
    gate: math::gate,
    sigmoid_times: math::sigmoid_times,
    convolve: delta::convolve,
    delta_rule: |state, tokens, out| {
        delta::delta_rule(state, tokens, out, delta::recall::<false>, delta::write::<false>);
    },
};

fn widen(bytes: &[u8], out: &mut [f32]) {
    crate::quant::dequantize(TensorType::F16, bytes, out);
}

fn quantized_product(
    kind: TensorType,
    weights: &[u8],
    row_bytes: usize,
    rows: &[QuantizedRow<'_>],
    out: &mut [&mut [f32]],
) {
    let mut unpacked = Unpacked::ZERO;
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        for out in out.iter_mut() {
            out[j] = 0.0;
        }
        for (i, blocks) in row.chunks(superblock_bytes(kind)).enumerate() {
            unpacked.fill(kind, blocks);
            for (x, out) in rows.iter().zip(out.iter_mut()) {
                out[j] += dot(&unpacked, x, i);
            }
        }
    }
}

/// Product of one superblock with the `i`-th 256 activations of a row.
fn dot(w: &Unpacked, x: &QuantizedRow<'_>, i: usize) -> f32 {
    let codes = &x.codes[i * SUPERBLOCK..][..SUPERBLOCK];
    let mut sum = 0.0;
    for g in 0..SUPERBLOCK / 16 {
        let products = w.codes[g * 16..][..16].iter().zip(&codes[g * 16..]);
        let integer: i32 = products.map(|(&w, &x)| i32::from(w) * i32::from(x)).sum();
        let at = i * SUPERBLOCK / 16 + g;
        sum += w.scales[g] * x.scales[at] * integer as f32 - w.offsets[g] * x.sums[at];
    }
    sum
}
