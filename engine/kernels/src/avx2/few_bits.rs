//! Types of one and two bits a weight, unpacked to registers: the codes of [`books`](crate::quant::books).

use std::arch::x86_64::*;

use super::books::{eights, in_order};
use super::k_quants::{half, two_bits};
use super::lanes::{half_register_at, register_at, runs_in_lanes, symmetric, unsigned_in_lanes};
use super::unpack::Superblock;
use crate::quant::points;

/// The word at `at`.
#[inline(always)]
fn word(b: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([b[at], b[at + 1]])
}

/// `d · (2 s + 1) / 8`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn odd_eighths(d: __m256, s: [__m256i; 2]) -> [__m256; 2] {
    s.map(|s| {
        let odd = _mm256_add_epi32(_mm256_add_epi32(s, s), _mm256_set1_epi32(1));
        _mm256_mul_ps(_mm256_mul_ps(d, _mm256_cvtepi32_ps(odd)), _mm256_set1_ps(0.125))
    })
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq1_s(b: &[u8; 50]) -> Superblock {
    let mut runs = [_mm256_setzero_si256(); 8];
    let mut scales = 0;
    for (run, codes) in runs.iter_mut().enumerate() {
        let packed = word(b, 34 + 2 * run);
        let point = |j: usize| {
            // In one word, not in four: the compiler would take vectors for so narrow numbers.
            let high = usize::from(packed) << 8 >> (3 * j) & 0x700;
            points::IQ1[usize::from(b[2 + 4 * run + j]) | high]
        };
        let points = eights([point(0), point(1), point(2), point(3)]);
        let more = _mm256_set1_epi8(if packed >> 15 == 1 { 0 } else { 2 });
        *codes = _mm256_add_epi8(points, more);
        scales |= u64::from(packed >> 12 & 7) << (8 * run);
    }
    symmetric(in_order(runs), odd_eighths(half::<0>(b), runs_in_lanes(scales)), 9.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq1_m(b: &[u8; 56]) -> Superblock {
    let words = [48, 50, 52, 54].map(|at| word(b, at));
    let d = (words[0] >> 12) | (words[1] >> 12) << 4 | (words[2] >> 12) << 8 | (words[3] >> 12) << 12;
    let d = _mm256_cvtph_ps(_mm_set1_epi16(d.cast_signed()));
    let mut runs = [_mm256_setzero_si256(); 8];
    let mut scales = [0; 16];
    let top_of_nibble = _mm256_setr_epi64x(0x8, 0x80, 0x800, 0x8000);
    for (run, codes) in runs.iter_mut().enumerate() {
        let packed = words[run / 2] >> (6 * (run % 2));
        (scales[2 * run], scales[2 * run + 1]) = ((packed & 7) as u8, (packed >> 3 & 7) as u8);
        let nibbles = word(b, 32 + 2 * run);
        let point = |j: usize| {
            let high = usize::from(nibbles) << 8 >> (4 * j) & 0x700;
            points::IQ1[usize::from(b[4 * run + j]) | high]
        };
        let points = eights([point(0), point(1), point(2), point(3)]);
        // The top bit of each nibble takes the two away from eight numbers.
        let bits = _mm256_and_si256(_mm256_set1_epi64x(i64::from(nibbles)), top_of_nibble);
        let more = _mm256_and_si256(_mm256_cmpeq_epi64(bits, _mm256_setzero_si256()), _mm256_set1_epi8(2));
        *codes = _mm256_add_epi8(points, more);
    }
    let scales = unsigned_in_lanes(half_register_at(&scales, 0));
    symmetric(in_order(runs), odd_eighths(d, scales), 9.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn tq2_0(b: &[u8; 66]) -> Superblock {
    symmetric(two_bits(register_at(b, 0), register_at(b, 32)), [half::<64>(b); 2], 1.0)
}

/// The next ternary digit of each byte, and what is left of the bytes: 3 · byte in 16 bits, its upper and its lower half.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn digit(bytes: __m256i) -> (__m256i, __m256i) {
    // 3 · byte is 256 and more from 86 on, and 512 and more from 171 on.
    let from = |least: u8| {
        let least = _mm256_set1_epi8(least.cast_signed());
        _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, least), bytes)
    };
    let digit = _mm256_sub_epi8(_mm256_setzero_si256(), _mm256_add_epi8(from(86), from(171)));
    (digit, _mm256_add_epi8(bytes, _mm256_add_epi8(bytes, bytes)))
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn tq1_0(b: &[u8; 54]) -> Superblock {
    let mut runs = [_mm256_setzero_si256(); 8];
    let mut bytes = register_at(b, 0);
    for codes in &mut runs[..5] {
        (*codes, bytes) = digit(bytes);
    }
    // Sixteen bytes of five digits, then four bytes of four.
    let last = _mm_cvtsi32_si128(i32::from_le_bytes([b[48], b[49], b[50], b[51]]));
    let mut bytes = _mm256_set_m128i(last, half_register_at(b, 32));
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

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q1_0(b: &[u8; 36]) -> Superblock {
    let mut runs = [_mm256_setzero_si256(); 8];
    let mut scales = 0;
    for (run, codes) in runs.iter_mut().enumerate() {
        let block = run / 4 * 18;
        let bits: &[u8; 4] = b[block + 2 + run % 4 * 4..].first_chunk().expect("inside the block");
        *codes = eights(bits.map(|byte| points::BITS[usize::from(byte)] & 0x0202_0202_0202_0202));
        scales |= u128::from(word(b, block)) << (16 * run);
    }
    symmetric(in_order(runs), halves_of_runs(scales), 1.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn q2_0(b: &[u8; 72]) -> Superblock {
    let mut runs = [_mm256_setzero_si256(); 8];
    let mut scales = 0;
    for (run, codes) in runs.iter_mut().enumerate() {
        let block = run / 2 * 18;
        let packed: &[u8; 8] = b[block + 2 + run % 2 * 8..].first_chunk().expect("inside the block");
        // A byte in each word, then its pairs of bits in the bytes of the word.
        let bytes = _mm256_cvtepu8_epi32(_mm_set1_epi64x(i64::from_le_bytes(*packed)));
        let pairs = _mm256_or_si256(bytes, _mm256_slli_epi32(bytes, 12));
        let spread = _mm256_or_si256(pairs, _mm256_slli_epi32(pairs, 6));
        *codes = _mm256_and_si256(spread, _mm256_set1_epi8(3));
        scales |= u128::from(word(b, block)) << (16 * run);
    }
    symmetric(in_order(runs), halves_of_runs(scales), 1.0)
}

/// Eight half-precision numbers, one for each run, in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn halves_of_runs(bits: u128) -> [__m256; 2] {
    let floats = _mm256_cvtph_ps(_mm_set_epi64x((bits >> 64) as i64, bits as i64));
    [
        _mm256_permutevar8x32_ps(floats, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)),
        _mm256_permutevar8x32_ps(floats, _mm256_setr_epi32(1, 3, 5, 7, 1, 3, 5, 7)),
    ]
}
