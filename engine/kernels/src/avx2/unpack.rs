//! 256 weights in registers, and which function unpacks which type.

use std::arch::x86_64::*;

use super::lanes::{register, transpose};
use super::loops::eight_floats;
use super::{k_quants, small_blocks};
use crate::quant::TensorType;
use crate::unpack::UnpackedBlock;

/// 256 weights in two halves: lanes 0 to 7 of a block of activations and lanes 8 to 15. See `UnpackedBlock` for what the
/// fields mean; codes that are [`CodeRange::Signed`] have no offsets.
pub(super) struct Superblock {
    pub(super) codes: [[__m256i; 4]; 2],
    pub(super) scales: [__m256; 2],
    pub(super) offsets: [__m256; 2],
}

/// What is known of a type's codes, which says how their products with numbers of −127 to 127 are added up in 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeRange {
    /// 0 to 31: eight products fit.
    FiveBits,
    /// 0 to 63: four products fit.
    SixBits,
    /// 0 to 127: two products fit.
    SevenBits,
    /// −128 to 127: two products fit.
    Signed,
}

/// The range of the codes of the type with number `kind`, of those that are unpacked in registers.
pub(super) const fn code_range(kind: u32) -> CodeRange {
    const SIGNED: [u32; 3] = [TensorType::Q8_0.id(), TensorType::IQ4_NL.id(), TensorType::IQ4_XS.id()];
    if kind == SIGNED[0] || kind == SIGNED[1] || kind == SIGNED[2] {
        CodeRange::Signed
    } else if kind == TensorType::Q6_K.id() {
        CodeRange::SixBits
    } else {
        CodeRange::FiveBits
    }
}

/// Unpacks a superblock of the type with number `KIND`, which is settled at compile time.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn unpack<const BYTES: usize, const KIND: u32>(block: &[u8; BYTES]) -> Superblock {
    macro_rules! of_kind {
        ($($kind:ident $unpack:path,)*) => {
            $(if KIND == TensorType::$kind.id() {
                return $unpack(block[..].first_chunk().expect("the size of this type"));
            })*
        };
    }
    of_kind!(
        Q4_0 small_blocks::q4_0, Q4_1 small_blocks::q4_1, Q5_0 small_blocks::q5_0, Q5_1 small_blocks::q5_1,
        Q8_0 small_blocks::q8_0, IQ4_NL small_blocks::iq4_nl, MXFP4 small_blocks::mxfp4,
        Q2_K k_quants::q2_k, Q3_K k_quants::q3_k, Q4_K k_quants::q4_k, Q5_K k_quants::q5_k,
        Q6_K k_quants::q6_k, IQ4_XS k_quants::iq4_xs,
    );
    unreachable!("type {KIND} is not read in registers")
}

/// Types whose codes are read number by number, through memory.
#[target_feature(enable = "avx2,fma,f16c")]
pub(super) fn from_memory(kind: TensorType, block: &[u8]) -> Superblock {
    let mut unpacked = UnpackedBlock::ZERO;
    unpacked.fill(kind, block);
    // Of each 64 codes the first 32 belong to the lower lanes.
    let codes = unpacked.codes.as_chunks::<32>().0;
    let (scales, offsets) = (unpacked.scales.as_chunks().0, unpacked.offsets.as_chunks().0);
    Superblock {
        codes: [0, 1].map(|half| transpose([0, 2, 4, 6].map(|run| register(&codes[run + half])))),
        scales: [0, 1].map(|half| eight_floats(&scales[half])),
        offsets: [0, 1].map(|half| eight_floats(&offsets[half])),
    }
}
