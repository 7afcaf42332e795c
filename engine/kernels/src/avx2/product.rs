//! Products of quantized weight rows with activations, compiled once for each way to multiply bytes.
#![expect(unsafe_code, reason = "vector instructions; every function here is reached only through `kernels`")]

/// Rows of activations for which it pays to unpack weights to memory once. For signed codes it hardly does: those need as
/// many registers again for their magnitudes, which leaves none for the sums of eight rows.
const MANY: usize = 16;

/// Products compiled for `$features`, with bytes multiplied by `$bytes`, which takes scales in `$form`, for each type with the bytes of a superblock.
macro_rules! products {
    (
        $features:literal, $bytes:path, $form:path, $loop:path,
        [$($kind:ident $module:ident $unpack:ident,)*] [$($large:ident $larges:ident $unpack_large:ident,)*]
        [$($ahead:ident $aheads:ident $unpack_ahead:ident,)*]
    ) => {
        use std::arch::x86_64::*;

        use super::MANY;
        use crate::QuantizedBlock;
        use crate::ahead;
        use crate::avx2::lanes::sums_of_lanes;
        use crate::avx2::loops::{eight_floats, store_up_to_eight};
        use crate::avx2::points::PointPlaces;
        use crate::avx2::tile::{TILE_BLOCKS, TILE_ROWS, HalvedTile, end_sums, unit};
        use crate::avx2::unpack::{CodeRange, HalvedSuperblock, code_range};
        use crate::avx2::{books, few_bits, k_quants, small_blocks};
        use crate::groups::{by_groups, near_rows};
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
            $form.check(rows);
            // SAFETY: the table is handed out only where `kernels` found these features.
            unsafe { of_kind(kind, weights, row_bytes, rows, out) }
        }

        #[target_feature(enable = $features)]
        fn of_kind(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            if rows.is_empty() {
                return;
            }
            if rows.len() >= MANY && code_range(kind) != CodeRange::Signed {
                return product_by_tiles(kind, weights, row_bytes, rows, out);
            }
            match (kind, rows, &mut *out) {
                $((TensorType::$kind, ..) => {
                    const BYTES: usize = superblock_bytes(TensorType::$kind);
                    const RANGE: u8 = code_range(TensorType::$kind) as u8;
                    by_groups!(rows, out, 8 4 3 2 1, |rows, out| {
                        product::<BYTES, RANGE, _>(weights, row_bytes, rows, out, |block, _| $module::$unpack(block));
                    });
                })*
                $((TensorType::$large, [row], [out]) => {
                    const BYTES: usize = superblock_bytes(TensorType::$large);
                    const RANGE: u8 = code_range(TensorType::$large) as u8;
                    let unpack = |block: &_, _: &_| $larges::$unpack_large::<{ $loop }>(block);
                    product::<BYTES, RANGE, 1>(weights, row_bytes, &[*row], &mut [*out], unpack);
                })*
                $((TensorType::$ahead, [row], [out]) => {
                    const BYTES: usize = superblock_bytes(TensorType::$ahead);
                    const RANGE: u8 = code_range(TensorType::$ahead) as u8;
                    // Places are made of one block's bytes and the next's.
                    const { assert!(TensorType::$ahead.block_elements() == 256) };
                    let mut places = PointPlaces::new();
                    let unpack = |block: &_, next: &_| $aheads::$unpack_ahead::<{ $loop }>(block, next, &mut places);
                    product::<BYTES, RANGE, 1>(weights, row_bytes, &[*row], &mut [*out], unpack);
                })*
                (TensorType::F32 | TensorType::F16 | TensorType::BF16, ..) => {
                    unreachable!("{kind} is not quantized")
                }
                _ => product_by_tiles(kind, weights, row_bytes, rows, out),
            }
        }

        /// Few rows: what is unpacked stays in registers. `unpack` is given a superblock and, where rows end with whole ones,
        /// the next.
        #[target_feature(enable = $features)]
        #[inline(never)]
        fn product<const BYTES: usize, const RANGE: u8, const ROWS: usize>(
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]; ROWS],
            out: &mut [&mut [f32]; ROWS],
            mut unpack: impl FnMut(&[u8; BYTES], &[u8; BYTES]) -> HalvedSuperblock,
        ) {
            let range = const { CodeRange::numbered(RANGE) };
            let blocks = row_bytes.div_ceil(BYTES);
            let rows = rows.map(|x| &x[..blocks]);
            let mut last = [0; BYTES];
            // Of each row of activations the sums with eight rows of weights, which are ended together.
            let mut eight = [[_mm256_setzero_ps(); 8]; ROWS];
            let count = weights.len() / row_bytes;
            for (j, row) in weights.chunks_exact(row_bytes).enumerate() {
                let (whole, rest) = row.as_chunks::<BYTES>();
                // Copying nothing is a call, too: a thirtieth of a row's time.
                if !rest.is_empty() {
                    last[..rest.len()].copy_from_slice(rest);
                }
                let next = ahead::after(weights, j * row_bytes);
                let after = weights.get((j + 1) * row_bytes..).and_then(<[u8]>::first_chunk).unwrap_or(&last);
                let mut sums = [_mm256_setzero_ps(); ROWS];
                for i in 0..blocks {
                    ahead::ask::<BYTES>(next, i * BYTES);
                    let weights = unpack(
                        if i < whole.len() { &whole[i] } else { &last },
                        if i + 1 < whole.len() { &whole[i + 1] } else { after },
                    );
                    // A half at a time: the registers hold one half's codes and the sums of eight rows.
                    for (x, sum) in rows.iter().zip(&mut sums) {
                        add_half(range, &weights, &x[i], 0, sum);
                    }
                    for (x, sum) in rows.iter().zip(&mut sums) {
                        add_half(range, &weights, &x[i], 1, sum);
                    }
                }
                for (eight, sum) in eight.iter_mut().zip(sums) {
                    eight[j % 8] = sum;
                }
                if j % 8 == 7 || j + 1 == count {
                    for ((out, eight), x) in out.iter_mut().zip(&eight).zip(&rows) {
                        let products = _mm256_mul_ps(sums_of_lanes(eight), _mm256_set1_ps(unit(x)));
                        store_up_to_eight(&mut out[j - j % 8..=j], products);
                    }
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
            let near = near_rows(row_bytes.div_ceil(superblock_bytes(kind)));
            for (rows, out) in rows.chunks(near).zip(out.chunks_mut(near)) {
                product_with_near_rows(kind, weights, row_bytes, rows, out);
            }
        }

        #[target_feature(enable = $features)]
        fn product_with_near_rows(
            kind: TensorType,
            weights: &[u8],
            row_bytes: usize,
            rows: &[&[QuantizedBlock]],
            out: &mut [&mut [f32]],
        ) {
            let add = match code_range(kind) {
                CodeRange::FiveBitsByRun => add_tile::<{ CodeRange::FiveBitsByRun as u8 }>,
                CodeRange::FiveBits => add_tile::<{ CodeRange::FiveBits as u8 }>,
                CodeRange::SixBits => add_tile::<{ CodeRange::SixBits as u8 }>,
                CodeRange::SevenBits => add_tile::<{ CodeRange::SevenBits as u8 }>,
                CodeRange::Signed => unreachable!("{kind} takes no tiles"),
            };
            let mut tile = HalvedTile::default();
            let mut sums = vec![_mm256_setzero_ps(); TILE_ROWS * rows.len()];
            for (t, some) in weights.chunks(TILE_ROWS * row_bytes).enumerate() {
                let next = ahead::after(weights, t * TILE_ROWS * row_bytes);
                for first in (0..row_bytes.div_ceil(superblock_bytes(kind))).step_by(TILE_BLOCKS) {
                    tile.unpack(kind, some, next, row_bytes, first);
                    add(&tile, first, rows, &mut sums);
                }
                end_sums(&sums, t * TILE_ROWS..t * TILE_ROWS + some.len() / row_bytes, rows, out);
            }
        }

        /// Adds the products of a tile, whose first superblock is the `first` of its row, with all rows; those of the first
        /// superblocks begin `sums` anew. Of each group of rows these are the sums with the tile's first weight row, then with
        /// the second, and so on.
        #[target_feature(enable = $features)]
        fn add_tile<const RANGE: u8>(tile: &HalvedTile, first: usize, rows: &[&[QuantizedBlock]], sums: &mut [__m256]) {
            let mut rest = sums;
            by_groups!(rows, 8 4 2 1, |rows| {
                let (sums, others) = std::mem::take(&mut rest).split_at_mut(TILE_ROWS * rows.len());
                for (weights, sums) in tile.rows().zip(sums.chunks_exact_mut(rows.len())) {
                    add_row::<RANGE, _>(weights, rows, first, sums.as_mut_array().expect("a sum for each row"));
                }
                rest = others;
            });
        }

        #[target_feature(enable = $features)]
        #[inline(never)]
        fn add_row<const RANGE: u8, const ROWS: usize>(
            weights: &[HalvedSuperblock],
            rows: &[&[QuantizedBlock]; ROWS],
            first: usize,
            sums: &mut [__m256; ROWS],
        ) {
            let range = const { CodeRange::numbered(RANGE) };
            let mut near = [&[][..]; ROWS];
            for (near, x) in near.iter_mut().zip(rows) {
                *near = &x[first..first + weights.len()];
            }
            assert!(near.iter().all(|x| x.len() == weights.len()));
            let mut added = if first == 0 { [_mm256_setzero_ps(); ROWS] } else { *sums };
            for (i, weights) in weights.iter().enumerate() {
                // Written out: as a loop of two it would be one.
                for (x, sum) in near.iter().zip(&mut added) {
                    add_half(range, weights, &x[i], 0, sum);
                }
                for (x, sum) in near.iter().zip(&mut added) {
                    add_half(range, weights, &x[i], 1, sum);
                }
            }
            *sums = added;
        }

        /// Adds the products of half a superblock with its activations.
        #[target_feature(enable = $features)]
        #[inline]
        fn add_half(range: CodeRange, w: &HalvedSuperblock, x: &QuantizedBlock, half: usize, sum: &mut __m256) {
            *sum = _mm256_fmadd_ps(w.scales[half], $bytes(range, &w.codes[half], x, half), *sum);
            match range {
                CodeRange::Signed => {}
                CodeRange::FiveBitsByRun => {
                    if half == 1 {
                        *sum = _mm256_fnmadd_ps(w.offsets[0], eight_floats(&x.run_sums), *sum);
                    }
                }
                _ => {
                    let sums = eight_floats(&x.sums.as_chunks().0[half]);
                    *sum = _mm256_fnmadd_ps(w.offsets[half], sums, *sum);
                }
            }
        }
    };
}

/// Any processor with AVX2.
pub(super) mod maddubs {
    crate::unpackers::of_every_type!(products "avx2,fma,f16c", crate::avx2::byte_products::maddubs, crate::activations::ScaleForm::UnitPairs, crate::avx2::unpack::in_loop::AVX2,);
}

/// Processors with AVX-VNNI.
pub(super) mod vnni {
    crate::unpackers::of_every_type!(products "avx2,fma,f16c,avxvnni", crate::avx2::byte_products::vnni, crate::activations::ScaleForm::Units, crate::avx2::unpack::in_loop::AVX_VNNI,);
}
