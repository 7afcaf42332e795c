//! Weight blocks unpacked to registers, one function a type.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use crate::kernel::unpack::above;
use crate::quant::{IQ4_LEVELS, MXFP4_LEVELS, TensorType, half_at, iq4_xs_scales, q3_k_scales};

/// 256 weights in registers: see `Unpacked`, whose fields these are.
pub(super) struct Superblock {
    pub(super) codes: [__m512i; 4],
    pub(super) scales: __m512,
    pub(super) offsets: __m512,
}
/// Unpacks a superblock of the type with number `KIND`, which is settled at compile time.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
pub(super) fn unpack<const BYTES: usize, const KIND: u32>(block: &[u8; BYTES]) -> Superblock {
    macro_rules! of_kind {
        ($($kind:ident $unpack:ident,)*) => {
            $(if KIND == TensorType::$kind.id() {
                return $unpack(block[..].first_chunk().expect("the size of this type"));
            })*
        };
    }
    of_kind!(
        Q4_0 q4_0, Q4_1 q4_1, Q5_0 q5_0, Q5_1 q5_1, Q8_0 q8_0, IQ4_NL iq4_nl, MXFP4 mxfp4, Q2_K q2_k,
        Q3_K q3_k, Q4_K q4_k, Q5_K q5_k, Q6_K q6_k, IQ4_XS iq4_xs,
    );
    unreachable!("type {KIND} is not quantized")
}
/// The first words of eight blocks of `BLOCK` bytes: a half-precision scale, and in the `_1` kinds a minimum.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn eight_words<const BYTES: usize, const BLOCK: i32>(blocks: &[u8; BYTES]) -> __m256i {
    const { assert!(BYTES == 8 * BLOCK as usize && BLOCK >= 4) };
    let places = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(BLOCK));
    // SAFETY: reads four bytes at each multiple of `BLOCK` below 8 · `BLOCK`, the length of the array.
    unsafe { _mm256_i32gather_epi32::<1>(blocks.as_ptr().cast(), places) }
}

/// The half-precision numbers in the low halves of eight words, each written twice.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn low_halves(words: __m256i) -> __m512 {
    twice(_mm256_cvtph_ps(_mm256_cvtepi32_epi16(words)))
}

/// As `low_halves`, of the high halves.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn high_halves(words: __m256i) -> __m512 {
    low_halves(_mm256_srli_epi32(words, 16))
}

/// Eight numbers, each written twice.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn twice(x: __m256) -> __m512 {
    let lanes = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    _mm512_permutexvar_ps(lanes, _mm512_castps256_ps512(x))
}

/// The 4-bit codes of two blocks whose 16 bytes begin at `first` and `second`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn two_blocks_of_nibbles(first: &[u8; 16], second: &[u8; 16]) -> __m512i {
    // SAFETY: both read the 16 bytes of an array, at any alignment.
    let (first, second) =
        unsafe { (_mm_loadu_si128(first.as_ptr().cast()), _mm_loadu_si128(second.as_ptr().cast())) };
    let bytes = _mm512_inserti64x4(
        _mm512_castsi256_si512(_mm256_broadcastsi128_si256(first)),
        _mm256_broadcastsi128_si256(second),
        1,
    );
    let shifts = _mm512_setr_epi64(0, 0, SHIFT_4, SHIFT_4, 0, 0, SHIFT_4, SHIFT_4);
    _mm512_and_si512(_mm512_srlv_epi16(bytes, shifts), _mm512_set1_epi8(15))
}

/// A shift by 4 in each of four 16-bit lanes.
const SHIFT_4: i64 = 0x0004_0004_0004_0004;

/// 16 bytes at `at`.
#[inline(always)]
fn sixteen_bytes(bytes: &[u8], at: usize) -> &[u8; 16] {
    bytes[at..].first_chunk().expect("inside the block")
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*bytes[at..].first_chunk().expect("inside the block"))
}

/// The codes of eight blocks of `BLOCK` bytes with their nibbles at `NIBBLES`, without fifth bits.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn eight_blocks_of_nibbles<const BYTES: usize, const BLOCK: usize, const NIBBLES: usize>(
    b: &[u8; BYTES],
) -> [__m512i; 4] {
    let pair = |c: usize| {
        let at = 2 * c * BLOCK + NIBBLES;
        two_blocks_of_nibbles(sixteen_bytes(b, at), sixteen_bytes(b, at + BLOCK))
    };
    [pair(0), pair(1), pair(2), pair(3)]
}

/// As `eight_blocks_of_nibbles`, with the fifth bits in a word at `HIGH`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn eight_blocks_of_fives<const BYTES: usize, const BLOCK: usize, const HIGH: usize, const NIBBLES: usize>(
    b: &[u8; BYTES],
) -> [__m512i; 4] {
    let low = eight_blocks_of_nibbles::<BYTES, BLOCK, NIBBLES>(b);
    let fifth = |c: usize| {
        let bits =
            u64::from(word(b, 2 * c * BLOCK + HIGH)) | u64::from(word(b, (2 * c + 1) * BLOCK + HIGH)) << 32;
        _mm512_mask_add_epi8(low[c], bits, low[c], _mm512_set1_epi8(16))
    };
    [fifth(0), fifth(1), fifth(2), fifth(3)]
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q4_0(b: &[u8; 144]) -> Superblock {
    let scales = low_halves(eight_words::<144, 18>(b));
    let codes = eight_blocks_of_nibbles::<144, 18, 2>(b);
    Superblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(8.0)) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q4_1(b: &[u8; 160]) -> Superblock {
    let words = eight_words::<160, 20>(b);
    let codes = eight_blocks_of_nibbles::<160, 20, 4>(b);
    Superblock {
        codes,
        scales: low_halves(words),
        offsets: _mm512_sub_ps(_mm512_setzero_ps(), high_halves(words)),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q5_0(b: &[u8; 176]) -> Superblock {
    let scales = low_halves(eight_words::<176, 22>(b));
    let codes = eight_blocks_of_fives::<176, 22, 2, 6>(b);
    Superblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(16.0)) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q5_1(b: &[u8; 192]) -> Superblock {
    let words = eight_words::<192, 24>(b);
    let codes = eight_blocks_of_fives::<192, 24, 4, 8>(b);
    Superblock {
        codes,
        scales: low_halves(words),
        offsets: _mm512_sub_ps(_mm512_setzero_ps(), high_halves(words)),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q8_0(b: &[u8; 272]) -> Superblock {
    let scales = low_halves(eight_words::<272, 34>(b));
    let pair = |c: usize| {
        let (first, second) = (half_register(b, 2 * c * 34 + 2), half_register(b, (2 * c + 1) * 34 + 2));
        let signed = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
        _mm512_xor_si512(signed, _mm512_set1_epi8(-128))
    };
    let codes = [pair(0), pair(1), pair(2), pair(3)];
    Superblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(128.0)) }
}

/// 32 bytes at `at`.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn half_register(bytes: &[u8], at: usize) -> __m256i {
    let bytes: &[u8; 32] = bytes[at..].first_chunk().expect("inside the block");
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// Scales and offsets of a Q4_K or Q5_K block, each written twice: `d` and `dmin`, then 12 bytes of sixes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn six_bit_scales(b: &[u8]) -> (__m512, __m512) {
    let (first, second, third) = (word(b, 4), word(b, 8), word(b, 12));
    let sixes = |low: u32, high: u32, tops: u32| {
        let low = u64::from(low & 0x3f3f_3f3f);
        low | u64::from((high & 0x0f0f_0f0f) | (tops >> 6 & 0x0303_0303) << 4) << 32
    };
    let scales = sixes(first, third, first);
    let minima = sixes(second, third >> 4, second);
    let numbers =
        _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_set_epi64x(minima.cast_signed(), scales.cast_signed())));
    let factors = _mm_cvtph_ps(_mm_cvtsi32_si128(word(b, 0).cast_signed()));
    let d = _mm512_broadcastss_ps(factors);
    let dmin = _mm512_broadcastss_ps(_mm_shuffle_ps(factors, factors, 1));
    let first_eight = _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    let last_eight = _mm512_add_epi32(first_eight, _mm512_set1_epi32(8));
    (
        _mm512_mul_ps(d, _mm512_permutexvar_ps(first_eight, numbers)),
        _mm512_mul_ps(dmin, _mm512_permutexvar_ps(last_eight, numbers)),
    )
}

/// The 4-bit codes of 64 elements of a k-quant: 32 bytes at `at`, low halves first.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn low_then_high(b: &[u8], at: usize) -> __m512i {
    let bytes = _mm512_broadcast_i64x4(half_register(b, at));
    let shifts = _mm512_setr_epi64(0, 0, 0, 0, SHIFT_4, SHIFT_4, SHIFT_4, SHIFT_4);
    _mm512_and_si512(_mm512_srlv_epi16(bytes, shifts), _mm512_set1_epi8(15))
}

/// Codes looked up in a table of 16.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn look_up(table: &[u8; 16], places: [__m512i; 4]) -> [__m512i; 4] {
    // SAFETY: reads the 16 bytes of the array, at any alignment.
    let table = _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(table.as_ptr().cast()) });
    places.map(|places| _mm512_shuffle_epi8(table, places))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn iq4_nl(b: &[u8; 144]) -> Superblock {
    let scales = low_halves(eight_words::<144, 18>(b));
    let codes = look_up(&above::<128>(&IQ4_LEVELS), eight_blocks_of_nibbles::<144, 18, 2>(b));
    Superblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(128.0)) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn mxfp4(b: &[u8; 136]) -> Superblock {
    let exponents = _mm256_and_si256(eight_words::<136, 17>(b), _mm256_set1_epi32(255));
    // 2^(exponent − 128); below 2 it is no normal number: see `exponent_half`.
    let normal = _mm256_slli_epi32(_mm256_sub_epi32(exponents, _mm256_set1_epi32(1)), 23);
    let small = _mm256_sllv_epi32(_mm256_set1_epi32(0x0020_0000), exponents);
    let is_small = _mm256_cmplt_epi32_mask(exponents, _mm256_set1_epi32(2));
    let scales = twice(_mm256_castsi256_ps(_mm256_mask_mov_epi32(normal, is_small, small)));
    let codes = look_up(&above::<12>(&MXFP4_LEVELS), eight_blocks_of_nibbles::<136, 17, 1>(b));
    Superblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(12.0)) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn iq4_xs(b: &[u8; 136]) -> Superblock {
    let d = _mm256_set1_ps(half_at(b, 0));
    let scales = i64::from_le_bytes(iq4_xs_scales(b).map(i8::cast_unsigned));
    let scales = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_cvtsi64_si128(scales)));
    let scales = twice(_mm256_mul_ps(d, scales));
    let places = eight_blocks_of_nibbles::<128, 16, 0>(b[8..].first_chunk().expect("128 bytes of codes"));
    let codes = look_up(&above::<128>(&IQ4_LEVELS), places);
    Superblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(128.0)) }
}

/// The 2-bit codes of a superblock: 128 elements to 32 bytes, lowest bits first.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn two_bits(packed: &[u8; 64]) -> [__m512i; 4] {
    const fn shifts(first: i64) -> [i64; 2] {
        [first * 0x0001_0001_0001_0001, (first + 2) * 0x0001_0001_0001_0001]
    }
    let run = |at: usize, [first, second]: [i64; 2]| {
        let bytes = _mm512_broadcast_i64x4(half_register(packed, at));
        let shifts = _mm512_setr_epi64(first, first, first, first, second, second, second, second);
        _mm512_and_si512(_mm512_srlv_epi16(bytes, shifts), _mm512_set1_epi8(3))
    };
    [run(0, shifts(0)), run(0, shifts(4)), run(32, shifts(0)), run(32, shifts(4))]
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q2_k(b: &[u8; 84]) -> Superblock {
    // SAFETY: reads 16 bytes of the array, at any alignment.
    let packed = unsafe { _mm_loadu_si128(sixteen_bytes(b, 0).as_ptr().cast()) };
    let mask = _mm_set1_epi8(15);
    let floats = |bytes: __m128i| _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
    let scales = floats(_mm_and_si128(packed, mask));
    let minima = floats(_mm_and_si128(_mm_srli_epi16(packed, 4), mask));
    Superblock {
        codes: two_bits(b[16..].first_chunk().expect("64 bytes of codes")),
        scales: _mm512_mul_ps(_mm512_set1_ps(half_at(b, 80)), scales),
        offsets: _mm512_mul_ps(_mm512_set1_ps(half_at(b, 82)), minima),
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q3_k(b: &[u8; 110]) -> Superblock {
    let scales = q3_k_scales(b[96..].first_chunk().expect("12 bytes of scales"));
    // SAFETY: reads the 16 bytes of the array, at any alignment.
    let scales = unsafe { _mm_loadu_si128(scales.as_ptr().cast()) };
    let d = _mm512_set1_ps(half_at(b, 108));
    let scales = _mm512_mul_ps(d, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(scales)));
    let high = half_register(b, 0);
    let [first, second, third, fourth] = two_bits(b[32..].first_chunk().expect("64 bytes of codes"));
    let codes = [
        add_where_set::<0, 4>(high, first),
        add_where_set::<1, 4>(high, second),
        add_where_set::<2, 4>(high, third),
        add_where_set::<3, 4>(high, fourth),
    ];
    Superblock { codes, scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(4.0)) }
}

/// Adds `AMOUNT` to the codes of 64 elements, the `RUN`-th such, where their bits in `high` are set: byte j has
/// the bits of the elements j, j + 32, j + 64 ... of the superblock.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn add_where_set<const RUN: usize, const AMOUNT: i8>(high: __m256i, codes: __m512i) -> __m512i {
    let (first, second) = (
        _mm256_set1_epi8((1u8 << (2 * RUN)).cast_signed()),
        _mm256_set1_epi8((2u8 << (2 * RUN)).cast_signed()),
    );
    let bits = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
    let set = _mm512_test_epi8_mask(_mm512_broadcast_i64x4(high), bits);
    _mm512_mask_add_epi8(codes, set, codes, _mm512_set1_epi8(AMOUNT))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q4_k(b: &[u8; 144]) -> Superblock {
    let (scales, offsets) = six_bit_scales(b);
    let codes = [low_then_high(b, 16), low_then_high(b, 48), low_then_high(b, 80), low_then_high(b, 112)];
    Superblock { codes, scales, offsets }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q5_k(b: &[u8; 176]) -> Superblock {
    let (scales, offsets) = six_bit_scales(b);
    let high = half_register(b, 16);
    let codes = [
        add_where_set::<0, 16>(high, low_then_high(b, 48)),
        add_where_set::<1, 16>(high, low_then_high(b, 80)),
        add_where_set::<2, 16>(high, low_then_high(b, 112)),
        add_where_set::<3, 16>(high, low_then_high(b, 144)),
    ];
    Superblock { codes, scales, offsets }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
#[inline]
fn q6_k(b: &[u8; 210]) -> Superblock {
    let d = _mm512_broadcastss_ps(_mm_cvtph_ps(_mm_cvtsi32_si128(i32::from(u16::from_le_bytes([
        b[208], b[209],
    ])))));
    // SAFETY: reads 16 bytes of the array, at any alignment.
    let scales = unsafe { _mm_loadu_si128(sixteen_bytes(b, 192).as_ptr().cast()) };
    let scales = _mm512_mul_ps(d, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(scales)));
    let mask = _mm512_set1_epi8(15);
    let half = |n: usize| {
        let low = _mm512_inserti64x4(
            _mm512_castsi256_si512(half_register(b, 64 * n)),
            half_register(b, 64 * n + 32),
            1,
        );
        let high = _mm512_broadcast_i64x4(half_register(b, 128 + 32 * n));
        [0u16, 4].map(|shift| {
            let (first, second) =
                (i64::from(shift) * 0x0001_0001_0001_0001, i64::from(shift + 2) * 0x0001_0001_0001_0001);
            let shifts = _mm512_setr_epi64(first, first, first, first, second, second, second, second);
            let high = _mm512_and_si512(_mm512_srlv_epi16(high, shifts), _mm512_set1_epi8(3));
            let low = _mm512_and_si512(_mm512_srl_epi16(low, _mm_cvtsi32_si128(i32::from(shift))), mask);
            _mm512_or_si512(low, _mm512_slli_epi16(high, 4))
        })
    };
    let ([a, b], [c, d]) = (half(0), half(1));
    Superblock { codes: [a, b, c, d], scales, offsets: _mm512_mul_ps(scales, _mm512_set1_ps(32.0)) }
}
