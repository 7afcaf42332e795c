//! Types of 256 elements a block, unpacked to registers.

use std::arch::aarch64::*;

use super::registers::{
    bytes_at, bytes_of, half, integers_of_runs, levels, nibbles, signed_of_groups, times, two_halves,
    unsigned_of_groups, upper_nibbles, widened, widened_high,
};
use super::small_blocks::nibbles_of;
use super::unpack::{PackedSuperblock, SuperblockScales, UnpackCodes};
use crate::quant::{IQ4_LEVELS, iq4_xs_scales, q3_k_scales};

/// As signed numbers.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn signed<const N: usize>(codes: [uint8x16_t; N]) -> [int8x16_t; N] {
    codes.map(|codes| vreinterpretq_s8_u8(codes))
}

/// 64 bytes from `AT` with two-bit codes, by half.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn halves_of_two_bits<const AT: usize>(b: &[u8]) -> [[uint8x16_t; 2]; 2] {
    [0, 32].map(|half| [0, 16].map(|at| bytes_at(b, AT + half + at)))
}

/// The two-bit codes of a half: those of 128 elements in 32 bytes, 32 elements to each pair of bits.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn two_bits(packed: [uint8x16_t; 2]) -> [uint8x16_t; 8] {
    let mask = vdupq_n_u8(3);
    let fields = packed.map(|packed| {
        [
            vandq_u8(packed, mask),
            vandq_u8(vshrq_n_u8::<2>(packed), mask),
            vandq_u8(vshrq_n_u8::<4>(packed), mask),
            vshrq_n_u8::<6>(packed),
        ]
    });
    std::array::from_fn(|group| fields[group % 2][group / 2])
}

/// 32 bytes from `AT` with a bit of every element, a run of 32 elements to each: those of the half are the lowest four.
#[target_feature(enable = "neon")]
#[inline]
fn bits_of_half<const AT: usize>(b: &[u8], half: usize) -> [uint8x16_t; 2] {
    [AT, AT + 16].map(|at| if half == 0 { bytes_at(b, at) } else { vshrq_n_u8::<4>(bytes_at(b, at)) })
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q2_k(b: &[u8; 84]) -> PackedSuperblock<2, impl UnpackCodes<2>> {
    let factors = two_halves::<80>(b);
    let [scales, minima] = nibbles(bytes_at(b, 0));
    PackedSuperblock {
        packed: halves_of_two_bits::<16>(b),
        codes: |packed| signed(two_bits(packed)),
        scales: SuperblockScales::Groups(times(factors, unsigned_of_groups(scales))),
        offsets: SuperblockScales::Groups(times(
            vextq_f32::<1>(factors, factors),
            unsigned_of_groups(minima),
        )),
    }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q3_k(b: &[u8; 110]) -> PackedSuperblock<4, impl UnpackCodes<4>> {
    let scales = q3_k_scales(b[96..].first_chunk().expect("12 bytes of scales"));
    let scales = vsubq_s8(vreinterpretq_s8_u8(bytes_of(&scales)), vdupq_n_s8(32));
    let scales = SuperblockScales::Groups(times(half::<108>(b), signed_of_groups(scales)));
    let [first, second] = halves_of_two_bits::<32>(b);
    let [high_first, high_second] = [0, 1].map(|half| bits_of_half::<0>(b, half));
    let together = |[a, b]: [uint8x16_t; 2], [c, d]: [uint8x16_t; 2]| [a, b, c, d];
    PackedSuperblock {
        packed: [together(first, high_first), together(second, high_second)],
        codes: |[a, b, high_a, high_b]: [uint8x16_t; 4]| {
            let low = two_bits([a, b]);
            let third = vdupq_n_u8(4);
            let bits = [high_a, high_b]
                .map(|bits| [vshlq_n_u8::<2>(bits), vshlq_n_u8::<1>(bits), bits, vshrq_n_u8::<1>(bits)]);
            signed(std::array::from_fn(|group| vbslq_u8(third, bits[group % 2][group / 2], low[group])))
        },
        scales,
        offsets: scales,
    }
}

/// Scales and offsets of a Q4_K or Q5_K block: `d` and `dmin`, then 12 bytes of sixes. They are put together outside the
/// vector registers, which have enough to do.
#[target_feature(enable = "neon")]
#[inline]
fn six_bit_scales(b: &[u8]) -> [SuperblockScales; 2] {
    let eight = u64::from_le_bytes(*b[4..].first_chunk().expect("inside the block"));
    let four = u64::from(u32::from_le_bytes(*b[12..].first_chunk().expect("inside the block")));
    // Scales of four runs, then their minima; nibbles of the other four are in one byte, their tops above the first.
    let low = eight & 0x3f3f_3f3f_3f3f_3f3f;
    let high = (four | four << 28) & 0x0f0f_0f0f_0f0f_0f0f | eight >> 2 & 0x3030_3030_3030_3030;
    let [low, high] = [low, high].map(|sixes| vreinterpretq_u8_u64(vdupq_n_u64(sixes)));
    let runs = vzip1q_u8(low, high);
    // As half-precision numbers these integers are so many times 2^-24, the least one that there is.
    let factors = vmulq_f32(two_halves::<0>(b), vdupq_n_f32(16_777_216.0));
    let (scales, minima) = (vmovl_u8(vget_low_u8(runs)), vmovl_high_u8(runs));
    let floats = |sixes| [widened(vget_low_u16(sixes)), widened_high(sixes)];
    [
        SuperblockScales::Runs(floats(scales).map(|scales| vmulq_laneq_f32::<0>(scales, factors))),
        SuperblockScales::Runs(floats(minima).map(|minima| vmulq_laneq_f32::<1>(minima, factors))),
    ]
}

/// 128 bytes from `AT` with 4-bit codes, by half.
#[target_feature(enable = "neon")]
#[inline]
fn halves_of_nibbles<const AT: usize>(b: &[u8]) -> [[uint8x16_t; 4]; 2] {
    [0, 64].map(|half| [0, 16, 32, 48].map(|at| bytes_at(b, AT + half + at)))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q4_k(b: &[u8; 144]) -> PackedSuperblock<4, impl UnpackCodes<4>> {
    let [scales, offsets] = six_bit_scales(b);
    // 64 elements in 32 bytes, low halves first.
    let codes = |packed: [uint8x16_t; 4]| {
        let packed = packed.map(|packed| nibbles(packed));
        signed(std::array::from_fn(|group| packed[group / 4 * 2 + group % 2][group % 4 / 2]))
    };
    PackedSuperblock { packed: halves_of_nibbles::<16>(b), codes, scales, offsets }
}

/// Codes of a nibble and one bit, for low and high nibbles. The bit of the low ones is the lowest of `low`, that of the
/// high ones the fifth of `high`.
#[target_feature(enable = "neon")]
#[inline]
fn with_fifth_bits(nibbles: uint8x16_t, low: uint8x16_t, high: uint8x16_t) -> [uint8x16_t; 2] {
    let mask = vdupq_n_u8(31);
    let high = vandq_u8(upper_nibbles(high, nibbles), mask);
    [vandq_u8(vsliq_n_u8::<4>(nibbles, low), mask), high]
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q5_k(b: &[u8; 176]) -> PackedSuperblock<6, impl UnpackCodes<6>> {
    let [scales, offsets] = six_bit_scales(b);
    let [[a, b_, c, d], [e, f, g, h]] = halves_of_nibbles::<48>(b);
    let [[i, j], [k, l]] = [0, 1].map(|half| bits_of_half::<16>(b, half));
    let codes = |[a, b, c, d, i, j]: [uint8x16_t; 6]| {
        let first = |nibbles, bits| with_fifth_bits(nibbles, bits, vshlq_n_u8::<3>(bits));
        let second = |nibbles, bits| with_fifth_bits(nibbles, vshrq_n_u8::<2>(bits), vshlq_n_u8::<1>(bits));
        let packed = [first(a, i), first(b, j), second(c, i), second(d, j)];
        signed(std::array::from_fn(|group| packed[group / 4 * 2 + group % 2][group % 4 / 2]))
    };
    PackedSuperblock { packed: [[a, b_, c, d, i, j], [e, f, g, h, k, l]], codes, scales, offsets }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q6_k(b: &[u8; 210]) -> PackedSuperblock<6, impl UnpackCodes<6>> {
    let scales = signed_of_groups(vreinterpretq_s8_u8(bytes_at(b, 192)));
    let scales = SuperblockScales::Groups(times(half::<208>(b), scales));
    // Of a half the low nibbles, then two bits of four elements in one byte.
    let of_half = |half: usize| {
        let (low, high) = (64 * half, 128 + 32 * half);
        [low, low + 16, low + 32, low + 48, high, high + 16].map(|at| bytes_at(b, at))
    };
    let codes = |[a, b, c, d, high_a, high_b]: [uint8x16_t; 6]| {
        let mask = vdupq_n_u8(0x33);
        let of_sixteen = |low, low_too, high| {
            // Bits 0 1 4 5, then 2 3 6 7 in their place.
            let (outer, inner) = (vandq_u8(high, mask), vandq_u8(vshrq_n_u8::<2>(high), mask));
            [
                vsliq_n_u8::<4>(low, outer),
                vsliq_n_u8::<4>(low_too, inner),
                vsriq_n_u8::<4>(outer, low),
                vsriq_n_u8::<4>(inner, low_too),
            ]
        };
        let parts = [of_sixteen(a, c, high_a), of_sixteen(b, d, high_b)];
        signed(std::array::from_fn(|group| parts[group % 2][group / 2]))
    };
    PackedSuperblock { packed: [of_half(0), of_half(1)], codes, scales, offsets: scales }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq4_xs(b: &[u8; 136]) -> PackedSuperblock<4, impl UnpackCodes<4>> {
    let scales = integers_of_runs(u64::from_le_bytes(iq4_xs_scales(b)));
    let scales = scales.map(|scales| vsubq_s32(scales, vdupq_n_s32(32)));
    let scales = SuperblockScales::Runs(times(half::<0>(b), scales));
    let packed = [0, 64].map(|half| [0, 16, 32, 48].map(|at| bytes_at(b, 8 + half + at)));
    let codes = |packed| nibbles_of(packed, |n| levels(&IQ4_LEVELS, n));
    PackedSuperblock { packed, codes, scales, offsets: scales }
}
