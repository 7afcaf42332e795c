//! Forms by the vocabularies of real models: byte-level BPE and SentencePiece, 32,000 to 248,000 tokens.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FormGuide, FormVocabulary, JsonShape, ReplyForm};
use crate::gguf::Gguf;
use crate::tokenizer::Tokenizer;

/// The tokenizers beside the checkout; without them a test skips and says so, but never in CI.
fn tokenizers() -> Vec<(String, Tokenizer)> {
    let shared = std::env::var_os("PELICYCLE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")), PathBuf::from);
    let folder = shared.join("golden/tokenizers");
    if !folder.is_dir() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no golden data at {}", shared.display());
        println!("skipped: no golden data at {}", shared.display());
        return Vec::new();
    }
    let open = |name: &&str| {
        let path: &Path = &folder.join(format!("vocab-{name}.gguf"));
        let tokenizer = Tokenizer::from_gguf(&Gguf::open(path).unwrap()).unwrap();
        ((*name).to_owned(), tokenizer)
    };
    ["mistral", "qwen2", "qwen35", "smollm2"].iter().map(open).collect()
}

fn shape() -> JsonShape {
    let defects = || JsonShape::List { item: Box::new(JsonShape::Text { most: 80 }), least: 0, most: 4 };
    let words = ["A", "B", "tie", "both bad"].map(str::to_owned).to_vec();
    JsonShape::Object(vec![
        ("defects_a".to_owned(), defects()),
        ("box".to_owned(), JsonShape::Area),
        ("defects_b".to_owned(), defects()),
        ("better".to_owned(), JsonShape::Word(words)),
    ])
}

/// Pseudo-random numbers (Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// An allowed token, any: the next one from a place of chance on.
fn any(guide: &mut FormGuide, ids: usize, numbers: &mut Numbers) -> u32 {
    let (allowed, from) = (guide.allowed(), numbers.below(ids));
    let found = (from..ids).chain(0..from).find(|&id| allowed.contains(id as u32));
    found.expect("something may always follow") as u32
}

#[test]
fn real_vocabularies_write_whatever_is_chosen_in_form() {
    for (name, tokenizer) in tokenizers() {
        let vocabulary = Arc::new(FormVocabulary::new(&tokenizer, usize::MAX, &[]));
        for (seed, bound) in [(1, 90), (2, 200), (3, 2000)] {
            let form = ReplyForm::new(&shape(), None).unwrap();
            let mut guide = FormGuide::new(form, Arc::clone(&vocabulary), bound).unwrap();
            let (mut reply, mut count, mut numbers) = (Vec::new(), 0, Numbers(seed));
            while !guide.is_over() {
                let id = any(&mut guide, tokenizer.vocab_size(), &mut numbers);
                assert!(!tokenizer.is_end_of_turn(id), "{name}");
                guide.take(tokenizer.token_bytes(id));
                reply.extend_from_slice(tokenizer.token_bytes(id));
                count += 1;
            }
            let text = String::from_utf8(reply).unwrap();
            let value: serde_json::Value =
                serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}: {text}"));
            assert!(value["better"].is_string() && count <= bound, "{name}: {count} tokens: {text}");
        }
    }
}

/// Nanoseconds that this thread was on a processor. The system counts by its own clock's ticks: only sums say something.
fn processor_time() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

#[test]
#[ignore = "measures: makes the figures of docs/engine.md"]
fn what_a_token_in_form_costs() {
    for (name, tokenizer) in tokenizers() {
        let begin = processor_time();
        let vocabulary = Arc::new(FormVocabulary::new(&tokenizer, usize::MAX, &[]));
        let made = processor_time() - begin;
        let (mut spent, mut count) = (0, 0);
        for seed in 0..60 {
            let bound = [2000, 500, 150, 100][seed as usize % 4];
            let form = ReplyForm::new(&shape(), None).unwrap();
            let mut guide = FormGuide::new(form, Arc::clone(&vocabulary), bound).unwrap();
            let mut numbers = Numbers(seed);
            let mut scores = vec![0.0_f32; tokenizer.vocab_size()];
            while !guide.is_over() {
                let begin = processor_time();
                guide.allowed().hide_others(&mut scores);
                (spent, count) = (spent + processor_time() - begin, count + 1);
                let id = any(&mut guide, tokenizer.vocab_size(), &mut numbers);
                guide.take(tokenizer.token_bytes(id));
            }
        }
        println!(
            "{name}: {} tokens; made in {:.0} ms; {:.2} ms a token over {count}",
            tokenizer.vocab_size(),
            made as f64 / 1e6,
            spent as f64 / 1e6 / f64::from(count)
        );
    }
}
