//! Types of one and two bits a weight, unpacked to registers: the numbers of [`books`](crate::quant::books).

use std::arch::aarch64::*;

use super::books::eights;
use super::k_quants::{halves_of_two_bits, signed, two_bits};
use super::registers::{
    bytes_at, bytes_of, half, halves_of_runs, integers_of_runs, mask_of_bits, times, unsigned_of_groups,
    widened,
};
use super::small_blocks::word;
use super::unpack::{PackedSuperblock, SuperblockScales, UnpackCodes};
use crate::quant::points;

/// `d · (2 s + 1) / 8`, `d` in the first lane.
#[target_feature(enable = "neon")]
#[inline]
fn odd_eighths<const N: usize>(d: float32x4_t, s: [int32x4_t; N]) -> [float32x4_t; N] {
    let odd = s.map(|s| vaddq_s32(vaddq_s32(s, s), vdupq_n_s32(1)));
    times(d, odd).map(|scales| vmulq_f32(scales, vdupq_n_f32(0.125)))
}

/// Eight times −1, 0 or 1 and an eighth: seven below the levels, or nine where the eighth is taken away.
#[target_feature(enable = "neon")]
#[inline]
fn eighths(levels: uint8x16_t, less: uint8x16_t) -> int8x16_t {
    vreinterpretq_s8_u8(vsubq_u8(levels, less))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq1_s(b: &[u8; 50]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let packed = |run: usize| word(b, 34 + 2 * run);
    let codes = std::array::from_fn(|g| {
        let packed = packed(g / 2);
        let point = |j: usize| {
            let high = usize::from(packed) >> (3 * (g % 2 * 2 + j)) & 7;
            points::IQ1[usize::from(b[2 + 2 * g + j]) | high << 8]
        };
        eighths(eights(point(0), point(1)), vdupq_n_u8(if packed >> 15 == 1 { 9 } else { 7 }))
    });
    let scales = (0..8).fold(0, |all, run| all | u64::from(packed(run) >> 12 & 7) << (8 * run));
    PackedSuperblock::symmetric(
        codes,
        SuperblockScales::Runs(odd_eighths(half::<0>(b), integers_of_runs(scales))),
    )
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq1_m(b: &[u8; 56]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let words = [48, 50, 52, 54].map(|at| word(b, at));
    let d = (words[0] >> 12) | (words[1] >> 12) << 4 | (words[2] >> 12) << 8 | (words[3] >> 12) << 12;
    let codes = std::array::from_fn(|g| {
        let nibble = |j: usize| b[32 + g] >> (4 * j) & 15;
        let point = |j: usize| points::IQ1[usize::from(b[2 * g + j]) | usize::from(nibble(j) & 7) << 8];
        let less = |j: usize| u64::from_le_bytes([7 + (nibble(j) >> 3) * 2; 8]);
        eighths(eights(point(0), point(1)), eights(less(0), less(1)))
    });
    let scales: [u8; 16] = std::array::from_fn(|g| (words[g / 4] >> (3 * (g % 4)) & 7) as u8);
    let scales = odd_eighths(widened(vdup_n_u16(d)), unsigned_of_groups(bytes_of(&scales)));
    PackedSuperblock::symmetric(codes, SuperblockScales::Groups(scales))
}

/// The scale in the first lane for all weights.
#[target_feature(enable = "neon")]
#[inline]
fn one_scale(d: float32x4_t) -> SuperblockScales {
    SuperblockScales::Runs([vdupq_laneq_f32::<0>(d); 2])
}

/// The next ternary digit of each byte, and what is left of the bytes: 3 · byte in 16 bits, its upper and its lower half.
#[target_feature(enable = "neon")]
#[inline]
fn digit(bytes: uint8x16_t) -> (uint8x16_t, uint8x16_t) {
    // 3 · byte is 256 and more from 86 on, and 512 and more from 171 on.
    let from = |least: u8| vcgeq_u8(bytes, vdupq_n_u8(least));
    let digit = vsubq_u8(vdupq_n_u8(0), vaddq_u8(from(86), from(171)));
    (digit, vaddq_u8(bytes, vaddq_u8(bytes, bytes)))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn tq1_0(b: &[u8; 54]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let mut codes = [vdupq_n_u8(0); 16];
    let mut bytes = [0, 16, 32].map(|at| bytes_at(b, at));
    for n in 0..5 {
        for (part, place) in [2 * n, 2 * n + 1, 10 + n].into_iter().enumerate() {
            (codes[place], bytes[part]) = digit(bytes[part]);
        }
    }
    // Four bytes of four digits.
    const POWERS: [u8; 16] = [1, 1, 1, 1, 3, 3, 3, 3, 9, 9, 9, 9, 27, 27, 27, 27];
    let last = vdupq_n_u32(u32::from_le_bytes([b[48], b[49], b[50], b[51]]));
    codes[15] = digit(vmulq_u8(vreinterpretq_u8_u32(last), bytes_of(&POWERS))).0;
    PackedSuperblock::symmetric(signed(codes), one_scale(half::<52>(b)))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn tq2_0(b: &[u8; 66]) -> PackedSuperblock<2, impl UnpackCodes<2>> {
    let scales = one_scale(half::<64>(b));
    PackedSuperblock {
        packed: halves_of_two_bits::<0>(b),
        codes: |packed| signed(two_bits(packed)),
        scales,
        offsets: scales,
    }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q1_0(b: &[u8; 36]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let codes = std::array::from_fn(|g| {
        let mask = mask_of_bits(word(b, g / 8 * 18 + 2 + g % 8 * 2));
        vandq_u8(mask, vdupq_n_u8(2))
    });
    let scales = halves_of_runs([0, 0, 0, 0, 18, 18, 18, 18].map(|at| word(b, at)));
    PackedSuperblock::symmetric(signed(codes), SuperblockScales::Runs(scales))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q2_0(b: &[u8; 72]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    const BYTE: [u8; 16] = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3];
    let down = vreinterpretq_s8_u32(vdupq_n_u32(u32::from_le_bytes([0, 254, 252, 250])));
    let codes = std::array::from_fn(|g| {
        let at = g / 4 * 18 + 2 + g % 4 * 4;
        let packed = vdupq_n_u32(u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]));
        let spread = vqtbl1q_u8(vreinterpretq_u8_u32(packed), bytes_of(&BYTE));
        vandq_u8(vshlq_u8(spread, down), vdupq_n_u8(3))
    });
    let scales = halves_of_runs([0, 0, 18, 18, 36, 36, 54, 54].map(|at| word(b, at)));
    PackedSuperblock::symmetric(signed(codes), SuperblockScales::Runs(scales))
}
