//! Real models against logits of an independent implementation.
//!
//! `scripts/fetch-smollm2` and `scripts/fetch-fixtures` put them where these tests look for them.

use std::path::Path;

use pelicycle_engine::Session;
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, Model};
use pelicycle_engine::tokenizer::Tokenizer;

use crate::support::{Reference, fetched, json, shared, smollm2};

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

/// Greedy tokens that are asked of the exact arithmetic, which is slow.
const EXACT_GREEDY: usize = 8;

/// Holds a real model to its reference, and its run to llama.cpp's figures.
fn agrees(path: &Path, name: &str) {
    let Some(shared) = shared() else { return };
    let folder = shared.join("golden/real");
    let reference = Reference::read(&folder.join(format!("{name}.ref.safetensors")));
    let manifest = json(&folder.join("manifest.json"));
    let llama_cpp = &manifest["models"][name]["llama_cpp"];
    let ids = reference.u32s("ids");
    let tokenizer = Tokenizer::from_gguf(&Gguf::open(path).unwrap()).unwrap();
    let text = manifest["models"][name]["text"].as_str().unwrap();
    let begin = tokenizer.bos().filter(|_| tokenizer.add_bos());
    let encoded = tokenizer.encode(text, true).unwrap();
    assert_eq!(begin.into_iter().chain(encoded).collect::<Vec<_>>(), ids);
    let greedy = reference.u32s("greedy");

    let exact = Model::open(path, None, Arithmetic::Float32).unwrap();
    let logits = Session::new(&exact).feed(&ids, true).unwrap().to_vec();
    let (mean, largest, equal) = compare(&logits, &reference);
    println!("{name} exact: mean {mean:.6}, largest {largest:.6}, equal {equal} of {}", ids.len());
    assert!(largest < 1e-3 && equal == ids.len());
    assert_eq!(Session::new(&exact).greedy(&ids, EXACT_GREEDY).unwrap(), greedy[..EXACT_GREEDY]);

    let run = Model::open(path, None, Arithmetic::Int8).unwrap();
    let logits = Session::new(&run).feed(&ids, true).unwrap().to_vec();
    let (mean, largest, equal) = compare(&logits, &reference);
    println!("{name} run: mean {mean:.6}, largest {largest:.6}, equal {equal} of {}", ids.len());
    assert!(mean <= llama_cpp["mean_abs"].as_f64().unwrap());
    // A text has some forty places, and a near-tie among them falls either way with the order of a sum.
    assert!(equal as u64 + 1 >= llama_cpp["argmax_equal"].as_u64().unwrap());
    let got = Session::new(&run).greedy(&ids, greedy.len()).unwrap();
    let same = got.iter().zip(&greedy).take_while(|(a, b)| a == b).count();
    let theirs = llama_cpp["greedy_first_difference"].as_u64().map_or(greedy.len(), |at| at as usize);
    println!("{name} run: {same} of {} greedy tokens, llama.cpp {theirs}", greedy.len());
    assert!(same >= theirs);
}

#[test]
fn the_real_smollm2_gives_the_references_logits_and_greedy_tokens() {
    let Some(path) = smollm2() else { return };
    agrees(&path, "smollm2-135m-instruct-q4_1");
}

#[test]
fn the_real_gemma3_gives_the_references_logits_and_greedy_tokens() {
    let Some(path) = fetched("gemma-3-270m-q4_k_m.gguf", "scripts/fetch-fixtures") else { return };
    agrees(&path, "gemma-3-270m-q4_k_m");
}
