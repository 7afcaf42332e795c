//! 256 weights in registers or in memory, and which function unpacks which type.
#![cfg_attr(
    test,
    expect(unsafe_code, reason = "the test calls a function with a feature that every processor has")
)]

use std::arch::aarch64::*;

use super::pairs::RowPair;
use super::registers::{four_registers, side_by_side, sixteen_floats, store_bytes, store_floats};
use super::{books, few_bits, k_quants, small_blocks};
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;
use crate::unpackers::of_every_type;

/// Unpacks half a superblock, byte by byte: the codes of eight groups.
pub(super) trait UnpackCodes<const N: usize>: Fn([uint8x16_t; N]) -> [int8x16_t; 8] {}

impl<const N: usize, F: Fn([uint8x16_t; N]) -> [int8x16_t; 8]> UnpackCodes<N> for F {}

/// 256 weights: weight i is its code times its scale, less what [`SuperblockOffsets`] says of the type. Codes are still packed, so that
/// what is to stand side by side can be brought there in few registers.
pub(super) struct PackedSuperblock<const N: usize, F> {
    /// Of each half of the weights as many registers.
    pub(super) packed: [[uint8x16_t; N]; 2],
    pub(super) codes: F,
    pub(super) scales: SuperblockScales,
    pub(super) offsets: SuperblockScales,
}

/// A number for each run of 32 weights, or for each group of 16, in the order of
/// [`QuantizedBlock`](crate::QuantizedBlock).
#[derive(Clone, Copy)]
pub(super) enum SuperblockScales {
    Runs([float32x4_t; 2]),
    Groups([float32x4_t; 4]),
}

impl PackedSuperblock<8, ()> {
    /// Weights without minima whose codes, a group in each register, were unpacked as a whole.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn symmetric(
        codes: [int8x16_t; 16],
        scales: SuperblockScales,
    ) -> PackedSuperblock<8, impl UnpackCodes<8>> {
        PackedSuperblock::with_offsets(codes, scales, scales)
    }

    /// As `symmetric`, with minima.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn with_offsets(
        codes: [int8x16_t; 16],
        scales: SuperblockScales,
        offsets: SuperblockScales,
    ) -> PackedSuperblock<8, impl UnpackCodes<8>> {
        let half = |half: usize| std::array::from_fn(|group| vreinterpretq_u8_s8(codes[8 * half + group]));
        let as_they_are = |codes: [uint8x16_t; 8]| codes.map(|codes| vreinterpretq_s8_u8(codes));
        PackedSuperblock { packed: [half(0), half(1)], codes: as_they_are, scales, offsets }
    }
}

/// 256 weights in the order of [`QuantizedBlock`](crate::QuantizedBlock).
pub(super) struct OrderedSuperblock {
    /// Of four groups whose scales stand together: the first half of the first two, their second half, and those of the
    /// other two.
    pub(super) codes: [[int8x16_t; 4]; 4],
    pub(super) scales: SuperblockScales,
    pub(super) offsets: SuperblockScales,
}

impl<const N: usize, F: UnpackCodes<N>> PackedSuperblock<N, F> {
    #[target_feature(enable = "neon")]
    #[inline]
    fn ordered(self) -> OrderedSuperblock {
        let [lower, upper] = both_parts(&self.packed[0], &self.packed[1], &self.codes);
        let codes = [0, 1, 4, 5].map(|g| [lower[g], upper[g], lower[g + 2], upper[g + 2]]);
        OrderedSuperblock { codes, scales: self.scales, offsets: self.offsets }
    }
}

/// The codes of as many packed registers brought side by side: those of their first halves, and of their second.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn both_parts<const N: usize>(
    first: &[uint8x16_t; N],
    second: &[uint8x16_t; N],
    codes: impl UnpackCodes<N>,
) -> [[int8x16_t; 8]; 2] {
    let lower = std::array::from_fn(|i| side_by_side(first[i], second[i])[0]);
    let upper = std::array::from_fn(|i| side_by_side(first[i], second[i])[1]);
    [codes(lower), codes(upper)]
}

/// The offset that is subtracted from scale · code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SuperblockOffsets {
    /// Nothing: codes are signed.
    None,
    /// The scale so many times.
    Scales(f32),
    /// Numbers of its own for each group.
    Own,
}

impl SuperblockOffsets {
    /// The factor of [`PackedSuperblock::offsets`] in what is subtracted.
    pub(super) const fn factor(self) -> f32 {
        match self {
            SuperblockOffsets::None => 0.0,
            SuperblockOffsets::Scales(factor) => factor,
            SuperblockOffsets::Own => 1.0,
        }
    }
}

/// The offsets of a type's weights.
pub(super) const fn offsets(kind: TensorType) -> SuperblockOffsets {
    match kind {
        TensorType::Q4_1 | TensorType::Q5_1 | TensorType::Q2_K | TensorType::Q4_K | TensorType::Q5_K => {
            SuperblockOffsets::Own
        }
        TensorType::Q4_0 => SuperblockOffsets::Scales(8.0),
        TensorType::Q5_0 => SuperblockOffsets::Scales(16.0),
        TensorType::Q3_K => SuperblockOffsets::Scales(4.0),
        TensorType::Q6_K => SuperblockOffsets::Scales(32.0),
        TensorType::TQ1_0 | TensorType::TQ2_0 | TensorType::Q1_0 | TensorType::Q2_0 => {
            SuperblockOffsets::Scales(1.0)
        }
        _ => SuperblockOffsets::None,
    }
}

/// The type with number `KIND`.
pub(super) const fn kind_of<const KIND: u32>() -> TensorType {
    let mut i = 0;
    while TensorType::ALL[i].id() != KIND {
        i += 1;
    }
    TensorType::ALL[i]
}

/// Whether the type with number `KIND` has offsets.
pub(super) const fn has_offsets<const KIND: u32>() -> bool {
    !matches!(offsets(kind_of::<KIND>()), SuperblockOffsets::None)
}

/// Whether a type has a scale for every 32 weights, or for more, and not for every 16.
pub(super) const fn has_runs(kind: TensorType) -> bool {
    !matches!(
        kind,
        TensorType::Q2_K
            | TensorType::Q3_K
            | TensorType::Q6_K
            | TensorType::IQ2_XS
            | TensorType::IQ2_S
            | TensorType::IQ1_M
            | TensorType::NVFP4
    )
}

/// [`OrderedSuperblock`] in memory, for more than one row of activations. Scales of runs are the first eight.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct StoredSuperblock {
    pub(super) codes: [[[i8; 16]; 4]; 4],
    pub(super) scales: [f32; 16],
    pub(super) offsets: [f32; 16],
}

impl StoredSuperblock {
    pub(super) const ZERO: StoredSuperblock =
        StoredSuperblock { codes: [[[0; 16]; 4]; 4], scales: [0.0; 16], offsets: [0.0; 16] };

    #[target_feature(enable = "neon")]
    #[inline]
    fn store(&mut self, from: &OrderedSuperblock, has_offsets: bool) {
        for (to, from) in self.codes.iter_mut().zip(from.codes) {
            to.iter_mut().zip(from).for_each(|(to, from)| store_bytes(to, from));
        }
        from.scales.store(&mut self.scales);
        if has_offsets {
            from.offsets.store(&mut self.offsets);
        }
    }

    /// In registers again; whether scales are of runs is the type's.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn ordered(&self, has_runs: bool) -> OrderedSuperblock {
        let codes = self.codes.each_ref().map(|codes| four_registers(codes));
        let [scales, offsets] =
            [&self.scales, &self.offsets].map(|stored| SuperblockScales::stored(stored, has_runs));
        OrderedSuperblock { codes, scales, offsets }
    }
}

impl SuperblockScales {
    /// As they were stored.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn stored(stored: &[f32; 16], has_runs: bool) -> SuperblockScales {
        let scales @ [a, b, ..] = sixteen_floats(stored);
        if has_runs { SuperblockScales::Runs([a, b]) } else { SuperblockScales::Groups(scales) }
    }

    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn store(self, to: &mut [f32; 16]) {
        let (fours, _) = to.as_chunks_mut();
        match self {
            SuperblockScales::Runs(scales) => {
                fours.iter_mut().zip(scales).for_each(|(to, from)| store_floats(to, from));
            }
            SuperblockScales::Groups(scales) => {
                fours.iter_mut().zip(scales).for_each(|(to, from)| store_floats(to, from));
            }
        }
    }
}

/// Superblocks for a row of weights.
pub(super) fn room_for_row(kind: TensorType, row_bytes: usize) -> Vec<StoredSuperblock> {
    vec![StoredSuperblock::ZERO; row_bytes.div_ceil(superblock_bytes(kind))]
}

/// Unpacks a superblock of the type with number `KIND`, which is settled at compile time: by a constant, since what is left out
/// before the compiler weighs functions makes one small enough to be compiled into its loop.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn unpack<const BYTES: usize, const KIND: u32>(block: &[u8; BYTES]) -> OrderedSuperblock {
    macro_rules! of_kind {
        ($([$($kind:ident $module:ident $unpack:ident,)*])*) => {
            $($(if const { KIND == TensorType::$kind.id() } {
                return $module::$unpack(block[..].first_chunk().expect("the size of this type")).ordered();
            })*)*
        };
    }
    of_every_type!(of_kind);
    unreachable!("type {KIND} is not read in registers")
}

/// As `unpack`, of two rows' superblocks, which are brought side by side while they are packed.
#[target_feature(enable = "neon")]
#[inline]
fn unpack_pair<const BYTES: usize, const KIND: u32>([first, second]: [&[u8; BYTES]; 2], to: &mut RowPair) {
    macro_rules! of_kind {
        ($([$($kind:ident $module:ident $unpack:ident,)*])*) => {
            $($(if const { KIND == TensorType::$kind.id() } {
                let first = $module::$unpack(first[..].first_chunk().expect("the size of this type"));
                let second = $module::$unpack(second[..].first_chunk().expect("the size of this type"));
                to.store_codes(0, both_parts(&first.packed[0], &second.packed[0], &first.codes));
                to.store_codes(1, both_parts(&first.packed[1], &second.packed[1], &first.codes));
                to.store_scales([first.scales, second.scales]);
                if const { has_offsets::<KIND>() } {
                    to.store_offsets([first.offsets, second.offsets]);
                }
                return;
            })*)*
        };
    }
    of_every_type!(of_kind);
    unreachable!("type {KIND} is not read in registers")
}

/// Unpacks a row of weights of any quantized type.
#[target_feature(enable = "neon")]
pub(super) fn unpack_row(kind: TensorType, row: &[u8], to: &mut [StoredSuperblock]) {
    macro_rules! of_kind {
        ($([$($kind:ident $module:ident $unpack:ident,)*])*) => {
            match kind {
                $($(TensorType::$kind => {
                    each::<{ superblock_bytes(TensorType::$kind) }, { TensorType::$kind.id() }>(row, to);
                })*)*
                TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
            }
        };
    }
    of_every_type!(of_kind);
}

/// As `unpack_row`, for two rows.
#[target_feature(enable = "neon")]
pub(super) fn unpack_two_rows(kind: TensorType, rows: [&[u8]; 2], to: &mut [RowPair]) {
    macro_rules! of_kind {
        ($([$($kind:ident $module:ident $unpack:ident,)*])*) => {
            match kind {
                $($(TensorType::$kind => {
                    each_pair::<{ superblock_bytes(TensorType::$kind) }, { TensorType::$kind.id() }>(rows, to);
                })*)*
                TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
            }
        };
    }
    of_every_type!(of_kind);
}

/// The end of a row within a superblock, filled up with zeros: they have finite scales and offsets, and the activations beyond
/// the row are zeros.
#[inline]
pub(super) fn filled_up<const BYTES: usize>(rest: &[u8]) -> [u8; BYTES] {
    let mut block = [0; BYTES];
    block[..rest.len()].copy_from_slice(rest);
    block
}

#[target_feature(enable = "neon")]
#[inline(never)]
fn each<const BYTES: usize, const KIND: u32>(row: &[u8], to: &mut [StoredSuperblock]) {
    let (whole, rest) = row.as_chunks::<BYTES>();
    for (block, to) in whole.iter().zip(&mut *to) {
        to.store(&unpack::<BYTES, KIND>(block), const { has_offsets::<KIND>() });
    }
    if !rest.is_empty() {
        each::<BYTES, KIND>(&filled_up::<BYTES>(rest), &mut to[whole.len()..]);
    }
}

#[target_feature(enable = "neon")]
#[inline(never)]
fn each_pair<const BYTES: usize, const KIND: u32>(rows: [&[u8]; 2], to: &mut [RowPair]) {
    let [(first, rest), (second, rest_too)] = rows.map(|row| row.as_chunks::<BYTES>());
    for ((first, second), to) in first.iter().zip(second).zip(&mut *to) {
        unpack_pair::<BYTES, KIND>([first, second], to);
    }
    if !rest.is_empty() {
        let [rest, rest_too] = [rest, rest_too].map(filled_up::<BYTES>);
        each_pair::<BYTES, KIND>([&rest, &rest_too], &mut to[first.len()..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SUPERBLOCK;
    use crate::random_weights::{RandomBytes, quantized, weights};
    use crate::unpack::UnpackedBlock;

    #[test]
    fn every_type_has_the_codes_and_scales_of_the_reference() {
        let mut random = RandomBytes(37);
        for kind in quantized() {
            let row = weights(kind, 1, 4 * SUPERBLOCK, &mut random);
            let mut got = room_for_row(kind, row.len());
            // SAFETY: every 64-bit Arm processor has what it needs.
            unsafe { unpack_row(kind, &row, &mut got) };
            for (got, block) in got.iter().zip(row.chunks(superblock_bytes(kind))) {
                let mut expected = UnpackedBlock::ZERO;
                expected.fill(kind, block);
                let by_group = |scales: &[f32; 16]| -> [f32; 16] {
                    // Those of runs stand four and four, those of groups four for even ones and four for odd ones.
                    std::array::from_fn(
                        |l| if has_runs(kind) { scales[l / 8 * 4 + l % 4] } else { scales[l] },
                    )
                };
                let (scales, offsets_of_groups) = (by_group(&got.scales), by_group(&got.offsets));
                // By sign too, but for the zero that may have either.
                assert_eq!(scales, expected.scales, "{kind}");
                // Codes of the reference are unsigned: all are as much above.
                let code = |e: usize| {
                    let (group, byte) = (e / 16 % 8, e / 128 * 8 + e % 8);
                    got.codes[group / 4 * 2 + group % 2][group / 2 % 2 * 2 + e / 8 % 2][byte]
                };
                let codes = (0..SUPERBLOCK).map(code).zip(expected.codes);
                let mut above = codes.map(|(got, expected)| i32::from(expected) - i32::from(got));
                let first = above.next().unwrap();
                assert!(above.all(|above| above == first), "{kind}");
                let taken = offsets_of_groups.iter().map(|offset| offset * offsets(kind).factor());
                let missing = scales.iter().map(|scale| scale * first as f32);
                let whole: Vec<f32> = taken.zip(missing).map(|(taken, missing)| taken + missing).collect();
                assert_eq!(whole, expected.offsets, "{kind}");
            }
        }
    }
}
