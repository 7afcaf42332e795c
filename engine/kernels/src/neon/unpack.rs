//! 256 weights in registers or in memory, and which function unpacks which type.
#![cfg_attr(
    test,
    expect(unsafe_code, reason = "the test calls a function with a feature that every processor has")
)]

use std::arch::aarch64::*;

use super::registers::{store_bytes, store_floats};
use super::{books, few_bits, k_quants, small_blocks};
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;
use crate::unpackers::of_every_type;

/// 256 weights, a group in each register of codes: weight i is `scales[i / 16] · codes[i]` less what [`Offsets`] says of the
/// type.
pub(super) struct Superblock {
    pub(super) codes: [int8x16_t; 16],
    pub(super) scales: [float32x4_t; 4],
    pub(super) offsets: [float32x4_t; 4],
}

impl Superblock {
    /// Weights without minima.
    #[target_feature(enable = "neon")]
    #[inline]
    pub(super) fn symmetric(codes: [int8x16_t; 16], scales: [float32x4_t; 4]) -> Superblock {
        Superblock { codes, scales, offsets: scales }
    }
}

/// What is taken away from scale · code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Offsets {
    /// Nothing: codes are signed.
    None,
    /// The scale so many times.
    Scales(f32),
    /// Numbers of its own for each group.
    Own,
}

impl Offsets {
    /// How many times what stands in [`Superblock::offsets`] is taken away.
    pub(super) const fn factor(self) -> f32 {
        match self {
            Offsets::None => 0.0,
            Offsets::Scales(factor) => factor,
            Offsets::Own => 1.0,
        }
    }
}

/// The offsets of a type's weights.
pub(super) const fn offsets(kind: TensorType) -> Offsets {
    match kind {
        TensorType::Q4_1 | TensorType::Q5_1 | TensorType::Q2_K | TensorType::Q4_K | TensorType::Q5_K => {
            Offsets::Own
        }
        TensorType::Q4_0 => Offsets::Scales(8.0),
        TensorType::Q5_0 => Offsets::Scales(16.0),
        TensorType::Q3_K => Offsets::Scales(4.0),
        TensorType::Q6_K => Offsets::Scales(32.0),
        TensorType::TQ1_0 | TensorType::TQ2_0 | TensorType::Q1_0 | TensorType::Q2_0 => Offsets::Scales(1.0),
        _ => Offsets::None,
    }
}

/// As [`offsets`], of the type with number `KIND`.
pub(super) const fn offsets_of<const KIND: u32>() -> Offsets {
    let mut i = 0;
    while TensorType::ALL[i].id() != KIND {
        i += 1;
    }
    offsets(TensorType::ALL[i])
}

/// A superblock in memory, for more than one row of activations.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct StoredSuperblock {
    pub(super) codes: [i8; 256],
    pub(super) scales: [f32; 16],
    pub(super) offsets: [f32; 16],
}

impl StoredSuperblock {
    pub(super) const ZERO: StoredSuperblock =
        StoredSuperblock { codes: [0; 256], scales: [0.0; 16], offsets: [0.0; 16] };

    #[target_feature(enable = "neon")]
    #[inline]
    fn store(&mut self, from: &Superblock) {
        self.codes.as_chunks_mut().0.iter_mut().zip(from.codes).for_each(|(to, from)| store_bytes(to, from));
        self.scales
            .as_chunks_mut()
            .0
            .iter_mut()
            .zip(from.scales)
            .for_each(|(to, from)| store_floats(to, from));
        self.offsets
            .as_chunks_mut()
            .0
            .iter_mut()
            .zip(from.offsets)
            .for_each(|(to, from)| store_floats(to, from));
    }
}

/// Superblocks for a row of weights.
pub(super) fn room_for_row(kind: TensorType, row_bytes: usize) -> Vec<StoredSuperblock> {
    vec![StoredSuperblock::ZERO; row_bytes.div_ceil(superblock_bytes(kind))]
}

/// Unpacks a superblock of the type with number `KIND`, which is settled at compile time.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn unpack<const BYTES: usize, const KIND: u32>(block: &[u8; BYTES]) -> Superblock {
    macro_rules! of_kind {
        ($([$($kind:ident $module:ident $unpack:ident,)*])*) => {
            $($(if KIND == TensorType::$kind.id() {
                return $module::$unpack(block[..].first_chunk().expect("the size of this type"));
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

#[target_feature(enable = "neon")]
#[inline(never)]
fn each<const BYTES: usize, const KIND: u32>(row: &[u8], to: &mut [StoredSuperblock]) {
    let (whole, rest) = row.as_chunks::<BYTES>();
    // Filled up where a row ends within a superblock: a block of zeros has finite scales and offsets, and the activations
    // beyond the row are zeros.
    let mut block = [0; BYTES];
    block[..rest.len()].copy_from_slice(rest);
    let last = (!rest.is_empty()).then_some(&block);
    for (block, to) in whole.iter().chain(last).zip(to) {
        to.store(&unpack::<BYTES, KIND>(block));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SUPERBLOCK;
    use crate::tests::{RandomBytes, quantized, weights};
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
                let scales = &got.scales;
                // By sign too, but for the zero that may have either.
                assert_eq!(*scales, expected.scales, "{kind}");
                // Codes of the reference are unsigned: all are as much above.
                let codes = got.codes.iter().zip(&expected.codes);
                let mut above = codes.map(|(got, expected)| i32::from(*expected) - i32::from(*got));
                let first = above.next().unwrap();
                assert!(above.all(|above| above == first), "{kind}");
                let taken = got.offsets.iter().map(|offset| offset * offsets(kind).factor());
                let missing = scales.iter().map(|scale| scale * first as f32);
                let whole: Vec<f32> = taken.zip(missing).map(|(taken, missing)| taken + missing).collect();
                assert_eq!(whole, expected.offsets, "{kind}");
            }
        }
    }
}
