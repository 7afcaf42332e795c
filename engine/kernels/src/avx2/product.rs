//! Products of quantized weight rows with activations, compiled once for each way to multiply bytes.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

/// Rows of activations for which it pays to unpack weights to memory once. For signed codes it hardly does: those need as
/// many registers again for their magnitudes, which leaves none for the sums of eight rows.
const MANY: usize = 16;

/// Products compiled for `$features`, with bytes multiplied by `$bytes`, for each type with the bytes of a superblock.
macro_rules! products {
    ($features:literal, $bytes:path, $($kind:ident $superblock:literal,)*) => {
        use std::arch::x86_64::*;

        use super::MANY;
        use crate::QuantizedBlock;
        use crate::ahead;
        use crate::avx2::loops::{eight_floats, sum};
        use crate::avx2::tile::{TILE_BLOCKS, TILE_ROWS, Tile};
        use crate::avx2::unpack::{CodeRange, Superblock, code_range, filled_up, unpack};
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
            if rows.is_empty() {
                return;
            }
            if rows.len() >= MANY && code_range(kind.id()) != CodeRange::Signed {
                // SAFETY: the table is handed out only where `kernels` found these features.
                return unsafe { product_by_tiles(kind, weights, row_bytes, rows, out) };
            }
            match kind {
                // SAFETY: as above.
                $(TensorType::$kind => unsafe {
                    rows_by_eight::<$superblock, { TensorType::$kind.id() }>(weights, row_bytes, rows, out);
                },)*
                TensorType::F32 | TensorType::F16 | TensorType::BF16 => unreachable!("{kind} is not quantized"),
                // SAFETY: as above.
                _ => unsafe { product_by_tiles(kind, weights, row_bytes, rows, out) },
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
            match (rows, out) {
                ([a], [x]) => product::<BYTES, KIND, 1>(weights, row_bytes, &[*a], &mut [*x]),
                ([a, b], [x, y]) => product::<BYTES, KIND, 2>(weights, row_bytes, &[*a, *b], &mut [*x, *y]),
                ([a, b, c], [x, y, z]) => {
                    product::<BYTES, KIND, 3>(weights, row_bytes, &[*a, *b, *c], &mut [*x, *y, *z]);
                }
                _ => {}
            }
        }

        /// Few rows: what is unpacked stays in registers.
        #[target_feature(enable = $features)]
        #[inline(never)]
        fn product<const BYTES: usize, const KIND: u32, const ROWS: usize>(
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]; ROWS],
            out: &mut [&mut [f32]; ROWS],
        ) {
            let range = const { code_range(KIND) };
            for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
                let (whole, rest) = row.as_chunks::<BYTES>();
                let last = if rest.is_empty() { None } else { Some(filled_up(rest)) };
                let next = ahead::after(weights, j * row_bytes);
                let mut sums = [_mm256_setzero_ps(); ROWS];
                for (i, block) in whole.iter().chain(&last).enumerate() {
                    ahead::ask::<BYTES>(next, i * BYTES);
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

        /// Many rows: a tile of weights is unpacked once for all of them, and meets eight at a time.
        #[target_feature(enable = $features)]
        fn product_by_tiles(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            let mut tile = Tile::default();
            let mut sums = vec![_mm256_setzero_ps(); TILE_ROWS * rows.len()];
            for (t, weights) in weights.chunks(TILE_ROWS * row_bytes).enumerate() {
                sums.fill(_mm256_setzero_ps());
                for first in (0..row_bytes.div_ceil(superblock_bytes(kind))).step_by(TILE_BLOCKS) {
                    tile.unpack(kind, weights, row_bytes, first);
                    match code_range(kind.id()) {
                        CodeRange::SixBits => {
                            add_tile::<{ CodeRange::SIX_BITS }>(&tile, first, rows, &mut sums);
                        }
                        CodeRange::SevenBits => {
                            add_tile::<{ CodeRange::SEVEN_BITS }>(&tile, first, rows, &mut sums);
                        }
                        CodeRange::FiveBits => {
                            add_tile::<{ CodeRange::FIVE_BITS }>(&tile, first, rows, &mut sums);
                        }
                        CodeRange::Signed => unreachable!("{kind} takes no tiles"),
                    }
                }
                for (w, sums) in sums.chunks_exact(rows.len()).take(weights.len() / row_bytes).enumerate() {
                    for (out, sums) in out.iter_mut().zip(sums) {
                        out[t * TILE_ROWS + w] = sum(*sums);
                    }
                }
            }
        }

        /// Adds the products of a tile, whose first superblock is the `first` of its row, with all rows: `sums` has those
        /// of each weight row one after another.
        #[target_feature(enable = $features)]
        fn add_tile<const RANGE: u8>(tile: &Tile, first: usize, rows: &[&[QuantizedBlock]], sums: &mut [__m256]) {
            let all = rows.len();
            let mut done = 0;
            macro_rules! groups_of {
                ($count:literal) => {
                    while let Some(group) = rows[done..].first_chunk::<$count>() {
                        for (w, weights) in tile.rows().enumerate() {
                            let sums = sums[w * all + done..].first_chunk_mut().expect("a sum for each row");
                            add_row::<RANGE, $count>(weights, group, first, sums);
                        }
                        done += $count;
                    }
                };
            }
            groups_of!(8);
            groups_of!(4);
            groups_of!(1);
        }

        #[target_feature(enable = $features)]
        #[inline(never)]
        fn add_row<const RANGE: u8, const ROWS: usize>(
            weights: &[Superblock],
            rows: &[&[QuantizedBlock]; ROWS],
            first: usize,
            sums: &mut [__m256; ROWS],
        ) {
            let range = const { CodeRange::numbered(RANGE) };
            let mut added = *sums;
            for (i, weights) in weights.iter().enumerate() {
                for half in 0..2 {
                    for (x, sum) in rows.iter().zip(&mut added) {
                        add_half(range, weights, &x[first + i], half, sum);
                    }
                }
            }
            *sums = added;
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
