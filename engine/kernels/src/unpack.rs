//! Weight blocks as integer products take them.

use super::SUPERBLOCK;
use super::activations::{GROUP, lane};
use crate::quant::{
    IQ4_LEVELS, MXFP4_LEVELS, TensorType, books, exponent_half, half_at, iq4_xs_scales, q3_k_scales,
    scales_and_minima,
};

/// Up to 256 weights: weight i is `scales[g] · codes[i] − offsets[g]`, g the lane of its group (see
/// [`QuantizedBlock`](super::QuantizedBlock)).
///
/// Codes are unsigned, which is what the processors' byte products want; the sign of a format goes into the
/// offset, and the product with an offset needs only the sum of the activations beside it.
#[repr(align(64))]
pub(super) struct UnpackedBlock {
    pub(super) codes: [u8; SUPERBLOCK],
    pub(super) scales: [f32; SUPERBLOCK / 16],
    pub(super) offsets: [f32; SUPERBLOCK / 16],
}

impl UnpackedBlock {
    pub(super) const ZERO: UnpackedBlock = UnpackedBlock {
        codes: [0; SUPERBLOCK],
        scales: [0.0; SUPERBLOCK / 16],
        offsets: [0.0; SUPERBLOCK / 16],
    };

    /// Unpacks `blocks`, whole blocks of a quantized `kind` that hold at most 256 weights, over what was
    /// there. What lies beyond them keeps its old codes and gets scale and offset 0.
    #[inline(always)]
    pub(super) fn fill(&mut self, kind: TensorType, blocks: &[u8]) {
        match kind {
            TensorType::Q4_0 => self.small::<18>(
                blocks,
                |b| (half_at(b, 0), 8.0 * half_at(b, 0)),
                |b, out| nibbles(&b[2..], out),
            ),
            TensorType::Q4_1 => {
                self.small::<20>(blocks, |b| (half_at(b, 0), -half_at(b, 2)), |b, out| nibbles(&b[4..], out));
            }
            TensorType::Q5_0 => self.small::<22>(
                blocks,
                |b| (half_at(b, 0), 16.0 * half_at(b, 0)),
                |b, out| fives(&b[2..], out),
            ),
            TensorType::Q5_1 => {
                self.small::<24>(blocks, |b| (half_at(b, 0), -half_at(b, 2)), |b, out| fives(&b[4..], out));
            }
            TensorType::Q8_0 => self.small::<34>(
                blocks,
                |b| (half_at(b, 0), 128.0 * half_at(b, 0)),
                |b, out| out.iter_mut().zip(&b[2..]).for_each(|(out, b)| *out = b ^ 0x80),
            ),
            TensorType::IQ4_NL => self.small::<18>(
                blocks,
                |b| (half_at(b, 0), 128.0 * half_at(b, 0)),
                |b, out| levels(&b[2..], &above::<128>(&IQ4_LEVELS), out),
            ),
            TensorType::MXFP4 => self.small::<17>(
                blocks,
                |b| (exponent_half(b[0]), 12.0 * exponent_half(b[0])),
                |b, out| levels(&b[1..], &above::<12>(&MXFP4_LEVELS), out),
            ),
            TensorType::Q2_K => self.q2_k(blocks),
            TensorType::Q3_K => self.q3_k(blocks),
            TensorType::Q4_K => self.q4_k(blocks),
            TensorType::Q5_K => self.q5_k(blocks),
            TensorType::Q6_K => self.q6_k(blocks),
            TensorType::IQ4_XS => self.iq4_xs(blocks),
            TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
            _ => self.books(kind, blocks),
        }
    }

    /// Types that `quant::books` reads.
    fn books(&mut self, kind: TensorType, blocks: &[u8]) {
        let mut scales = [0.0; SUPERBLOCK / 16];
        books::unpack(kind, blocks, &mut books::BlockCodes { codes: &mut self.codes, scales: &mut scales });
        let zero = f32::from(books::zero(kind));
        for (group, scale) in scales.into_iter().enumerate() {
            self.group(group, scale, zero * scale);
        }
    }

    /// Sets what the `group`-th 16 weights share.
    #[inline(always)]
    fn group(&mut self, group: usize, scale: f32, offset: f32) {
        self.scales[lane(group)] = scale;
        self.offsets[lane(group)] = offset;
    }

    #[inline(always)]
    fn small<const BYTES: usize>(
        &mut self,
        blocks: &[u8],
        scale_and_offset: impl Fn(&[u8; BYTES]) -> (f32, f32),
        codes: impl Fn(&[u8; BYTES], &mut [u8; 32]),
    ) {
        let blocks = blocks.as_chunks::<BYTES>().0;
        for (block, out) in blocks.iter().zip(self.codes.as_chunks_mut::<32>().0) {
            codes(block, out);
        }
        for group in 0..SUPERBLOCK / GROUP {
            let (scale, offset) = blocks.get(group / 2).map_or((0.0, 0.0), &scale_and_offset);
            self.group(group, scale, offset);
        }
    }

    #[inline(always)]
    fn q2_k(&mut self, blocks: &[u8]) {
        let block: &[u8; 84] = blocks.first_chunk().expect("one whole block");
        let (d, dmin) = (half_at(block, 80), half_at(block, 82));
        for (i, packed) in block[..16].iter().enumerate() {
            self.group(i, d * f32::from(packed & 15), dmin * f32::from(packed >> 4));
        }
        self.two_bits(block[16..].first_chunk().expect("64 bytes of codes"));
    }

    #[inline(always)]
    fn q3_k(&mut self, blocks: &[u8]) {
        let block: &[u8; 110] = blocks.first_chunk().expect("one whole block");
        let d = half_at(block, 108);
        let scales = q3_k_scales(block[96..].first_chunk().expect("12 bytes of scales"));
        for (i, scale) in scales.into_iter().enumerate() {
            let scale = d * (f32::from(scale) - 32.0);
            self.group(i, scale, 4.0 * scale);
        }
        self.two_bits(block[32..].first_chunk().expect("64 bytes of codes"));
        for (run, codes) in self.codes.as_chunks_mut::<32>().0.iter_mut().enumerate() {
            for (code, high) in codes.iter_mut().zip(&block[..32]) {
                *code |= (high >> run & 1) << 2;
            }
        }
    }

    /// The 2-bit codes of a superblock: 128 elements to 32 bytes, lowest bits first.
    #[inline(always)]
    fn two_bits(&mut self, packed: &[u8; 64]) {
        for (run, codes) in self.codes.as_chunks_mut::<32>().0.iter_mut().enumerate() {
            for (code, byte) in codes.iter_mut().zip(&packed[run / 4 * 32..]) {
                *code = byte >> (run % 4 * 2) & 3;
            }
        }
    }

    #[inline(always)]
    fn iq4_xs(&mut self, blocks: &[u8]) {
        let block: &[u8; 136] = blocks.first_chunk().expect("one whole block");
        let d = half_at(block, 0);
        let table = above::<128>(&IQ4_LEVELS);
        for (i, scale) in iq4_xs_scales(block).into_iter().enumerate() {
            let scale = d * (f32::from(scale) - 32.0);
            self.group(2 * i, scale, 128.0 * scale);
            self.group(2 * i + 1, scale, 128.0 * scale);
        }
        for (out, packed) in self.codes.as_chunks_mut::<32>().0.iter_mut().zip(block[8..].as_chunks::<16>().0)
        {
            levels(packed, &table, out);
        }
    }

    #[inline(always)]
    fn q4_k(&mut self, blocks: &[u8]) {
        let block: &[u8; 144] = blocks.first_chunk().expect("one whole block");
        self.six_bit_scales(block);
        for (out, b) in self.codes.as_chunks_mut::<64>().0.iter_mut().zip(block[16..].as_chunks::<32>().0) {
            for j in 0..32 {
                out[j] = b[j] & 15;
                out[j + 32] = b[j] >> 4;
            }
        }
    }

    #[inline(always)]
    fn q5_k(&mut self, blocks: &[u8]) {
        let block: &[u8; 176] = blocks.first_chunk().expect("one whole block");
        self.six_bit_scales(block);
        let high: &[u8; 32] = block[16..].first_chunk().expect("32 bytes of fifth bits");
        let runs = self.codes.as_chunks_mut::<64>().0.iter_mut().zip(block[48..].as_chunks::<32>().0);
        for (run, (out, b)) in runs.enumerate() {
            for j in 0..32 {
                out[j] = b[j] & 15 | (high[j] >> (2 * run) & 1) << 4;
                out[j + 32] = b[j] >> 4 | (high[j] >> (2 * run + 1) & 1) << 4;
            }
        }
    }

    /// Scales and offsets of a block that begins with `d`, `dmin` and twelve bytes of six-bit numbers.
    #[inline(always)]
    fn six_bit_scales(&mut self, block: &[u8]) {
        let (d, dmin) = (half_at(block, 0), half_at(block, 2));
        let (scales, minima) = scales_and_minima(block[4..].first_chunk().expect("a k-quant block"));
        for i in 0..16 {
            self.group(i, d * f32::from(scales[i / 2]), dmin * f32::from(minima[i / 2]));
        }
    }

    #[inline(always)]
    fn q6_k(&mut self, blocks: &[u8]) {
        let block: &[u8; 210] = blocks.first_chunk().expect("one whole block");
        let d = half_at(block, 208);
        for i in 0..16 {
            let scale = d * f32::from(block[192 + i].cast_signed());
            self.group(i, scale, 32.0 * scale);
        }
        for (n, out) in self.codes.as_chunks_mut::<128>().0.iter_mut().enumerate() {
            let low: &[u8; 64] = block[64 * n..].first_chunk().expect("64 bytes of low bits");
            let high: &[u8; 32] = block[128 + 32 * n..].first_chunk().expect("32 bytes of high bits");
            for j in 0..32 {
                out[j] = low[j] & 15 | (high[j] & 3) << 4;
                out[j + 32] = low[j + 32] & 15 | (high[j] >> 2 & 3) << 4;
                out[j + 64] = low[j] >> 4 | (high[j] >> 4 & 3) << 4;
                out[j + 96] = low[j + 32] >> 4 | (high[j] >> 6) << 4;
            }
        }
    }
}

/// 32 codes from the 16 bytes of 4-bit codes that `bytes` begins with.
#[inline(always)]
fn nibbles(bytes: &[u8], out: &mut [u8; 32]) {
    let bytes: &[u8; 16] = bytes.first_chunk().expect("16 bytes of codes");
    for j in 0..16 {
        out[j] = bytes[j] & 15;
        out[j + 16] = bytes[j] >> 4;
    }
}

/// 32 codes from 16 bytes of 4-bit places in a table.
#[inline(always)]
fn levels(bytes: &[u8], table: &[u8; 16], out: &mut [u8; 32]) {
    nibbles(bytes, out);
    out.iter_mut().for_each(|code| *code = table[usize::from(*code)]);
}

/// A table of levels as unsigned codes, `ZERO` for what stands for nothing.
#[inline(always)]
pub(super) const fn above<const ZERO: u8>(levels: &[i8; 16]) -> [u8; 16] {
    let mut codes = [0; 16];
    let mut i = 0;
    while i < 16 {
        codes[i] = ZERO.wrapping_add_signed(levels[i]);
        i += 1;
    }
    codes
}

/// 32 codes from a word of fifth bits and 16 bytes of 4-bit codes.
#[inline(always)]
fn fives(bytes: &[u8], out: &mut [u8; 32]) {
    let word = u32::from_le_bytes(*bytes.first_chunk().expect("a word of fifth bits"));
    nibbles(&bytes[4..], out);
    for (j, out) in out.iter_mut().enumerate() {
        *out |= ((word >> j & 1) as u8) << 4;
    }
}

/// Bytes of a superblock of `kind`: 256 weights.
pub(super) const fn superblock_bytes(kind: TensorType) -> usize {
    SUPERBLOCK / kind.block_elements() * kind.block_bytes()
}
