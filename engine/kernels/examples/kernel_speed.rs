//! Measures how fast each kernel set multiplies each tensor type, kernels alone: one thread, no model.
//!
//! ```sh
//! cargo run --release -p pelicycle-kernels --example kernel_speed -- [TYPE...] [--kernels NAME,...] [--memory]
//! ```
//!
//! One row is told in gigabytes of weights a second, more rows in thousands of millions of products a second. The best of
//! many short turns counts, the sets in turns: other work on the machine only ever slows one down. Weights are a matrix of
//! 192 rows of 2048, which the caches hold; with `--memory` one of 262,144 rows, which they do not. `--calls N --rows R`
//! makes N calls with R rows and no measurement, to be counted by `valgrind --tool=callgrind`.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::time::{Duration, Instant};

use pelicycle_kernels::quant::TensorType;
use pelicycle_kernels::{Activations, Kernels};

const WIDTH: usize = 2048;
const ROWS: [usize; 7] = [1, 2, 3, 4, 8, 16, 32];
/// Rows of activations that there are.
const MOST: usize = 64;
const MATRIX_IN_MEMORY: usize = 262_144;
/// Turns of a measurement: at least so many, for at least so long.
const TURNS: usize = 5;
const LONG_ENOUGH: Duration = Duration::from_millis(400);

/// The request of the command line.
struct Wish {
    types: Vec<TensorType>,
    kernels: Vec<&'static Kernels>,
    matrix_rows: usize,
    calls: Option<usize>,
    /// Rows of those calls.
    rows: usize,
}

fn main() {
    let wish = match read(std::env::args().skip(1)) {
        Ok(wish) => wish,
        Err(words) => {
            println!("kernel_speed: {words}");
            std::process::exit(2);
        }
    };
    if let Some(calls) = wish.calls {
        return wish.types.iter().for_each(|&kind| call(&wish, kind, calls));
    }
    let numbers = ROWS[1..].iter().map(|rows| format!("{rows:>8}")).collect::<String>();
    println!("{:8} {:12} {:>7}  10^9 products/s, rows", "", "", "GB/s");
    println!("{:8} {:12} {:>7}{numbers}", "type", "kernels", "1 row");
    for &kind in &wish.types {
        let matrix = RandomMatrix::random(kind, wish.matrix_rows);
        let best = matrix.best_times(&wish.kernels);
        for (kernels, best) in wish.kernels.iter().zip(best) {
            let bytes = matrix.bytes.len() as f64 / best[0] / 1e9;
            let products = |i: usize| (ROWS[i] * wish.matrix_rows * WIDTH) as f64 / best[i] / 1e9;
            let products = (1..ROWS.len()).map(|i| format!("{:8.1}", products(i))).collect::<String>();
            println!("{:8} {:12} {bytes:7.2}{products}", kind.name(), kernels.name);
        }
    }
    for kernels in &wish.kernels {
        let (rounding, [scores, mix]) = (rounding_speed(kernels) / 1e9, attention_speeds(kernels));
        println!(
            "{:12} rounding {rounding:.2}, attention's scores {scores:.1} and mix {mix:.1}  10^9 numbers/s",
            kernels.name
        );
    }
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Wish, String> {
    let quantized = || TensorType::ALL.iter().copied().filter(|kind| kind.is_quantized());
    // The reference comes first, and is not there to be fast where there is another.
    let mut kernels = Kernels::available();
    drop(kernels.drain(..kernels.len().min(2) - 1));
    let mut wish = Wish { types: Vec::new(), kernels, matrix_rows: 192, calls: None, rows: 1 };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--memory" => wish.matrix_rows = MATRIX_IN_MEMORY,
            "--calls" => wish.calls = Some(value()?.parse().map_err(|_| "--calls needs a number")?),
            "--rows" => {
                let rows = value()?.parse().ok().filter(|rows| (1..=MOST).contains(rows));
                wish.rows = rows.ok_or(format!("--rows needs a number from 1 to {MOST}"))?;
            }
            "--kernels" => {
                let names = value()?;
                let named = names.split(',').map(|name| Kernels::named(name).map_err(|e| e.to_string()));
                wish.kernels = named.collect::<Result<_, _>>()?;
            }
            name => match quantized().find(|kind| kind.name().eq_ignore_ascii_case(name)) {
                Some(kind) => wish.types.push(kind),
                None => return Err(format!("{name:?} is no quantized tensor type")),
            },
        }
    }
    if wish.types.is_empty() {
        wish.types = quantized().collect();
    }
    Ok(wish)
}

fn call(wish: &Wish, kind: TensorType, calls: usize) {
    let matrix = RandomMatrix::random(kind, wish.matrix_rows);
    for kernels in &wish.kernels {
        let x = activations(kernels);
        (0..calls).for_each(|_| _ = matrix.multiply(kernels, &x, wish.rows));
    }
}

struct RandomMatrix {
    kind: TensorType,
    bytes: Vec<u8>,
    rows: usize,
}

impl RandomMatrix {
    /// Random bytes: scales may be any numbers, which costs the processor nothing.
    fn random(kind: TensorType, rows: usize) -> RandomMatrix {
        let row_bytes = kind.row_bytes(WIDTH).expect("a width of whole blocks");
        let mut state = 1u64;
        let bytes = (0..rows * row_bytes).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Without high exponents: no infinities.
            (state >> 56) as u8 & 0xbb
        });
        let mut bytes: Vec<u8> = bytes.collect();
        if kind == TensorType::MXFP4 {
            // An exponent of a usual size: the processor takes long over products below the normal numbers.
            bytes.chunks_exact_mut(kind.block_bytes()).for_each(|block| block[0] = 120 + block[0] % 8);
        }
        RandomMatrix { kind, bytes, rows }
    }

    /// Seconds that the product with so many rows takes.
    fn multiply(&self, kernels: &Kernels, x: &Activations, rows: usize) -> f64 {
        let mut out = vec![0.0; rows * self.rows];
        let mut out: Vec<&mut [f32]> = out.chunks_exact_mut(self.rows).collect();
        let x: Vec<_> = (0..rows).map(|r| x.quantized_row(r)).collect();
        let since = Instant::now();
        (kernels.quantized_product)(self.kind, &self.bytes, self.bytes.len() / self.rows, &x, &mut out);
        let seconds = since.elapsed().as_secs_f64();
        std::hint::black_box(out);
        seconds
    }

    /// The least seconds of each set for each number of rows.
    fn best_times(&self, sets: &[&'static Kernels]) -> Vec<[f64; ROWS.len()]> {
        let x: Vec<Activations> = sets.iter().map(|kernels| activations(kernels)).collect();
        let mut best = vec![[f64::INFINITY; ROWS.len()]; sets.len()];
        let begin = Instant::now();
        for turn in 0.. {
            if turn >= TURNS && begin.elapsed() > LONG_ENOUGH * sets.len() as u32 {
                break;
            }
            for ((kernels, x), best) in sets.iter().zip(&x).zip(&mut best) {
                for (best, rows) in best.iter_mut().zip(ROWS) {
                    *best = best.min(self.multiply(kernels, x, rows));
                }
            }
        }
        best
    }
}

fn activations(kernels: &Kernels) -> Activations {
    let mut x = Activations::default();
    x.reset(MOST, WIDTH);
    x.floats_mut().iter_mut().enumerate().for_each(|(i, x)| *x = (i % 257) as f32 / 128.0 - 1.0);
    x.unrounded().into_iter().for_each(|(x, blocks)| (kernels.quantize)(x, blocks));
    x
}

/// Numbers a second that a set rounds to 8 bits.
fn rounding_speed(kernels: &Kernels) -> f64 {
    let mut best = f64::INFINITY;
    let mut x = Activations::default();
    x.reset(MOST, WIDTH);
    let begin = Instant::now();
    while begin.elapsed() < LONG_ENOUGH {
        x.floats_mut().iter_mut().enumerate().for_each(|(i, x)| *x = (i % 257) as f32 / 128.0 - 1.0);
        let mut rows = x.unrounded();
        let since = Instant::now();
        rows.iter_mut().for_each(|(x, blocks)| (kernels.quantize)(x, blocks));
        best = best.min(since.elapsed().as_secs_f64());
    }
    (MOST * WIDTH) as f64 / best
}

/// Thousands of millions of products a second of eight query heads with the keys and values of 64 positions, each of 128
/// numbers in half precision.
fn attention_speeds(kernels: &Kernels) -> [f64; 2] {
    const HEAD: usize = 128;
    const HEADS: usize = 8;
    let (queries, cached) = (vec![0.5; HEADS * HEAD], vec![0x3555_u16; HEAD * MOST]);
    let queries: Vec<&[f32]> = queries.chunks_exact(HEAD).collect();
    let (mut scores, mut out) = (vec![0.5; HEADS * MOST], vec![0.0; HEADS * HEAD]);
    let mut best = [f64::INFINITY; 2];
    let begin = Instant::now();
    while begin.elapsed() < LONG_ENOUGH {
        let mut of_heads: Vec<&mut [f32]> = scores.chunks_exact_mut(MOST).collect();
        let since = Instant::now();
        (kernels.group_scores_half)(&queries, &cached, 0.1, &mut of_heads);
        best[0] = best[0].min(since.elapsed().as_secs_f64());
        out.fill(0.0);
        let of_heads: Vec<&[f32]> = scores.chunks_exact(MOST).collect();
        let mut out: Vec<&mut [f32]> = out.chunks_exact_mut(HEAD).collect();
        let since = Instant::now();
        (kernels.group_mix_half)(&of_heads, &cached, &mut out);
        best[1] = best[1].min(since.elapsed().as_secs_f64());
    }
    best.map(|seconds| (HEADS * HEAD * MOST) as f64 / seconds / 1e9)
}
