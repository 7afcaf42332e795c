//! Types of one and two bits a weight, unpacked to registers: the codes of [`books`](crate::quant::books).
//! `IN` says which loop a function is for: see `unpack::in_loop`.

use std::arch::x86_64::*;

use super::books::in_order;
use super::k_quants::{half, one_half, two_bits};
use super::lanes::{floats_of_runs, half_register_at, register_at, spread_runs, symmetric};
use super::points::{PointPlaces, bits_of_four, eights_in_lanes, opaque, words_of_bytes};
use super::unpack::HalvedSuperblock;
use crate::quant::points;

/// The word at `at`.
#[inline(always)]
fn word(b: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([b[at], b[at + 1]])
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn iq1_s<const IN: u8>(
    b: &[u8; 50],
    next: &[u8; 50],
    places: &mut PointPlaces<2048, 2>,
) -> HalvedSuperblock {
    let mask = |x, mask| _mm256_and_si256(x, _mm256_set1_epi32(mask));
    // Of each run four times three high bits of places, three of its scale and the sign of an eighth.
    let words_of = |b: &[u8; 50]| _mm256_cvtepu16_epi32(half_register_at(b, 34));
    let places = places.turn(b, next, |b| {
        let words = words_of(b);
        let sixes = _mm256_or_si256(mask(words, 0x3f), mask(_mm256_slli_epi32(words, 10), 0x003f_0000));
        let threes =
            _mm256_or_si256(mask(sixes, 0x0007_0007), mask(_mm256_slli_epi32(sixes, 5), 0x0700_0700));
        words_of_bytes(register_at(b, 2), threes)
    });
    let words = words_of(b);
    let codes = eights_in_lanes(&points::IQ1, |run, j| places.byte(4 * run + j));
    let odd = _mm256_or_si256(mask(_mm256_srli_epi32(words, 11), 14), _mm256_set1_epi32(1));
    let eighths = _mm256_mul_ps(half::<0>(b), _mm256_set1_ps(0.125));
    let scales = _mm256_mul_ps(eighths, _mm256_cvtepi32_ps(odd));
    // Seven or nine eighths stand for nothing.
    let sign = _mm256_castsi256_ps(_mm256_slli_epi32(words, 16));
    let zeros = _mm256_blendv_ps(_mm256_set1_ps(7.0), _mm256_set1_ps(9.0), sign);
    let offsets = floats_of_runs(_mm256_mul_ps(scales, zeros));
    HalvedSuperblock { codes, scales: floats_of_runs(scales), offsets }
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn iq1_m<const IN: u8>(
    b: &[u8; 56],
    next: &[u8; 56],
    places: &mut PointPlaces<2048, 2>,
) -> HalvedSuperblock {
    // Of each place a nibble: three high bits, and the sign of an eighth.
    let nibbles_of = |b: &[u8; 56]| {
        let bytes = _mm256_cvtepu8_epi16(half_register_at(b, 32));
        _mm256_or_si256(bytes, _mm256_slli_epi16(bytes, 4))
    };
    let places = places.turn(b, next, |b| words_of_bytes(register_at(b, 0), nibbles_of(b)));
    let nibbles = nibbles_of(b);
    let levels = eights_in_lanes(&points::IQ1, |run, j| places.byte(4 * run + j));
    // Two more where the eighth is not taken away.
    let more = _mm256_andnot_si256(_mm256_srli_epi16(nibbles, 2), _mm256_set1_epi8(2));
    let more = spread_runs(more);
    let codes = [0, 1].map(|half| [0, 1, 2, 3].map(|v| _mm256_add_epi8(levels[half][v], more[half][v / 2])));
    // Of each four groups a word: four times three bits, and a quarter of the factor.
    let words: &[u8; 8] = b[48..].first_chunk().expect("inside the block");
    let words = u64::from_le_bytes(*words);
    // Nibbles 16 bits apart, brought together at the top.
    let d = (words >> 12 & 0x000f_000f_000f_000f).wrapping_mul(1 << 48 | 1 << 36 | 1 << 24 | 1 << 12) >> 48;
    let d = one_half(d as u16);
    let (quarter, eighth) = (_mm256_mul_ps(d, _mm256_set1_ps(0.25)), _mm256_mul_ps(d, _mm256_set1_ps(0.125)));
    let words = _mm256_cvtepu16_epi32(_mm_set1_epi64x(words.cast_signed()));
    let scales = [0, 6].map(|low| {
        let (low, high) = (low, low + 3);
        let s = _mm256_srlv_epi32(words, _mm256_setr_epi32(low, low, low, low, high, high, high, high));
        let s = _mm256_and_si256(s, _mm256_set1_epi32(7));
        _mm256_fmadd_ps(_mm256_cvtepi32_ps(s), quarter, eighth)
    });
    symmetric(codes, scales, 9.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn tq2_0<const IN: u8>(b: &[u8; 66]) -> HalvedSuperblock {
    symmetric(two_bits(register_at(b, 0), register_at(b, 32)), [half::<64>(b); 2], 1.0)
}

/// The next ternary digit of each byte, and what is left of the bytes. They are 128 below what they stand for: a digit is the
/// upper half of 3 · byte in 16 bits, and the lower half, what is left, is again 128 below.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn digit(bytes: __m256i) -> (__m256i, __m256i) {
    // 3 · byte is 256 and more from 86 on, and 512 and more from 171 on.
    let from = |least: i16| _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8((least - 1 - 128) as i8));
    let digit = _mm256_abs_epi8(_mm256_add_epi8(from(86), from(171)));
    (digit, _mm256_add_epi8(bytes, opaque(_mm256_add_epi8(bytes, bytes))))
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn tq1_0<const IN: u8>(b: &[u8; 54]) -> HalvedSuperblock {
    let mut runs = [_mm256_setzero_si256(); 8];
    let below = |bytes| _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
    let mut bytes = below(register_at(b, 0));
    for codes in &mut runs[..5] {
        (*codes, bytes) = digit(bytes);
    }
    // Sixteen bytes of five digits, then four bytes of four.
    let last = _mm_cvtsi32_si128(i32::from_le_bytes([b[48], b[49], b[50], b[51]]));
    let mut bytes = below(_mm256_set_m128i(last, half_register_at(b, 32)));
    let mut digits = [_mm256_setzero_si256(); 5];
    for codes in &mut digits {
        (*codes, bytes) = digit(bytes);
    }
    let [first, second, third, fourth, fifth] = digits;
    runs[5] = _mm256_permute2x128_si256::<0x20>(first, second);
    runs[6] = _mm256_permute2x128_si256::<0x20>(third, fourth);
    let fours =
        _mm256_unpacklo_epi64(_mm256_unpacklo_epi32(first, second), _mm256_unpacklo_epi32(third, fourth));
    runs[7] = _mm256_blend_epi32::<0xf0>(fifth, fours);
    symmetric(in_order(runs), [half::<52>(b); 2], 1.0)
}

/// 128 weights in 18 bytes: the factor, and a bit for each.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn q1_0<const IN: u8>(b: &[u8; 36]) -> HalvedSuperblock {
    let words = _mm256_set_m128i(half_register_at(b, 20), half_register_at(b, 2));
    let one = _mm256_set1_epi8(1);
    let codes = spread_runs(words).map(|spread| {
        [0, 1, 2, 3].map(|v| _mm256_min_epu8(_mm256_and_si256(spread[v / 2], bits_of_four(v)), one))
    });
    // A bit stands for two.
    let d = factors([word(b, 0), word(b, 0), word(b, 18), word(b, 18)]);
    HalvedSuperblock { codes, scales: [_mm256_add_ps(d, d); 2], offsets: [d; 2] }
}

/// 64 weights in 18 bytes: the factor, and two bits for each.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn q2_0<const IN: u8>(b: &[u8; 72]) -> HalvedSuperblock {
    let mut runs = [_mm256_setzero_si256(); 8];
    for (run, codes) in runs.iter_mut().enumerate() {
        let packed: &[u8; 8] = b[run / 2 * 18 + 2 + run % 2 * 8..].first_chunk().expect("inside the block");
        // A byte in each word, then its pairs of bits in the bytes of the word.
        let bytes = _mm256_cvtepu8_epi32(_mm_set1_epi64x(i64::from_le_bytes(*packed)));
        let pairs = _mm256_or_si256(bytes, _mm256_slli_epi32(bytes, 12));
        let spread = _mm256_or_si256(pairs, _mm256_slli_epi32(pairs, 6));
        *codes = _mm256_and_si256(spread, _mm256_set1_epi8(3));
    }
    symmetric(in_order(runs), [factors([0, 18, 36, 54].map(|at| word(b, at))); 2], 1.0)
}

/// Half-precision numbers, one for each 64 weights, in the lanes of their groups, which are the same in both halves.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn factors(bits: [u16; 4]) -> __m256 {
    let [a, b, c, d] = bits.map(u64::from);
    _mm256_cvtph_ps(_mm_set1_epi64x((a | b << 16 | c << 32 | d << 48).cast_signed()))
}
