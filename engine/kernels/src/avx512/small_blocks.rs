//! Types of 32 elements a block, unpacked to registers eight at a time.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::lanes::{
    by_lane, dwords, fields, half_register, of_32_in_lanes, quarter_register, symmetric, transpose,
};
use super::unpack::LaneSuperblock;
use crate::quant::{IQ4_LEVELS, MXFP4_LEVELS};
use crate::unpack::above;

/// The first words of eight blocks of `BLOCK` bytes: a half-precision scale, and in the `_1` kinds a minimum.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn eight_words<const BYTES: usize, const BLOCK: i32>(blocks: &[u8; BYTES]) -> __m256i {
    const { assert!(BYTES == 8 * BLOCK as usize && BLOCK >= 4) };
    let places = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(BLOCK));
    // SAFETY: reads four bytes at each multiple of `BLOCK` below 8 · `BLOCK`, the length of the array.
    unsafe { _mm256_i32gather_epi32::<1>(blocks.as_ptr().cast(), places) }
}

/// The half-precision numbers in the low halves of eight words, in the lanes of their groups.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn low_halves(words: __m256i) -> __m512 {
    of_32_in_lanes(_mm256_cvtph_ps(_mm256_cvtepi32_epi16(words)))
}

/// As `low_halves`, of the high halves.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn high_halves(words: __m256i) -> __m512 {
    low_halves(_mm256_srli_epi32(words, 16))
}

/// The 4-bit codes of eight blocks whose 16 bytes each stand one after another in two registers.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn nibbles(first: __m512i, second: __m512i) -> [__m512i; 4] {
    const PLACES: [[i32; 16]; 4] = dwords(0, 4, 8, 16);
    const SHIFTS: [i32; 16] = by_lane(0, 4, 0, 0, 0);
    fields(super::lanes::pick_of_two(first, second, &PLACES), &SHIFTS, 15)
}

/// As `nibbles`, of eight blocks of `BLOCK` bytes with their codes at `AT`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn nibbles_at<const BYTES: usize, const BLOCK: usize, const AT: usize>(b: &[u8; BYTES]) -> [__m512i; 4] {
    let codes = |block: usize| _mm512_broadcast_i32x4(quarter_register(b, block * BLOCK + AT));
    let four = |block: usize| {
        let two = _mm512_mask_mov_epi64(codes(block), 0b1100, codes(block + 1));
        let three = _mm512_mask_mov_epi64(two, 0b11_0000, codes(block + 2));
        _mm512_mask_mov_epi64(three, 0b1100_0000, codes(block + 3))
    };
    nibbles(four(0), four(4))
}

/// The codes of eight blocks of `BLOCK` bytes: nibbles at `AT`, fifth bits in a word at `HIGH`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn fives_at<const BYTES: usize, const BLOCK: usize, const HIGH: usize, const AT: usize>(
    b: &[u8; BYTES],
) -> [__m512i; 4] {
    let word = |block: usize| {
        let bits: &[u8; 4] = b[block * BLOCK + HIGH..].first_chunk().expect("inside the block");
        u64::from(u32::from_le_bytes(*bits))
    };
    let two = |block: usize| _mm512_maskz_mov_epi8(word(block) | word(block + 1) << 32, _mm512_set1_epi8(16));
    let high = transpose([two(0), two(2), two(4), two(6)]);
    let low = nibbles_at::<BYTES, BLOCK, AT>(b);
    [0, 1, 2, 3].map(|v| _mm512_or_si512(low[v], high[v]))
}

/// Codes looked up in a table of 16.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn look_up(table: &[u8; 16], places: [__m512i; 4]) -> [__m512i; 4] {
    let table = _mm512_broadcast_i32x4(quarter_register(table, 0));
    places.map(|places| _mm512_shuffle_epi8(table, places))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q4_0(b: &[u8; 144]) -> LaneSuperblock {
    symmetric(nibbles_at::<144, 18, 2>(b), low_halves(eight_words::<144, 18>(b)), 8.0)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q4_1(b: &[u8; 160]) -> LaneSuperblock {
    let words = eight_words::<160, 20>(b);
    LaneSuperblock {
        codes: nibbles_at::<160, 20, 4>(b),
        scales: low_halves(words),
        offsets: _mm512_sub_ps(_mm512_setzero_ps(), high_halves(words)),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q5_0(b: &[u8; 176]) -> LaneSuperblock {
    symmetric(fives_at::<176, 22, 2, 6>(b), low_halves(eight_words::<176, 22>(b)), 16.0)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q5_1(b: &[u8; 192]) -> LaneSuperblock {
    let words = eight_words::<192, 24>(b);
    LaneSuperblock {
        codes: fives_at::<192, 24, 4, 8>(b),
        scales: low_halves(words),
        offsets: _mm512_sub_ps(_mm512_setzero_ps(), high_halves(words)),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn q8_0(b: &[u8; 272]) -> LaneSuperblock {
    let two = |block: usize| {
        let (first, second) = (half_register(b, block * 34 + 2), half_register(b, (block + 1) * 34 + 2));
        let signed = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
        _mm512_xor_si512(signed, _mm512_set1_epi8(-128))
    };
    let codes = transpose([two(0), two(2), two(4), two(6)]);
    symmetric(codes, low_halves(eight_words::<272, 34>(b)), 128.0)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn iq4_nl(b: &[u8; 144]) -> LaneSuperblock {
    let codes = look_up(&above::<128>(&IQ4_LEVELS), nibbles_at::<144, 18, 2>(b));
    symmetric(codes, low_halves(eight_words::<144, 18>(b)), 128.0)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn mxfp4(b: &[u8; 136]) -> LaneSuperblock {
    let exponents = _mm256_and_si256(eight_words::<136, 17>(b), _mm256_set1_epi32(255));
    // 2^(exponent − 128); below 2 it is no normal number: see `exponent_half`.
    let normal = _mm256_slli_epi32(_mm256_sub_epi32(exponents, _mm256_set1_epi32(1)), 23);
    let small = _mm256_sllv_epi32(_mm256_set1_epi32(0x0020_0000), exponents);
    let is_small = _mm256_cmplt_epi32_mask(exponents, _mm256_set1_epi32(2));
    let scales = _mm256_castsi256_ps(_mm256_mask_mov_epi32(normal, is_small, small));
    let codes = look_up(&above::<12>(&MXFP4_LEVELS), nibbles_at::<136, 17, 1>(b));
    symmetric(codes, of_32_in_lanes(scales), 12.0)
}
