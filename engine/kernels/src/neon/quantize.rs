//! Activations rounded to 8 bits: `activations::quantize`, operation by operation, for four groups at a time.
use std::arch::aarch64::*;

use super::registers::{floats, store_bytes, store_floats, transpose, transposed_words};
use crate::activations::{self, CANDIDATES, GROUP, WHOLE, group_at, steps_tried};
use crate::{QuantizedBlock, SUPERBLOCK};

/// See [`crate::Kernels::quantize`].
#[target_feature(enable = "neon")]
pub(super) fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) {
    assert_eq!(blocks.len(), x.len().div_ceil(SUPERBLOCK));
    let (whole, rest) = x.as_chunks::<SUPERBLOCK>();
    let (blocks, last) = blocks.split_at_mut(whole.len());
    for (x, block) in whole.iter().zip(blocks) {
        for part in 0..4 {
            quantize_groups(by_element(x, part), block, part);
        }
        block.add_up_runs();
    }
    activations::quantize(rest, last);
}

/// Element e of the four groups whose scales stand together.
#[target_feature(enable = "neon")]
#[inline]
fn by_element(x: &[f32; SUPERBLOCK], part: usize) -> [float32x4_t; GROUP] {
    let fours: &[[f32; 4]] = x.as_chunks().0;
    let mut elements = [vdupq_n_f32(0.0); GROUP];
    for (q, elements) in elements.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *elements = transpose([0, 1, 2, 3].map(|group| floats(&fours[4 * group_at(4 * part + group) + q])));
    }
    elements
}

#[target_feature(enable = "neon")]
#[inline]
fn quantize_groups(mut elements: [float32x4_t; GROUP], block: &mut QuantizedBlock, part: usize) {
    let mut max = vdupq_n_f32(0.0);
    for element in elements {
        max = vmaxnmq_f32(max, vabsq_f32(element));
    }
    let normal = vcgeq_f32(max, vdupq_n_f32(f32::MIN_POSITIVE));
    let inverse = vdivq_f32(vdupq_n_f32(1.0), max);
    let inverse = vreinterpretq_f32_u32(vandq_u32(normal, vreinterpretq_u32_f32(inverse)));
    for element in &mut elements {
        *element = vmulq_f32(*element, inverse);
    }
    let mut steps = vdupq_n_f32(steps_tried(0));
    let (mut best, mut scale) = fit(&elements, steps);
    for candidate in 1..CANDIDATES {
        let tried = vdupq_n_f32(steps_tried(candidate));
        let (fit, fitted) = fit(&elements, tried);
        let better = vcgtq_f32(fit, best);
        best = vbslq_f32(better, fit, best);
        scale = vbslq_f32(better, fitted, scale);
        steps = vbslq_f32(better, tried, steps);
    }
    let whole = vdupq_n_f32(WHOLE);
    let mut sums = vdupq_n_f32(0.0);
    let mut words = [vdupq_n_u32(0); 4];
    for (fours, word) in elements.as_chunks::<4>().0.iter().zip(&mut words) {
        let raised = fours.map(|element| vfmaq_f32(whole, element, steps));
        for raised in raised {
            sums = vaddq_f32(sums, vsubq_f32(raised, whole));
        }
        // The lowest byte of each.
        let [a, b, c, d] = raised.map(|raised| vreinterpretq_u32_f32(raised));
        let (low, high) = (vsliq_n_u32::<8>(a, b), vsliq_n_u32::<8>(c, d));
        *word = vsliq_n_u32::<16>(low, high);
    }
    // A group in each; of the groups eight apart, which are beside each other, first halves meet, and second halves.
    let [a, b, c, d] = transposed_words(words).map(|group| vreinterpretq_s64_u32(group));
    let codes = block.codes.as_chunks_mut::<16>().0.as_chunks_mut::<2>().0;
    for (to, [low, high]) in codes[2 * part..].iter_mut().zip([[a, b], [c, d]]) {
        store_bytes(&mut to[0], vreinterpretq_s8_s64(vzip1q_s64(low, high)));
        store_bytes(&mut to[1], vreinterpretq_s8_s64(vzip2q_s64(low, high)));
    }
    let scale = vmulq_f32(scale, max);
    store_floats(&mut block.scales.as_chunks_mut().0[part], scale);
    store_floats(&mut block.sums.as_chunks_mut().0[part], vmulq_f32(scale, sums));
}

/// The fit of codes of so many steps, and the scale that fits them best, group by group: the larger the first, the smaller
/// the error (`activations.rs` has the formula).
#[target_feature(enable = "neon")]
#[inline]
fn fit(elements: &[float32x4_t; GROUP], steps: float32x4_t) -> (float32x4_t, float32x4_t) {
    let whole = vdupq_n_f32(WHOLE);
    let (mut product, mut square) = (vdupq_n_f32(0.0), vdupq_n_f32(0.0));
    for &element in elements {
        let code = vsubq_f32(vfmaq_f32(whole, element, steps), whole);
        product = vfmaq_f32(product, element, code);
        square = vfmaq_f32(square, code, code);
    }
    let fitted = vdivq_f32(product, vmaxnmq_f32(square, vdupq_n_f32(1.0)));
    (vmulq_f32(fitted, product), fitted)
}
