//! Weight blocks as integer products take them.

use super::SUPERBLOCK;
use crate::quant::{TensorType, half_at, q5_code, q5_k_code, q6_k_code, scales_and_minima};

/// Up to 256 weights: weight i is `scales[i / 16] · codes[i] − offsets[i / 16]`.
///
/// Codes are unsigned, which is what the processors' byte products want; the sign of a format goes into the
/// offset, and the product with an offset needs only the sum of the activations beside it.
#[repr(align(64))]
pub(super) struct Unpacked {
    pub(super) codes: [u8; SUPERBLOCK],
    pub(super) scales: [f32; SUPERBLOCK / 16],
    pub(super) offsets: [f32; SUPERBLOCK / 16],
}

impl Unpacked {
    pub(super) const ZERO: Unpacked =
        Unpacked { codes: [0; SUPERBLOCK], scales: [0.0; SUPERBLOCK / 16], offsets: [0.0; SUPERBLOCK / 16] };

    /// Unpacks `blocks`, whole blocks of a quantized `kind` that hold at most 256 weights, over what was
    /// there; the number of weights. What lies beyond them keeps its old codes and gets scale and offset 0.
    #[inline(always)]
    pub(super) fn fill(&mut self, kind: TensorType, blocks: &[u8]) -> usize {
        let weights = match kind {
            TensorType::Q4_0 => {
                self.small::<18>(blocks, |b| (half_at(b, 0), 8.0 * half_at(b, 0)), nibbles::<18, 2>)
            }
            TensorType::Q4_1 => {
                self.small::<20>(blocks, |b| (half_at(b, 0), -half_at(b, 2)), nibbles::<20, 4>)
            }
            TensorType::Q5_0 => self.small::<22>(
                blocks,
                |b| (half_at(b, 0), 16.0 * half_at(b, 0)),
                |b, j| q5_code(b, 2, 6, j),
            ),
            TensorType::Q5_1 => {
                self.small::<24>(blocks, |b| (half_at(b, 0), -half_at(b, 2)), |b, j| q5_code(b, 4, 8, j))
            }
            TensorType::Q8_0 => {
                self.small::<34>(blocks, |b| (half_at(b, 0), 128.0 * half_at(b, 0)), |b, j| b[2 + j] ^ 0x80)
            }
            TensorType::Q4_K => self.scaled_by_six_bits::<144>(blocks, |b, e| {
                let byte = b[16 + e / 64 * 32 + e % 32];
                if e % 64 < 32 { byte & 15 } else { byte >> 4 }
            }),
            TensorType::Q5_K => self.scaled_by_six_bits::<176>(blocks, q5_k_code),
            TensorType::Q6_K => self.q6_k(blocks),
            TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
        };
        self.scales[weights / 16..].fill(0.0);
        self.offsets[weights / 16..].fill(0.0);
        weights
    }

    #[inline(always)]
    fn small<const BYTES: usize>(
        &mut self,
        blocks: &[u8],
        scale_and_offset: impl Fn(&[u8; BYTES]) -> (f32, f32),
        code: impl Fn(&[u8; BYTES], usize) -> u8,
    ) -> usize {
        let blocks = blocks.as_chunks::<BYTES>().0;
        for (i, (block, codes)) in blocks.iter().zip(self.codes.as_chunks_mut::<32>().0).enumerate() {
            let (scale, offset) = scale_and_offset(block);
            self.scales[2 * i..2 * i + 2].fill(scale);
            self.offsets[2 * i..2 * i + 2].fill(offset);
            for (j, c) in codes.iter_mut().enumerate() {
                *c = code(block, j);
            }
        }
        blocks.len() * 32
    }

    #[inline(always)]
    fn scaled_by_six_bits<const BYTES: usize>(
        &mut self,
        blocks: &[u8],
        code: impl Fn(&[u8; BYTES], usize) -> u8,
    ) -> usize {
        let block: &[u8; BYTES] = blocks.first_chunk().expect("one whole block");
        let (d, dmin) = (half_at(block, 0), half_at(block, 2));
        let (scales, minima) = scales_and_minima(block[4..].first_chunk().expect("a k-quant block"));
        for i in 0..16 {
            self.scales[i] = d * f32::from(scales[i / 2]);
            self.offsets[i] = dmin * f32::from(minima[i / 2]);
        }
        for (e, c) in self.codes.iter_mut().enumerate() {
            *c = code(block, e);
        }
        SUPERBLOCK
    }

    #[inline(always)]
    fn q6_k(&mut self, blocks: &[u8]) -> usize {
        let block: &[u8; 210] = blocks.first_chunk().expect("one whole block");
        let d = half_at(block, 208);
        for i in 0..16 {
            self.scales[i] = d * f32::from(block[192 + i].cast_signed());
            self.offsets[i] = 32.0 * self.scales[i];
        }
        for (e, c) in self.codes.iter_mut().enumerate() {
            *c = q6_k_code(block, e);
        }
        SUPERBLOCK
    }
}

/// Code of element `j` in a block whose 16 bytes of 4-bit codes begin at `AT`.
#[inline(always)]
fn nibbles<const BYTES: usize, const AT: usize>(block: &[u8; BYTES], j: usize) -> u8 {
    if j < 16 { block[AT + j] & 15 } else { block[AT + j - 16] >> 4 }
}

/// Bytes of a superblock of `kind`: 256 weights.
pub(super) fn superblock_bytes(kind: TensorType) -> usize {
    SUPERBLOCK / kind.block_elements() * kind.block_bytes()
}
