//! Layers that remember and attend in their own ways, with quantized weights: copies of golden models whose matrices
//! are rounded to Q8_0 (but for rows that are no whole blocks), in the arithmetic of a run.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::mpsc;

use pelicycle_engine::gguf::MetadataValue;
use pelicycle_engine::model::{Arithmetic, Model};
use pelicycle_engine::sample::Sampling;
use pelicycle_engine::{Engine, EngineOptions, GenerationEvent, GenerationRequest, Session, Speculation};

use crate::support::parts::Parts;

const FILES: &[&str] = &[
    "deepseek2-v2lite-oldlayout.f16",
    "deepseek2-v3.f16",
    "gemma4-e.f16",
    "glm-dsa.f16",
    "granite4h-dense.f16",
    "kimi-linear.f16",
    "lfm2.f16",
    "qwen35.f16",
    "qwen35moe.f16",
    "qwen3next.f16",
    "qwen4exp.f16",
];

/// Tokens without a pattern.
fn tokens(count: usize, mut seed: u32) -> Vec<u32> {
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 16) % 320
    };
    (0..count).map(|_| next()).collect()
}

fn logits(model: &Model, tokens: &[u32], pieces: &[usize]) -> Vec<f32> {
    let mut session = Session::new(model);
    let (mut logits, mut rest) = (Vec::new(), tokens);
    for &piece in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (now, later) = rest.split_at(piece.min(rest.len()));
        logits.extend_from_slice(session.feed(now, true).unwrap());
        rest = later;
    }
    logits
}

#[test]
fn a_prompt_gives_the_same_bits_however_it_is_cut_and_on_any_number_of_threads() {
    for file in FILES {
        let Some(parts) = Parts::golden(file) else { return };
        let gguf = parts.rounded().gguf();
        let open = |threads| Model::new(gguf.clone(), Some(threads), Arithmetic::Int8).unwrap();
        let prompt = tokens(100, 7);
        let whole = logits(&open(1), &prompt, &[prompt.len()]);
        for (threads, pieces) in [(1, &[1][..]), (2, &[100]), (3, &[7, 1, 30, 3])] {
            assert!(
                logits(&open(threads), &prompt, pieces) == whole,
                "{file}, {threads} threads, {pieces:?}"
            );
        }
    }
}

#[test]
fn rounded_activations_stay_close_to_exact_ones() {
    for file in FILES {
        let Some(parts) = Parts::golden(file) else { return };
        let gguf = parts.rounded().gguf();
        let prompt = tokens(100, 7);
        let [run, exact] = [Arithmetic::Int8, Arithmetic::Float32].map(|arithmetic| {
            logits(&Model::new(gguf.clone(), Some(2), arithmetic).unwrap(), &prompt, &[prompt.len()])
        });
        assert!(run != exact, "{file}: the weights are quantized");
        // One token at a routing near-tie moves its logits by units: judged by the middle of the differences.
        let mut differences: Vec<f32> = run.iter().zip(&exact).map(|(a, b)| (a - b).abs()).collect();
        differences.sort_unstable_by(f32::total_cmp);
        let median = differences[differences.len() / 2];
        let best = |logits: &[f32]| (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        let pairs = run.chunks_exact(320).zip(exact.chunks_exact(320));
        let equal = pairs.filter(|(run, exact)| best(run) == best(exact)).count();
        println!("{file}: median difference {median}, {equal} of 100 best tokens equal");
        // The logits' standard deviation is 3.
        assert!(median < 0.1, "{file}: median difference {median}");
        // The golden data's bound for activations of 8 bits.
        assert!(equal >= 85, "{file}: {equal} of 100 best tokens are equal");
    }
}

/// A file that an engine opens; it is removed when this is dropped.
struct File(PathBuf);

impl File {
    fn write(parts: &Parts, name: &str) -> File {
        let mut parts = parts.rounded();
        parts.set("tokenizer.chat_template", Some(MetadataValue::String("{{ messages[0].content }}".into())));
        let path = std::env::temp_dir().join(format!("pelicycle-rounded-{}-{name}.gguf", std::process::id()));
        std::fs::write(&path, parts.file()).unwrap();
        File(path)
    }

    fn engine(&self, threads: usize, parallel: usize) -> Engine {
        self.speculating(threads, parallel, Speculation::Off)
    }

    fn speculating(&self, threads: usize, parallel: usize, speculation: Speculation) -> Engine {
        let options =
            EngineOptions { threads: Some(threads), parallel, speculation, ..EngineOptions::default() };
        Engine::open_with(&self.0, &options).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The tokens of the answers to prompts that are handed in together.
fn answers(engine: &Engine, prompts: &[Vec<u32>]) -> Vec<Vec<u32>> {
    answers_of(engine, prompts, 12, 1.0)
}

fn answers_of(engine: &Engine, prompts: &[Vec<u32>], max_tokens: usize, temperature: f32) -> Vec<Vec<u32>> {
    let ask = |(i, tokens): (usize, &Vec<u32>)| {
        let (send, inbox) = mpsc::channel();
        let sampling = Sampling { temperature, seed: i as u64, ..Sampling::default() };
        let request = GenerationRequest {
            tokens: tokens.clone(),
            sampling,
            max_tokens,
            ..GenerationRequest::default()
        };
        let on_event = move |event| send.send(event).map_or(ControlFlow::Break(()), ControlFlow::Continue);
        engine.submit(request, on_event).unwrap();
        inbox
    };
    let inboxes: Vec<mpsc::Receiver<GenerationEvent>> = prompts.iter().enumerate().map(ask).collect();
    let token = |event| match event {
        GenerationEvent::Token { id, .. } => Some(id),
        GenerationEvent::Looking(_) | GenerationEvent::Started | GenerationEvent::Finished { .. } => None,
    };
    inboxes.into_iter().map(|inbox| inbox.into_iter().filter_map(token).collect()).collect()
}

/// Prompts that are the same, that part from each other late, early, inside a step and where another ends.
#[test]
fn forks_of_what_a_sequence_remembers_give_the_same_tokens_as_computing_it() {
    for file in ["qwen35moe.f16", "deepseek2-v3.f16", "gemma4-e.f16", "phi3.f16", "qwen4exp.f16"] {
        let Some(mut parts) = Parts::golden(file) else { return };
        if file == "phi3.f16" {
            // One of the answers grows out of it.
            parts.set("phi3.rope.scaling.original_context_length", Some(MetadataValue::U32(295)));
        }
        let file = File::write(&parts, file);
        let stem = tokens(400, 3);
        let prompt = |shared: usize, seed: u32| [&stem[..shared], &tokens(20, seed)].concat();
        let prompts = [
            prompt(300, 1),
            prompt(300, 1),
            prompt(300, 2),
            prompt(300, 4),
            stem[..290].to_vec(),
            prompt(70, 5),
            prompt(3, 6),
            prompt(300, 2),
        ];
        let alone: Vec<Vec<u32>> = prompts
            .iter()
            .enumerate()
            .map(|(i, prompt)| {
                // The seed is the place among those handed in.
                let mut padded = vec![vec![1, 2]; i];
                padded.push(prompt.clone());
                answers(&file.engine(1, 1), &padded).remove(i)
            })
            .collect();
        assert!(alone.iter().any(|answer| answer.len() == 12) && alone[0] != alone[1]);
        for (threads, parallel) in [(1, 1), (2, 3), (3, 8)] {
            assert!(
                answers(&file.engine(threads, parallel), &prompts) == alone,
                "{threads} threads, {parallel}"
            );
        }
    }
}

/// Texts that repeat themselves, so that there is something to guess: rightly by those that go on so, wrongly by the others.
#[test]
fn guessed_tokens_change_no_answer() {
    for file in ["deepseek32.f16", "gemma3.f16", "gptoss.f16", "phi3.f16", "qwen3moe.f16", "qwen35moe.f16"] {
        let Some(mut parts) = Parts::golden(file) else { return };
        if file == "phi3.f16" {
            parts.set("phi3.rope.scaling.original_context_length", Some(MetadataValue::U32(120)));
        }
        let file = File::write(&parts, &format!("guessed-{file}"));
        let stem = tokens(9, 3);
        let prompts = [stem.repeat(11), stem.repeat(3), tokens(30, 4)];
        for temperature in [0.0, 1.0] {
            let plain = answers_of(&file.engine(1, 1), &prompts, 60, temperature);
            for (threads, parallel) in [(1, 1), (2, 3)] {
                let engine = file.speculating(threads, parallel, Speculation::Always);
                let guessed = answers_of(&engine, &prompts, 60, temperature);
                assert!(guessed == plain, "{}, {threads} threads, {parallel} at once", file.0.display());
            }
        }
    }
}
