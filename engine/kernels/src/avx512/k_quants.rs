//! Types of 256 elements a block, unpacked to registers.

use std::arch::x86_64::*;

use super::lanes::{
    by_lane, dwords, fields, half_register, integers, of_32_in_lanes, pick, pick_of_two, quarter_register,
    register, signed_in_lanes, symmetric, unsigned_in_lanes, with_high_bits,
};
use super::small_blocks::look_up;
use super::unpack::LaneSuperblock;
use crate::quant::{IQ4_LEVELS, iq4_xs_scales, q3_k_scales};
use crate::unpack::above;

/// The places of codes of two bits: those of 128 elements in 32 bytes, 32 elements to each pair of bits.
const TWO_BITS: [[i32; 16]; 4] = dwords(4, 0, 0, 8);
const TWO_BITS_SHIFTS: [i32; 16] = by_lane(0, 0, 2, 4, 0);
/// The places of one bit of every element: 32 bytes, 32 elements to each bit.
const ONE_BIT: [[i32; 16]; 4] = dwords(4, 0, 0, 0);

/// The half-precision number at `AT`, in all lanes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn half<const AT: usize>(bytes: &[u8]) -> __m512 {
    let bits: &[u8; 2] = bytes[AT..].first_chunk().expect("inside the block");
    _mm512_cvtph_ps(_mm256_set1_epi16(i16::from_le_bytes(*bits)))
}

/// `bytes[FROM..FROM + 64]`.
#[inline(always)]
fn sixty_four<const FROM: usize>(bytes: &[u8]) -> &[u8; 64] {
    bytes[FROM..].first_chunk().expect("inside the block")
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q2_k(b: &[u8; 84]) -> LaneSuperblock {
    let packed = quarter_register(b, 0);
    let mask = _mm_set1_epi8(15);
    let scales = unsigned_in_lanes(_mm_and_si128(packed, mask));
    let minima = unsigned_in_lanes(_mm_and_si128(_mm_srli_epi16(packed, 4), mask));
    LaneSuperblock {
        codes: fields(pick(register(sixty_four::<16>(b)), &TWO_BITS), &TWO_BITS_SHIFTS, 3),
        scales: _mm512_mul_ps(half::<80>(b), scales),
        offsets: _mm512_mul_ps(half::<82>(b), minima),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q3_k(b: &[u8; 110]) -> LaneSuperblock {
    const TURNS: [i32; 16] = by_lane(2, 0, -1, -2, -4);
    let scales = q3_k_scales(b[96..].first_chunk().expect("12 bytes of scales"));
    let scales = signed_in_lanes(_mm_sub_epi8(quarter_register(&scales, 0), _mm_set1_epi8(32)));
    let low = fields(pick(register(sixty_four::<32>(b)), &TWO_BITS), &TWO_BITS_SHIFTS, 3);
    let high = pick(_mm512_castsi256_si512(half_register(b, 0)), &ONE_BIT);
    let scales = _mm512_mul_ps(half::<108>(b), scales);
    symmetric(with_high_bits(low, high, &TURNS, 4), scales, 4.0)
}

/// Scales and offsets of a Q4_K or Q5_K block: `d` and `dmin`, then 12 bytes of sixes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn six_bit_scales(b: &[u8]) -> (__m512, __m512) {
    const SCALES: [i32; 16] = by_lane(0, 0, 2, 4, 8);
    const MINIMA: [i32; 16] = by_lane(1, 0, 2, 4, 8);
    const LOW: i32 = 0x3f3f_3f3f;
    const TOPS: i32 = 0x3030_3030;
    const HIGH: i32 = 0x0f0f_0f0f;
    let words = quarter_register(b, 0);
    // Scales 0 to 3, minima 0 to 3, then the rest of both, whose top bits are those of the first bytes.
    let first = _mm_srlv_epi32(_mm_shuffle_epi32::<0b10_01_10_01>(words), _mm_setr_epi32(0, 0, 2, 2));
    let last = _mm_srlv_epi32(_mm_shuffle_epi32::<0b11_11_11_11>(words), _mm_setr_epi32(0, 0, 0, 4));
    let sixes = _mm_or_si128(
        _mm_and_si128(first, _mm_setr_epi32(LOW, LOW, TOPS, TOPS)),
        _mm_and_si128(last, _mm_setr_epi32(0, 0, HIGH, HIGH)),
    );
    let in_turns =
        _mm_shuffle_epi8(sixes, _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15));
    let factors: &[u8; 4] = b.first_chunk().expect("inside the block");
    let factors = _mm512_cvtph_ps(_mm256_set1_epi32(i32::from_le_bytes(*factors)));
    let numbers = _mm512_mul_ps(factors, _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(in_turns)));
    (_mm512_permutexvar_ps(integers(&SCALES), numbers), _mm512_permutexvar_ps(integers(&MINIMA), numbers))
}

/// The 4-bit codes of Q4_K and Q5_K: 64 elements in 32 bytes, low halves first.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn low_then_high(first: &[u8; 64], second: &[u8; 64]) -> [__m512i; 4] {
    const PLACES: [[i32; 16]; 4] = dwords(4, 0, 8, 16);
    const SHIFTS: [i32; 16] = by_lane(0, 0, 4, 0, 0);
    fields(pick_of_two(register(first), register(second), &PLACES), &SHIFTS, 15)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q4_k(b: &[u8; 144]) -> LaneSuperblock {
    let (scales, offsets) = six_bit_scales(b);
    LaneSuperblock { codes: low_then_high(sixty_four::<16>(b), sixty_four::<80>(b)), scales, offsets }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q5_k(b: &[u8; 176]) -> LaneSuperblock {
    const TURNS: [i32; 16] = by_lane(4, 0, -1, -2, -4);
    let (scales, offsets) = six_bit_scales(b);
    let low = low_then_high(sixty_four::<48>(b), sixty_four::<112>(b));
    let high = pick(_mm512_castsi256_si512(half_register(b, 16)), &ONE_BIT);
    LaneSuperblock { codes: with_high_bits(low, high, &TURNS, 16), scales, offsets }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q6_k(b: &[u8; 210]) -> LaneSuperblock {
    const PLACES: [[i32; 16]; 4] = dwords(4, 8, 0, 16);
    const SHIFTS: [i32; 16] = by_lane(0, 0, 0, 4, 0);
    const TURNS: [i32; 16] = by_lane(4, 0, -2, -4, 0);
    let low = pick_of_two(register(sixty_four::<0>(b)), register(sixty_four::<64>(b)), &PLACES);
    let low = fields(low, &SHIFTS, 15);
    let high = pick(register(sixty_four::<128>(b)), &TWO_BITS);
    let scales = signed_in_lanes(quarter_register(b, 192));
    let scales = _mm512_mul_ps(half::<208>(b), scales);
    symmetric(with_high_bits(low, high, &TURNS, 0x30), scales, 32.0)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn iq4_xs(b: &[u8; 136]) -> LaneSuperblock {
    let scales = _mm_cvtsi64_si128(i64::from_le_bytes(iq4_xs_scales(b)));
    let scales = _mm256_cvtepi8_epi32(_mm_sub_epi8(scales, _mm_set1_epi8(32)));
    let scales = _mm512_mul_ps(half::<0>(b), of_32_in_lanes(_mm256_cvtepi32_ps(scales)));
    let places = super::small_blocks::nibbles(register(sixty_four::<8>(b)), register(sixty_four::<72>(b)));
    symmetric(look_up(&above::<128>(&IQ4_LEVELS), places), scales, 128.0)
}
