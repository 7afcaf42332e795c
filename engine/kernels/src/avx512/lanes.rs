//! The order of a block of activations (see [`QuantizedBlock`](crate::QuantizedBlock)), for registers of
//! weights: lane 4j + k belongs to group 4k + j.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::unpack::LaneSuperblock;

/// A number for each lane 4j + k, linear in the bits of j and k: `first`, and for each bit that is set one of the
/// others.
pub(super) const fn by_lane(first: i32, j0: i32, j1: i32, k0: i32, k1: i32) -> [i32; 16] {
    let mut lanes = [first; 16];
    let mut lane = 0;
    while lane < 16 {
        let (j, k) = (lane as i32 / 4, lane as i32 % 4);
        lanes[lane] += j % 2 * j0 + j / 2 * j1 + k % 2 * k0 + k / 2 * k1;
        lane += 1;
    }
    lanes
}

/// As `by_lane`, for four registers with `first` counting up: the dwords of a group.
pub(super) const fn dwords(j0: i32, j1: i32, k0: i32, k1: i32) -> [[i32; 16]; 4] {
    [
        by_lane(0, j0, j1, k0, k1),
        by_lane(1, j0, j1, k0, k1),
        by_lane(2, j0, j1, k0, k1),
        by_lane(3, j0, j1, k0, k1),
    ]
}

/// Sixteen integers from an array.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn integers(numbers: &[i32; 16]) -> __m512i {
    // SAFETY: reads the 64 bytes of the array, at any alignment.
    unsafe { _mm512_loadu_si512(numbers.as_ptr().cast()) }
}

/// 64 bytes from an array.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn register(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: reads the 64 bytes of the array, at any alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// 32 bytes at `at`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn half_register(bytes: &[u8], at: usize) -> __m256i {
    let bytes: &[u8; 32] = bytes[at..].first_chunk().expect("inside the block");
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// 16 bytes at `at`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn quarter_register(bytes: &[u8], at: usize) -> __m128i {
    let bytes: &[u8; 16] = bytes[at..].first_chunk().expect("inside the block");
    // SAFETY: reads the 16 bytes of the array, at any alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

/// Codes in their natural order, brought into that of the lanes: four by four dwords of each 128 bits transposed.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn transpose([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
    let (ab, ab_high) = (_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    let (cd, cd_high) = (_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    [
        _mm512_unpacklo_epi64(ab, cd),
        _mm512_unpackhi_epi64(ab, cd),
        _mm512_unpacklo_epi64(ab_high, cd_high),
        _mm512_unpackhi_epi64(ab_high, cd_high),
    ]
}

/// Dwords of one register, picked for each of four.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn pick(from: __m512i, places: &[[i32; 16]; 4]) -> [__m512i; 4] {
    [0, 1, 2, 3].map(|v| _mm512_permutexvar_epi32(integers(&places[v]), from))
}

/// Dwords of two registers, picked for each of four.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn pick_of_two(low: __m512i, high: __m512i, places: &[[i32; 16]; 4]) -> [__m512i; 4] {
    [0, 1, 2, 3].map(|v| _mm512_permutex2var_epi32(low, integers(&places[v]), high))
}

/// The bits of `mask` in each byte after a shift to the right, by lane.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn fields(codes: [__m512i; 4], shifts: &[i32; 16], mask: i8) -> [__m512i; 4] {
    let (shifts, mask) = (integers(shifts), _mm512_set1_epi8(mask));
    codes.map(|codes| _mm512_and_si512(_mm512_srlv_epi32(codes, shifts), mask))
}

/// Adds the bits of `mask` in each byte of `high` to `low`, after a rotation to the left, by lane.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn with_high_bits(
    low: [__m512i; 4],
    high: [__m512i; 4],
    turns: &[i32; 16],
    mask: i8,
) -> [__m512i; 4] {
    let (turns, mask) = (integers(turns), _mm512_set1_epi8(mask));
    [0, 1, 2, 3].map(|v| {
        let bits = _mm512_and_si512(_mm512_rolv_epi32(high[v], turns), mask);
        _mm512_or_si512(low[v], bits)
    })
}

/// Sixteen small integers, one a group in the natural order, as floats in the order of the lanes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn signed_in_lanes(groups: __m128i) -> __m512 {
    _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(in_lanes(groups)))
}

/// As `signed_in_lanes`, for unsigned ones.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn unsigned_in_lanes(groups: __m128i) -> __m512 {
    _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(in_lanes(groups)))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn in_lanes(groups: __m128i) -> __m128i {
    _mm_shuffle_epi8(groups, _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15))
}

/// Eight numbers, one for every 32 elements, in the lanes of their groups.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn of_32_in_lanes(numbers: __m256) -> __m512 {
    const PLACES: [i32; 16] = by_lane(0, 0, 1, 2, 4);
    _mm512_permutexvar_ps(integers(&PLACES), _mm512_castps256_ps512(numbers))
}

/// A superblock of a format without minima, whose codes are `zero` above what they stand for.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn symmetric(codes: [__m512i; 4], scales: __m512, zero: f32) -> LaneSuperblock {
    LaneSuperblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(zero)) }
}

/// Lane w: the sum of the lanes of `sums[w]`, added as `_mm512_reduce_add_ps` adds them: the upper half to the lower, and so
/// on.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn sums_of_lanes(sums: &[__m512; 16]) -> __m512 {
    // Each turn adds halves of two numbers' lanes, so that a register has those of twice as many.
    let halves = |a: __m512, b: __m512| {
        _mm512_add_ps(_mm512_shuffle_f32x4::<0x44>(a, b), _mm512_shuffle_f32x4::<0xee>(a, b))
    };
    let quarters = |a: __m512, b: __m512| {
        _mm512_add_ps(_mm512_shuffle_f32x4::<0x88>(a, b), _mm512_shuffle_f32x4::<0xdd>(a, b))
    };
    let eighths = |a: __m512, b: __m512| {
        let (a, b) = (_mm512_castps_pd(a), _mm512_castps_pd(b));
        _mm512_add_ps(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)), _mm512_castpd_ps(_mm512_unpackhi_pd(a, b)))
    };
    let whole = |a: __m512, b: __m512| {
        _mm512_add_ps(_mm512_shuffle_ps::<0x88>(a, b), _mm512_shuffle_ps::<0xdd>(a, b))
    };
    // Four numbers end in the four quarters of a register, and four such in its lanes 0, 1, 2, 3 of each.
    let four = |e: usize| {
        let sum = |q: usize| sums[4 * q + e];
        quarters(halves(sum(0), sum(1)), halves(sum(2), sum(3)))
    };
    whole(eighths(four(0), four(1)), eighths(four(2), four(3)))
}
