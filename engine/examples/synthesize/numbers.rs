//! Random numbers in every tensor type, made block by block: of mean 0 and a given spread.

use std::io::{self, Write};

use half::{bf16, f16};
use pelicycle_engine::quant::TensorType;

/// The numbers that a tensor is filled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum TensorNumbers {
    /// Mean 0 and about this standard deviation.
    Spread(f32),
    /// Evenly between two bounds; F32 alone.
    Between(f32, f32),
}

/// splitmix64 (G. Steele, D. Lea, C. Flood, 2014).
#[derive(Debug, Clone)]
pub(crate) struct RandomWeights(pub(crate) u64);

impl RandomWeights {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From −1 to 1.
    fn even(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn fill(&mut self, bytes: &mut [u8]) {
        let (whole, rest) = bytes.as_chunks_mut::<8>();
        whole.iter_mut().for_each(|eight| *eight = self.next().to_le_bytes());
        rest.iter_mut().for_each(|byte| *byte = self.next() as u8);
    }
}

/// Writes `elements` random numbers, whole blocks of `kind`.
pub(crate) fn write(
    kind: TensorType,
    elements: u64,
    numbers: TensorNumbers,
    random: &mut RandomWeights,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut left = elements / kind.block_elements() as u64;
    let size = kind.block_bytes();
    let mut buffer = vec![0; size * 1024];
    while left > 0 {
        let blocks = left.min(1024);
        let bytes = &mut buffer[..size * blocks as usize];
        match numbers {
            TensorNumbers::Spread(spread) => blocks_of(kind, spread, random, bytes),
            TensorNumbers::Between(low, high) => {
                for number in bytes.as_chunks_mut().0 {
                    *number = (low + (high - low) * (random.even() + 1.0) / 2.0).to_le_bytes();
                }
            }
        }
        out.write_all(bytes)?;
        left -= blocks;
    }
    Ok(())
}

/// Fills whole blocks: codes are random bytes, scales are set so that the numbers spread as wanted. Where codes
/// have no middle, the sign of each block's scale is random.
fn blocks_of(kind: TensorType, spread: f32, random: &mut RandomWeights, bytes: &mut [u8]) {
    /// Standard deviation of n evenly spread neighbouring integers.
    fn even(n: f32) -> f32 {
        ((n * n - 1.0) / 12.0).sqrt()
    }
    /// Of scales evenly spread from half of `n` to `n`, the root of the mean square.
    fn upper_half(n: f32) -> f32 {
        n * (7.0_f32 / 12.0).sqrt()
    }
    let half = |x: f32| f16::from_f32(x).to_le_bytes();
    if !kind.is_quantized() {
        let factor = spread * 3_f32.sqrt();
        for number in bytes.chunks_exact_mut(kind.block_bytes()) {
            let x = random.even() * factor;
            match kind {
                TensorType::F16 => number.copy_from_slice(&half(x)),
                TensorType::BF16 => number.copy_from_slice(&bf16::from_f32(x).to_le_bytes()),
                _ => number.copy_from_slice(&x.to_le_bytes()),
            }
        }
        return;
    }
    random.fill(bytes);
    for block in bytes.chunks_exact_mut(kind.block_bytes()) {
        let sign = if random.next() >> 63 == 0 { 1.0 } else { -1.0 };
        let mut scale_at = |at: usize, x: f32| block[at..at + 2].copy_from_slice(&half(x));
        match kind {
            TensorType::Q4_0 => scale_at(0, sign * spread / even(16.0)),
            TensorType::Q5_0 => scale_at(0, sign * spread / even(32.0)),
            TensorType::Q8_0 => scale_at(0, sign * spread / even(256.0)),
            TensorType::Q4_1 => {
                scale_at(0, spread / even(16.0));
                scale_at(2, -7.5 * spread / even(16.0));
            }
            TensorType::Q5_1 => {
                scale_at(0, spread / even(32.0));
                scale_at(2, -15.5 * spread / even(32.0));
            }
            // The root of the mean square of the 16 levels.
            TensorType::IQ4_NL => scale_at(0, sign * spread / 69.0),
            TensorType::MXFP4 => {
                // The levels, 0 to 6, have a root of the mean square of 2.9; the exponent nearest to the wanted.
                block[0] = (127.0 + (spread / 2.92).log2().round()).clamp(1.0, 254.0) as u8;
            }
            // Roots of the mean squares of levels and of the four bits of scales.
            TensorType::IQ2_XXS | TensorType::IQ2_XS | TensorType::IQ2_S => {
                scale_at(0, sign * spread / (26.0 * 2.1));
            }
            TensorType::IQ3_XXS => scale_at(0, sign * spread / (33.0 * 4.3)),
            TensorType::IQ3_S => scale_at(0, sign * spread / (8.2 * 17.1)),
            TensorType::IQ1_S => scale_at(0, sign * spread / (0.8 * 9.2)),
            TensorType::IQ1_M => {
                let d = f16::from_f32(sign * spread / (0.8 * 9.2)).to_bits();
                for quarter in 0..4 {
                    let top = (d >> (4 * quarter) & 15) as u8;
                    block[49 + 2 * quarter] = block[49 + 2 * quarter] & 15 | top << 4;
                }
            }
            TensorType::TQ1_0 => scale_at(52, spread / 0.82),
            TensorType::TQ2_0 => {
                scale_at(64, spread / 0.82);
                block[..64].iter_mut().for_each(|byte| *byte = ternary(*byte));
            }
            TensorType::Q1_0 => scale_at(0, spread),
            TensorType::Q2_0 => {
                scale_at(0, spread / 0.82);
                block[2..].iter_mut().for_each(|byte| *byte = ternary(*byte));
            }
            TensorType::NVFP4 => {
                // Half of what a scale of E4M3 stands for meets levels of a root of the mean square of 5.8.
                let scale = spread / 2.92;
                let exponent = scale.log2().round();
                // Below the normal numbers there are seven more, evenly.
                let byte = if exponent < -6.0 {
                    (scale * 512.0).round().clamp(1.0, 7.0)
                } else {
                    (exponent + 7.0).min(14.0) * 8.0
                };
                block[..4].fill(byte as u8);
            }
            TensorType::Q2_K => {
                let d = spread / (upper_half(15.0) * even(4.0));
                scale_at(80, d);
                scale_at(82, 1.5 * d);
                for byte in &mut block[..16] {
                    // Scale and minimum are the same number, 8 to 15.
                    *byte = (*byte & 15 | 8) * 17;
                }
            }
            // Six-bit scales from −32 to 31 in either.
            TensorType::Q3_K => scale_at(108, sign * spread / (even(64.0) * even(8.0))),
            TensorType::IQ4_XS => scale_at(0, sign * spread / (even(64.0) * 69.0)),
            TensorType::Q4_K | TensorType::Q5_K => {
                let levels = if kind == TensorType::Q4_K { 16.0 } else { 32.0 };
                let d = spread / (upper_half(63.0) * even(levels));
                scale_at(0, d);
                scale_at(2, (levels - 1.0) / 2.0 * d);
                for i in 0..4 {
                    // Scales and minima are the same eight numbers, 32 to 63: four of them with their top bits
                    // above the first four, whose own top bits are set.
                    let (first, second) = (block[4 + i] & 31 | 32, block[12 + i] & 15);
                    block[4 + i] = first | 0b1000_0000;
                    block[8 + i] = first | 0b1000_0000;
                    block[12 + i] = second * 17;
                }
            }
            TensorType::Q6_K => scale_at(208, sign * spread / (even(256.0) * even(64.0))),
            TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("done above"),
        }
    }
}

/// Four digits of −1, 0 and 1, as two bits each, from a random byte.
fn ternary(byte: u8) -> u8 {
    let mut digits = u16::from(byte) * 81 / 256;
    (0..4).fold(0, |packed, at| {
        let digit = (digits % 3) as u8;
        digits /= 3;
        packed | digit << (2 * at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_type_have_the_mean_and_spread_that_were_asked_for() {
        for &kind in TensorType::ALL {
            let (mut random, mut bytes) = (RandomWeights(1), Vec::new());
            let mut numbers = vec![0.0; 1 << 18];
            write(kind, numbers.len() as u64, TensorNumbers::Spread(0.02), &mut random, &mut bytes).unwrap();
            pelicycle_engine::quant::dequantize(kind, &bytes, &mut numbers);
            let n = numbers.len() as f64;
            let mean = numbers.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
            let spread = (numbers.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / n).sqrt();
            assert!(mean.abs() < 0.001, "{kind}: mean {mean}");
            // An exponent alone can miss by a factor of the root of two.
            let slack = if matches!(kind, TensorType::MXFP4 | TensorType::NVFP4) { 1.5 } else { 1.1 };
            assert!(spread < 0.02 * slack && spread > 0.02 / slack, "{kind}: spread {spread}");
        }
    }
}
