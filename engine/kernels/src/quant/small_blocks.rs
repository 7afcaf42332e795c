//! Blocks of 32 elements with one half-precision scale `d`, and a minimum `m` in the `_1` kinds.
//!
//! Of the 4-bit codes, byte j holds element j in its low half and element j + 16 in its high half; the fifth
//! bits of Q5 stand in one 32-bit word, bit j for element j.

use super::half_at;

/// Splits `bytes` and `out` into blocks and hands both to `block`.
#[inline(always)]
fn each_block<const BYTES: usize>(
    bytes: &[u8],
    out: &mut [f32],
    block: impl Fn(&[u8; BYTES], &mut [f32; 32]),
) {
    for (b, x) in bytes.as_chunks().0.iter().zip(out.as_chunks_mut().0) {
        block(b, x);
    }
}

pub(super) fn q4_0(bytes: &[u8], out: &mut [f32]) {
    each_block::<18>(bytes, out, |b, x| {
        let d = half_at(b, 0);
        for j in 0..16 {
            x[j] = d * (f32::from(b[2 + j] & 15) - 8.0);
            x[j + 16] = d * (f32::from(b[2 + j] >> 4) - 8.0);
        }
    });
}

pub(super) fn q4_1(bytes: &[u8], out: &mut [f32]) {
    each_block::<20>(bytes, out, |b, x| {
        let (d, m) = (half_at(b, 0), half_at(b, 2));
        for j in 0..16 {
            x[j] = d * f32::from(b[4 + j] & 15) + m;
            x[j + 16] = d * f32::from(b[4 + j] >> 4) + m;
        }
    });
}

/// Element codes of a Q5 block: 16 bytes of low bits at `codes`, the word of high bits at `high`.
#[inline(always)]
fn q5_code(block: &[u8], high: usize, codes: usize, j: usize) -> u8 {
    let word = u32::from_le_bytes([block[high], block[high + 1], block[high + 2], block[high + 3]]);
    let byte = block[codes + j % 16];
    let low = if j < 16 { byte & 15 } else { byte >> 4 };
    low | (((word >> j) & 1) as u8) << 4
}

pub(super) fn q5_0(bytes: &[u8], out: &mut [f32]) {
    each_block::<22>(bytes, out, |b, x| {
        let d = half_at(b, 0);
        for (j, x) in x.iter_mut().enumerate() {
            *x = d * (f32::from(q5_code(b, 2, 6, j)) - 16.0);
        }
    });
}

pub(super) fn q5_1(bytes: &[u8], out: &mut [f32]) {
    each_block::<24>(bytes, out, |b, x| {
        let (d, m) = (half_at(b, 0), half_at(b, 2));
        for (j, x) in x.iter_mut().enumerate() {
            *x = d * f32::from(q5_code(b, 4, 8, j)) + m;
        }
    });
}

pub(super) fn q8_0(bytes: &[u8], out: &mut [f32]) {
    each_block::<34>(bytes, out, |b, x| {
        let d = half_at(b, 0);
        for (x, &q) in x.iter_mut().zip(&b[2..]) {
            *x = d * f32::from(q.cast_signed());
        }
    });
}
