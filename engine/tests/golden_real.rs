//! The real SmolLM2-135M-Instruct against logits of an independent implementation.
//!
//! `scripts/fetch-smollm2` puts the model where this test looks for it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail and speak as tests do")]

mod support;

use pelicycle_engine::Session;
use pelicycle_engine::model::{Arithmetic, Model};
use support::{Reference, json, shared, smollm2};

/// Mean and largest difference over the reference's 64 best logits at each position, and equal best tokens.
fn compare(logits: &[f32], reference: &Reference) -> (f64, f64, usize) {
    let (shape, ids) = reference.i32s("top_ids");
    let (_, expected) = reference.f32s("top_logits");
    let (positions, top) = (shape[0], shape[1]);
    let vocabulary = logits.len() / positions;
    let (mut sum, mut largest, mut equal) = (0.0, 0f64, 0);
    for p in 0..positions {
        let logits = &logits[p * vocabulary..][..vocabulary];
        let best = (0..vocabulary).max_by(|&a, &b| logits[a].total_cmp(&logits[b])).unwrap();
        equal += usize::from(best == ids[p * top] as usize);
        for k in p * top..(p + 1) * top {
            let difference = f64::from((logits[ids[k] as usize] - expected[k]).abs());
            sum += difference;
            largest = largest.max(difference);
        }
    }
    (sum / (positions * top) as f64, largest, equal)
}

#[test]
fn the_real_smollm2_gives_the_references_logits_and_greedy_tokens() {
    let (Some(shared), Some(path)) = (shared(), smollm2()) else { return };
    let folder = shared.join("golden/real");
    let reference = Reference::read(&folder.join("smollm2-135m-instruct-q4_1.ref.safetensors"));
    let manifest = json(&folder.join("manifest.json"));
    let llama_cpp = &manifest["models"]["smollm2-135m-instruct-q4_1"]["llama_cpp"];
    let ids = reference.u32s("ids");
    let greedy = reference.u32s("greedy");

    let exact = Model::open(&path, None, Arithmetic::Exact).unwrap();
    let logits = Session::new(&exact).feed(&ids, true).unwrap().to_vec();
    let (mean, largest, equal) = compare(&logits, &reference);
    println!("exact: mean {mean:.6}, largest {largest:.6}, equal {equal} of {}", ids.len());
    assert!(largest < 1e-3 && equal == ids.len());
    assert_eq!(Session::new(&exact).greedy(&ids, greedy.len()).unwrap(), greedy);

    let run = Model::open(&path, None, Arithmetic::Run).unwrap();
    let logits = Session::new(&run).feed(&ids, true).unwrap().to_vec();
    let (mean, largest, equal) = compare(&logits, &reference);
    println!("run: mean {mean:.6}, largest {largest:.6}, equal {equal} of {}", ids.len());
    assert!(mean <= llama_cpp["mean_abs"].as_f64().unwrap());
    assert!(equal as u64 >= llama_cpp["argmax_equal"].as_u64().unwrap());
    assert_eq!(Session::new(&run).greedy(&ids, greedy.len()).unwrap(), greedy);
}
