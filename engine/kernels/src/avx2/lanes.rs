//! The order of a block of activations (see [`QuantizedBlock`](crate::QuantizedBlock)), for registers of weights. Lane
//! 4j + k belongs to group 4k + j, so the lower eight lanes have the groups 0 4 8 12 1 5 9 13, the upper ones
//! 2 6 10 14 3 7 11 15; by runs of 32 elements the lower ones have 0 2 4 6 twice, the upper ones 1 3 5 7.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::unpack::HalvedSuperblock;

/// 32 bytes from an array.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn register(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// 32 bytes at `at`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn register_at(bytes: &[u8], at: usize) -> __m256i {
    register(bytes[at..].first_chunk().expect("inside the block"))
}

/// 16 bytes at `at`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn half_register_at(bytes: &[u8], at: usize) -> __m128i {
    let bytes: &[u8; 16] = bytes[at..].first_chunk().expect("inside the block");
    // SAFETY: reads the 16 bytes of the array, at any alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Codes in their natural order, brought into that of the lanes: four by four dwords of each 128 bits transposed.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn transpose([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
    [
        _mm256_unpacklo_epi64(ab, cd),
        _mm256_unpackhi_epi64(ab, cd),
        _mm256_unpacklo_epi64(ab_high, cd_high),
        _mm256_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// As `transpose` of `[a, a, b, b]`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn transpose_twice(a: __m256i, b: __m256i) -> [__m256i; 4] {
    let (a, b) = (_mm256_castsi256_ps(a), _mm256_castsi256_ps(b));
    [
        _mm256_castps_si256(_mm256_shuffle_ps::<0x00>(a, b)),
        _mm256_castps_si256(_mm256_shuffle_ps::<0x55>(a, b)),
        _mm256_castps_si256(_mm256_shuffle_ps::<0xaa>(a, b)),
        _mm256_castps_si256(_mm256_shuffle_ps::<0xff>(a, b)),
    ]
}

/// The bits of `mask` in each byte.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn masked(codes: [__m256i; 4], mask: i8) -> [__m256i; 4] {
    codes.map(|codes| _mm256_and_si256(codes, _mm256_set1_epi8(mask)))
}

/// The bits of `mask` in each byte after a shift to the right, which is another for each lane of 128 bits.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn fields(codes: [__m256i; 4], [a, b, c, d]: [i32; 4], mask: i8) -> [__m256i; 4] {
    let shifts = _mm256_setr_epi32(a, b, c, d, a, b, c, d);
    masked(codes.map(|codes| _mm256_srlv_epi32(codes, shifts)), mask)
}

/// The nibbles of each byte: the low ones, the high ones.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn nibbles(packed: [__m256i; 4]) -> [[__m256i; 4]; 2] {
    [masked(packed, 15), masked(packed.map(|packed| _mm256_srli_epi16(packed, 4)), 15)]
}

/// The union of the bits of both.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn join(low: [__m256i; 4], high: [__m256i; 4]) -> [__m256i; 4] {
    [0, 1, 2, 3].map(|v| _mm256_or_si256(low[v], high[v]))
}

/// Eight unsigned bytes, one for each run of 32 elements, as integers in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn runs_in_lanes(bytes: u64) -> [__m256i; 2] {
    // Beyond the picked byte of each lane the places say "zero".
    const PLACES: [[i32; 4]; 2] = [[0, 2, 4, 6], [1, 3, 5, 7]];
    let bytes = _mm256_set1_epi64x(bytes.cast_signed());
    PLACES.map(|places| {
        let [a, b, c, d] = places.map(|place| place | 0x8080_8000_u32.cast_signed());
        _mm256_shuffle_epi8(bytes, _mm256_setr_epi32(a, b, c, d, a, b, c, d))
    })
}

/// Eight unsigned bytes, one for each run of 32 elements, as integers in the order of a block's `run_sums`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn runs_once(bytes: u64) -> __m256i {
    let places = _mm_setr_epi8(0, 2, 4, 6, 1, 3, 5, 7, 0, 0, 0, 0, 0, 0, 0, 0);
    _mm256_cvtepu8_epi32(_mm_shuffle_epi8(_mm_set1_epi64x(bytes.cast_signed()), places))
}

/// The numbers of runs that stand in the lanes of their groups, once: in the order of a block's `run_sums`.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn once([even, odd]: [__m256; 2]) -> __m256 {
    _mm256_blend_ps::<0xf0>(even, odd)
}

/// The bits of 32 elements of each run, the bytes of a word, spread for `bits_of_four`: registers 2n and 2n + 1 take theirs
/// from the n-th register here.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn spread_runs(words: __m256i) -> [[__m256i; 2]; 2] {
    const PLACES: [i32; 4] = [0, 0x0404_0404, 0x0808_0808, 0x0c0c_0c0c];
    let runs = [
        _mm256_permutevar8x32_epi32(words, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)),
        _mm256_permutevar8x32_epi32(words, _mm256_setr_epi32(1, 3, 5, 7, 1, 3, 5, 7)),
    ];
    runs.map(|runs| {
        [0, 0x0101_0101].map(|byte| {
            let [a, b, c, d] = PLACES.map(|place| place + byte);
            let [e, f, g, h] = PLACES.map(|place| place + byte + 0x0202_0202);
            _mm256_shuffle_epi8(runs, _mm256_setr_epi32(a, b, c, d, e, f, g, h))
        })
    })
}

/// Eight numbers, one for each run of 32 elements, in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn floats_of_runs(numbers: __m256) -> [__m256; 2] {
    [
        _mm256_permutevar8x32_ps(numbers, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6)),
        _mm256_permutevar8x32_ps(numbers, _mm256_setr_epi32(1, 3, 5, 7, 1, 3, 5, 7)),
    ]
}

/// Sixteen signed bytes, one a group in the natural order, as integers in the lanes of their groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn signed_in_lanes(groups: __m128i) -> [__m256i; 2] {
    let ordered = in_lanes(groups);
    [_mm256_cvtepi8_epi32(ordered), _mm256_cvtepi8_epi32(_mm_unpackhi_epi64(ordered, ordered))]
}

/// As `signed_in_lanes`, for unsigned ones.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn unsigned_in_lanes(groups: __m128i) -> [__m256i; 2] {
    let ordered = in_lanes(groups);
    [_mm256_cvtepu8_epi32(ordered), _mm256_cvtepu8_epi32(_mm_unpackhi_epi64(ordered, ordered))]
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn in_lanes(groups: __m128i) -> __m128i {
    _mm_shuffle_epi8(groups, _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
}

/// `factor` times each of the integers.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn times(factor: __m256, integers: [__m256i; 2]) -> [__m256; 2] {
    integers.map(|integers| _mm256_mul_ps(factor, _mm256_cvtepi32_ps(integers)))
}

/// A superblock of a format without minima, whose codes are `zero` above what they stand for.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn symmetric(codes: [[__m256i; 4]; 2], scales: [__m256; 2], zero: f32) -> HalvedSuperblock {
    let zero = _mm256_set1_ps(zero);
    HalvedSuperblock { codes, scales, offsets: scales.map(|scale| _mm256_mul_ps(scale, zero)) }
}

/// As `symmetric`, of a format whose runs of 32 elements have one scale.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn symmetric_by_run(codes: [[__m256i; 4]; 2], scales: [__m256; 2], zero: f32) -> HalvedSuperblock {
    let offsets = _mm256_mul_ps(once(scales), _mm256_set1_ps(zero));
    HalvedSuperblock { codes, scales, offsets: [offsets, _mm256_setzero_ps()] }
}

/// A superblock whose codes are what they stand for.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn signed(codes: [[__m256i; 4]; 2], scales: [__m256; 2]) -> HalvedSuperblock {
    HalvedSuperblock { codes, scales, offsets: [_mm256_setzero_ps(); 2] }
}

/// Lane w: the sum of the lanes of `sums[w]`, added as [`sum`](super::loops::sum) adds them.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn sums_of_lanes(sums: &[__m256; 8]) -> __m256 {
    // Each turn adds halves of two numbers' lanes, so that a register has those of twice as many.
    let halves = |w: usize| {
        let (a, b) = (sums[w], sums[w + 4]);
        _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(a, b), _mm256_permute2f128_ps::<0x31>(a, b))
    };
    let quarters = |a: __m256, b: __m256| {
        let (a, b) = (_mm256_castps_pd(a), _mm256_castps_pd(b));
        _mm256_add_ps(_mm256_castpd_ps(_mm256_unpacklo_pd(a, b)), _mm256_castpd_ps(_mm256_unpackhi_pd(a, b)))
    };
    let (a, b) = (quarters(halves(0), halves(1)), quarters(halves(2), halves(3)));
    _mm256_add_ps(_mm256_shuffle_ps::<0x88>(a, b), _mm256_shuffle_ps::<0xdd>(a, b))
}
