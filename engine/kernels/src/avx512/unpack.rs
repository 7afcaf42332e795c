//! 256 weights in registers.

use std::arch::x86_64::*;

use crate::avx2;

/// 256 weights, in the order that activations have: see `UnpackedBlock` for what the fields mean.
#[derive(Clone, Copy)]
pub(super) struct LaneSuperblock {
    pub(super) codes: [__m512i; 4],
    pub(super) scales: __m512,
    pub(super) offsets: __m512,
}

impl LaneSuperblock {
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
    pub(super) fn zero() -> LaneSuperblock {
        let (codes, floats) = (_mm512_setzero_si512(), _mm512_setzero_ps());
        LaneSuperblock { codes: [codes; 4], scales: floats, offsets: floats }
    }

    /// The superblock that AVX2 unpacked, in registers twice as wide: its halves become theirs.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,f16c")]
    #[inline]
    pub(super) fn of_halves(halves: &avx2::HalvedSuperblock) -> LaneSuperblock {
        let avx2::HalvedSuperblock { codes: [lower, upper], scales, offsets } = halves;
        let floats =
            |halves: &[__m256; 2]| _mm512_insertf32x8(_mm512_castps256_ps512(halves[0]), halves[1], 1);
        LaneSuperblock {
            codes: [0, 1, 2, 3].map(|v| _mm512_inserti64x4(_mm512_castsi256_si512(lower[v]), upper[v], 1)),
            scales: floats(scales),
            offsets: floats(offsets),
        }
    }
}
