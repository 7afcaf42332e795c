//! Loops over floats, in single and in half precision.

use pelicycle_kernels::Kernels;

use crate::weights::RandomBytes;

#[test]
fn float_loops_agree_with_the_reference_in_every_instruction_set() {
    let mut bytes = RandomBytes(5);
    for width in [16, 24, 64, 80, 128] {
        let query: Vec<f32> = (0..width).map(|_| bytes.float()).collect();
        let keys: Vec<f32> = (0..width * 9).map(|_| bytes.float()).collect();
        let halves: Vec<u16> = keys.iter().map(|&x| half::f16::from_f32(x).to_bits()).collect();
        let half_bytes: Vec<u8> = halves.iter().flat_map(|x| x.to_le_bytes()).collect();
        for kernels in Kernels::available() {
            let mut widened = vec![0.0; keys.len()];
            (kernels.widen)(&half_bytes, &mut widened);
            let expected: Vec<f32> = halves.iter().map(|&x| half::f16::from_bits(x).to_f32()).collect();
            assert_eq!(widened, expected);
            let (mut of_halves, mut of_floats) = ([0.0; 9], [0.0; 9]);
            (kernels.scores_half)(&query, &halves, 0.5, &mut of_halves);
            (kernels.scores)(&query, &widened, 0.5, &mut of_floats);
            for i in 0..9 {
                let key = &widened[i * width..][..width];
                let exact: f64 =
                    query.iter().zip(key).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>() * 0.5;
                assert!(
                    (f64::from(of_halves[i]) - exact).abs() < 1e-5
                        && (f64::from(of_floats[i]) - exact).abs() < 1e-5
                );
                assert!((f64::from((kernels.dot)(&query, key)) * 0.5 - exact).abs() < 1e-5);
            }
            check_groups(kernels, width, &mut bytes);
            let weights: Vec<f32> = (0..9).map(|_| bytes.float()).collect();
            let (mut mixed_halves, mut mixed_floats) = (vec![1.0; width], vec![1.0; width]);
            (kernels.mix_half)(&weights, &halves, &mut mixed_halves);
            (kernels.mix)(&weights, &widened, &mut mixed_floats);
            let mut one_by_one = vec![1.0; width];
            for (i, weight) in weights.iter().enumerate() {
                let value = &halves[i * width..][..width];
                (kernels.mix_half)(std::slice::from_ref(weight), value, &mut one_by_one);
            }
            assert_eq!(mixed_halves, one_by_one, "{}: positions are taken in their order", kernels.name);
            for e in 0..width {
                let exact: f64 = 1.0
                    + (0..9).map(|i| f64::from(weights[i]) * f64::from(widened[i * width + e])).sum::<f64>();
                assert!(
                    (f64::from(mixed_halves[e]) - exact).abs() < 1e-5
                        && (f64::from(mixed_floats[e]) - exact).abs() < 1e-5
                );
            }
        }
    }
}

#[test]
fn many_rows_of_floats_are_what_each_is_alone() {
    let mut bytes = RandomBytes(21);
    for (width, count, rows) in
        [(16, 1, 1), (72, 5, 7), (80, 64, 13), (1, 3, 4), (192, 9, 6), (331, 4, 3), (2059, 22, 8)]
    {
        let weights: Vec<f32> = (0..width * count).map(|_| bytes.float()).collect();
        let x: Vec<Vec<f32>> = (0..rows).map(|_| (0..width).map(|_| bytes.float()).collect()).collect();
        let shares: Vec<Vec<f32>> = (0..rows).map(|_| (0..count).map(|_| bytes.float()).collect()).collect();
        for kernels in Kernels::available() {
            let each: Vec<&[f32]> = x.iter().map(Vec::as_slice).collect();
            let mut products = vec![vec![f32::NAN; count]; rows];
            let mut out: Vec<&mut [f32]> = products.iter_mut().map(Vec::as_mut_slice).collect();
            (kernels.dots)(&weights, &each, &mut out);
            for (products, x) in products.iter().zip(&x) {
                for (product, weights) in products.iter().zip(weights.chunks_exact(width)) {
                    assert_eq!(*product, (kernels.dot)(weights, x), "{} {width} × {count}", kernels.name);
                    let terms = weights.iter().zip(x).map(|(w, x)| f64::from(*w) * f64::from(*x));
                    assert!((f64::from(*product) - terms.sum::<f64>()).abs() < 1e-4, "{}", kernels.name);
                }
            }
            let largest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!((kernels.largest)(&weights), largest, "{}", kernels.name);
            let each: Vec<&[f32]> = shares.iter().map(Vec::as_slice).collect();
            let mixed = |shares: &[&[f32]]| {
                let mut mixed = vec![vec![1.0; width]; shares.len()];
                let mut out: Vec<&mut [f32]> = mixed.iter_mut().map(Vec::as_mut_slice).collect();
                (kernels.mixes)(shares, &weights, &mut out);
                mixed
            };
            for (mixed_with_others, shares) in mixed(&each).iter().zip(&each) {
                assert_eq!(*mixed_with_others, mixed(&[shares])[0], "{}", kernels.name);
                for (column, mixed) in mixed_with_others.iter().enumerate() {
                    let term = |(i, share): (usize, &f32)| {
                        f64::from(*share) * f64::from(weights[i * width + column])
                    };
                    let exact = 1.0 + shares.iter().enumerate().map(term).sum::<f64>();
                    assert!((f64::from(*mixed) - exact).abs() < 1e-5, "{}", kernels.name);
                }
            }
        }
    }
}

#[test]
fn lengths_that_do_not_agree_are_refused_and_empty_rows_make_zeros() {
    for kernels in Kernels::available() {
        let mut products = [[f32::NAN; 3]; 4];
        let mut out: Vec<&mut [f32]> = products.iter_mut().map(<[f32; 3]>::as_mut_slice).collect();
        let empty: &[f32] = &[];
        (kernels.dots)(empty, &[empty; 4], &mut out);
        assert_eq!(products, [[0.0; 3]; 4], "{}", kernels.name);
        (kernels.dots)(&[1.0; 6], &[], &mut []);
        let (two, three) = ([1.0; 2], [1.0; 3]);
        let uneven: [&[f32]; 4] = [&two, &two, &two, &three];
        // Weights, rows, and how many products of each there is room for.
        for (weights, rows, room) in [
            (&[1.0; 6][..], uneven, 3),
            (&[1.0; 6], [uneven[3], uneven[0], uneven[0], uneven[0]], 3),
            (&[1.0; 5], [uneven[0]; 4], 3),
            (&[1.0; 6], [uneven[0]; 4], 4),
            (&[1.0; 6], [uneven[0]; 4], 2),
            (&[1.0; 6], [empty; 4], 3),
        ] {
            let refused = std::panic::catch_unwind(|| {
                let mut products = vec![vec![0.0; room]; rows.len()];
                let mut out: Vec<&mut [f32]> = products.iter_mut().map(Vec::as_mut_slice).collect();
                (kernels.dots)(weights, &rows, &mut out);
            });
            assert!(refused.is_err(), "{}: {} {rows:?} {room}", kernels.name, weights.len());
        }
    }
}

/// Whether query heads that share keys and values get the bits that each gets by itself, however many they are.
fn check_groups(kernels: &Kernels, width: usize, bytes: &mut RandomBytes) {
    let count = 39;
    let halves: Vec<u16> = (0..width * count).map(|_| half::f16::from_f32(bytes.float()).to_bits()).collect();
    let halves = halves.as_slice();
    for heads in [0, 1, 2, 3, 5, 7, 8, 13] {
        let queries: Vec<Vec<f32>> =
            (0..heads).map(|_| (0..width).map(|_| bytes.float()).collect()).collect();
        let queries: Vec<&[f32]> = queries.iter().map(Vec::as_slice).collect();
        let mut scores = vec![vec![f32::NAN; count]; heads];
        let mut slices: Vec<&mut [f32]> = scores.iter_mut().map(Vec::as_mut_slice).collect();
        (kernels.group_scores_half)(&queries, halves, 0.5, &mut slices);
        let mut mixed = vec![vec![0.25; width]; heads];
        let mut slices: Vec<&mut [f32]> = mixed.iter_mut().map(Vec::as_mut_slice).collect();
        let weights: Vec<&[f32]> = scores.iter().map(Vec::as_slice).collect();
        (kernels.group_mix_half)(&weights, halves, &mut slices);
        for ((query, scores), mixed) in queries.iter().zip(&scores).zip(&mixed) {
            let (mut alone, mut mixed_alone) = (vec![f32::NAN; count], vec![0.25; width]);
            (kernels.scores_half)(query, halves, 0.5, &mut alone);
            (kernels.mix_half)(scores, halves, &mut mixed_alone);
            assert_eq!((scores, mixed), (&alone, &mixed_alone), "{} {heads} of {width}", kernels.name);
        }
    }
}
