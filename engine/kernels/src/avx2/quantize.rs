//! Activations rounded to 8 bits with AVX2: `activations::quantize`, operation by operation, for half a block at a time. Then
//! the scales of a row are rounded to whole numbers of a unit, which the products of bytes are multiplied by as they are
//! added up. A unit is 1/8191 of the largest scale, so its rounding moves no activation by more than 1/15,000 of the largest;
//! in rows of less than 1e-32 the smallest normal number is the unit.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::byte_products::activations_of;
use super::lanes::transpose;
use super::loops::{eight_floats, store_eight, sum};
use crate::activations::{self, CANDIDATES, GROUP, ScaleForm, WHOLE, steps_tried};
use crate::{QuantizedBlock, SUPERBLOCK};

/// See [`crate::Kernels::quantize`]; the scales of a row are counted in units, in `PAIRS` or as floats.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn quantize<const PAIRS: bool>(x: &[f32], blocks: &mut [QuantizedBlock]) {
    let row = blocks;
    let (whole, rest) = x.as_chunks::<SUPERBLOCK>();
    let (blocks, last) = row.split_at_mut(whole.len());
    for (x, block) in whole.iter().zip(blocks) {
        for half in 0..2 {
            quantize_groups(by_element(x, half), block, half);
        }
    }
    activations::quantize(rest, last);
    count_in_units::<PAIRS>(row);
}

/// The most units of a scale. Sixteen products of a group are at most 16 · 128 · 127, and so many of them fit in 32 bits.
const MOST_UNITS: f32 = 8191.0;

/// Makes the scales of a row whole numbers of one unit.
#[target_feature(enable = "avx2,fma,f16c")]
fn count_in_units<const PAIRS: bool>(row: &mut [QuantizedBlock]) {
    let (mut largest, mut no_number) = (_mm256_setzero_ps(), _mm256_setzero_ps());
    for scales in row.iter().flat_map(|block| block.scales.as_chunks().0) {
        largest = _mm256_max_ps(eight_floats(scales), largest);
        no_number = _mm256_fmadd_ps(eight_floats(scales), _mm256_setzero_ps(), no_number);
    }
    let mut lanes = [0.0; 8];
    store_eight(&mut lanes, largest);
    let largest = lanes.into_iter().fold(0.0, f32::max);
    // A row that holds what is no number has none for its unit, too.
    let unit = (largest / MOST_UNITS).max(f32::MIN_POSITIVE) + sum(no_number);
    let inverse = _mm256_set1_ps(1.0 / unit);
    for block in row {
        for half in 0..2 {
            let scale = eight_floats(&block.scales.as_chunks().0[half]);
            let units = _mm256_min_ps(_mm256_mul_ps(scale, inverse), _mm256_set1_ps(MOST_UNITS));
            let units = _mm256_cvtps_epi32(units);
            let pairs = _mm256_or_si256(units, _mm256_slli_epi32::<16>(units));
            let counted = if PAIRS { _mm256_castsi256_ps(pairs) } else { _mm256_cvtepi32_ps(units) };
            store_eight(&mut block.scales.as_chunks_mut().0[half], counted);
            let sums = _mm256_cvtepi32_ps(_mm256_madd_epi16(sums_of_codes(block, half), pairs));
            store_eight(&mut block.sums.as_chunks_mut().0[half], sums);
        }
        block.add_up_runs();
        block.unit = unit;
        block.scale_form = if PAIRS { ScaleForm::UnitPairs } else { ScaleForm::Units };
    }
}

/// The sums of the codes of eight groups, in two parts of 16 bits each.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn sums_of_codes(block: &QuantizedBlock, half: usize) -> __m256i {
    let pairs = |v| _mm256_maddubs_epi16(_mm256_set1_epi8(1), activations_of(block, half, v));
    _mm256_add_epi16(_mm256_add_epi16(pairs(0), pairs(1)), _mm256_add_epi16(pairs(2), pairs(3)))
}

/// Element e of eight groups, those of the lower or the upper lanes in their order.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn by_element(x: &[f32; SUPERBLOCK], half: usize) -> [__m256; GROUP] {
    let fours: &[[f32; 4]] = x.as_chunks().0;
    let four = |group: usize, q: usize| {
        // SAFETY: reads the 16 bytes of the array, at any alignment.
        unsafe { _mm_loadu_ps(fours[4 * group + q].as_ptr()) }
    };
    let mut elements = [_mm256_setzero_ps(); GROUP];
    for (q, elements) in elements.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        // Lanes 4j + k belong to groups 4k + j.
        let groups = |k: usize| _mm256_set_m128(four(4 * k + 2 * half + 1, q), four(4 * k + 2 * half, q));
        let groups = [groups(0), groups(1), groups(2), groups(3)];
        let [a, b, c, d] = transpose(groups.map(|groups| _mm256_castps_si256(groups)));
        *elements = [a, b, c, d].map(|element| _mm256_castsi256_ps(element));
    }
    elements
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn quantize_groups(mut elements: [__m256; GROUP], block: &mut QuantizedBlock, half: usize) {
    let sign = _mm256_set1_ps(-0.0);
    let mut max = _mm256_setzero_ps();
    for element in elements {
        max = _mm256_max_ps(_mm256_andnot_ps(sign, element), max);
    }
    let normal = _mm256_cmp_ps::<_CMP_GE_OQ>(max, _mm256_set1_ps(f32::MIN_POSITIVE));
    let inverse = _mm256_and_ps(normal, _mm256_div_ps(_mm256_set1_ps(1.0), max));
    for element in &mut elements {
        *element = _mm256_mul_ps(*element, inverse);
    }
    let mut steps = _mm256_set1_ps(steps_tried(0));
    let (mut best, mut scale) = fit(&elements, steps);
    for candidate in 1..CANDIDATES {
        let tried = _mm256_set1_ps(steps_tried(candidate));
        let (fit, fitted) = fit(&elements, tried);
        let better = _mm256_cmp_ps::<_CMP_GT_OQ>(fit, best);
        best = _mm256_blendv_ps(best, fit, better);
        scale = _mm256_blendv_ps(scale, fitted, better);
        steps = _mm256_blendv_ps(steps, tried, better);
    }
    let (whole, byte) = (_mm256_set1_ps(WHOLE), _mm256_set1_epi32(255));
    let codes = block.codes.as_chunks_mut::<64>().0;
    for (fours, codes) in elements.as_chunks::<4>().0.iter().zip(codes) {
        let raised = fours.map(|element| _mm256_fmadd_ps(element, steps, whole));
        let [a, b, c, d] = raised.map(|raised| _mm256_and_si256(_mm256_castps_si256(raised), byte));
        let low = _mm256_or_si256(a, _mm256_slli_epi32::<8>(b));
        let high = _mm256_or_si256(_mm256_slli_epi32::<16>(c), _mm256_slli_epi32::<24>(d));
        let codes: &mut [i8; 32] = &mut codes.as_chunks_mut().0[half];
        // SAFETY: writes the 32 bytes of the array, at any alignment.
        unsafe { _mm256_storeu_si256(codes.as_mut_ptr().cast(), _mm256_or_si256(low, high)) };
    }
    store_eight(&mut block.scales.as_chunks_mut().0[half], _mm256_mul_ps(scale, max));
}

/// The fit of codes of so many steps, and the scale that fits them best, group by group: the larger the first, the smaller
/// the error (`activations.rs` has the formula).
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn fit(elements: &[__m256; GROUP], steps: __m256) -> (__m256, __m256) {
    let whole = _mm256_set1_ps(WHOLE);
    let (mut product, mut square) = (_mm256_setzero_ps(), _mm256_setzero_ps());
    for &element in elements {
        let code = _mm256_sub_ps(_mm256_fmadd_ps(element, steps, whole), whole);
        product = _mm256_fmadd_ps(element, code, product);
        square = _mm256_fmadd_ps(code, code, square);
    }
    let fitted = _mm256_div_ps(product, _mm256_max_ps(square, _mm256_set1_ps(1.0)));
    (_mm256_mul_ps(fitted, product), fitted)
}
