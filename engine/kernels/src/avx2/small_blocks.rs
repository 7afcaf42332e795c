//! Types of 32 elements a block, unpacked to registers eight at a time.

use std::arch::x86_64::*;

use super::lanes::{
    half_register_at, join, masked, nibbles, register_at, runs_in_lanes, signed, symmetric_by_run, transpose,
};
use super::unpack::HalvedSuperblock;
use crate::quant::{IQ4_LEVELS, MXFP4_LEVELS};
use crate::unpack::above;

/// `N` bytes at `at`.
#[inline(always)]
fn bytes_at<const N: usize>(b: &[u8], at: usize) -> [u8; N] {
    *b[at..].first_chunk().expect("inside the block")
}

/// The half-precision number that each of eight blocks of `BLOCK` bytes begins with, in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn halves<const BLOCK: usize>(b: &[u8]) -> [__m256; 2] {
    [0, 1].map(|odd| {
        let bits = |block: usize| u64::from(u16::from_le_bytes(bytes_at(b, (2 * block + odd) * BLOCK)));
        let four = bits(0) | bits(1) << 16 | bits(2) << 32 | bits(3) << 48;
        _mm256_cvtph_ps(_mm_set1_epi64x(four.cast_signed()))
    })
}

/// Of the two half-precision numbers that each of eight blocks of `BLOCK` bytes begins with, the first as scales in the lanes of
/// their groups, minus the second as offsets of runs.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn scales_and_minima<const BLOCK: usize>(b: &[u8]) -> [[__m256; 2]; 2] {
    let apart = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
    let of = |odd: usize| {
        let word = |block: usize| i32::from_le_bytes(bytes_at(b, (2 * block + odd) * BLOCK));
        _mm_shuffle_epi8(_mm_setr_epi32(word(0), word(1), word(2), word(3)), apart)
    };
    let (even, odd) = (of(0), of(1));
    let minima = _mm256_cvtph_ps(_mm_unpackhi_epi64(even, odd));
    [
        [_mm256_cvtph_ps(_mm_unpacklo_epi64(even, even)), _mm256_cvtph_ps(_mm_unpacklo_epi64(odd, odd))],
        [_mm256_xor_ps(minima, _mm256_set1_ps(-0.0)), _mm256_setzero_ps()],
    ]
}

/// The 4-bit codes of eight blocks of 16 bytes, one after another in four registers: in each block low halves first.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn nibbles_by_run(packed: [__m256i; 4]) -> [[__m256i; 4]; 2] {
    // The lower 128 bits have the even blocks, and of those the low and the high halves make the lower lanes.
    let [low, high] = nibbles(transpose(packed));
    [
        [0, 1, 2, 3].map(|v| _mm256_permute2x128_si256::<0x20>(low[v], high[v])),
        [0, 1, 2, 3].map(|v| _mm256_permute2x128_si256::<0x31>(low[v], high[v])),
    ]
}

/// As `nibbles_by_run`, of eight blocks of `BLOCK` bytes with their codes at `AT`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn nibbles_at<const BLOCK: usize, const AT: usize>(b: &[u8]) -> [[__m256i; 4]; 2] {
    let codes = |block: usize| half_register_at(b, block * BLOCK + AT);
    nibbles_by_run([0, 2, 4, 6].map(|block| _mm256_set_m128i(codes(block + 1), codes(block))))
}

/// The codes of eight blocks of `BLOCK` bytes: fifth bits in a word at `HIGH`, nibbles after it.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn fives_at<const BLOCK: usize, const HIGH: usize, const AT: usize>(b: &[u8]) -> [[__m256i; 4]; 2] {
    let low = nibbles_at::<BLOCK, AT>(b);
    let high = |odd: usize| {
        let word = |block: usize| i32::from_le_bytes(bytes_at(b, (2 * block + odd) * BLOCK + HIGH));
        let words = _mm_setr_epi32(word(0), word(1), word(2), word(3));
        let words = _mm256_set_m128i(words, words);
        [0, 1, 2, 3].map(|v| {
            // Of the 16 bits of a group, the four of register v.
            let byte = i32::from(v > 1) * 0x0101_0101;
            let (lower, upper) = (byte, byte + 0x0202_0202);
            const WORDS: [i32; 4] = [0, 0x0404_0404, 0x0808_0808, 0x0c0c_0c0c];
            let [a, b, c, d] = WORDS;
            let places = _mm256_setr_epi32(
                a + lower,
                b + lower,
                c + lower,
                d + lower,
                a + upper,
                b + upper,
                c + upper,
                d + upper,
            );
            let bits =
                _mm256_set1_epi32(if v % 2 == 0 { 0x0804_0201 } else { 0x8040_2010_u32.cast_signed() });
            let spread = _mm256_and_si256(_mm256_shuffle_epi8(words, places), bits);
            _mm256_cmpeq_epi8(spread, bits)
        })
    };
    [join(low[0], masked(high(0), 16)), join(low[1], masked(high(1), 16))]
}

/// Codes looked up in a table of 16.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn look_up(table: &[u8; 16], places: [[__m256i; 4]; 2]) -> [[__m256i; 4]; 2] {
    let table = half_register_at(table, 0);
    let table = _mm256_set_m128i(table, table);
    places.map(|places| places.map(|places| _mm256_shuffle_epi8(table, places)))
}

/// Levels looked up in a table of 16.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn levels(table: &[i8; 16], places: [[__m256i; 4]; 2]) -> [[__m256i; 4]; 2] {
    look_up(&table.map(i8::cast_unsigned), places)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q4_0(b: &[u8; 144]) -> HalvedSuperblock {
    symmetric_by_run(nibbles_at::<18, 2>(b), halves::<18>(b), 8.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q4_1(b: &[u8; 160]) -> HalvedSuperblock {
    let [scales, offsets] = scales_and_minima::<20>(b);
    HalvedSuperblock { codes: nibbles_at::<20, 4>(b), scales, offsets }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q5_0(b: &[u8; 176]) -> HalvedSuperblock {
    symmetric_by_run(fives_at::<22, 2, 6>(b), halves::<22>(b), 16.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q5_1(b: &[u8; 192]) -> HalvedSuperblock {
    let [scales, offsets] = scales_and_minima::<24>(b);
    HalvedSuperblock { codes: fives_at::<24, 4, 8>(b), scales, offsets }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q8_0(b: &[u8; 272]) -> HalvedSuperblock {
    let codes = |block: usize| register_at(b, block * 34 + 2);
    let even = transpose([codes(0), codes(2), codes(4), codes(6)]);
    let odd = transpose([codes(1), codes(3), codes(5), codes(7)]);
    signed([even, odd], halves::<34>(b))
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq4_nl(b: &[u8; 144]) -> HalvedSuperblock {
    signed(levels(&IQ4_LEVELS, nibbles_at::<18, 2>(b)), halves::<18>(b))
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn mxfp4(b: &[u8; 136]) -> HalvedSuperblock {
    let exponents = (0..8).fold(0, |all, block| all | u64::from(b[block * 17]) << (8 * block));
    let scales = runs_in_lanes(exponents).map(|exponents| {
        // 2^(exponent − 128); below 2 it is no normal number: see `exponent_half`.
        let normal = _mm256_slli_epi32(_mm256_sub_epi32(exponents, _mm256_set1_epi32(1)), 23);
        let small = _mm256_sllv_epi32(_mm256_set1_epi32(0x0020_0000), exponents);
        let is_small = _mm256_cmpgt_epi32(_mm256_set1_epi32(2), exponents);
        _mm256_castsi256_ps(_mm256_blendv_epi8(normal, small, is_small))
    });
    symmetric_by_run(look_up(&above::<12>(&MXFP4_LEVELS), nibbles_at::<17, 1>(b)), scales, 12.0)
}
