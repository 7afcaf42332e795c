//! 256 weights in registers, and which function unpacks which type.

use std::arch::x86_64::*;

use super::{books, few_bits, k_quants, small_blocks};
use crate::quant::TensorType;

/// 256 weights in two halves: lanes 0 to 7 of a block of activations and lanes 8 to 15. See `UnpackedBlock` for what the
/// fields mean; codes that are [`CodeRange::Signed`] have no offsets.
#[derive(Clone, Copy)]
pub(crate) struct Superblock {
    pub(crate) codes: [[__m256i; 4]; 2],
    pub(crate) scales: [__m256; 2],
    pub(crate) offsets: [__m256; 2],
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

impl Superblock {
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(crate) fn zero() -> Superblock {
        let (codes, floats) = (_mm256_setzero_si256(), _mm256_setzero_ps());
        Superblock { codes: [[codes; 4]; 2], scales: [floats; 2], offsets: [floats; 2] }
    }
}

impl CodeRange {
    pub(super) const FIVE_BITS: u8 = 0;
    pub(super) const SIX_BITS: u8 = 1;
    pub(super) const SEVEN_BITS: u8 = 2;

    /// The unsigned range of this number: what functions are compiled for has to be a number.
    pub(super) const fn numbered(number: u8) -> CodeRange {
        match number {
            CodeRange::FIVE_BITS => CodeRange::FiveBits,
            CodeRange::SIX_BITS => CodeRange::SixBits,
            _ => CodeRange::SevenBits,
        }
    }
}

/// The range of the codes of the type with number `kind`.
pub(super) const fn code_range(kind: u32) -> CodeRange {
    const fn one_of(kind: u32, types: &[TensorType]) -> bool {
        let mut i = 0;
        while i < types.len() {
            if types[i].id() == kind {
                return true;
            }
            i += 1;
        }
        false
    }
    const SEVEN_BITS: [TensorType; 4] =
        [TensorType::IQ2_XXS, TensorType::IQ2_XS, TensorType::IQ2_S, TensorType::IQ3_XXS];
    if one_of(kind, &[TensorType::Q8_0, TensorType::IQ4_NL, TensorType::IQ4_XS]) {
        CodeRange::Signed
    } else if one_of(kind, &SEVEN_BITS) {
        CodeRange::SevenBits
    } else if one_of(kind, &[TensorType::Q6_K]) {
        CodeRange::SixBits
    } else {
        CodeRange::FiveBits
    }
}

/// A superblock of which a row has but the beginning. A block of zeros has finite scales and offsets, and the activations
/// beyond the row are zeros.
#[inline]
pub(super) fn filled_up<const BYTES: usize>(beginning: &[u8]) -> [u8; BYTES] {
    let mut block = [0; BYTES];
    block[..beginning.len()].copy_from_slice(beginning);
    block
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
        IQ2_XXS books::iq2_xxs, IQ2_XS books::iq2_xs, IQ2_S books::iq2_s, IQ3_XXS books::iq3_xxs, IQ3_S books::iq3_s,
        IQ1_S few_bits::iq1_s, IQ1_M few_bits::iq1_m, TQ1_0 few_bits::tq1_0, TQ2_0 few_bits::tq2_0, Q1_0 few_bits::q1_0, Q2_0 few_bits::q2_0, NVFP4 books::nvfp4,
    );
    unreachable!("type {KIND} is not read in registers")
}

/// Unpacks the superblocks that `bytes` hold, of any quantized type.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn unpack_run(kind: TensorType, bytes: &[u8], to: &mut [Superblock]) {
    macro_rules! of_kind {
        ($($kind:ident $superblock:literal,)*) => {
            match kind {
                $(TensorType::$kind => each::<$superblock, { TensorType::$kind.id() }>(bytes, to),)*
                _ => unreachable!("{kind} is not quantized"),
            }
        };
    }
    of_kind!(
        Q4_0 144, Q4_1 160, Q5_0 176, Q5_1 192, Q8_0 272, IQ4_NL 144, MXFP4 136, Q2_K 84, Q3_K 110, Q4_K 144,
        Q5_K 176, Q6_K 210, IQ4_XS 136, IQ2_XXS 66, IQ2_XS 74, IQ2_S 82, IQ3_XXS 98, IQ3_S 110, IQ1_S 50, IQ1_M 56, TQ1_0 54, TQ2_0 66, Q1_0 36, Q2_0 72, NVFP4 144,
    );
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline(never)]
fn each<const BYTES: usize, const KIND: u32>(bytes: &[u8], to: &mut [Superblock]) {
    let (whole, rest) = bytes.as_chunks::<BYTES>();
    let last = if rest.is_empty() { None } else { Some(filled_up(rest)) };
    for (block, to) in whole.iter().chain(&last).zip(to) {
        let Superblock { codes, scales, offsets } = unpack::<BYTES, KIND>(block);
        (to.codes, to.scales, to.offsets) = (codes, scales, offsets);
    }
}
