//! Scores and mixes of the query heads that share keys and values in half precision: those are widened once for all of them.
//! Written once and compiled for each instruction set.

/// Loops compiled for `$features`, in registers of `$lanes` floats. Sixteen sums of lanes are ended by `$ends`, which
/// multiplies them by the scale; `$together` keys meet two queries at a time, and so many queries mix as `$groups` says.
/// Numbers are those of one query by itself, bit for bit.
macro_rules! many_queries {
    (
        $features:literal, $lanes:literal, $zero:path, $load:path, $halves:path, $store:path, $spread:path, $fused:path,
        $add:path, $ends:path, $together:literal, $registers:literal, [$($groups:literal)*]
    ) => {
        /// Keys that are widened at a time.
        const KEYS: usize = 16;
        /// Values that stay in the nearest cache while all heads and columns pass.
        const VALUES: usize = 64;

        /// See [`Kernels::group_scores_half`](crate::Kernels::group_scores_half).
        #[target_feature(enable = $features)]
        pub(super) fn group_scores_half(queries: &[&[f32]], keys: &[u16], scale: f32, scores: &mut [&mut [f32]]) {
            let Some(width) = crate::math::shared_width(queries, scores, keys) else { return };
            if !width.is_multiple_of(16) {
                return crate::math::group_scores(crate::math::scores, queries, keys, scale, scores);
            }
            // The first registers of all keys, then the second, and so on.
            let mut widened = vec![[[0.0; $lanes]; KEYS]; width / $lanes];
            for (run, keys) in keys.chunks(KEYS * width).enumerate() {
                for (k, key) in keys.chunks_exact(width).enumerate() {
                    let halves = key.as_chunks::<$lanes>().0;
                    widened.iter_mut().zip(halves).for_each(|(to, halves)| $store(&mut to[k], $halves(halves)));
                }
                let places = run * KEYS..run * KEYS + keys.len() / width;
                crate::groups::by_groups!(queries, &mut *scores, 2 1, |queries, scores| {
                    let mut sums = [[$zero(); KEYS]; _];
                    for turn in 0..places.len().div_ceil($together) {
                        meet(queries, &widened, turn, &mut sums);
                    }
                    for (sums, scores) in sums.iter().zip(scores) {
                        scores[places.clone()].copy_from_slice(&$ends(sums, scale)[..places.len()]);
                    }
                });
            }
        }

        /// The products of queries with some keys, each in the lanes of a register: even and odd registers are summed apart.
        #[target_feature(enable = $features)]
        #[inline]
        fn meet<const QUERIES: usize>(
            queries: &[&[f32]; QUERIES],
            keys: &[[[f32; $lanes]; KEYS]],
            turn: usize,
            to: &mut [[Register; KEYS]; QUERIES],
        ) {
            let mut near = [&[][..]; QUERIES];
            for (near, query) in near.iter_mut().zip(queries) {
                *near = &query.as_chunks::<$lanes>().0[..keys.len()];
            }
            let mut even = [[$zero(); $together]; QUERIES];
            let mut odd = even;
            let (pairs, last) = keys.as_chunks::<2>();
            for (i, [first, second]) in pairs.iter().enumerate() {
                add(&near, 2 * i, &first.as_chunks().0[turn], &mut even);
                add(&near, 2 * i + 1, &second.as_chunks().0[turn], &mut odd);
            }
            if let [last] = last {
                add(&near, keys.len() - 1, &last.as_chunks().0[turn], &mut even);
            }
            for ((to, even), odd) in to.iter_mut().zip(even).zip(odd) {
                for ((to, even), odd) in to.as_chunks_mut::<$together>().0[turn].iter_mut().zip(even).zip(odd) {
                    *to = $add(even, odd);
                }
            }
        }

        /// Adds the products of the `i`-th registers of queries with those of keys.
        #[target_feature(enable = $features)]
        #[inline]
        fn add<const QUERIES: usize>(
            queries: &[&[[f32; $lanes]]; QUERIES],
            i: usize,
            keys: &[[f32; $lanes]; $together],
            sums: &mut [[Register; $together]; QUERIES],
        ) {
            for (query, sums) in queries.iter().zip(sums) {
                let query = $load(&query[i]);
                for (sum, key) in sums.iter_mut().zip(keys) {
                    *sum = $fused(query, $load(key), *sum);
                }
            }
        }

        /// See [`Kernels::group_mix_half`](crate::Kernels::group_mix_half).
        #[target_feature(enable = $features)]
        pub(super) fn group_mix_half(weights: &[&[f32]], values: &[u16], out: &mut [&mut [f32]]) {
            let Some(width) = crate::math::shared_width(out, weights, values) else { return };
            if !width.is_multiple_of($lanes) {
                return crate::math::group_mix(crate::math::mix, weights, values, out);
            }
            for (run, values) in values.chunks(VALUES * width).enumerate() {
                let first = run * VALUES;
                crate::groups::by_groups!(weights, &mut *out, $($groups)*, |weights, out| {
                    let mut from = 0;
                    while from + $registers * $lanes <= width {
                        mix_registers::<$registers, _>(weights, first, values, (from, width), out);
                        from += $registers * $lanes;
                    }
                    while from < width {
                        mix_registers::<1, _>(weights, first, values, (from, width), out);
                        from += $lanes;
                    }
                });
            }
        }

        /// Mixes the columns of so many registers, from one on, of values so wide.
        #[target_feature(enable = $features)]
        #[inline]
        fn mix_registers<const REGISTERS: usize, const QUERIES: usize>(
            weights: &[&[f32]; QUERIES],
            first: usize,
            values: &[u16],
            (from, width): (usize, usize),
            out: &mut [&mut [f32]; QUERIES],
        ) {
            let count = values.len() / width;
            let mut near = [&[][..]; QUERIES];
            for (near, weights) in near.iter_mut().zip(weights) {
                *near = &weights[first..first + count];
            }
            let mut sums = [[$zero(); REGISTERS]; QUERIES];
            for (sums, out) in sums.iter_mut().zip(&*out) {
                for (sum, out) in sums.iter_mut().zip(out[from..].as_chunks::<$lanes>().0) {
                    *sum = $load(out);
                }
            }
            for (i, value) in values.chunks_exact(width).enumerate() {
                let mut mixed = [$zero(); REGISTERS];
                for (mixed, halves) in mixed.iter_mut().zip(value[from..].as_chunks::<$lanes>().0) {
                    *mixed = $halves(halves);
                }
                for (sums, weights) in sums.iter_mut().zip(&near) {
                    let weight = $spread(weights[i]);
                    for (sum, mixed) in sums.iter_mut().zip(mixed) {
                        *sum = $fused(weight, mixed, *sum);
                    }
                }
            }
            for (sums, out) in sums.iter().zip(out) {
                for (sum, out) in sums.iter().zip(out[from..].as_chunks_mut::<$lanes>().0) {
                    $store(out, *sum);
                }
            }
        }
    };
}
pub(crate) use many_queries;
