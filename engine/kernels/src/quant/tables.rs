//! Formats whose 4-bit codes are places in a table of levels.
//!
//! Of the codes of 32 elements, byte j holds element j in its low half and element j + 16 in its high half.
//! IQ4_NL: a half-precision scale for 32 elements. IQ4_XS: 256 elements with `d`, eight 6-bit scales (two high bits
//! each in one 16-bit word, then four bytes of low halves). MXFP4 (OCP Microscaling Formats 1.0): one byte of
//! exponent for 32 elements in E2M1.

use super::half_at;

/// The levels of IQ4_NL and IQ4_XS.
pub(crate) const IQ4_LEVELS: [i8; 16] =
    [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

/// Twice the numbers that E2M1 has, so that they are whole.
pub(crate) const MXFP4_LEVELS: [i8; 16] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

/// 2^(`exponent` − 128): half of what an E8M0 exponent stands for, as the levels are doubled.
#[inline(always)]
pub(crate) fn exponent_half(exponent: u8) -> f32 {
    match exponent {
        // Below the normal numbers: 2^-128 and 2^-127.
        0 | 1 => f32::from_bits(0x0020_0000 << exponent),
        _ => f32::from_bits((u32::from(exponent) - 1) << 23),
    }
}

/// The eight scales of an IQ4_XS block, 32 above what they stand for.
#[inline(always)]
pub(crate) fn iq4_xs_scales(block: &[u8; 136]) -> [u8; 8] {
    // Four low bits and two high bits of each, spread to a byte each by halving what stands together.
    let low = u64::from(u32::from_le_bytes([block[4], block[5], block[6], block[7]]));
    let low = (low | low << 16) & 0x0000_ffff_0000_ffff;
    let low = (low | low << 8) & 0x00ff_00ff_00ff_00ff;
    let low = (low | low << 4) & 0x0f0f_0f0f_0f0f_0f0f;
    let high = u64::from(u16::from_le_bytes([block[2], block[3]]));
    let high = (high | high << 24) & 0x0000_00ff_0000_00ff;
    let high = (high | high << 12) & 0x000f_000f_000f_000f;
    let high = (high | high << 6) & 0x0303_0303_0303_0303;
    (low | high << 4).to_le_bytes()
}

/// The levels of 32 elements, times `scale`.
#[inline(always)]
fn levels(table: &[i8; 16], scale: f32, codes: &[u8; 16], out: &mut [f32; 32]) {
    for j in 0..16 {
        out[j] = scale * f32::from(table[usize::from(codes[j] & 15)]);
        out[j + 16] = scale * f32::from(table[usize::from(codes[j] >> 4)]);
    }
}

pub(super) fn iq4_nl(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<18>().0.iter().zip(out.as_chunks_mut().0) {
        levels(&IQ4_LEVELS, half_at(b, 0), b[2..].first_chunk().expect("16 bytes of codes"), x);
    }
}

pub(super) fn iq4_xs(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<136>().0.iter().zip(out.as_chunks_mut::<256>().0) {
        let d = half_at(b, 0);
        let runs = b[8..].as_chunks().0.iter().zip(x.as_chunks_mut().0);
        for (scale, (codes, x)) in iq4_xs_scales(b).into_iter().zip(runs) {
            levels(&IQ4_LEVELS, d * (f32::from(scale) - 32.0), codes, x);
        }
    }
}

pub(super) fn mxfp4(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<17>().0.iter().zip(out.as_chunks_mut().0) {
        levels(&MXFP4_LEVELS, exponent_half(b[0]), b[1..].first_chunk().expect("16 bytes of codes"), x);
    }
}
