//! Activations rounded to 8 bits with AVX-512: `activations::quantize`, operation by operation. The compiler's own
//! vectors for it take four times as long.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::lanes::transpose;
use super::loops::{sixteen_floats, store_sixteen};
use crate::activations::{self, CANDIDATES, GROUP, WHOLE, steps_tried};
use crate::{QuantizedBlock, SUPERBLOCK};

/// See [`crate::Kernels::quantize`].
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
pub(super) fn quantize(x: &[f32], blocks: &mut [QuantizedBlock]) {
    let (whole, rest) = x.as_chunks::<SUPERBLOCK>();
    let (blocks, last) = blocks.split_at_mut(whole.len());
    for (x, block) in whole.iter().zip(blocks) {
        quantize_groups(by_element(x), block);
    }
    activations::quantize(rest, last);
}

/// Element e of every group, the groups in the order of their lanes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn by_element(x: &[f32; SUPERBLOCK]) -> [__m512; GROUP] {
    let groups: &[[f32; 16]; 16] = x.as_chunks().0.try_into().expect("16 groups");
    let group = |g: usize| _mm512_castps_si512(sixteen_floats(&groups[g]));
    // Lanes 4j … 4j + 3 belong to groups j, 4 + j, 8 + j and 12 + j.
    let fours = [0, 1, 2, 3].map(|j| transpose([group(j), group(4 + j), group(8 + j), group(12 + j)]));
    let mut elements = [_mm512_setzero_ps(); GROUP];
    for k in 0..4 {
        let [a, b, c, d] = fours.map(|four| four[k]);
        let (low, low_too) = (_mm512_shuffle_i32x4::<0x44>(a, b), _mm512_shuffle_i32x4::<0x44>(c, d));
        let (high, high_too) = (_mm512_shuffle_i32x4::<0xee>(a, b), _mm512_shuffle_i32x4::<0xee>(c, d));
        let quarters = [
            _mm512_shuffle_i32x4::<0x88>(low, low_too),
            _mm512_shuffle_i32x4::<0xdd>(low, low_too),
            _mm512_shuffle_i32x4::<0x88>(high, high_too),
            _mm512_shuffle_i32x4::<0xdd>(high, high_too),
        ];
        for (q, quarter) in quarters.into_iter().enumerate() {
            elements[4 * q + k] = _mm512_castsi512_ps(quarter);
        }
    }
    elements
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn quantize_groups(mut elements: [__m512; GROUP], block: &mut QuantizedBlock) {
    let one = _mm512_set1_ps(1.0);
    let mut max = _mm512_setzero_ps();
    for element in elements {
        max = _mm512_max_ps(_mm512_abs_ps(element), max);
    }
    let normal = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(max, _mm512_set1_ps(f32::MIN_POSITIVE));
    let inverse = _mm512_maskz_div_ps(normal, one, max);
    for element in &mut elements {
        *element = _mm512_mul_ps(*element, inverse);
    }
    let mut steps = _mm512_set1_ps(steps_tried(0));
    let (mut best, mut scale) = fit(&elements, steps);
    for candidate in 1..CANDIDATES {
        let tried = _mm512_set1_ps(steps_tried(candidate));
        let (fit, fitted) = fit(&elements, tried);
        let better = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(fit, best);
        best = _mm512_mask_mov_ps(best, better, fit);
        scale = _mm512_mask_mov_ps(scale, better, fitted);
        steps = _mm512_mask_mov_ps(steps, better, tried);
    }
    let mut sums = _mm512_setzero_ps();
    let (whole, byte) = (_mm512_set1_ps(WHOLE), _mm512_set1_epi32(255));
    for (fours, codes) in elements.as_chunks::<4>().0.iter().zip(block.codes.as_chunks_mut::<64>().0) {
        let raised = fours.map(|element| _mm512_fmadd_ps(element, steps, whole));
        for raised in raised {
            sums = _mm512_add_ps(sums, _mm512_sub_ps(raised, whole));
        }
        let [a, b, c, d] = raised.map(|raised| _mm512_and_si512(_mm512_castps_si512(raised), byte));
        let low = _mm512_or_si512(a, _mm512_slli_epi32::<8>(b));
        let high = _mm512_or_si512(_mm512_slli_epi32::<16>(c), _mm512_slli_epi32::<24>(d));
        // SAFETY: writes the 64 bytes of the array, at any alignment.
        unsafe { _mm512_storeu_si512(codes.as_mut_ptr().cast(), _mm512_or_si512(low, high)) };
    }
    let scale = _mm512_mul_ps(scale, max);
    store_sixteen(&mut block.scales, scale);
    store_sixteen(&mut block.sums, _mm512_mul_ps(scale, sums));
}

/// The fit of codes of so many steps, and the scale that fits them best, group by group: the larger the first, the smaller
/// the error (`activations.rs` has the formula).
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn fit(elements: &[__m512; GROUP], steps: __m512) -> (__m512, __m512) {
    let whole = _mm512_set1_ps(WHOLE);
    let (mut product, mut square) = (_mm512_setzero_ps(), _mm512_setzero_ps());
    for &element in elements {
        let code = _mm512_sub_ps(_mm512_fmadd_ps(element, steps, whole), whole);
        product = _mm512_fmadd_ps(element, code, product);
        square = _mm512_fmadd_ps(code, code, square);
    }
    let fitted = _mm512_div_ps(product, _mm512_max_ps(square, _mm512_set1_ps(1.0)));
    (_mm512_mul_ps(fitted, product), fitted)
}
