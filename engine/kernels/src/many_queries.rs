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
            let registers = width / $lanes;
            let mut widened: Vec<[f32; $lanes]> = Vec::with_capacity(KEYS * registers);
            let mut sums = [[$zero(); KEYS]; 2];
            for (run, keys) in keys.chunks(KEYS * width).enumerate() {
                widen(keys, &mut widened);
                let places = run * KEYS..run * KEYS + keys.len() / width;
                crate::groups::by_groups!(queries, &mut *scores, 2 1, |queries, scores| {
                    let sums = sums.first_chunk_mut().expect("at most two queries");
                    for (turn, keys) in widened.chunks($together * registers).enumerate() {
                        meet(queries, keys, turn, sums);
                    }
                    for (sums, scores) in sums.iter().zip(scores) {
                        scores[places.clone()].copy_from_slice(&$ends(sums, scale)[..places.len()]);
                    }
                });
            }
        }

        /// Replaces what is in `to` by the keys in single precision.
        #[target_feature(enable = $features)]
        #[inline]
        fn widen(keys: &[u16], to: &mut Vec<[f32; $lanes]>) {
            to.clear();
            let halves = keys.as_chunks::<$lanes>().0;
            for (to, halves) in to.spare_capacity_mut()[..halves.len()].iter_mut().zip(halves) {
                $store(to.write([0.0; $lanes]), $halves(halves));
            }
            // SAFETY: so many were written.
            unsafe { to.set_len(halves.len()) };
        }

        /// The products of queries with some keys, each in the lanes of a register: even and odd registers are summed apart.
        #[target_feature(enable = $features)]
        #[inline]
        fn meet<const QUERIES: usize>(
            queries: &[&[f32]; QUERIES],
            keys: &[[f32; $lanes]],
            turn: usize,
            to: &mut [[Register; KEYS]; QUERIES],
        ) {
            let mut near = [&[][..]; QUERIES];
            for (near, query) in near.iter_mut().zip(queries) {
                *near = query.as_chunks::<$lanes>().0;
            }
            let registers = near[0].len();
            assert!(near.iter().all(|query| query.len() == registers));
            // Where there are fewer keys, the last stands for those that are missing.
            let last = keys.len() / registers - 1;
            let mut near_keys = [&[][..]; $together];
            for (k, near) in near_keys.iter_mut().enumerate() {
                *near = &keys[k.min(last) * registers..][..registers];
            }
            let mut even = [[$zero(); $together]; QUERIES];
            let mut odd = even;
            let mut i = 0;
            while i + 1 < registers {
                add(&near, &near_keys, i, &mut even);
                add(&near, &near_keys, i + 1, &mut odd);
                i += 2;
            }
            if i < registers {
                add(&near, &near_keys, i, &mut even);
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
            keys: &[&[[f32; $lanes]]; $together],
            i: usize,
            sums: &mut [[Register; $together]; QUERIES],
        ) {
            for (query, sums) in queries.iter().zip(sums) {
                let query = $load(&query[i]);
                for (sum, key) in sums.iter_mut().zip(keys) {
                    *sum = $fused(query, $load(&key[i]), *sum);
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
