//! Products of half a superblock of codes with activations in units of the row, one sum for each group of 16: the same
//! numbers by whichever instruction. They are whole numbers of 32 bits, rounded to floats.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

use std::arch::x86_64::*;

use super::loops::eight_floats;
use super::unpack::CodeRange;
use crate::QuantizedBlock;

/// The activations that meet the `v`-th register of codes of a half.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn activations_of(x: &QuantizedBlock, half: usize, v: usize) -> __m256i {
    let codes: &[i8; 32] = &x.codes.as_chunks::<32>().0[2 * v + half];
    // SAFETY: reads the 32 bytes of the array, at any alignment.
    unsafe { _mm256_loadu_si256(codes.as_ptr().cast()) }
}

/// The scales of a half's groups.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
fn scales(x: &QuantizedBlock, half: usize) -> __m256 {
    eight_floats(&x.scales.as_chunks().0[half])
}

/// By `vpmaddubsw` with scales in pairs of units, which adds pairs of products in 16 bits; no sum of them overflows, see [`CodeRange`]. Widening them to 32
/// bits takes a product, which is with the scales.
#[target_feature(enable = "avx2,fma,f16c")]
#[inline]
pub(super) fn maddubs(range: CodeRange, codes: &[__m256i; 4], x: &QuantizedBlock, half: usize) -> __m256 {
    let wide = |pairs: __m256i| _mm256_madd_epi16(pairs, _mm256_castps_si256(scales(x, half)));
    let pairs = |v: usize| {
        let x = activations_of(x, half, v);
        match range {
            // w·x is |w| times x with the sign of w.
            CodeRange::Signed => {
                _mm256_maddubs_epi16(_mm256_abs_epi8(codes[v]), _mm256_sign_epi8(x, codes[v]))
            }
            _ => _mm256_maddubs_epi16(codes[v], x),
        }
    };
    let both = |a: usize, b: usize| _mm256_add_epi16(pairs(a), pairs(b));
    let sums = match range {
        // One after another, which takes a register less than two and two.
        CodeRange::FiveBitsByRun | CodeRange::FiveBits => {
            wide(_mm256_add_epi16(_mm256_add_epi16(both(0, 1), pairs(2)), pairs(3)))
        }
        CodeRange::SixBits => _mm256_add_epi32(wide(both(0, 1)), wide(both(2, 3))),
        CodeRange::SevenBits | CodeRange::Signed => {
            let first = _mm256_add_epi32(wide(pairs(0)), wide(pairs(1)));
            _mm256_add_epi32(first, _mm256_add_epi32(wide(pairs(2)), wide(pairs(3))))
        }
    };
    _mm256_cvtepi32_ps(sums)
}

/// By AVX-VNNI's `vpdpbusd` with scales in units, which adds fours of products in 32 bits.
#[target_feature(enable = "avx2,fma,f16c,avxvnni")]
#[inline]
pub(super) fn vnni(range: CodeRange, codes: &[__m256i; 4], x: &QuantizedBlock, half: usize) -> __m256 {
    let mut sum = _mm256_setzero_si256();
    for (v, &codes) in codes.iter().enumerate() {
        let steps = activations_of(x, half, v);
        sum = match range {
            CodeRange::Signed => {
                _mm256_dpbusd_avx_epi32(sum, _mm256_abs_epi8(codes), _mm256_sign_epi8(steps, codes))
            }
            _ => _mm256_dpbusd_avx_epi32(sum, codes, steps),
        };
    }
    // Both factors are exact as floats, so their product is rounded once, as the whole number is.
    _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scales(x, half))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SUPERBLOCK;
    use crate::avx2::loops::store_eight;
    use crate::random_weights::RandomBytes;

    /// Codes at both ends of their range and between.
    fn codes(range: CodeRange, random: &mut RandomBytes) -> [[u8; 32]; 4] {
        let ends = match range {
            CodeRange::FiveBitsByRun | CodeRange::FiveBits => [0, 31],
            CodeRange::SixBits => [0, 63],
            CodeRange::SevenBits => [0, 127],
            CodeRange::Signed => [0x80, 127],
        };
        let mut code = || {
            let byte = random.byte();
            match byte % 4 {
                0 => ends[0],
                1 | 2 => ends[1],
                _ if range == CodeRange::Signed => random.byte(),
                _ => random.byte() & ends[1],
            }
        };
        std::array::from_fn(|_| std::array::from_fn(|_| code()))
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    fn in_registers(codes: &[[u8; 32]; 4]) -> [__m256i; 4] {
        [0, 1, 2, 3].map(|v| crate::avx2::lanes::register(&codes[v]))
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    fn floats(sums: __m256) -> [f32; 8] {
        let mut floats = [0.0; 8];
        store_eight(&mut floats, sums);
        floats
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    fn by_maddubs(range: CodeRange, codes: &[[u8; 32]; 4], x: &QuantizedBlock, half: usize) -> [f32; 8] {
        floats(maddubs(range, &in_registers(codes), x, half))
    }

    #[target_feature(enable = "avx2,fma,f16c,avxvnni")]
    fn by_vnni(range: CodeRange, codes: &[[u8; 32]; 4], x: &QuantizedBlock, half: usize) -> [f32; 8] {
        floats(vnni(range, &in_registers(codes), x, half))
    }

    #[test]
    fn byte_products_are_exact_at_the_ends_of_every_range() {
        let found = ["avx2", "fma", "f16c"].iter().zip([
            is_x86_feature_detected!("avx2"),
            is_x86_feature_detected!("fma"),
            is_x86_feature_detected!("f16c"),
        ]);
        if let Some((missing, _)) = found.clone().find(|(_, found)| !found) {
            eprintln!("skipped: this processor has no {missing}");
            return;
        }
        let mut random = RandomBytes(17);
        for range in [
            CodeRange::FiveBitsByRun,
            CodeRange::FiveBits,
            CodeRange::SixBits,
            CodeRange::SevenBits,
            CodeRange::Signed,
        ] {
            for turn in 0..200 {
                let codes = codes(range, &mut random);
                let mut x = QuantizedBlock::ZERO;
                let steps: [i8; SUPERBLOCK] = std::array::from_fn(|_| match (turn, random.byte() % 3) {
                    (0, _) | (_, 0) => 127,
                    (1, _) | (_, 1) => -127,
                    _ => random.byte().cast_signed().max(-127),
                });
                x.codes = steps;
                let units: [u16; 16] = std::array::from_fn(|_| match random.byte() % 4 {
                    0 => 8191,
                    1 => 1,
                    2 => u16::from(random.byte()),
                    _ => u16::from(random.byte()) * 32,
                });
                for half in 0..2 {
                    let exact: [f32; 8] = std::array::from_fn(|lane| {
                        let product = |i: usize| {
                            let (v, at) = (i / 4, 4 * lane + i % 4);
                            let code = match range {
                                CodeRange::Signed => i32::from(codes[v][at].cast_signed()),
                                _ => i32::from(codes[v][at]),
                            };
                            code * i32::from(x.codes[64 * v + 32 * half + at])
                        };
                        ((0..16).map(product).sum::<i32>() * i32::from(units[8 * half + lane])) as f32
                    });
                    x.scales = units.map(|units| f32::from_bits(u32::from(units) * 0x0001_0001));
                    // SAFETY: all three were found.
                    assert_eq!(unsafe { by_maddubs(range, &codes, &x, half) }, exact, "{range:?}");
                    x.scales = units.map(f32::from);
                    if is_x86_feature_detected!("avxvnni") {
                        // SAFETY: it was found.
                        assert_eq!(unsafe { by_vnni(range, &codes, &x, half) }, exact, "{range:?}");
                    }
                }
            }
        }
    }
}
