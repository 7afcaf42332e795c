//! The reference: plain Rust, any processor.

use super::activations::{GROUP, QuantizedBlock, ScaleForm, lane, place};
use super::unpack::{UnpackedBlock, superblock_bytes};
use super::{Kernels, SUPERBLOCK, activations, delta, math};
use crate::quant::TensorType;

pub(super) static KERNELS: Kernels = Kernels {
    name: "scalar",
    quantize: activations::quantize,
    quantized_product,
    widen,
    dot: math::dot::<f32>,
    dots: |weights, rows, out| math::dots(math::dot::<f32>, weights, rows, out),
    scores: math::scores::<f32>,
    scores_half: math::scores::<u16>,
    group_scores_half: |queries, keys, scale, scores| {
        math::group_scores(math::scores, queries, keys, scale, scores);
    },
    mix: math::mix::<f32>,
    mixes: math::mixes,
    mix_half: math::mix::<u16>,
    group_mix_half: |weights, values, out| math::group_mix(math::mix, weights, values, out),
    largest: math::largest,
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
    rows: &[&[QuantizedBlock]],
    out: &mut [&mut [f32]],
) {
    ScaleForm::Plain.check(rows);
    let mut unpacked = UnpackedBlock::ZERO;
    for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
        for out in out.iter_mut() {
            out[j] = 0.0;
        }
        for (i, blocks) in row.chunks(superblock_bytes(kind)).enumerate() {
            unpacked.fill(kind, blocks);
            for (x, out) in rows.iter().zip(out.iter_mut()) {
                out[j] += dot(&unpacked, &x[i]);
            }
        }
    }
}

/// Product of one superblock with 256 activations.
fn dot(w: &UnpackedBlock, x: &QuantizedBlock) -> f32 {
    let mut sum = 0.0;
    for g in 0..SUPERBLOCK / GROUP {
        let product = |e: usize| i32::from(w.codes[e]) * i32::from(x.codes[place(e)]);
        let integer: i32 = (g * GROUP..(g + 1) * GROUP).map(product).sum();
        let lane = lane(g);
        sum += w.scales[lane] * x.scales[lane] * integer as f32 - w.offsets[lane] * x.sums[lane];
    }
    sum
}
