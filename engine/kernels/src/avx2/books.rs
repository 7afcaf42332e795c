//! Types with code books and signs, and NVFP4, unpacked to registers: the codes of [`books`](crate::quant::books).

use std::arch::x86_64::*;

use super::k_quants::half;
use super::lanes::{half_register_at, register_at, runs_in_lanes, symmetric, transpose, unsigned_in_lanes};
use super::small_blocks::look_up;
use super::unpack::Superblock;
use crate::quant::{MXFP4_LEVELS, points};
use crate::unpack::above;

/// 32 levels, from four points of eight.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn eights(points: [u64; 4]) -> __m256i {
    let [a, b, c, d] = points.map(u64::cast_signed);
    _mm256_setr_epi64x(a, b, c, d)
}

/// 32 levels, from eight points of four.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn fours(points: [u32; 8]) -> __m256i {
    let [a, b, c, d, e, f, g, h] = points.map(u32::cast_signed);
    _mm256_setr_epi32(a, b, c, d, e, f, g, h)
}

/// Levels that go up from `zero`, or down where their sign is set.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn with_signs(levels: __m256i, signs: u32, zero: i8) -> __m256i {
    let byte_of_eight =
        _mm256_setr_epi64x(0, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303);
    let bits = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64.cast_signed());
    let spread = _mm256_shuffle_epi8(_mm256_set1_epi32(signs.cast_signed()), byte_of_eight);
    // Minus one where a sign is set, and then one less: x ^ −1 − (−1) = −x.
    let minus = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bits), bits);
    let signed = _mm256_sub_epi8(_mm256_xor_si256(levels, minus), minus);
    _mm256_add_epi8(signed, _mm256_set1_epi8(zero))
}

/// The signs of each run, from sign codes, one in the lower seven bits of each byte: the eighth bit makes the count of set
/// bits even.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn signs(codes: __m256i) -> [u32; 8] {
    let folded = _mm256_xor_si256(codes, _mm256_srli_epi16(codes, 4));
    let folded = _mm256_xor_si256(folded, _mm256_srli_epi16(folded, 2));
    let folded = _mm256_xor_si256(folded, _mm256_srli_epi16(folded, 1));
    let odd = _mm256_and_si256(folded, _mm256_set1_epi8(1));
    words(_mm256_or_si256(codes, _mm256_slli_epi16(odd, 7)))
}

/// Four sign codes of seven bits in the lower 28 of each word, one in each byte.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn sign_codes(words: __m256i) -> __m256i {
    let mask = |x, mask| _mm256_and_si256(x, _mm256_set1_epi32(mask));
    let pairs = _mm256_or_si256(mask(words, 0x3fff), mask(_mm256_slli_epi32(words, 2), 0x3fff << 16));
    _mm256_or_si256(mask(pairs, 0x007f_007f), mask(_mm256_slli_epi32(pairs, 1), 0x7f00_7f00))
}

/// The words of a register.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn words(register: __m256i) -> [u32; 8] {
    let mut words = [0; 8];
    super::lanes::store(&mut words, register);
    words
}

/// Runs of 32 codes in their natural order, brought into that of the lanes.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn in_order([a, b, c, d, e, f, g, h]: [__m256i; 8]) -> [[__m256i; 4]; 2] {
    [transpose([a, c, e, g]), transpose([b, d, f, h])]
}

/// `d · (s + ½) · factor` in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn halves_up(d: __m256, s: [__m256i; 2], factor: f32) -> [__m256; 2] {
    s.map(|s| {
        let s = _mm256_add_ps(_mm256_cvtepi32_ps(s), _mm256_set1_ps(0.5));
        _mm256_mul_ps(_mm256_mul_ps(d, s), _mm256_set1_ps(factor))
    })
}

/// The top four bits of each word, one for each run, in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn tops(words: __m256i) -> [__m256i; 2] {
    let tops = _mm256_srli_epi32(words, 28);
    [
        _mm256_permutevar8x32_epi32(tops, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)),
        _mm256_permutevar8x32_epi32(tops, _mm256_setr_epi32(1, 3, 5, 7, 1, 3, 5, 7)),
    ]
}

/// Sixteen nibbles, one for each group, from eight bytes at `at`, in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn nibbles_of_groups(b: &[u8], at: usize) -> [__m256i; 2] {
    let bytes: &[u8; 8] = b[at..].first_chunk().expect("inside the block");
    let packed = _mm_set1_epi64x(i64::from_le_bytes(*bytes));
    let mask = _mm_set1_epi8(15);
    let (low, high) = (_mm_and_si128(packed, mask), _mm_and_si128(_mm_srli_epi16(packed, 4), mask));
    unsigned_in_lanes(_mm_unpacklo_epi8(low, high))
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq2_xxs(b: &[u8; 66]) -> Superblock {
    // Four places and a word for each run.
    let (first, second) = (_mm256_castsi256_ps(register_at(b, 2)), _mm256_castsi256_ps(register_at(b, 34)));
    let tails = _mm256_castps_si256(_mm256_shuffle_ps::<0xdd>(first, second));
    let tails = _mm256_permute4x64_epi64::<0xd8>(tails);
    let signs = signs(sign_codes(tails));
    let mut runs = [_mm256_setzero_si256(); 8];
    for (run, codes) in runs.iter_mut().enumerate() {
        let point = |j: usize| points::IQ2_XXS[usize::from(b[2 + 8 * run + j])];
        *codes = with_signs(eights([point(0), point(1), point(2), point(3)]), signs[run], 64);
    }
    symmetric(in_order(runs), halves_up(half::<0>(b), tops(tails), 0.25), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq2_xs(b: &[u8; 74]) -> Superblock {
    // Places of nine bits, and sign codes above them.
    let codes = [2, 34].map(|at| _mm256_srli_epi16(register_at(b, at), 9));
    let codes = _mm256_permute4x64_epi64::<0xd8>(_mm256_packus_epi16(codes[0], codes[1]));
    let signs = signs(codes);
    let mut runs = [_mm256_setzero_si256(); 8];
    for (run, codes) in runs.iter_mut().enumerate() {
        let point = |j: usize| {
            let at = 2 + 8 * run + 2 * j;
            points::IQ2_XS[usize::from(u16::from_le_bytes([b[at], b[at + 1]]) & 511)]
        };
        *codes = with_signs(eights([point(0), point(1), point(2), point(3)]), signs[run], 64);
    }
    symmetric(in_order(runs), halves_up(half::<0>(b), nibbles_of_groups(b, 66), 0.25), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq2_s(b: &[u8; 82]) -> Superblock {
    let signs = words(register_at(b, 34));
    let mut runs = [_mm256_setzero_si256(); 8];
    for (run, codes) in runs.iter_mut().enumerate() {
        let point = |j: usize| {
            let high = usize::from(b[66 + run] >> (2 * j) & 3);
            points::IQ2_S[usize::from(b[2 + 4 * run + j]) | high << 8]
        };
        *codes = with_signs(eights([point(0), point(1), point(2), point(3)]), signs[run], 64);
    }
    symmetric(in_order(runs), halves_up(half::<0>(b), nibbles_of_groups(b, 74), 0.25), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq3_xxs(b: &[u8; 98]) -> Superblock {
    let tails = register_at(b, 66);
    let signs = signs(sign_codes(tails));
    let mut runs = [_mm256_setzero_si256(); 8];
    for (run, codes) in runs.iter_mut().enumerate() {
        let point = |j: usize| points::IQ3_XXS[usize::from(b[2 + 8 * run + j])];
        *codes = with_signs(fours([0, 1, 2, 3, 4, 5, 6, 7].map(point)), signs[run], 64);
    }
    symmetric(in_order(runs), halves_up(half::<0>(b), tops(tails), 0.5), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn iq3_s(b: &[u8; 110]) -> Superblock {
    let signs = words(register_at(b, 74));
    let mut runs = [_mm256_setzero_si256(); 8];
    for (run, codes) in runs.iter_mut().enumerate() {
        let ninths = usize::from(b[66 + run]);
        let point = |j: usize| points::IQ3_S[usize::from(b[2 + 8 * run + j]) | (ninths >> j & 1) << 8];
        *codes = with_signs(fours([0, 1, 2, 3, 4, 5, 6, 7].map(point)), signs[run], 16);
    }
    let nibbles = u32::from_le_bytes([b[106], b[107], b[108], b[109]]);
    let nibble = |run: usize| u64::from(nibbles >> (4 * run) & 15) << (8 * run);
    let scales = runs_in_lanes((0..8).map(nibble).sum()).map(|s| {
        let s = _mm256_cvtepi32_ps(s);
        _mm256_mul_ps(half::<0>(b), _mm256_add_ps(_mm256_set1_ps(1.0), _mm256_add_ps(s, s)))
    });
    symmetric(in_order(runs), scales, 16.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn nvfp4(b: &[u8; 144]) -> Superblock {
    let mut runs = [_mm256_setzero_si256(); 8];
    let mut scales = [0; 16];
    let mask = _mm256_set1_epi8(15);
    for (n, block) in b.as_chunks::<36>().0.iter().enumerate() {
        scales[4 * n..][..4].copy_from_slice(&block[..4]);
        // Eight bytes hold a group, low halves first.
        let packed = register_at(block, 4);
        let low = _mm256_and_si256(packed, mask);
        let high = _mm256_and_si256(_mm256_srli_epi16(packed, 4), mask);
        let (even, odd) = (_mm256_unpacklo_epi64(low, high), _mm256_unpackhi_epi64(low, high));
        runs[2 * n] = _mm256_permute2x128_si256::<0x20>(even, odd);
        runs[2 * n + 1] = _mm256_permute2x128_si256::<0x31>(even, odd);
    }
    let scales = unsigned_in_lanes(half_register_at(&scales, 0)).map(|bytes| half_of_small_float(bytes));
    symmetric(look_up(&above::<12>(&MXFP4_LEVELS), in_order(runs)), scales, 12.0)
}

/// Half of the unsigned E4M3 floats that bytes are: exponent bias 7, no infinity, 0x7F is 0.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn half_of_small_float(bytes: __m256i) -> __m256 {
    let bits = _mm256_and_si256(bytes, _mm256_set1_epi32(127));
    let normal = _mm256_add_epi32(_mm256_slli_epi32(bits, 20), _mm256_set1_epi32((127 - 7) << 23));
    let small = _mm256_mul_ps(_mm256_cvtepi32_ps(bits), _mm256_set1_ps(1.0 / 512.0));
    let is_small = _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(8), bits));
    let float = _mm256_blendv_ps(_mm256_castsi256_ps(normal), small, is_small);
    let none = _mm256_castsi256_ps(_mm256_cmpeq_epi32(bytes, _mm256_set1_epi32(0x7f)));
    _mm256_mul_ps(_mm256_andnot_ps(none, float), _mm256_set1_ps(0.5))
}
