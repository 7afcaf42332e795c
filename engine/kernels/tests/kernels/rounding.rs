//! Activations rounded to eight bits.

use pelicycle_kernels::{Activations, Kernels, QuantizedBlock};

use crate::weights::RandomBytes;

const SUPERBLOCK: usize = 256;

/// The value that the `i`-th activation was rounded to.
pub(crate) fn rounded(row: &[QuantizedBlock], i: usize) -> f64 {
    let (block, e) = (&row[i / SUPERBLOCK], i % SUPERBLOCK);
    f64::from(block.scale(e)) * f64::from(block.code(e))
}

pub(crate) fn round(kernels: &Kernels, x: &mut Activations) {
    x.unrounded().into_iter().for_each(|(x, blocks)| (kernels.quantize)(x, blocks));
}

pub(crate) fn activations(
    kernels: &Kernels,
    rows: usize,
    width: usize,
    bytes: &mut RandomBytes,
) -> Activations {
    let mut x = Activations::default();
    x.reset(rows, width);
    x.rows_mut().for_each(|row| row.iter_mut().for_each(|x| *x = bytes.float() * 3.0));
    round(kernels, &mut x);
    x
}

#[test]
fn rounding_to_eight_bits_is_the_same_in_every_instruction_set_but_for_units() {
    for width in [32, 576, 100, 2048] {
        let rows = Kernels::available().into_iter().map(|kernels| {
            let x = activations(kernels, 1, width, &mut RandomBytes(3));
            let padded = width.next_multiple_of(SUPERBLOCK);
            let of = |e: usize| &x.quantized_row(0)[e / SUPERBLOCK];
            let codes = (0..padded).map(|e| of(e).code(e % SUPERBLOCK));
            let scales = (0..padded).map(|e| of(e).scale(e % SUPERBLOCK));
            (codes.collect(), scales.collect())
        });
        let rows: Vec<(Vec<i8>, Vec<f32>)> = rows.collect();
        assert!(rows.windows(2).all(|two| two[0].0 == two[1].0), "width {width}");
        // AVX2 counts a row's scales in units, of which the largest has 8191.
        let (_, reference) = &rows[0];
        let half_a_unit = reference.iter().fold(0.0, |a, b| b.max(a)) / 8191.0 * 0.501;
        for (_, scales) in &rows {
            let far = scales.iter().zip(reference).find(|(a, b)| (*a - *b).abs() > half_a_unit);
            assert_eq!(far, None, "width {width}");
        }
    }
}

#[test]
fn small_numbers_beside_a_large_one_lose_no_more_than_its_own_rounding() {
    for kernels in Kernels::available() {
        for large in [1e2, 1e3, 1e4, 1e5] {
            let mut x = Activations::default();
            x.reset(1, 2048);
            let mut bytes = RandomBytes(7);
            x.floats_mut().iter_mut().for_each(|x| *x = bytes.float());
            x.floats_mut()[700] = large;
            round(kernels, &mut x);
            let far = |i: &usize| (rounded(x.quantized_row(0), *i) - f64::from(x.row(0)[*i])).abs();
            let farthest = (0..2048).map(|i| far(&i)).fold(0.0, f64::max);
            assert!(farthest <= f64::from(large) / 252.0, "{} {large}: {farthest}", kernels.name);
            let beside = (0..688).chain(704..2048).map(|i| far(&i)).fold(0.0, f64::max);
            assert!(beside <= f64::from(large) / 16_000.0 + 0.005, "{} {large}: {beside}", kernels.name);
        }
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
        // A row's unit is a normal number, so below 1e-32 AVX2 has fewer steps than elsewhere.
        for size in [1e-32, 1e-30, 1e-3, 1e15, 1e37] {
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
        assert!((0..32).all(|e| !block.scale(e).is_finite()), "{}", kernels.name);
        x.floats_mut()[..32].fill(0.0);
        round(kernels, &mut x);
        let block = &x.quantized_row(0)[0];
        assert!((0..256).all(|e| block.scale(e) == 0.0 && block.code(e) == 0), "{}", kernels.name);
    }
}
