//! Types of 256 elements a block, unpacked to registers.

use std::arch::aarch64::*;

use super::registers::{
    bytes_at, bytes_of, four_registers_at, half, integers_of_runs, levels, nibbles, signed_of_groups, times,
    twice, two_halves, unsigned_of_groups,
};
use super::unpack::Superblock;
use crate::quant::{IQ4_LEVELS, iq4_xs_scales, q3_k_scales};

/// Codes of the 16 groups.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn signed(codes: [uint8x16_t; 16]) -> [int8x16_t; 16] {
    codes.map(|codes| vreinterpretq_s8_u8(codes))
}

/// The two-bit codes in 64 bytes: those of 128 elements in 32 bytes, 32 elements to each pair of bits.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn two_bits<const AT: usize>(b: &[u8]) -> [uint8x16_t; 16] {
    let mask = vdupq_n_u8(3);
    let fields = |packed| {
        [
            vandq_u8(packed, mask),
            vandq_u8(vshrq_n_u8::<2>(packed), mask),
            vandq_u8(vshrq_n_u8::<4>(packed), mask),
            vshrq_n_u8::<6>(packed),
        ]
    };
    let packed = four_registers_at(b, AT).map(fields);
    std::array::from_fn(|group| packed[group / 8 * 2 + group % 2][group % 8 / 2])
}

/// One bit of every element, from 32 bytes with a run of 32 elements to each bit, at bit `TO` of each code; other bits are
/// those of the codes.
#[target_feature(enable = "neon")]
#[inline]
fn with_bits<const TO: i8, const AT: usize>(b: &[u8], codes: [uint8x16_t; 16]) -> [uint8x16_t; 16] {
    let packed = [bytes_at(b, AT), bytes_at(b, AT + 16)];
    std::array::from_fn(|group| {
        let shifted = vshlq_u8(packed[group % 2], vdupq_n_s8(TO - (group / 2) as i8));
        vbslq_u8(vdupq_n_u8(1 << TO), shifted, codes[group])
    })
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q2_k(b: &[u8; 84]) -> Superblock {
    let [d, dmin] = two_halves::<80>(b);
    let [scales, minima] = nibbles(bytes_at(b, 0));
    Superblock {
        codes: signed(two_bits::<16>(b)),
        scales: times(d, unsigned_of_groups(scales)),
        offsets: times(dmin, unsigned_of_groups(minima)),
    }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q3_k(b: &[u8; 110]) -> Superblock {
    let scales = q3_k_scales(b[96..].first_chunk().expect("12 bytes of scales"));
    let scales = vsubq_s8(vreinterpretq_s8_u8(bytes_of(&scales)), vdupq_n_s8(32));
    let codes = with_bits::<2, 0>(b, two_bits::<32>(b));
    Superblock::symmetric(signed(codes), times(half::<108>(b), signed_of_groups(scales)))
}

/// Scales and offsets of a Q4_K or Q5_K block: `d` and `dmin`, then 12 bytes of sixes. They are put together outside the
/// vector registers, which have enough to do.
#[target_feature(enable = "neon")]
#[inline]
fn six_bit_scales(b: &[u8]) -> [[float32x4_t; 4]; 2] {
    let word = |at: usize| u32::from_le_bytes(*b[at..].first_chunk().expect("inside the block"));
    let (first, second, third) = (word(4), word(8), word(12));
    let sixes = |low: u32, high: u32, tops: u32| {
        let low = u64::from(low & 0x3f3f_3f3f);
        low | u64::from((high & 0x0f0f_0f0f) | (tops >> 6 & 0x0303_0303) << 4) << 32
    };
    let [d, dmin] = two_halves::<0>(b);
    [
        twice(times(d, integers_of_runs(sixes(first, third, first)))),
        twice(times(dmin, integers_of_runs(sixes(second, third >> 4, second)))),
    ]
}

/// The 4-bit codes of Q4_K and Q5_K, from `AT`: 64 elements in 32 bytes, low halves first.
#[target_feature(enable = "neon")]
#[inline]
fn low_then_high<const AT: usize>(b: &[u8]) -> [uint8x16_t; 16] {
    let halves = [four_registers_at(b, AT), four_registers_at(b, AT + 64)];
    let packed = halves.map(|packed| packed.map(|packed| nibbles(packed)));
    std::array::from_fn(|group| packed[group / 8][group % 8 / 4 * 2 + group % 2][group % 4 / 2])
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q4_k(b: &[u8; 144]) -> Superblock {
    let [scales, offsets] = six_bit_scales(b);
    Superblock { codes: signed(low_then_high::<16>(b)), scales, offsets }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q5_k(b: &[u8; 176]) -> Superblock {
    let [scales, offsets] = six_bit_scales(b);
    Superblock { codes: signed(with_bits::<4, 16>(b, low_then_high::<48>(b))), scales, offsets }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q6_k(b: &[u8; 210]) -> Superblock {
    let mask = vdupq_n_u8(0x3f);
    // 16 of each 32 elements of a half: the low nibbles' two kinds, and two bits of four elements in one byte.
    let (lows, highs) = ([four_registers_at(b, 0), four_registers_at(b, 64)], four_registers_at(b, 128));
    let of_sixteen = |half: usize, odd: usize| {
        let (low, low_too) = (lows[half][odd], lows[half][2 + odd]);
        let high = highs[2 * half + odd];
        let upper = vshrq_n_u8::<2>(high);
        [
            vandq_u8(vsliq_n_u8::<4>(low, high), mask),
            vandq_u8(vsliq_n_u8::<4>(low_too, upper), mask),
            vandq_u8(vsriq_n_u8::<4>(high, low), mask),
            vsriq_n_u8::<4>(upper, low_too),
        ]
    };
    let parts = [of_sixteen(0, 0), of_sixteen(0, 1), of_sixteen(1, 0), of_sixteen(1, 1)];
    let codes = std::array::from_fn(|group| parts[group / 8 * 2 + group % 2][group % 8 / 2]);
    let scales = signed_of_groups(vreinterpretq_s8_u8(bytes_at(b, 192)));
    Superblock::symmetric(signed(codes), times(half::<208>(b), scales))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq4_xs(b: &[u8; 136]) -> Superblock {
    let scales = integers_of_runs(u64::from_le_bytes(iq4_xs_scales(b)));
    let scales = scales.map(|scales| vsubq_s32(scales, vdupq_n_s32(32)));
    let runs: [[uint8x16_t; 2]; 8] = std::array::from_fn(|run| nibbles(bytes_at(b, 8 + 16 * run)));
    let codes = std::array::from_fn(|group| levels(&IQ4_LEVELS, runs[group / 2][group % 2]));
    Superblock::symmetric(codes, twice(times(half::<0>(b), scales)))
}
