//! Registers from and to memory, and small numbers as floats in the order of their groups.
#![expect(
    unsafe_code,
    reason = "reads and writes of whole registers, and one instruction that has no function yet"
)]

use std::arch::aarch64::*;
use std::arch::asm;

use crate::activations::group_at;

/// 16 bytes at `at`.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn bytes_at(bytes: &[u8], at: usize) -> uint8x16_t {
    bytes_of(bytes[at..].first_chunk().expect("inside the block"))
}

/// 16 bytes from an array.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn bytes_of(bytes: &[u8; 16]) -> uint8x16_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// 16 signed bytes from an array.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn signed_bytes(bytes: &[i8; 16]) -> int8x16_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_s8(bytes.as_ptr()) }
}

/// 64 signed bytes.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn four_registers(bytes: &[[i8; 16]; 4]) -> [int8x16_t; 4] {
    // SAFETY: reads the 64 bytes of the array.
    let int8x16x4_t(a, b, c, d) = unsafe { vld1q_s8_x4(bytes.as_flattened().as_ptr()) };
    [a, b, c, d]
}

/// The upper nibbles of `high`, and under them those of `low`, by one instruction. The compiler makes two of the function
/// that there is for it.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn upper_nibbles(mut high: uint8x16_t, low: uint8x16_t) -> uint8x16_t {
    // SAFETY: an instruction of every 64-bit Arm processor, on registers alone.
    unsafe {
        asm!("sri {high:v}.16b, {low:v}.16b, #4", high = inout(vreg) high, low = in(vreg) low,
             options(pure, nomem, nostack, preserves_flags));
    }
    high
}

/// Sixteen floats.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn sixteen_floats(numbers: &[f32; 16]) -> [float32x4_t; 4] {
    let fours = numbers.as_chunks::<4>().0;
    [0, 1, 2, 3].map(|four| floats(&fours[four]))
}

/// 16 signed bytes into an array.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn store_bytes(bytes: &mut [i8; 16], register: int8x16_t) {
    // SAFETY: writes the 16 bytes of the array.
    unsafe { vst1q_s8(bytes.as_mut_ptr(), register) }
}

/// Four floats from an array.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn floats(floats: &[f32; 4]) -> float32x4_t {
    // SAFETY: reads the 16 bytes of the array.
    unsafe { vld1q_f32(floats.as_ptr()) }
}

/// Four floats into an array.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn store_floats(floats: &mut [f32; 4], register: float32x4_t) {
    // SAFETY: writes the 16 bytes of the array.
    unsafe { vst1q_f32(floats.as_mut_ptr(), register) }
}

/// Four half-precision numbers from an array.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn halves(halves: &[u16; 4]) -> float32x4_t {
    // SAFETY: reads the 8 bytes of the array.
    widened(unsafe { vld1_u16(halves.as_ptr()) })
}

/// Four half-precision numbers as floats.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn widened(halves: uint16x4_t) -> float32x4_t {
    let floats: float32x4_t;
    // SAFETY: an instruction of every 64-bit Arm processor, on registers alone.
    unsafe {
        asm!("fcvtl {floats:v}.4s, {halves:v}.4h", floats = lateout(vreg) floats, halves = in(vreg) halves,
             options(pure, nomem, nostack, preserves_flags));
    }
    floats
}

/// As `widened`, of the upper four.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn widened_high(halves: uint16x8_t) -> float32x4_t {
    let floats: float32x4_t;
    // SAFETY: an instruction of every 64-bit Arm processor, on registers alone.
    unsafe {
        asm!("fcvtl2 {floats:v}.4s, {halves:v}.8h", floats = lateout(vreg) floats, halves = in(vreg) halves,
             options(pure, nomem, nostack, preserves_flags));
    }
    floats
}

/// The half-precision numbers at `AT` and two bytes on, in the first two lanes.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn two_halves<const AT: usize>(bytes: &[u8]) -> float32x4_t {
    let bits: &[u8; 4] = bytes[AT..].first_chunk().expect("inside the block");
    widened(vcreate_u16(u64::from(u32::from_le_bytes(*bits))))
}

/// The half-precision number at `AT`, in the first lane.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn half<const AT: usize>(bytes: &[u8]) -> float32x4_t {
    let bits: &[u8; 2] = bytes[AT..].first_chunk().expect("inside the block");
    widened(vcreate_u16(u64::from(u16::from_le_bytes(*bits))))
}

/// `low | high << SHIFT`. Where the compiler sees numbers put together that were loaded one by one, it stores them and loads the
/// whole, which takes longer.
#[inline(always)]
fn or_shifted<const SHIFT: u32>(low: u64, high: u64) -> u64 {
    let both: u64;
    // SAFETY: an instruction of every 64-bit Arm processor, on registers alone.
    unsafe {
        asm!("orr {both}, {low}, {high}, lsl #{shift}",
             both = lateout(reg) both, low = in(reg) low, high = in(reg) high, shift = const SHIFT,
             options(pure, nomem, nostack, preserves_flags));
    }
    both
}

/// Eight half-precision numbers, one for each run of 32 elements, in the order of runs.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn halves_of_runs(bits: [u16; 8]) -> [float32x4_t; 2] {
    let [a, b, c, d, e, f, g, h] = bits.map(u64::from);
    let four =
        |a, b, c, d| widened(vcreate_u16(or_shifted::<32>(or_shifted::<16>(a, b), or_shifted::<16>(c, d))));
    [four(a, e, b, f), four(c, g, d, h)]
}

/// Eight unsigned bytes, one for each run of 32 elements, in the lowest byte first.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn integers_of_runs(bytes: u64) -> [int32x4_t; 2] {
    let words = vmovl_u8(vzip1_u8(vcreate_u8(bytes), vcreate_u8(bytes >> 32)));
    [vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(words))), vreinterpretq_s32_u32(vmovl_high_u16(words))]
}

/// A byte of each group, put from the order of groups into the order of their scales.
#[target_feature(enable = "neon")]
#[inline]
fn in_order(groups: uint8x16_t) -> uint8x16_t {
    const PLACES: [u8; 16] = {
        let mut places = [0; 16];
        let mut lane = 0;
        while lane < 16 {
            places[lane] = group_at(lane) as u8;
            lane += 1;
        }
        places
    };
    vqtbl1q_u8(groups, bytes_of(&PLACES))
}

/// Sixteen unsigned bytes, one for each group.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn unsigned_of_groups(bytes: uint8x16_t) -> [int32x4_t; 4] {
    let bytes = in_order(bytes);
    let (low, high) = (vmovl_u8(vget_low_u8(bytes)), vmovl_high_u8(bytes));
    [vmovl_u16(vget_low_u16(low)), vmovl_high_u16(low), vmovl_u16(vget_low_u16(high)), vmovl_high_u16(high)]
        .map(|four| vreinterpretq_s32_u32(four))
}

/// As `unsigned_of_groups`, for signed ones.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn signed_of_groups(bytes: int8x16_t) -> [int32x4_t; 4] {
    let bytes = vreinterpretq_s8_u8(in_order(vreinterpretq_u8_s8(bytes)));
    let (low, high) = (vmovl_s8(vget_low_s8(bytes)), vmovl_high_s8(bytes));
    [vmovl_s16(vget_low_s16(low)), vmovl_high_s16(low), vmovl_s16(vget_low_s16(high)), vmovl_high_s16(high)]
}

/// The first lane of `factor` times each of the integers.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn times<const N: usize>(factor: float32x4_t, integers: [int32x4_t; N]) -> [float32x4_t; N] {
    integers.map(|integers| vmulq_laneq_f32::<0>(vcvtq_f32_s32(integers), factor))
}

/// The first halves of two registers side by side, and the second halves.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn side_by_side(first: uint8x16_t, second: uint8x16_t) -> [uint8x16_t; 2] {
    let [a, b] = [first, second].map(|bytes| vreinterpretq_u64_u8(bytes));
    [vzip1q_u64(a, b), vzip2q_u64(a, b)].map(|both| vreinterpretq_u8_u64(both))
}

/// The nibbles of each byte: the low ones, the high ones.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn nibbles(packed: uint8x16_t) -> [uint8x16_t; 2] {
    [vandq_u8(packed, vdupq_n_u8(15)), vshrq_n_u8::<4>(packed)]
}

/// Levels looked up in a table of 16.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn levels(table: &[i8; 16], places: uint8x16_t) -> int8x16_t {
    vqtbl1q_s8(signed_bytes(table), places)
}

/// Ones in the bytes whose bits of `bits`, the lowest first, are set.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn mask_of_bits(bits: u16) -> uint8x16_t {
    const BYTE: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];
    const BIT: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
    let spread = vqtbl1q_u8(vreinterpretq_u8_u16(vdupq_n_u16(bits)), bytes_of(&BYTE));
    vtstq_u8(spread, bytes_of(&BIT))
}

/// As `transpose`, of words.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn transposed_words(words: [uint32x4_t; 4]) -> [uint32x4_t; 4] {
    transpose(words.map(|words| vreinterpretq_f32_u32(words))).map(|words| vreinterpretq_u32_f32(words))
}

/// Four by four numbers, rows for columns.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn transpose([a, b, c, d]: [float32x4_t; 4]) -> [float32x4_t; 4] {
    let (ab, ab_high) = (vzip1q_f32(a, b), vzip2q_f32(a, b));
    let (cd, cd_high) = (vzip1q_f32(c, d), vzip2q_f32(c, d));
    let join = |low: float32x4_t, high: float32x4_t| {
        [
            vcombine_f32(vget_low_f32(low), vget_low_f32(high)),
            vcombine_f32(vget_high_f32(low), vget_high_f32(high)),
        ]
    };
    let [first, second] = join(ab, cd);
    let [third, fourth] = join(ab_high, cd_high);
    [first, second, third, fourth]
}
