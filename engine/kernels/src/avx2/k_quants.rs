//! Types of 256 elements a block, unpacked to registers.

use std::arch::x86_64::*;

use super::lanes::{
    fields, half_register_at, join, nibbles, register_at, runs_in_lanes, runs_once, signed, signed_in_lanes,
    symmetric, times, transpose, transpose_twice, unsigned_in_lanes,
};
use super::small_blocks::{levels, nibbles_by_run};
use super::unpack::HalvedSuperblock;
use crate::quant::{IQ4_LEVELS, iq4_xs_scales, q3_k_scales};

/// The half-precision number at `AT`, in all lanes.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn half<const AT: usize>(bytes: &[u8]) -> __m256 {
    let bits: &[u8; 2] = bytes[AT..].first_chunk().expect("inside the block");
    one_half(u16::from_le_bytes(*bits))
}

/// A half-precision number in all lanes. It goes through a register of integers: the compiler would put two bytes from memory
/// into a vector that it has at hand, and so wait for that.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn one_half(bits: u16) -> __m256 {
    _mm256_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(bits))))
}

/// The half-precision numbers at `AT` and two bytes on, each in all lanes.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn two_halves<const AT: usize>(bytes: &[u8]) -> [__m256; 2] {
    let bits: &[u8; 4] = bytes[AT..].first_chunk().expect("inside the block");
    let both = _mm256_cvtph_ps(_mm_set1_epi32(i32::from_le_bytes(*bits)));
    [_mm256_moveldup_ps(both), _mm256_movehdup_ps(both)]
}

/// The two-bit codes in 64 bytes: those of 128 elements in 32 bytes, 32 elements to each pair of bits.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn two_bits(first: __m256i, second: __m256i) -> [[__m256i; 4]; 2] {
    let packed = transpose_twice(first, second);
    [fields(packed, [0, 4, 0, 4], 3), fields(packed, [2, 6, 2, 6], 3)]
}

/// One bit of every element, from 32 bytes with a run of 32 elements to each bit, at bit `TO` of each code.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn one_bit<const TO: i32>(packed: __m256i) -> [[__m256i; 4]; 2] {
    const { assert!(TO >= 2 && TO <= 4) }
    // Runs 0 to 3 have to go up, runs 4 to 7 down: those below are brought up first.
    let packed = transpose_twice(_mm256_slli_epi16::<TO>(packed), packed);
    let bit = 1 << TO;
    [fields(packed, [0, 2, 4 - TO, 6 - TO], bit), fields(packed, [1, 3, 5 - TO, 7 - TO], bit)]
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q2_k(b: &[u8; 84]) -> HalvedSuperblock {
    let [d, dmin] = two_halves::<80>(b);
    let packed = half_register_at(b, 0);
    let mask = _mm_set1_epi8(15);
    let scales = unsigned_in_lanes(_mm_and_si128(packed, mask));
    let minima = unsigned_in_lanes(_mm_and_si128(_mm_srli_epi16(packed, 4), mask));
    HalvedSuperblock {
        codes: two_bits(register_at(b, 16), register_at(b, 48)),
        scales: times(d, scales),
        offsets: times(dmin, minima),
    }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q3_k(b: &[u8; 110]) -> HalvedSuperblock {
    let scales = q3_k_scales(b[96..].first_chunk().expect("12 bytes of scales"));
    let scales = signed_in_lanes(_mm_sub_epi8(half_register_at(&scales, 0), _mm_set1_epi8(32)));
    let low = two_bits(register_at(b, 32), register_at(b, 64));
    let high = one_bit::<2>(register_at(b, 0));
    let codes = [join(low[0], high[0]), join(low[1], high[1])];
    symmetric(codes, times(half::<108>(b), scales), 4.0)
}

/// Scales and offsets of a Q4_K or Q5_K block: `d` and `dmin`, then 12 bytes of sixes.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn six_bit_scales(b: &[u8]) -> ([__m256; 2], [__m256; 2]) {
    let word = |at: usize| u32::from_le_bytes(*b[at..].first_chunk().expect("inside the block"));
    let (first, second, third) = (word(4), word(8), word(12));
    let sixes = |low: u32, high: u32, tops: u32| {
        let low = u64::from(low & 0x3f3f_3f3f);
        low | u64::from((high & 0x0f0f_0f0f) | (tops >> 6 & 0x0303_0303) << 4) << 32
    };
    let [d, dmin] = two_halves::<0>(b);
    let minima = _mm256_cvtepi32_ps(runs_once(sixes(second, third >> 4, second)));
    (times(d, runs_in_lanes(sixes(first, third, first))), [_mm256_mul_ps(dmin, minima), _mm256_setzero_ps()])
}

/// The 4-bit codes of Q4_K and Q5_K, from `AT`: 64 elements in 32 bytes, low halves first.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn low_then_high<const AT: usize>(b: &[u8]) -> [[__m256i; 4]; 2] {
    nibbles(transpose([0, 32, 64, 96].map(|at| register_at(b, AT + at))))
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q4_k(b: &[u8; 144]) -> HalvedSuperblock {
    let (scales, offsets) = six_bit_scales(b);
    HalvedSuperblock { codes: low_then_high::<16>(b), scales, offsets }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q5_k(b: &[u8; 176]) -> HalvedSuperblock {
    let (scales, offsets) = six_bit_scales(b);
    let low = low_then_high::<48>(b);
    let high = one_bit::<4>(register_at(b, 16));
    HalvedSuperblock { codes: [join(low[0], high[0]), join(low[1], high[1])], scales, offsets }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q6_k(b: &[u8; 210]) -> HalvedSuperblock {
    let scales = times(half::<208>(b), signed_in_lanes(half_register_at(b, 192)));
    let [mut even, mut odd] = [[_mm256_setzero_si256(); 4]; 2];
    let (nibble, top) = (_mm256_set1_epi8(15), _mm256_set1_epi8(0x30));
    let code = |low, high| _mm256_or_si256(_mm256_and_si256(low, nibble), _mm256_and_si256(high, top));
    for n in 0..2 {
        let (low, low_too) = (register_at(b, 64 * n), register_at(b, 64 * n + 32));
        let high = register_at(b, 128 + 32 * n);
        even[2 * n] = code(low, _mm256_slli_epi16(high, 4));
        odd[2 * n] = code(low_too, _mm256_slli_epi16(high, 2));
        even[2 * n + 1] = code(_mm256_srli_epi16(low, 4), high);
        odd[2 * n + 1] = code(_mm256_srli_epi16(low_too, 4), _mm256_srli_epi16(high, 2));
    }
    symmetric([transpose(even), transpose(odd)], scales, 32.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq4_xs(b: &[u8; 136]) -> HalvedSuperblock {
    let scales = runs_in_lanes(u64::from_le_bytes(iq4_xs_scales(b)));
    let scales = scales.map(|scales| _mm256_sub_epi32(scales, _mm256_set1_epi32(32)));
    let places = nibbles_by_run([0, 32, 64, 96].map(|at| register_at(b, 8 + at)));
    signed(levels(&IQ4_LEVELS, places), times(half::<0>(b), scales))
}
