//! Measures the speed of the loops over floats: the best of many turns, one thread.
//!
//! ```sh
//! cargo run --release -p pelicycle-kernels --example float_speed
//! ```
#![expect(clippy::print_stdout, reason = "the program's answer")]

use std::hint::black_box;
use std::time::Instant;

use pelicycle_kernels::{AlignedFloats, GateFunction, Kernels};

/// Numbers of a row of a tower.
const WIDTH: usize = 1152;
/// Patches that pass through a matrix together.
const ROWS: usize = 256;
/// Rows of weights that stay near.
const WEIGHTS: usize = 28;
/// Numbers of a head, filled up.
const HEAD: usize = 80;
/// Keys of a stretch.
const KEYS: usize = 64;
/// Patches that ask together.
const QUERIES: usize = 24;

/// Seconds of the fastest turn.
fn best(mut turn: impl FnMut()) -> f64 {
    let seconds = |turn: &mut dyn FnMut()| {
        let since = Instant::now();
        turn();
        since.elapsed().as_secs_f64()
    };
    (0..400).map(|_| seconds(&mut turn)).fold(f64::INFINITY, f64::min)
}

/// Billions of multiplications and additions a second with each row, and with many at once.
fn rates(
    (rows, width, columns): (usize, usize, usize),
    one: impl Fn(&[f32], &[f32], &mut [f32]),
    many: impl Fn(&[&[f32]], &[f32], &mut [&mut [f32]]),
) -> [f64; 2] {
    let [x, y] = [rows * width, width * columns].map(|count| {
        let mut floats = AlignedFloats::zeros(count);
        floats.fill(0.1);
        floats
    });
    let x: Vec<&[f32]> = x.chunks_exact(width).collect();
    let mut out = vec![0.0; rows * columns];
    let singly = best(|| x.iter().zip(out.chunks_exact_mut(columns)).for_each(|(x, out)| one(x, &y, out)));
    let together = best(|| many(&x, &y, &mut out.chunks_exact_mut(columns).collect::<Vec<_>>()));
    [singly, together].map(|seconds| 2e-9 * (rows * width * columns) as f64 / seconds)
}

fn main() {
    println!("billions of operations a second, each row by itself and many; nanoseconds a number");
    for kernels in Kernels::available() {
        let products = rates(
            (ROWS, WIDTH, WEIGHTS),
            |x, weights, out| {
                out.iter_mut()
                    .zip(weights.chunks_exact(WIDTH))
                    .for_each(|(out, w)| *out = (kernels.dot)(w, x));
            },
            |x, weights, out| (kernels.dots)(weights, x, out),
        );
        let scores = rates(
            (QUERIES, HEAD, KEYS),
            |query, keys, out| (kernels.scores)(query, keys, 1.0, out),
            |queries, keys, out| (kernels.mixes)(queries, keys, out),
        );
        let values = rates(
            (QUERIES, KEYS, HEAD),
            |weights, values, out| (kernels.mix)(weights, values, out),
            |weights, values, out| (kernels.mixes)(weights, values, out),
        );
        let (mut x, ones) = (vec![0.5; 4096], vec![1.0; 4096]);
        let each = |seconds: f64| seconds / 4096.0 * 1e9;
        let exponential = each(best(|| {
            x.fill(0.5);
            black_box((kernels.exponentials)(&mut x, 1.0));
        }));
        let gelu = each(best(|| {
            x.fill(0.5);
            (kernels.gate)(GateFunction::Gelu, &mut x, &ones);
        }));
        println!(
            "{:12} products {:5.1} {:5.1}  scores {:5.1} {:5.1}  values {:5.1} {:5.1}  e^x {exponential:.2} ns  gelu {gelu:.2} ns",
            kernels.name, products[0], products[1], scores[0], scores[1], values[0], values[1],
        );
    }
}
