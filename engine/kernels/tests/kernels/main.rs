//! Every instruction set against exact arithmetic on the same rounded activations, and against itself.
#![expect(clippy::unwrap_used, reason = "a helper of tests is a test")]

mod choice;
mod delta;
mod exponentials;
mod weights;

use pelicycle_kernels::quant::{self, TensorType, dequantize};
use pelicycle_kernels::{Activations, GateFunction, Kernels, QuantizedBlock};

use crate::weights::{RandomBytes, make_finite, quantized, weights};

const SUPERBLOCK: usize = 256;

/// The value that the `i`-th activation was rounded to.
fn rounded(row: &[QuantizedBlock], i: usize) -> f64 {
    let (block, e) = (&row[i / SUPERBLOCK], i % SUPERBLOCK);
    f64::from(block.scale(e)) * f64::from(block.code(e))
}

fn round(kernels: &Kernels, x: &mut Activations) {
    x.unrounded().into_iter().for_each(|(x, blocks)| (kernels.quantize)(x, blocks));
}

fn activations(kernels: &Kernels, rows: usize, width: usize, bytes: &mut RandomBytes) -> Activations {
    let mut x = Activations::default();
    x.reset(rows, width);
    x.rows_mut().for_each(|row| row.iter_mut().for_each(|x| *x = bytes.float() * 3.0));
    round(kernels, &mut x);
    x
}

fn product(
    kernels: &Kernels,
    kind: TensorType,
    weights: &[u8],
    x: &Activations,
    rows: std::ops::Range<usize>,
) -> Vec<Vec<f32>> {
    let row_bytes = kind.row_bytes(x.width()).unwrap();
    let mut out = vec![vec![f32::NAN; weights.len() / row_bytes]; rows.len()];
    let mut slices: Vec<&mut [f32]> = out.iter_mut().map(Vec::as_mut_slice).collect();
    let rows: Vec<_> = rows.map(|r| x.quantized_row(r)).collect();
    (kernels.quantized_product)(kind, weights, row_bytes, &rows, &mut slices);
    out
}

/// Whether all products of the rows with the weights are what exact arithmetic makes of the rounded activations, within
/// what rounding does to the terms, and `more`.
fn check_products(kernels: &Kernels, kind: TensorType, weights: &[u8], x: &Activations, more: f64) {
    let width = x.width();
    let mut exact_weights = vec![0.0; weights.len() / kind.row_bytes(width).unwrap() * width];
    dequantize(kind, weights, &mut exact_weights);
    let got = product(kernels, kind, weights, x, 0..x.rows());
    for (r, got) in got.iter().enumerate() {
        let q = x.quantized_row(r);
        let x: Vec<f64> = (0..width).map(|i| rounded(q, i)).collect();
        for (got, weights) in got.iter().zip(exact_weights.chunks_exact(width)) {
            let terms = weights.iter().zip(&x).map(|(w, x)| f64::from(*w) * x);
            let (sum, size) = terms.fold((0.0, 0.0), |(s, a), t| (s + t, a + t.abs()));
            let error = (f64::from(*got) - sum).abs();
            assert!(
                error <= size * 2e-5 + more,
                "{} {kind} width {width}: {got} is not {sum} (error {error})",
                kernels.name
            );
        }
    }
}

#[test]
fn every_instruction_set_multiplies_every_type_as_exact_arithmetic_does() {
    let mut bytes = RandomBytes(7);
    for kind in quantized() {
        for width in [256, 512, 2048]
            .into_iter()
            .chain((kind.block_elements() == 32).then_some([32, 96, 576, 1504]).into_iter().flatten())
        {
            let weights = weights(kind, 5, width, &mut bytes);
            for kernels in Kernels::available() {
                check_products(kernels, kind, &weights, &activations(kernels, 7, width, &mut bytes), 0.0);
            }
        }
    }
}

#[test]
fn codes_and_activations_at_their_ends_overflow_nothing() {
    let mut bytes = RandomBytes(13);
    for kind in quantized() {
        for fill in [0x00, 0xff, 0x80, 0x7f, 0x88, 0x0f, 0xf0] {
            let mut weights = vec![fill; 2 * kind.row_bytes(768).unwrap()];
            make_finite(kind, &mut weights, &mut bytes);
            for kernels in Kernels::available() {
                let mut x = Activations::default();
                x.reset(5, 768);
                for (row, x) in x.rows_mut().enumerate() {
                    let sign = |i: usize| if i.is_multiple_of(row.max(1)) { 1.0 } else { -1.0 };
                    x.iter_mut().enumerate().for_each(|(i, x)| *x = sign(i));
                }
                round(kernels, &mut x);
                // Large offsets may stand beside weights of nothing; what overflows 16 bits is hundreds of scales off.
                check_products(kernels, kind, &weights, &x, 0.05);
            }
        }
    }
}

#[test]
fn a_rows_product_is_the_same_bits_whatever_stands_beside_it() {
    let mut bytes = RandomBytes(11);
    for kind in quantized() {
        // More weight rows and superblocks than a tile has, and a piece of a superblock where the type has smaller blocks.
        let width = 2304 + 256 - kind.block_elements();
        let weights = weights(kind, 19, width, &mut bytes);
        for kernels in Kernels::available() {
            let x = activations(kernels, 23, width, &mut bytes);
            let alone: Vec<_> =
                (0..23).map(|r| product(kernels, kind, &weights, &x, r..r + 1).remove(0)).collect();
            for rows in [0, 2, 3, 4, 5, 8, 15, 16, 23] {
                let first = 23 - rows;
                let together = product(kernels, kind, &weights, &x, first..23);
                assert_eq!(together, alone[first..], "{} {kind} {rows} rows", kernels.name);
            }
        }
    }
}

#[test]
fn so_many_rows_that_they_are_cut_get_the_bits_that_each_gets_by_itself() {
    let mut bytes = RandomBytes(29);
    let (kind, width, rows) = (TensorType::Q4_K, 5120, 85);
    let weights = weights(kind, 3, width, &mut bytes);
    for kernels in Kernels::available() {
        let x = activations(kernels, rows, width, &mut bytes);
        let together = product(kernels, kind, &weights, &x, 0..rows);
        for (r, together) in together.iter().enumerate() {
            assert_eq!(
                product(kernels, kind, &weights, &x, r..r + 1),
                [together.as_slice()],
                "{}",
                kernels.name
            );
        }
    }
}

#[test]
fn sets_that_differ_by_how_bytes_are_multiplied_give_the_same_bits() {
    let mut bytes = RandomBytes(19);
    for names in [&["avx2", "avx2-vnni"][..], &["neon", "neon-dotprod", "neon-i8mm"]] {
        let sets: Vec<_> = names.iter().filter_map(|name| Kernels::named(name).ok()).collect();
        let [plain, others @ ..] = &sets[..] else { continue };
        for kind in quantized() {
            let weights = weights(kind, 3, 1024, &mut bytes);
            let x = activations(plain, 7, 1024, &mut bytes);
            for rows in [0..1, 0..7] {
                let expected = product(plain, kind, &weights, &x, rows.clone());
                for kernels in others {
                    let got = product(kernels, kind, &weights, &x, rows.clone());
                    assert_eq!(got, expected, "{} {kind}", kernels.name);
                }
            }
        }
    }
}

#[test]
fn rounding_to_eight_bits_is_the_same_in_every_instruction_set() {
    for width in [32, 576, 100, 2048] {
        let rows = Kernels::available().into_iter().map(|kernels| {
            let x = activations(kernels, 1, width, &mut RandomBytes(3));
            x.quantized_row(0).to_vec()
        });
        let rows: Vec<Vec<QuantizedBlock>> = rows.collect();
        assert!(rows.windows(2).all(|two| two[0] == two[1]), "width {width}");
    }
}

/// Σ (x − rounded)² of each group.
fn errors(x: &[f32], row: &[QuantizedBlock]) -> Vec<f64> {
    let square = |i: usize| (rounded(row, i) - f64::from(x[i])).powi(2);
    (0..x.len()).step_by(16).map(|g| (g..(g + 16).min(x.len())).map(square).sum()).collect()
}

/// As `errors`, with the largest number of each group at 127 steps.
fn plain_errors(x: &[f32]) -> Vec<f64> {
    let plain = |x: &[f32]| {
        let step = f64::from(x.iter().fold(0f32, |max, x| max.max(x.abs()))) / 127.0;
        x.iter().map(|&x| (f64::from(x) - (f64::from(x) / step).round() * step).powi(2)).sum()
    };
    x.chunks(16).map(plain).collect()
}

#[test]
fn the_scale_of_every_group_fits_it_better_than_127_steps_do() {
    for kernels in Kernels::available() {
        let x = activations(kernels, 1, 2040, &mut RandomBytes(3));
        let (got, plain) = (errors(x.row(0), x.quantized_row(0)), plain_errors(x.row(0)));
        assert_eq!((got.len(), plain.len()), (128, 128));
        let better = |(got, plain): (&f64, &f64)| *got <= plain * 1.02;
        assert!(got.iter().zip(&plain).all(better), "{}: {got:?}, {plain:?}", kernels.name);
        let [got, plain] = [got, plain].map(|errors| errors.iter().sum::<f64>().sqrt());
        assert!(got < plain * 0.88, "{}: {got}, {plain}", kernels.name);
    }
}

#[test]
fn numbers_of_any_size_are_rounded_and_what_is_no_number_stays_none() {
    for kernels in Kernels::available() {
        for size in [1e-37, 1e-30, 1e-3, 1e15, 1e37] {
            let mut x = Activations::default();
            x.reset(1, 256);
            let mut bytes = RandomBytes(5);
            x.floats_mut().iter_mut().for_each(|x| *x = bytes.float() * size);
            round(kernels, &mut x);
            let error: f64 = errors(x.row(0), x.quantized_row(0)).iter().sum();
            let whole: f64 = x.row(0).iter().map(|x| f64::from(*x).powi(2)).sum();
            assert!((error / whole).sqrt() < 0.005, "{} {size}: {error} of {whole}", kernels.name);
        }
        let mut x = Activations::default();
        x.reset(1, 256);
        let floats = x.floats_mut();
        (floats[3], floats[20], floats[40]) = (f32::NAN, f32::INFINITY, 1e-45);
        round(kernels, &mut x);
        let block = &x.quantized_row(0)[0];
        let whole: Vec<bool> = (0..16).map(|g| block.scale(16 * g).is_finite()).collect();
        assert_eq!(whole, [[false, false].as_slice(), &[true; 14]].concat(), "{}", kernels.name);
        assert!((32..48).all(|e| block.scale(e) == 0.0 && block.code(e) == 0), "{}", kernels.name);
    }
}

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
    for (width, count, rows) in [(16, 1, 1), (72, 5, 7), (80, 64, 13), (1, 3, 4), (192, 9, 6), (331, 4, 3)] {
        let weights: Vec<f32> = (0..width * count).map(|_| bytes.float()).collect();
        let x: Vec<Vec<f32>> = (0..rows).map(|_| (0..width).map(|_| bytes.float()).collect()).collect();
        let shares: Vec<Vec<f32>> = (0..rows).map(|_| (0..count).map(|_| bytes.float()).collect()).collect();
        for kernels in Kernels::available() {
            let each: Vec<&[f32]> = x.iter().map(Vec::as_slice).collect();
            let mut products = vec![vec![f32::NAN; count]; rows];
            let mut out: Vec<&mut [f32]> = products.iter_mut().map(Vec::as_mut_slice).collect();
            (kernels.dots)(&weights, &each, &mut out);
            for (products, x) in products.iter().zip(&x) {
                let alone = weights.chunks_exact(width).map(|weights| (kernels.dot)(weights, x));
                assert!(products.iter().copied().eq(alone), "{} {width} × {count}", kernels.name);
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

#[test]
fn exponentials_are_within_a_few_units_in_the_last_place() {
    for kernels in Kernels::available() {
        let x: Vec<f32> = (0..4003).map(|i| -90.0 + i as f32 * 0.0225).collect();
        let mut e = x.clone();
        let sum = (kernels.exponentials)(&mut e, 0.5);
        let mut exact_sum = 0.0;
        for (x, e) in x.iter().zip(&e) {
            let exact = f64::from(x - 0.5).exp();
            exact_sum += exact;
            assert!(
                (f64::from(*e) - exact).abs() <= exact * 4e-7 + 1e-37,
                "{}: e^{} is not {e}",
                kernels.name,
                x - 0.5
            );
        }
        assert!((f64::from(sum) / exact_sum - 1.0).abs() < 1e-5);
    }
}

#[test]
fn gates_are_what_their_formulas_say() {
    let logistic = |z: f64| 1.0 / (1.0 + (-z).exp());
    let exact = |kind, z: f64, up: f64| match kind {
        GateFunction::Silu => z * logistic(z) * up,
        GateFunction::Gelu => {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (z + 0.044_715 * z.powi(3));
            // 1 + tanh, without the cancellation far below zero.
            z / 2.0 * up * 2.0 * logistic(2.0 * inner)
        }
        GateFunction::Clamped => {
            let z = z.min(7.0);
            z * logistic(1.702 * z) * (up.clamp(-7.0, 7.0) + 1.0)
        }
    };
    for kernels in Kernels::available() {
        for kind in [GateFunction::Silu, GateFunction::Gelu, GateFunction::Clamped] {
            let x: Vec<f32> = (0..4003).map(|i| -90.0 + i as f32 * 0.0225 * 2.0).collect();
            let up: Vec<f32> = (0..4003).map(|i| (i % 41) as f32 * 0.5 - 10.0).collect();
            let mut gate = x.clone();
            (kernels.gate)(kind, &mut gate, &up);
            for ((x, up), g) in x.iter().zip(&up).zip(&gate) {
                let exact = exact(kind, f64::from(*x), f64::from(*up));
                // The exponent is rounded where it is not the number itself, and the result as much more.
                let bound = if kind == GateFunction::Silu { 2e-6 } else { 2e-5 };
                assert!(
                    (f64::from(*g) - exact).abs() <= exact.abs() * bound + 1e-35,
                    "{} {kind:?} of {x} and {up} is not {g} but {exact}",
                    kernels.name
                );
            }
        }
    }
}
