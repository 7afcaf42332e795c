//! Types of 32 elements a block, unpacked to registers eight at a time.

use std::arch::aarch64::*;

use super::registers::{bytes_at, halves_of_runs, integers_of_runs, levels, mask_of_bits, nibbles};
use super::unpack::{PackedSuperblock, SuperblockScales, UnpackCodes};
use crate::quant::{IQ4_LEVELS, MXFP4_LEVELS};

/// The word at `at`.
#[inline(always)]
pub(super) fn word(b: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([b[at], b[at + 1]])
}

/// The half-precision numbers at `AT` in eight blocks of `BLOCK` bytes, by group.
#[target_feature(enable = "neon")]
#[inline]
fn halves_at<const BLOCK: usize, const AT: usize>(b: &[u8]) -> SuperblockScales {
    SuperblockScales::Runs(halves_of_runs([0, 1, 2, 3, 4, 5, 6, 7].map(|run| word(b, run * BLOCK + AT))))
}

/// The registers of 16 numbers of eight blocks, two a block.
#[target_feature(enable = "neon")]
#[inline]
fn by_block(of_block: impl Fn(usize) -> [int8x16_t; 2]) -> [int8x16_t; 16] {
    let blocks = [0, 1, 2, 3, 4, 5, 6, 7].map(of_block);
    std::array::from_fn(|group| blocks[group / 2][group % 2])
}

/// The bytes of nibbles of eight blocks of `BLOCK` bytes that have them at `AT`.
#[target_feature(enable = "neon")]
#[inline]
fn packed_at<const BLOCK: usize, const AT: usize>(b: &[u8]) -> [[uint8x16_t; 4]; 2] {
    [0, 4].map(|first| [0, 1, 2, 3].map(|block| bytes_at(b, (first + block) * BLOCK + AT)))
}

/// The nibbles of four blocks, through `code`.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn nibbles_of(packed: [uint8x16_t; 4], code: impl Fn(uint8x16_t) -> int8x16_t) -> [int8x16_t; 8] {
    let blocks = packed.map(|packed| nibbles(packed).map(&code));
    std::array::from_fn(|group| blocks[group / 2][group % 2])
}

/// As `nibbles_of`, by themselves.
#[target_feature(enable = "neon")]
#[inline]
fn plain_nibbles(packed: [uint8x16_t; 4]) -> [int8x16_t; 8] {
    nibbles_of(packed, |nibbles| vreinterpretq_s8_u8(nibbles))
}

/// The codes of eight blocks of `BLOCK` bytes: fifth bits in a word at `HIGH`, nibbles after it.
#[target_feature(enable = "neon")]
#[inline]
fn fives_at<const BLOCK: usize, const HIGH: usize>(b: &[u8]) -> [int8x16_t; 16] {
    by_block(|block| {
        let at = block * BLOCK + HIGH;
        let [low, high] = nibbles(bytes_at(b, at + 4));
        let with =
            |nibbles, at| vreinterpretq_s8_u8(vbslq_u8(vdupq_n_u8(16), mask_of_bits(word(b, at)), nibbles));
        [with(low, at), with(high, at + 2)]
    })
}

/// Minus each.
#[target_feature(enable = "neon")]
#[inline]
fn negative(numbers: SuperblockScales) -> SuperblockScales {
    match numbers {
        SuperblockScales::Runs(numbers) => SuperblockScales::Runs(numbers.map(|numbers| vnegq_f32(numbers))),
        SuperblockScales::Groups(numbers) => {
            SuperblockScales::Groups(numbers.map(|numbers| vnegq_f32(numbers)))
        }
    }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q4_0(b: &[u8; 144]) -> PackedSuperblock<4, impl UnpackCodes<4>> {
    let scales = halves_at::<18, 0>(b);
    PackedSuperblock {
        packed: packed_at::<18, 2>(b),
        codes: |packed| plain_nibbles(packed),
        scales,
        offsets: scales,
    }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q4_1(b: &[u8; 160]) -> PackedSuperblock<4, impl UnpackCodes<4>> {
    PackedSuperblock {
        packed: packed_at::<20, 4>(b),
        codes: |packed| plain_nibbles(packed),
        scales: halves_at::<20, 0>(b),
        offsets: negative(halves_at::<20, 2>(b)),
    }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q5_0(b: &[u8; 176]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    PackedSuperblock::symmetric(fives_at::<22, 2>(b), halves_at::<22, 0>(b))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q5_1(b: &[u8; 192]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    PackedSuperblock::with_offsets(
        fives_at::<24, 4>(b),
        halves_at::<24, 0>(b),
        negative(halves_at::<24, 2>(b)),
    )
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn q8_0(b: &[u8; 272]) -> PackedSuperblock<8, impl UnpackCodes<8>> {
    let codes = by_block(|block| [2, 18].map(|at| vreinterpretq_s8_u8(bytes_at(b, block * 34 + at))));
    PackedSuperblock::symmetric(codes, halves_at::<34, 0>(b))
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn iq4_nl(b: &[u8; 144]) -> PackedSuperblock<4, impl UnpackCodes<4>> {
    let codes = |packed| nibbles_of(packed, |n| levels(&IQ4_LEVELS, n));
    let scales = halves_at::<18, 0>(b);
    PackedSuperblock { packed: packed_at::<18, 2>(b), codes, scales, offsets: scales }
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn mxfp4(b: &[u8; 136]) -> PackedSuperblock<4, impl UnpackCodes<4>> {
    let exponents = (0..8).fold(0, |all, block| all | u64::from(b[block * 17]) << (8 * block));
    let scales = integers_of_runs(exponents).map(|exponents| {
        // 2^(exponent − 128); below 2 it is no normal number: see `exponent_half`.
        let normal = vshlq_n_s32::<23>(vsubq_s32(exponents, vdupq_n_s32(1)));
        let small = vshlq_s32(vdupq_n_s32(0x0020_0000), exponents);
        let is_small = vcltq_s32(exponents, vdupq_n_s32(2));
        vreinterpretq_f32_s32(vbslq_s32(is_small, small, normal))
    });
    let codes = |packed| nibbles_of(packed, |n| levels(&MXFP4_LEVELS, n));
    let scales = SuperblockScales::Runs(scales);
    PackedSuperblock { packed: packed_at::<17, 1>(b), codes, scales, offsets: scales }
}
