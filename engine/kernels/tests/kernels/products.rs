//! Products with quantized weights.

use pelicycle_kernels::quant::{TensorType, dequantize};
use pelicycle_kernels::{Activations, Kernels};

use crate::rounding::{activations, round, rounded};
use crate::weights::{RandomBytes, make_finite, quantized, weights};

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
            let of = |kernels: &Kernels, rows| {
                let x = activations(kernels, 7, 1024, &mut RandomBytes(23));
                product(kernels, kind, &weights, &x, rows)
            };
            for rows in [0..1, 0..7] {
                let expected = of(plain, rows.clone());
                for kernels in others {
                    let got = of(kernels, rows.clone());
                    assert_eq!(got, expected, "{} {kind}", kernels.name);
                }
            }
        }
    }
}
