//! Products of floats with many rows at a time, which are written once and compiled for each instruction set.

/// Products compiled for `$features`. A product of two rows is `$dot`, and those of a few with a few are `tile`, which stands
/// beside and sums each as `$dot` does.
macro_rules! dots {
    ($features:literal, $dot:path) => {
        /// See [`Kernels::dots`](crate::Kernels::dots).
        #[target_feature(enable = $features)]
        pub(super) fn dots(weights: &[f32], rows: &[&[f32]], out: &mut [&mut [f32]]) {
            let Some(width) = crate::math::width_of_dots(weights, rows, out) else { return };
            for (rows, out) in rows.chunks_exact(ROWS).zip(out.chunks_exact_mut(ROWS)) {
                let rows: &[&[f32]; ROWS] = rows.try_into().expect("a group of so many");
                let mut pairs = weights.chunks_exact(WEIGHTS * width);
                for (pair, weights) in pairs.by_ref().enumerate() {
                    for (r, sums) in tile(weights, rows, width).into_iter().enumerate() {
                        out[r][pair * WEIGHTS..][..WEIGHTS].copy_from_slice(&sums);
                    }
                }
                let last = weights.len() / (WEIGHTS * width) * WEIGHTS;
                for (j, weights) in pairs.remainder().chunks_exact(width).enumerate() {
                    for (row, out) in rows.iter().zip(&mut *out) {
                        out[last + j] = $dot(weights, row);
                    }
                }
            }
            let rest = rows.len() / ROWS * ROWS;
            for (row, out) in rows[rest..].iter().zip(&mut out[rest..]) {
                for (weights, out) in weights.chunks_exact(width).zip(out.iter_mut()) {
                    *out = $dot(weights, row);
                }
            }
        }
    };
}
pub(crate) use dots;

/// Sums compiled for `$features`, in registers of `$lanes` floats: `$most` registers of a row at a time, or one of the fewer.
macro_rules! mixes {
    (
        $features:literal, $lanes:literal, $zero:path, $load:path, $store:path, $spread:path, $fused:path,
        [$most:literal $($fewer:literal)*]
    ) => {
        /// Rows that are mixed together.
        const MIXED: usize = 6;

        /// See [`Kernels::mixes`](crate::Kernels::mixes).
        #[target_feature(enable = $features)]
        pub(super) fn mixes(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) {
            assert_eq!(weights.len(), out.len());
            for (weights, out) in weights.chunks_exact(MIXED).zip(out.chunks_exact_mut(MIXED)) {
                mix_rows::<MIXED>(weights, values, out);
            }
            let rest = weights.len() / MIXED * MIXED;
            for (weights, out) in weights[rest..].iter().zip(&mut out[rest..]) {
                mix_rows::<1>(&[weights], values, std::slice::from_mut(out));
            }
        }

        #[target_feature(enable = $features)]
        #[inline]
        fn mix_rows<const N: usize>(weights: &[&[f32]], values: &[f32], out: &mut [&mut [f32]]) {
            let (width, count) = (out[0].len(), weights[0].len());
            assert_eq!(width * count, values.len());
            assert!(weights.iter().all(|weights| weights.len() == count));
            assert!(out.iter().all(|out| out.len() == width));
            let weights: [&[f32]; N] = std::array::from_fn(|r| &weights[r][..count]);
            let mut from = 0;
            while width - from >= $lanes {
                let registers = ((width - from) / $lanes).min($most);
                match registers {
                    $most => mix_columns::<N, $most>(&weights, values, width, from, out),
                    $($fewer => mix_columns::<N, $fewer>(&weights, values, width, from, out),)*
                    _ => mix_columns::<N, 1>(&weights, values, width, from, out),
                }
                from += registers * $lanes;
            }
            for (weights, out) in weights.iter().zip(out) {
                for column in from..width {
                    let value = |i: usize| values[i * width + column];
                    out[column] =
                        weights.iter().enumerate().fold(out[column], |sum, (i, w)| w.mul_add(value(i), sum));
                }
            }
        }

        /// Columns from `from` on, in so many registers.
        #[target_feature(enable = $features)]
        #[inline]
        fn mix_columns<const N: usize, const REGISTERS: usize>(
            weights: &[&[f32]; N],
            values: &[f32],
            width: usize,
            from: usize,
            out: &mut [&mut [f32]],
        ) {
            let mut sums = [[$zero(); REGISTERS]; N];
            for (sums, out) in sums.iter_mut().zip(&*out) {
                let (registers, _) = out[from..].as_chunks::<$lanes>();
                for (sum, out) in sums.iter_mut().zip(registers) {
                    *sum = $load(out);
                }
            }
            let count = values.len() / width;
            assert!(weights.iter().all(|weights| weights.len() >= count));
            for (i, value) in values.chunks_exact(width).enumerate() {
                let (registers, _) = value[from..].as_chunks::<$lanes>();
                let mut value = [$zero(); REGISTERS];
                for (value, floats) in value.iter_mut().zip(&registers[..REGISTERS]) {
                    *value = $load(floats);
                }
                for (sums, weights) in sums.iter_mut().zip(weights) {
                    // SAFETY: i is below `count`, the rows of values, and no weights are fewer than `count`, as asserted
                    // above. To look at six lengths for each takes longer than the products.
                    let weight = $spread(unsafe { *weights.get_unchecked(i) });
                    for (sum, value) in sums.iter_mut().zip(&value) {
                        *sum = $fused(weight, *value, *sum);
                    }
                }
            }
            for (sums, out) in sums.iter().zip(out) {
                let (registers, _) = out[from..].as_chunks_mut::<$lanes>();
                for (out, sum) in registers.iter_mut().zip(sums) {
                    $store(out, *sum);
                }
            }
        }
    };
}
pub(crate) use mixes;
