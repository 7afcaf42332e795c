//! 256 weights in registers, and which function unpacks which type.

use std::arch::x86_64::*;

use super::{k_quants, small_blocks};
use crate::avx2;
use crate::quant::TensorType;

/// 256 weights, in the order that activations have: see `UnpackedBlock` for what the fields mean.
pub(super) struct Superblock {
    pub(super) codes: [__m512i; 4],
    pub(super) scales: __m512,
    pub(super) offsets: __m512,
}

/// Unpacks a superblock of the type with number `KIND`, which is settled at compile time.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
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

impl Superblock {
    /// What AVX2 unpacked: its halves are those of the registers.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
    #[inline]
    pub(super) fn of_halves(halves: &avx2::Superblock) -> Superblock {
        let avx2::Superblock { codes: [lower, upper], scales, offsets } = halves;
        let floats =
            |halves: &[__m256; 2]| _mm512_insertf32x8(_mm512_castps256_ps512(halves[0]), halves[1], 1);
        Superblock {
            codes: [0, 1, 2, 3].map(|v| _mm512_inserti64x4(_mm512_castsi256_si512(lower[v]), upper[v], 1)),
            scales: floats(scales),
            offsets: floats(offsets),
        }
    }
}
