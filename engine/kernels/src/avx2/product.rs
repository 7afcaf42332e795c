//! Products of quantized weight rows with activations, compiled once for each way to multiply bytes.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

/// Products compiled for `$features`, with bytes multiplied by `$bytes`, for each type with the bytes of a superblock.
macro_rules! products {
    ($features:literal, $bytes:path, $($kind:ident $superblock:literal,)*) => {
        use std::arch::x86_64::*;

        use crate::QuantizedBlock;
        use crate::avx2::loops::{eight_floats, sum};
        use crate::avx2::unpack::{CodeRange, Superblock, code_range, from_memory, unpack};
        use crate::quant::TensorType;
        use crate::unpack::superblock_bytes;

        /// See [`crate::Kernels::quantized_product`].
        pub(crate) fn quantized_product(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            assert_eq!(rows.len(), out.len());
            match kind {
                // SAFETY: the table is handed out only where `kernels` found these features.
                $(TensorType::$kind => unsafe {
                    rows_by_eight::<$superblock, { TensorType::$kind.id() }>(weights, row_bytes, rows, out);
                },)*
                TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
                // SAFETY: as above.
                _ => unsafe { product_through_memory(kind, weights, row_bytes, rows, out) },
            }
        }

        #[target_feature(enable = $features)]
        fn rows_by_eight<const BYTES: usize, const KIND: u32>(
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            let (eights, rows) = rows.as_chunks::<8>();
            let (out_eights, out) = out.as_chunks_mut::<8>();
            for (rows, out) in eights.iter().zip(out_eights) {
                product::<BYTES, KIND, 8>(weights, row_bytes, rows, out);
            }
            let (fours, rows) = rows.as_chunks::<4>();
            let (out_fours, out) = out.as_chunks_mut::<4>();
            for (rows, out) in fours.iter().zip(out_fours) {
                product::<BYTES, KIND, 4>(weights, row_bytes, rows, out);
            }
            let (twos, rows) = rows.as_chunks::<2>();
            let (out_twos, out) = out.as_chunks_mut::<2>();
            for (rows, out) in twos.iter().zip(out_twos) {
                product::<BYTES, KIND, 2>(weights, row_bytes, rows, out);
            }
            for (row, out) in rows.as_chunks::<1>().0.iter().zip(out.as_chunks_mut::<1>().0) {
                product::<BYTES, KIND, 1>(weights, row_bytes, row, out);
            }
        }

        #[target_feature(enable = $features)]
        fn product<const BYTES: usize, const KIND: u32, const ROWS: usize>(
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]; ROWS],
            out: &mut [&mut [f32]; ROWS],
        ) {
            let range = const { code_range(KIND) };
            for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
                let (whole, rest) = row.as_chunks::<BYTES>();
                // A block of zeros has finite scales and offsets, and the activations beyond the row are zeros.
                let mut last = [0; BYTES];
                last[..rest.len()].copy_from_slice(rest);
                let last = if rest.is_empty() { None } else { Some(&last) };
                let mut sums = [_mm256_setzero_ps(); ROWS];
                for (i, block) in whole.iter().chain(last).enumerate() {
                    let weights = unpack::<BYTES, KIND>(block);
                    // A half at a time: the registers hold one half's codes and the sums of eight rows.
                    for half in 0..2 {
                        for (x, sum) in rows.iter().zip(&mut sums) {
                            add_half(range, &weights, &x[i], half, sum);
                        }
                    }
                }
                for (out, sums) in out.iter_mut().zip(&sums) {
                    out[j] = sum(*sums);
                }
            }
        }

        /// Products of types whose codes are read number by number: one loop for all of them.
        #[target_feature(enable = $features)]
        fn product_through_memory(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            let mut sums = vec![_mm256_setzero_ps(); rows.len()];
            for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
                sums.fill(_mm256_setzero_ps());
                for (i, blocks) in row.chunks(superblock_bytes(kind)).enumerate() {
                    let weights = from_memory(kind, blocks);
                    for (x, sum) in rows.iter().zip(&mut sums) {
                        for half in 0..2 {
                            // All codes of these types have seven bits at most.
                            add_half(CodeRange::SevenBits, &weights, &x[i], half, sum);
                        }
                    }
                }
                for (out, sums) in out.iter_mut().zip(&sums) {
                    out[j] = sum(*sums);
                }
            }
        }

        /// Adds the products of half a superblock with its activations.
        #[target_feature(enable = $features)]
        #[inline]
        fn add_half(range: CodeRange, w: &Superblock, x: &QuantizedBlock, half: usize, sum: &mut __m256) {
            let products = $bytes(range, &w.codes[half], x, half);
            let of_half = |numbers: &[f32; 16]| eight_floats(&numbers.as_chunks::<8>().0[half]);
            let scales = _mm256_mul_ps(w.scales[half], of_half(&x.scales));
            *sum = _mm256_fmadd_ps(scales, _mm256_cvtepi32_ps(products), *sum);
            if !matches!(range, CodeRange::Signed) {
                *sum = _mm256_fnmadd_ps(w.offsets[half], of_half(&x.sums), *sum);
            }
        }
    };
}

/// As `products`, for all types that are unpacked in registers.
macro_rules! products_of_all_types {
    ($features:literal, $bytes:path) => {
        products!(
            $features, $bytes, Q4_0 144, Q4_1 160, Q5_0 176, Q5_1 192, Q8_0 272, IQ4_NL 144, MXFP4 136, Q2_K 84,
            Q3_K 110, Q4_K 144, Q5_K 176, Q6_K 210, IQ4_XS 136,
        );
    };
}

/// Any processor with AVX2.
pub(super) mod maddubs {
    products_of_all_types!("avx2,fma,f16c", crate::avx2::byte_products::maddubs);
}

/// Processors with AVX-VNNI.
pub(super) mod vnni {
    products_of_all_types!("avx2,fma,f16c,avxvnni", crate::avx2::byte_products::vnni);
}
