//! Types with code books and signs, and NVFP4, unpacked to registers: the codes of [`books`](crate::quant::books).
//! `IN` says which loop a function is for: see `unpack::in_loop`.

use std::arch::x86_64::*;

use super::k_quants::half;
use super::lanes::{
    floats_of_runs, half_register_at, register_at, runs_in_lanes, symmetric, transpose, unsigned_in_lanes,
};
use super::points::{
    PointPlace, PointPlaces, eights_in_lanes, fours_in_lanes, in_memory, signs_in_lanes, with_signs,
    words_of_bytes,
};
use super::small_blocks::look_up;
use super::unpack::HalvedSuperblock;
use crate::quant::{MXFP4_LEVELS, points};
use crate::unpack::above;

/// The signs of each run, from sign codes, one in the lower seven bits of each byte: the eighth bit makes the count of set
/// bits even.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn signs(codes: __m256i) -> __m256i {
    // The top bit for each nibble with an odd count of bits.
    let odd = _mm256_setr_epi64x(ODD[0], ODD[1], ODD[0], ODD[1]);
    let folded = _mm256_xor_si256(codes, _mm256_srli_epi16(codes, 4));
    let folded = _mm256_and_si256(folded, _mm256_set1_epi8(15));
    _mm256_or_si256(codes, _mm256_shuffle_epi8(odd, folded))
}

/// For each nibble the top bit where its count of set bits is odd.
const ODD: [i64; 2] = [0x8000_0080_0080_8000_u64.cast_signed(), 0x0080_8000_8000_0080];

/// Four sign codes of seven bits in the lower 28 of each word, one in each byte.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn sign_codes(words: __m256i) -> __m256i {
    let mask = |x, mask| _mm256_and_si256(x, _mm256_set1_epi32(mask));
    let pairs = _mm256_or_si256(mask(words, 0x3fff), mask(_mm256_slli_epi32(words, 2), 0x3fff << 16));
    _mm256_or_si256(mask(pairs, 0x007f_007f), mask(_mm256_slli_epi32(pairs, 1), 0x7f00_7f00))
}

/// Runs of 32 codes in their natural order, brought into that of the lanes.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn in_order([a, b, c, d, e, f, g, h]: [__m256i; 8]) -> [[__m256i; 4]; 2] {
    [transpose([a, c, e, g]), transpose([b, d, f, h])]
}

/// `d · (2 s + 1) · factor` with s in the top four bits of the word of each run.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn scales_of_tops(d: __m256, words: __m256i, factor: f32) -> [__m256; 2] {
    let odd = _mm256_or_si256(_mm256_srli_epi32(words, 27), _mm256_set1_epi32(1));
    let d = _mm256_mul_ps(d, _mm256_set1_ps(factor));
    floats_of_runs(_mm256_mul_ps(d, _mm256_cvtepi32_ps(odd)))
}

/// `d · (2 s + 1) / 8` with s a nibble for each group, from eight bytes at `at`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn scales_of_nibbles(d: __m256, b: &[u8], at: usize) -> [__m256; 2] {
    let bytes: &[u8; 8] = b[at..].first_chunk().expect("inside the block");
    let (quarter, eighth) = (_mm256_mul_ps(d, _mm256_set1_ps(0.25)), _mm256_mul_ps(d, _mm256_set1_ps(0.125)));
    runs_in_lanes(u64::from_le_bytes(*bytes)).map(|both| {
        let nibbles = _mm256_srlv_epi32(both, _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4));
        let nibbles = _mm256_and_si256(nibbles, _mm256_set1_epi32(15));
        _mm256_fmadd_ps(_mm256_cvtepi32_ps(nibbles), quarter, eighth)
    })
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn iq2_xxs<const IN: u8>(b: &[u8; 66]) -> HalvedSuperblock {
    // Four places and a word for each run.
    let (first, second) = (_mm256_castsi256_ps(register_at(b, 2)), _mm256_castsi256_ps(register_at(b, 34)));
    let tails = _mm256_castps_si256(_mm256_shuffle_ps::<0xdd>(first, second));
    let tails = _mm256_permute4x64_epi64::<0xd8>(tails);
    let places = in_memory(b);
    let levels = eights_in_lanes(&points::IQ2_XXS, |run, j| PointPlace::of_byte(places[2 + 8 * run + j]));
    let codes = with_signs(levels, signs_in_lanes(signs(sign_codes(tails))), 64);
    symmetric(codes, scales_of_tops(half::<0>(b), tails, 0.125), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn iq2_xs<const IN: u8>(
    b: &[u8; 74],
    next: &[u8; 74],
    places: &mut PointPlaces<512, 2>,
) -> HalvedSuperblock {
    // Places of nine bits, and sign codes above them.
    let words_of = |b: &[u8; 74]| [register_at(b, 2), register_at(b, 34)];
    let places = places.turn(b, next, |b| words_of(b));
    let codes = words_of(b).map(|words| _mm256_srli_epi16(words, 9));
    let codes = _mm256_permute4x64_epi64::<0xd8>(_mm256_packus_epi16(codes[0], codes[1]));
    let levels = eights_in_lanes(&points::IQ2_XS, |run, j| places.word(4 * run + j));
    let codes = with_signs(levels, signs_in_lanes(signs(codes)), 64);
    symmetric(codes, scales_of_nibbles(half::<0>(b), b, 66), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn iq2_s<const IN: u8>(
    b: &[u8; 82],
    next: &[u8; 82],
    places: &mut PointPlaces<1024, 2>,
) -> HalvedSuperblock {
    let places = places.turn(b, next, |b| {
        // Two bits to a place: those of a byte in the bytes of a word.
        let bytes: &[u8; 8] = b[66..].first_chunk().expect("inside the block");
        let bytes = _mm256_cvtepu8_epi32(_mm_set1_epi64x(i64::from_le_bytes(*bytes)));
        let pairs = _mm256_or_si256(bytes, _mm256_slli_epi32(bytes, 12));
        let high = _mm256_or_si256(pairs, _mm256_slli_epi32(pairs, 6));
        words_of_bytes(register_at(b, 2), high)
    });
    let levels = eights_in_lanes(&points::IQ2_S, |run, j| places.byte(4 * run + j));
    let codes = with_signs(levels, signs_in_lanes(register_at(b, 34)), 64);
    symmetric(codes, scales_of_nibbles(half::<0>(b), b, 74), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn iq3_xxs<const IN: u8>(b: &[u8; 98]) -> HalvedSuperblock {
    let tails = register_at(b, 66);
    let places = in_memory(b);
    let levels = fours_in_lanes(&points::IQ3_XXS, |run, j| PointPlace::of_byte(places[2 + 8 * run + j]));
    let codes = with_signs(levels, signs_in_lanes(signs(sign_codes(tails))), 64);
    symmetric(codes, scales_of_tops(half::<0>(b), tails, 0.25), 64.0)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn iq3_s<const IN: u8>(
    b: &[u8; 110],
    next: &[u8; 110],
    places: &mut PointPlaces<512, 4>,
) -> HalvedSuperblock {
    let places = places.turn(b, next, |b| {
        // A ninth bit to a place: those of 32 places in a word.
        let of_half = |half: usize| {
            let ninths = i32::from_le_bytes(*b[66 + 4 * half..].first_chunk().expect("inside the block"));
            let high = _mm256_min_epu8(spread_word(ninths), _mm256_set1_epi8(1));
            words_of_bytes(register_at(b, 2 + 32 * half), high)
        };
        let ([first, second], [third, fourth]) = (of_half(0), of_half(1));
        [first, second, third, fourth]
    });
    let levels = fours_in_lanes(&points::IQ3_S, |run, j| places.byte(8 * run + j));
    let codes = with_signs(levels, signs_in_lanes(register_at(b, 74)), 16);
    let nibbles = _mm256_set1_epi32(i32::from_le_bytes([b[106], b[107], b[108], b[109]]));
    let d = half::<0>(b);
    let scales = [0, 4].map(|odd| {
        let [a, b, c, e] = [0, 8, 16, 24].map(|shift| shift + odd);
        let nibbles = _mm256_srlv_epi32(nibbles, _mm256_setr_epi32(a, b, c, e, a, b, c, e));
        let nibbles = _mm256_cvtepi32_ps(_mm256_and_si256(nibbles, _mm256_set1_epi32(15)));
        _mm256_fmadd_ps(nibbles, _mm256_add_ps(d, d), d)
    });
    symmetric(codes, scales, 16.0)
}

/// Bit n of a word in the n-th byte, where it stands in its own byte.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn spread_word(word: i32) -> __m256i {
    let byte_of_eight =
        _mm256_setr_epi64x(0, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303);
    let bits = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64.cast_signed());
    _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32(word), byte_of_eight), bits)
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(crate) fn nvfp4<const IN: u8>(b: &[u8; 144]) -> HalvedSuperblock {
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
