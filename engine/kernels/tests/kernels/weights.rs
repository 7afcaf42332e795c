//! Random weights of every type whose products are numbers.

use crate::quant::TensorType;

pub(crate) fn quantized() -> impl Iterator<Item = TensorType> {
    TensorType::ALL.iter().copied().filter(|kind| kind.is_quantized())
}

/// A small generator of test bytes (splitmix64).
pub(crate) struct RandomBytes(pub(crate) u64);

impl RandomBytes {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn byte(&mut self) -> u8 {
        (self.next() >> 56) as u8
    }

    pub(crate) fn float(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }
}

/// Random rows of weights; every half-precision scale is made small and finite.
pub(crate) fn weights(kind: TensorType, rows: usize, width: usize, bytes: &mut RandomBytes) -> Vec<u8> {
    let mut weights: Vec<u8> = (0..rows * kind.row_bytes(width).unwrap()).map(|_| bytes.byte()).collect();
    make_finite(kind, &mut weights, bytes);
    weights
}

/// Gives every block scales that are small numbers.
pub(crate) fn make_finite(kind: TensorType, weights: &mut [u8], bytes: &mut RandomBytes) {
    let scales: &[usize] = match kind {
        TensorType::Q4_1 | TensorType::Q5_1 | TensorType::Q4_K | TensorType::Q5_K => &[0, 2],
        TensorType::Q6_K => &[208],
        TensorType::Q2_K => &[80, 82],
        TensorType::Q3_K => &[108],
        TensorType::TQ1_0 => &[52],
        TensorType::TQ2_0 => &[64],
        // Its scale is in quarters, in the top nibbles of its last four words; NVFP4's are bytes, and all finite.
        TensorType::IQ1_M | TensorType::MXFP4 | TensorType::NVFP4 => &[],
        _ => &[0],
    };
    for block in weights.chunks_exact_mut(kind.block_bytes()) {
        for &at in scales {
            let scale = half::f16::from_f32(bytes.float() * 0.1);
            block[at..at + 2].copy_from_slice(&scale.to_le_bytes());
        }
        if kind == TensorType::IQ1_M {
            let scale = half::f16::from_f32(bytes.float() * 0.1).to_bits();
            for quarter in 0..4 {
                let top = (scale >> (4 * quarter) & 15) as u8;
                block[49 + 2 * quarter] = block[49 + 2 * quarter] & 15 | top << 4;
            }
        }
        if kind == TensorType::MXFP4 {
            // Exponents of numbers below and above 1, and the two lowest, which are no normal numbers.
            block[0] = [0, 1, 2, 119, 124, 127, 128, 130][usize::from(block[0] % 8)];
        }
    }
}
