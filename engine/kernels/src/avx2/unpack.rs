//! 256 weights in registers, and which function unpacks which type.

use std::arch::x86_64::*;

use super::points::PointPlaces;
use super::{books, few_bits, k_quants, small_blocks};
use crate::ahead;
use crate::quant::TensorType;
use crate::unpack::superblock_bytes;
use crate::unpackers::of_every_type;

/// 256 weights in two halves: lanes 0 to 7 of a block of activations and lanes 8 to 15. See `UnpackedBlock` for what the
/// fields mean; codes that are [`CodeRange::Signed`] have no offsets, and those that are [`CodeRange::FiveBitsByRun`] one
/// for each run, in the order of the block's `run_sums`, and no second half.
#[derive(Clone, Copy)]
pub(crate) struct HalvedSuperblock {
    pub(crate) codes: [[__m256i; 4]; 2],
    pub(crate) scales: [__m256; 2],
    pub(crate) offsets: [__m256; 2],
}

/// The range of a type's codes, by which their products with numbers of −127 to 127 are added up in 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CodeRange {
    /// 0 to 31: eight products fit. The two groups of a run of 32 elements have the same offset.
    FiveBitsByRun,
    /// 0 to 31: eight products fit.
    FiveBits,
    /// 0 to 63: four products fit.
    SixBits,
    /// 0 to 127: two products fit.
    SevenBits,
    /// −128 to 127: two products fit.
    Signed,
}

impl HalvedSuperblock {
    #[target_feature(enable = "avx2,fma,f16c")]
    pub(crate) fn zero() -> HalvedSuperblock {
        let (codes, floats) = (_mm256_setzero_si256(), _mm256_setzero_ps());
        HalvedSuperblock { codes: [[codes; 4]; 2], scales: [floats; 2], offsets: [floats; 2] }
    }
}

impl CodeRange {
    /// The range of this number: what functions are compiled for has to be a number.
    pub(super) const fn numbered(number: u8) -> CodeRange {
        match number {
            0 => CodeRange::FiveBitsByRun,
            1 => CodeRange::FiveBits,
            2 => CodeRange::SixBits,
            3 => CodeRange::SevenBits,
            _ => CodeRange::Signed,
        }
    }
}

/// The range of the codes of this type.
pub(super) const fn code_range(kind: TensorType) -> CodeRange {
    match kind {
        TensorType::Q8_0 | TensorType::IQ4_NL | TensorType::IQ4_XS => CodeRange::Signed,
        TensorType::IQ2_XXS | TensorType::IQ2_XS | TensorType::IQ2_S | TensorType::IQ3_XXS => {
            CodeRange::SevenBits
        }
        TensorType::Q6_K => CodeRange::SixBits,
        TensorType::Q4_0
        | TensorType::Q4_1
        | TensorType::Q5_0
        | TensorType::Q5_1
        | TensorType::MXFP4
        | TensorType::Q4_K
        | TensorType::Q5_K => CodeRange::FiveBitsByRun,
        _ => CodeRange::FiveBits,
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

/// The numbers by which large functions are told which loop they are for. Each is called once for each, so the compiler puts
/// it there and leaves in registers what it made.
pub(crate) mod in_loop {
    pub(crate) const UNPACK_RUN: u8 = 0;
    pub(crate) const AVX2: u8 = 1;
    pub(crate) const AVX_VNNI: u8 = 2;
    pub(crate) const AVX512: u8 = 3;
}

/// Unpacks the superblocks that `bytes` hold, of any quantized type, and asks for as many bytes of `next`, as far as they
/// are there.
#[target_feature(enable = "avx2,fma,f16c")]
pub(crate) fn unpack_run(kind: TensorType, bytes: &[u8], next: &[u8], to: &mut [HalvedSuperblock]) {
    macro_rules! of_kind {
        (
            [$($kind:ident $module:ident $unpack:ident,)*]
            [$($large:ident $larges:ident $unpack_large:ident,)*]
            [$($ahead:ident $aheads:ident $unpack_ahead:ident,)*]
        ) => {
            match kind {
                $(TensorType::$kind => each::<{ superblock_bytes(TensorType::$kind) }>(
                    bytes, next, to, |block, _| $module::$unpack(block),
                ),)*
                $(TensorType::$large => each::<{ superblock_bytes(TensorType::$large) }>(
                    bytes, next, to, |block, _| $larges::$unpack_large::<{ in_loop::UNPACK_RUN }>(block),
                ),)*
                $(TensorType::$ahead => {
                    let mut places = PointPlaces::new();
                    each::<{ superblock_bytes(TensorType::$ahead) }>(bytes, next, to, |block, following| {
                        $aheads::$unpack_ahead::<{ in_loop::UNPACK_RUN }>(block, following, &mut places)
                    });
                },)*
                TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
            }
        };
    }
    of_every_type!(of_kind);
}

#[target_feature(enable = "avx2,fma,f16c")]
#[inline(never)]
fn each<const BYTES: usize>(
    bytes: &[u8],
    next: &[u8],
    to: &mut [HalvedSuperblock],
    mut unpack: impl FnMut(&[u8; BYTES], &[u8; BYTES]) -> HalvedSuperblock,
) {
    let (whole, rest) = bytes.as_chunks::<BYTES>();
    let last = filled_up(rest);
    for (i, to) in to.iter_mut().enumerate() {
        ahead::ask::<BYTES>(next, i * BYTES);
        let HalvedSuperblock { codes, scales, offsets } = {
            let block = whole.get(i).unwrap_or(&last);
            unpack(block, whole.get(i + 1).unwrap_or(block))
        };
        (to.codes, to.scales, to.offsets) = (codes, scales, offsets);
    }
}
