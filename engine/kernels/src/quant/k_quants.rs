//! The k-quants: blocks of 256 elements with scales of their own for every 16 or 32 of them.
//!
//! Q2_K: sixteen bytes of scale (low half) and minimum (high half), 2-bit codes, `d`, `dmin`. Q3_K: 32 bytes of
//! third bits, 2-bit codes, sixteen 6-bit scales in 12 bytes, `d`. The 2-bit codes of 128 elements share 32 bytes,
//! lowest bits first. Q4_K and Q5_K: a half-precision `d` and `dmin`, eight 6-bit scales and minima packed into 12 bytes, then
//! codes in runs of 64 elements that share 32 bytes (low halves first). Q6_K: 4 low bits, 2 high bits,
//! sixteen 8-bit scales, `d`.

use super::half_at;

/// The eight scales and eight minima of a Q4_K or Q5_K block, from their 12 bytes.
#[inline(always)]
pub(crate) fn scales_and_minima(packed: &[u8; 12]) -> ([u8; 8], [u8; 8]) {
    let (mut scales, mut minima) = ([0; 8], [0; 8]);
    for j in 0..4 {
        scales[j] = packed[j] & 63;
        minima[j] = packed[j + 4] & 63;
        scales[j + 4] = (packed[j + 8] & 15) | (packed[j] >> 6) << 4;
        minima[j + 4] = (packed[j + 8] >> 4) | (packed[j + 4] >> 6) << 4;
    }
    (scales, minima)
}

/// The sixteen scales of a Q3_K block, 32 above what they stand for, from their 12 bytes.
#[inline(always)]
pub(crate) fn q3_k_scales(packed: &[u8; 12]) -> [u8; 16] {
    let low = u64::from_le_bytes(*packed.first_chunk().expect("twelve bytes"));
    let high = u32::from_le_bytes(*packed.last_chunk().expect("twelve bytes"));
    let pairs = |shift: u32| u64::from(high >> shift & 0x0303_0303);
    let nibbles = |shift: u32| low >> shift & 0x0f0f_0f0f_0f0f_0f0f;
    let first = nibbles(0) | (pairs(0) | pairs(2) << 32) << 4;
    let second = nibbles(4) | (pairs(4) | pairs(6) << 32) << 4;
    (u128::from(first) | u128::from(second) << 64).to_le_bytes()
}

/// Code of element `e` of a block whose 64 bytes of 2-bit codes are `codes`.
#[inline(always)]
fn two_bits(codes: &[u8], e: usize) -> u8 {
    codes[e / 128 * 32 + e % 32] >> (e % 128 / 32 * 2) & 3
}

pub(super) fn q2_k(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<84>().0.iter().zip(out.as_chunks_mut::<256>().0) {
        let (d, dmin) = (half_at(b, 80), half_at(b, 82));
        for (e, x) in x.iter_mut().enumerate() {
            let scale = b[e / 16];
            *x = d * f32::from(scale & 15) * f32::from(two_bits(&b[16..], e)) - dmin * f32::from(scale >> 4);
        }
    }
}

pub(super) fn q3_k(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<110>().0.iter().zip(out.as_chunks_mut::<256>().0) {
        let d = half_at(b, 108);
        let scales = q3_k_scales(b[96..].first_chunk().expect("a block of 110 bytes"));
        for (e, x) in x.iter_mut().enumerate() {
            let code = two_bits(&b[32..], e) | (b[e % 32] >> (e / 32) & 1) << 2;
            *x = d * (f32::from(scales[e / 16]) - 32.0) * (f32::from(code) - 4.0);
        }
    }
}

pub(super) fn q4_k(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<144>().0.iter().zip(out.as_chunks_mut::<256>().0) {
        let (d, dmin) = (half_at(b, 0), half_at(b, 2));
        let (scales, minima) = scales_and_minima(b[4..].first_chunk().expect("a block of 144 bytes"));
        for (e, x) in x.iter_mut().enumerate() {
            let byte = b[16 + e / 64 * 32 + e % 32];
            let code = if e % 64 < 32 { byte & 15 } else { byte >> 4 };
            *x = d * f32::from(scales[e / 32]) * f32::from(code) - dmin * f32::from(minima[e / 32]);
        }
    }
}

pub(super) fn q5_k(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<176>().0.iter().zip(out.as_chunks_mut::<256>().0) {
        let (d, dmin) = (half_at(b, 0), half_at(b, 2));
        let (scales, minima) = scales_and_minima(b[4..].first_chunk().expect("a block of 176 bytes"));
        for (e, x) in x.iter_mut().enumerate() {
            *x =
                d * f32::from(scales[e / 32]) * f32::from(q5_k_code(b, e)) - dmin * f32::from(minima[e / 32]);
        }
    }
}

/// Code of element `e` of a Q5_K block.
#[inline(always)]
fn q5_k_code(b: &[u8; 176], e: usize) -> u8 {
    let byte = b[48 + e / 64 * 32 + e % 32];
    let low = if e % 64 < 32 { byte & 15 } else { byte >> 4 };
    low | ((b[16 + e % 32] >> (e / 32)) & 1) << 4
}

/// Code of element `e` of a Q6_K block, 32 above what it stands for.
#[inline(always)]
fn q6_k_code(b: &[u8; 210], e: usize) -> u8 {
    let (half, within) = (e / 128, e % 128);
    let low = b[half * 64 + within % 64];
    let low = if within < 64 { low & 15 } else { low >> 4 };
    let high = b[128 + half * 32 + within % 32] >> (within / 32 * 2);
    low | (high & 3) << 4
}

pub(super) fn q6_k(bytes: &[u8], out: &mut [f32]) {
    for (b, x) in bytes.as_chunks::<210>().0.iter().zip(out.as_chunks_mut::<256>().0) {
        let d = half_at(b, 208);
        for (e, x) in x.iter_mut().enumerate() {
            let scale = f32::from(b[192 + e / 16].cast_signed());
            *x = d * scale * (f32::from(q6_k_code(b, e)) - 32.0);
        }
    }
}
