//! Formats of one to three bits a weight, and NVFP4: places in a code book with signs, ternary digits, single bits, small
//! floats. Each is read into unsigned codes and a scale for every 16 weights: weight i is
//! `scales[i / 16] · (codes[i] − zero)`.
//!
//! Layouts (little-endian, `d` half precision; the sign code's seven bits are the signs of seven numbers, and the
//! eighth number's makes the count of minus signs even):
//!
//! - IQ2_XXS `d`, for each 32 four places and a word: four sign codes, s in the top four bits; d · (s + ½) / 4.
//! - IQ2_XS `d`, 32 times a place of nine bits and a sign code, 8 bytes of s, a nibble for 16; as above.
//! - IQ2_S `d`, 32 places, 32 bytes of signs, 8 bytes of high bits of places, 8 bytes of s; as above.
//! - IQ3_XXS `d`, 64 places of four numbers, 8 words as in IQ2_XXS; d · (s + ½) / 2.
//! - IQ3_S `d`, 64 places, 8 bytes of ninth bits, 32 bytes of signs, 4 bytes of s, a nibble for 32; d · (1 + 2 s).
//! - IQ1_S `d`, 32 places, 8 words: four times three high bits, s in three bits, the sign of ⅛; d · (2 s + 1).
//! - IQ1_M 32 places, 16 bytes of nibbles (three high bits, the sign of ⅛), 4 words: four times s in three bits, and a
//!   quarter of `d`; d · (2 s + 1).
//! - TQ1_0 52 bytes of ternary digits, five a byte and four in the last four, `d`. TQ2_0 64 bytes of two bits, `d`.
//! - Q1_0 `d`, 128 bits. Q2_0 `d`, 64 times two bits. NVFP4 four unsigned E4M3 scales, 64 nibbles of E2M1.

use super::points;
use super::tables::MXFP4_LEVELS;
use super::{TensorType, half_at};
use crate::unpack::above;

/// Weights that a call unpacks, at most.
const MOST: usize = 256;

/// Codes and scales of up to 256 weights.
pub(crate) struct BlockCodes<'a> {
    pub(crate) codes: &'a mut [u8; MOST],
    /// One for each 16 weights.
    pub(crate) scales: &'a mut [f32; MOST / 16],
}

/// The code that stands for zero.
pub(crate) const fn zero(kind: TensorType) -> u8 {
    match kind {
        TensorType::IQ1_S | TensorType::IQ1_M => 9,
        TensorType::IQ3_S => 16,
        TensorType::NVFP4 => 12,
        TensorType::TQ1_0 | TensorType::TQ2_0 | TensorType::Q1_0 | TensorType::Q2_0 => 1,
        _ => 64,
    }
}

/// Writes the numbers of whole blocks to `out`.
pub(super) fn dequantize(kind: TensorType, bytes: &[u8], out: &mut [f32]) {
    let (mut codes, mut scales) = ([0; MOST], [0.0; MOST / 16]);
    let a_time = MOST / kind.block_elements() * kind.block_bytes();
    let zero = i32::from(zero(kind));
    for (blocks, out) in bytes.chunks(a_time).zip(out.chunks_mut(MOST)) {
        unpack(kind, blocks, &mut BlockCodes { codes: &mut codes, scales: &mut scales });
        for (i, out) in out.iter_mut().enumerate() {
            *out = scales[i / 16] * (i32::from(codes[i]) - zero) as f32;
        }
    }
}

/// The block that a type of 256 weights has there.
#[inline(always)]
fn one_block<const BYTES: usize>(blocks: &[u8]) -> &[u8; BYTES] {
    blocks.first_chunk().expect("one whole block")
}

/// Unpacks `blocks`, whole blocks of at most 256 weights. What lies beyond them keeps its codes and gets scale 0.
#[inline]
pub(crate) fn unpack(kind: TensorType, blocks: &[u8], to: &mut BlockCodes<'_>) {
    to.scales.fill(0.0);
    match kind {
        TensorType::IQ2_XXS => to.iq2_xxs(one_block(blocks)),
        TensorType::IQ2_XS => to.iq2_xs(one_block(blocks)),
        TensorType::IQ2_S => to.iq2_s(one_block(blocks)),
        TensorType::IQ3_XXS => to.iq3_xxs(one_block(blocks)),
        TensorType::IQ3_S => to.iq3_s(one_block(blocks)),
        TensorType::IQ1_S => to.iq1_s(one_block(blocks)),
        TensorType::IQ1_M => to.iq1_m(one_block(blocks)),
        TensorType::TQ1_0 => to.tq1_0(one_block(blocks)),
        TensorType::TQ2_0 => to.tq2_0(one_block(blocks)),
        TensorType::Q1_0 => to.q1_0(blocks),
        TensorType::Q2_0 => to.q2_0(blocks),
        TensorType::NVFP4 => to.nvfp4(blocks),
        _ => unreachable!("{kind} has no code book"),
    }
}

/// The signs of eight numbers by their sign code, which is in the lowest bits: see [`points::SIGN_CODES`].
#[inline(always)]
fn signs(code: u32) -> u64 {
    points::SIGN_CODES[(code & 127) as usize]
}

/// Two points of four numbers.
#[inline(always)]
fn both(first: u32, second: u32) -> u64 {
    u64::from(first) | u64::from(second) << 32
}

/// `byte` eight times.
const fn eight_times(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn double_word(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

impl BlockCodes<'_> {
    /// The scales of the 32 weights of a run, its halves'.
    fn scale(&mut self, run: usize, low: f32, high: f32) {
        (self.scales[2 * run], self.scales[2 * run + 1]) = (low, high);
    }

    /// The `n`-th eight numbers: levels that go up from `ZERO`, or down where a byte of `minus` is all ones. No byte of the
    /// sum has a carry, as no level is above `ZERO` and no code above 127.
    #[inline(always)]
    fn eight<const ZERO: u8>(&mut self, n: usize, levels: u64, minus: u64) {
        let codes = eight_times(ZERO) + (levels & !minus) - (levels & minus);
        self.codes.as_chunks_mut().0[n] = codes.to_le_bytes();
    }

    /// The `n`-th eight numbers, −1, 0 or 1 and an eighth more or less, all times eight.
    #[inline(always)]
    fn eighths(&mut self, n: usize, levels: u64, minus: bool) {
        let codes = levels + if minus { 0 } else { eight_times(2) };
        self.codes.as_chunks_mut().0[n] = codes.to_le_bytes();
    }

    fn iq2_xxs(&mut self, b: &[u8; 66]) {
        let d = half_at(b, 0);
        for run in 0..8 {
            let at = 2 + 8 * run;
            let tail = double_word(b, at + 4);
            let scale = d * (0.5 + (tail >> 28) as f32) * 0.25;
            self.scale(run, scale, scale);
            for j in 0..4 {
                let levels = points::IQ2_XXS[usize::from(b[at + j])];
                self.eight::<64>(4 * run + j, levels, signs(tail >> (7 * j)));
            }
        }
    }

    fn iq2_xs(&mut self, b: &[u8; 74]) {
        let d = half_at(b, 0);
        for run in 0..8 {
            self.two_scales(run, d, b[66 + run]);
            for j in 0..4 {
                let packed = word(b, 2 + 8 * run + 2 * j);
                let levels = points::IQ2_XS[usize::from(packed & 511)];
                self.eight::<64>(4 * run + j, levels, signs(u32::from(packed >> 9)));
            }
        }
    }

    fn iq2_s(&mut self, b: &[u8; 82]) {
        let d = half_at(b, 0);
        for run in 0..8 {
            self.two_scales(run, d, b[74 + run]);
            for j in 0..4 {
                let high = usize::from(b[66 + run] >> (2 * j) & 3);
                let levels = points::IQ2_S[usize::from(b[2 + 4 * run + j]) | high << 8];
                let minus = points::BITS[usize::from(b[34 + 4 * run + j])];
                self.eight::<64>(4 * run + j, levels, minus);
            }
        }
    }

    /// Scales of the halves of a run, a nibble each.
    fn two_scales(&mut self, run: usize, d: f32, nibbles: u8) {
        let scale = |nibble: u8| d * (0.5 + f32::from(nibble)) * 0.25;
        self.scale(run, scale(nibbles & 15), scale(nibbles >> 4));
    }

    fn iq3_xxs(&mut self, b: &[u8; 98]) {
        let d = half_at(b, 0);
        for run in 0..8 {
            let tail = double_word(b, 66 + 4 * run);
            let scale = d * (0.5 + (tail >> 28) as f32) * 0.5;
            self.scale(run, scale, scale);
            for j in 0..4 {
                let point = |k: usize| points::IQ3_XXS[usize::from(b[2 + 8 * run + 2 * j + k])];
                self.eight::<64>(4 * run + j, both(point(0), point(1)), signs(tail >> (7 * j)));
            }
        }
    }

    fn iq3_s(&mut self, b: &[u8; 110]) {
        let d = half_at(b, 0);
        for run in 0..8 {
            let nibble = b[106 + run / 2] >> (4 * (run % 2)) & 15;
            let scale = d * (1.0 + 2.0 * f32::from(nibble));
            self.scale(run, scale, scale);
            for j in 0..4 {
                let point = |k: usize| {
                    let ninth = usize::from(b[66 + run] >> (2 * j + k) & 1);
                    points::IQ3_S[usize::from(b[2 + 8 * run + 2 * j + k]) | ninth << 8]
                };
                let minus = points::BITS[usize::from(b[74 + 4 * run + j])];
                self.eight::<16>(4 * run + j, both(point(0), point(1)), minus);
            }
        }
    }

    fn iq1_s(&mut self, b: &[u8; 50]) {
        let d = half_at(b, 0);
        for run in 0..8 {
            let packed = word(b, 34 + 2 * run);
            let scale = d * f32::from(2 * (packed >> 12 & 7) + 1) * 0.125;
            self.scale(run, scale, scale);
            for j in 0..4 {
                let high = usize::from(packed >> (3 * j) & 7);
                let levels = points::IQ1[usize::from(b[2 + 4 * run + j]) | high << 8];
                self.eighths(4 * run + j, levels, packed >> 15 == 1);
            }
        }
    }

    fn iq1_m(&mut self, b: &[u8; 56]) {
        let words = [0, 1, 2, 3].map(|k| word(b, 48 + 2 * k));
        let bits = words.iter().enumerate().fold(0, |bits, (k, word)| bits | (word >> 12) << (4 * k));
        let d = half::f16::from_bits(bits).to_f32();
        for run in 0..8 {
            let packed = words[run / 2] >> (6 * (run % 2));
            let scale = |s: u16| d * f32::from(2 * (s & 7) + 1) * 0.125;
            self.scale(run, scale(packed), scale(packed >> 3));
            for j in 0..4 {
                let nibble = b[32 + 2 * run + j / 2] >> (4 * (j % 2)) & 15;
                let levels = points::IQ1[usize::from(b[4 * run + j]) | usize::from(nibble & 7) << 8];
                self.eighths(4 * run + j, levels, nibble >> 3 == 1);
            }
        }
    }

    fn tq1_0(&mut self, b: &[u8; 54]) {
        self.scales.fill(half_at(b, 52));
        let digit = |byte: u8, power: u8| ((u16::from(byte.wrapping_mul(power)) * 3) >> 8) as u8;
        let mut codes = &mut self.codes[..];
        for (bytes, digits) in [(&b[..32], 5), (&b[32..48], 5), (&b[48..52], 4)] {
            for power in [1, 3, 9, 27, 81].into_iter().take(digits) {
                let (now, later) = codes.split_at_mut(bytes.len());
                now.iter_mut().zip(bytes).for_each(|(code, byte)| *code = digit(*byte, power));
                codes = later;
            }
        }
    }

    fn tq2_0(&mut self, b: &[u8; 66]) {
        self.scales.fill(half_at(b, 64));
        for (run, codes) in self.codes.as_chunks_mut::<32>().0.iter_mut().enumerate() {
            let bytes: &[u8; 32] = b[run / 4 * 32..].first_chunk().expect("32 bytes of codes");
            codes.iter_mut().zip(bytes).for_each(|(code, byte)| *code = byte >> (run % 4 * 2) & 3);
        }
    }

    fn q1_0(&mut self, blocks: &[u8]) {
        for (n, b) in blocks.as_chunks::<18>().0.iter().enumerate() {
            self.scales[8 * n..][..8].fill(half_at(b, 0));
            let codes = self.codes[128 * n..].as_chunks_mut::<8>().0;
            for (codes, byte) in codes.iter_mut().zip(&b[2..]) {
                *codes = (points::BITS[usize::from(*byte)] & eight_times(2)).to_le_bytes();
            }
        }
    }

    fn q2_0(&mut self, blocks: &[u8]) {
        for (n, b) in blocks.as_chunks::<18>().0.iter().enumerate() {
            self.scales[4 * n..][..4].fill(half_at(b, 0));
            let codes = self.codes[64 * n..].as_chunks_mut::<4>().0;
            for (codes, byte) in codes.iter_mut().zip(&b[2..]) {
                let byte = u32::from(*byte);
                *codes = ((byte | byte << 6 | byte << 12 | byte << 18) & 0x0303_0303).to_le_bytes();
            }
        }
    }

    fn nvfp4(&mut self, blocks: &[u8]) {
        const LEVELS: [u8; 16] = above::<12>(&MXFP4_LEVELS);
        for (n, b) in blocks.as_chunks::<36>().0.iter().enumerate() {
            for group in 0..4 {
                self.scales[4 * n + group] = 0.5 * small_float(b[group]);
                let nibbles: &[u8; 8] = b[4 + 8 * group..].first_chunk().expect("8 bytes of codes");
                let codes = self.codes[64 * n + 16 * group..].as_chunks_mut::<8>().0;
                codes[0] = nibbles.map(|byte| LEVELS[usize::from(byte & 15)]);
                codes[1] = nibbles.map(|byte| LEVELS[usize::from(byte >> 4)]);
            }
        }
    }
}

/// An unsigned E4M3 float: exponent bias 7, no infinity, 0x7F is 0.
fn small_float(byte: u8) -> f32 {
    match byte & 127 {
        0x7F if byte == 0x7F => 0.0,
        // Below the normal numbers.
        mantissa @ 0..8 => f32::from(mantissa) / 512.0,
        bits => f32::from_bits((u32::from(bits) << 20) + ((127 - 7) << 23)),
    }
}
