//! Types with code books and signs, and NVFP4, unpacked to registers: the numbers of [`books`](crate::quant::books).

use std::arch::aarch64::*;

use super::registers::{
    bytes_at, bytes_of, half, integers_of_runs, levels, nibbles, times, unsigned_of_groups,
};
use super::small_blocks::word;
use super::unpack::{PackedSuperblock, SuperblockScales, UnpackCodes};
use crate::quant::{MXFP4_LEVELS, points};

/// The double word at `at`.
#[inline(always)]
fn double_word(b: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]])
}

/// 16 levels, from two points of eight.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn eights(low: u64, high: u64) -> uint8x16_t {
    vcombine_u8(vcreate_u8(low), vcreate_u8(high))
}

/// Two points of four.
#[inline(always)]
fn both(low: u32, high: u32) -> u64 {
    u64::from(low) | u64::from(high) << 32
}

/// Levels, or minus them where a byte of `minus` is all ones.
#[target_feature(enable = "neon")]
#[inline]
fn with_signs(levels: uint8x16_t, minus: uint8x16_t) -> int8x16_t {
    vreinterpretq_s8_u8(vsubq_u8(veorq_u8(levels, minus), minus))
}

/// The 16 numbers of a group: eight levels and their signs, for each of its halves.
#[target_feature(enable = "neon")]
#[inline]
fn group(levels: impl Fn(usize) -> u64, minus: impl Fn(usize) -> u64) -> int8x16_t {
    with_signs(eights(levels(0), levels(1)), eights(minus(0), minus(1)))
}

/// The signs of eight numbers by their sign code, which is in the lowest bits.
#[inline(always)]
fn signs(code: u32) -> u64 {
    points::SIGN_CODES[(code & 127) as usize]
}

/// `d · (s + ½) · factor`, `d` in the first lane.
#[target_feature(enable = "neon")]
#[inline]
fn halves_up<const N: usize>(d: float32x4_t, s: [int32x4_t; N], factor: f32) -> [float32x4_t; N] {
    s.map(|s| {
        let s = vaddq_f32(vcvtq_f32_s32(s), vdupq_n_f32(0.5));
        vmulq_f32(vmulq_laneq_f32::<0>(s, d), vdupq_n_f32(factor))
    })
}

/// The top four bits of the word of each run.
#[target_feature(enable = "neon")]
#[inline]
fn tops(tail: impl Fn(usize) -> u32) -> [int32x4_t; 2] {
    integers_of_runs((0..8).fold(0, |all, run| all | u64::from(tail(run) >> 28) << (8 * run)))
}

/// Sixteen nibbles, one for each group, from eight bytes at `at`.
#[target_feature(enable = "neon")]
#[inline]
fn nibbles_of_groups(b: &[u8], at: usize) -> [int32x4_t; 4] {
    let bytes: &[u8; 8] = b[at..].first_chunk().expect("inside the block");
    let packed = vcreate_u8(u64::from_le_bytes(*bytes));
    let [low, high] = nibbles(vcombine_u8(packed, packed));
    unsigned_of_groups(vzip1q_u8(low, high))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq2_xxs(b: &[u8; 66]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let tail = |run: usize| double_word(b, 6 + 8 * run);
    let codes = std::array::from_fn(|g| {
        let (run, first) = (g / 2, g % 2 * 2);
        let levels = |j: usize| points::IQ2_XXS[usize::from(b[2 + 8 * run + first + j])];
        group(levels, |j| signs(tail(run) >> (7 * (first + j))))
    });
    PackedSuperblock::symmetric(codes, SuperblockScales::Runs(halves_up(half::<0>(b), tops(tail), 0.25)))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq2_xs(b: &[u8; 74]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let codes = std::array::from_fn(|g| {
        let packed = |j: usize| word(b, 2 + 4 * g + 2 * j);
        group(|j| points::IQ2_XS[usize::from(packed(j) & 511)], |j| signs(u32::from(packed(j) >> 9)))
    });
    PackedSuperblock::symmetric(
        codes,
        SuperblockScales::Groups(halves_up(half::<0>(b), nibbles_of_groups(b, 66), 0.25)),
    )
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq2_s(b: &[u8; 82]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let codes = std::array::from_fn(|g| {
        let levels = |j: usize| {
            let high = usize::from(b[66 + g / 2] >> (4 * (g % 2) + 2 * j) & 3);
            points::IQ2_S[usize::from(b[2 + 2 * g + j]) | high << 8]
        };
        group(levels, |j| points::BITS[usize::from(b[34 + 2 * g + j])])
    });
    PackedSuperblock::symmetric(
        codes,
        SuperblockScales::Groups(halves_up(half::<0>(b), nibbles_of_groups(b, 74), 0.25)),
    )
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq3_xxs(b: &[u8; 98]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let tail = |run: usize| double_word(b, 66 + 4 * run);
    let codes = std::array::from_fn(|g| {
        let point = |k: usize| points::IQ3_XXS[usize::from(b[2 + 4 * g + k])];
        group(|j| both(point(2 * j), point(2 * j + 1)), |j| signs(tail(g / 2) >> (7 * (g % 2 * 2 + j))))
    });
    PackedSuperblock::symmetric(codes, SuperblockScales::Runs(halves_up(half::<0>(b), tops(tail), 0.5)))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq3_s(b: &[u8; 110]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let codes = std::array::from_fn(|g| {
        let point = |k: usize| {
            let ninth = usize::from(b[66 + g / 2] >> (g % 2 * 4 + k) & 1);
            points::IQ3_S[usize::from(b[2 + 4 * g + k]) | ninth << 8]
        };
        group(|j| both(point(2 * j), point(2 * j + 1)), |j| points::BITS[usize::from(b[74 + 2 * g + j])])
    });
    let nibbles = u64::from(double_word(b, 106));
    let odd = (0..8).fold(0, |all, run| all | (2 * (nibbles >> (4 * run) & 15) + 1) << (8 * run));
    PackedSuperblock::symmetric(codes, SuperblockScales::Runs(times(half::<0>(b), integers_of_runs(odd))))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn nvfp4(b: &[u8; 144]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let mut scales = [0; 16];
    for (scales, block) in scales.as_chunks_mut::<4>().0.iter_mut().zip(b.as_chunks::<36>().0) {
        *scales = [block[0], block[1], block[2], block[3]];
    }
    // Eight bytes hold a group, low halves first.
    let codes = std::array::from_fn(|g| {
        let [low, high] = nibbles(bytes_at(b, g / 4 * 36 + 4 + g % 4 / 2 * 16));
        let (low, high) = (vreinterpretq_u64_u8(low), vreinterpretq_u64_u8(high));
        let places = if g % 2 == 0 { vzip1q_u64(low, high) } else { vzip2q_u64(low, high) };
        levels(&MXFP4_LEVELS, vreinterpretq_u8_u64(places))
    });
    let scales = unsigned_of_groups(bytes_of(&scales)).map(|scale| half_of_small_float(scale));
    PackedSuperblock::symmetric(codes, SuperblockScales::Groups(scales))
}

/// Half of the unsigned E4M3 floats that bytes are: exponent bias 7, no infinity, 0x7F is 0.
#[target_feature(enable = "neon")]
#[inline]
fn half_of_small_float(bytes: int32x4_t) -> float32x4_t {
    let bits = vandq_s32(bytes, vdupq_n_s32(127));
    let normal = vaddq_s32(vshlq_n_s32::<20>(bits), vdupq_n_s32((127 - 7) << 23));
    let small = vmulq_f32(vcvtq_f32_s32(bits), vdupq_n_f32(1.0 / 512.0));
    let is_small = vcltq_s32(bits, vdupq_n_s32(8));
    let float = vbslq_f32(is_small, small, vreinterpretq_f32_s32(normal));
    let none = vceqq_s32(bytes, vdupq_n_s32(0x7f));
    let float = vbicq_u32(vreinterpretq_u32_f32(float), none);
    vmulq_f32(vreinterpretq_f32_u32(float), vdupq_n_f32(0.5))
}
