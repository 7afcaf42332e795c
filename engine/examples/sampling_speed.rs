//! The time that choosing a token takes, by the options of sampling: `cargo run --release --example sampling_speed`.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::time::Instant;

use pelicycle_engine::sample::{Sampler, Sampling};

/// The vocabulary of Qwen3.
const VOCABULARY: usize = 151_936;
const TURNS: usize = 200;

/// Logits that are spread normally: twelve uniform numbers each.
fn logits(deviation: f32) -> Vec<f32> {
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 16_777_216.0
    };
    (0..VOCABULARY).map(|_| ((0..12).map(|_| uniform()).sum::<f32>() - 6.0) * deviation).collect()
}

fn main() {
    let all = Sampling::default();
    let settings = [
        ("nothing left out", all.clone()),
        ("top-p 0.95", Sampling { top_p: 0.95, ..all.clone() }),
        ("min-p 0.05", Sampling { min_p: 0.05, ..all.clone() }),
        ("top-k 40, top-p 0.95", Sampling { top_k: 40, top_p: 0.95, ..all }),
    ];
    println!(
        "{VOCABULARY} tokens, the best of {TURNS} turns, in milliseconds; an unsure model and a sure one"
    );
    for (name, options) in settings {
        let times = [3.0, 6.0].map(|deviation| {
            let logits = logits(deviation);
            let mut sampler = Sampler::new(&options).expect("the options are in their ranges");
            let turn = |_| {
                let since = Instant::now();
                std::hint::black_box(sampler.next(&logits));
                since.elapsed().as_secs_f64() * 1e3
            };
            (0..TURNS).map(turn).fold(f64::INFINITY, f64::min)
        });
        println!("{name:>20}: {:.2} {:.2}", times[0], times[1]);
    }
}
