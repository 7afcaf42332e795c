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
