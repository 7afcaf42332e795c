//! Forms by the vocabularies of real models: byte-level BPE and SentencePiece, 32,000 to 248,000 tokens.

use std::sync::Arc;

use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::tokenizer::{TokenKind, Tokenizer};
use serde_json::Value;

use super::automaton::ReplyForm;
use super::guide::FormGuide;
use super::shape::JsonShape;
use super::vocabulary::FormVocabulary;
use crate::support::shared;

/// The tokenizers beside the checkout.
fn tokenizers() -> Vec<(String, Tokenizer)> {
    let Some(shared) = shared() else { return Vec::new() };
    let open = |name: &&str| {
        let path = shared.join(format!("golden/tokenizers/vocab-{name}.gguf"));
        let tokenizer = Tokenizer::from_gguf(&Gguf::open(&path).unwrap()).unwrap();
        ((*name).to_owned(), tokenizer)
    };
    ["mistral", "qwen2", "qwen35", "smollm2"].iter().map(open).collect()
}

/// The tokens of text.
fn vocabulary_of(tokenizer: &Tokenizer) -> Arc<FormVocabulary> {
    let ids = tokenizer.vocab_size();
    let is_text = |&id: &u32| {
        let text = [TokenKind::Normal, TokenKind::UserDefined, TokenKind::Byte];
        tokenizer.kind(id).is_some_and(|kind| text.contains(&kind)) && !tokenizer.is_end_of_turn(id)
    };
    let tokens = (0..ids as u32).filter(is_text).map(|id| (id, tokenizer.token_bytes(id), true));
    Arc::new(FormVocabulary::of(tokens.collect(), ids))
}

fn judgement() -> JsonShape {
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
fn any_allowed(guide: &mut FormGuide, ids: usize, numbers: &mut Numbers) -> u32 {
    let (allowed, from) = (guide.allowed(), numbers.below(ids));
    let found = (from..ids).chain(0..from).find(|&id| allowed.contains(id as u32));
    found.expect("something may always follow") as u32
}

#[test]
fn real_vocabularies_write_whatever_is_chosen_in_form() {
    for (name, tokenizer) in tokenizers() {
        let vocabulary = vocabulary_of(&tokenizer);
        for (seed, bound) in [(1, 90), (2, 200), (3, 2000)] {
            let form = ReplyForm::new(&judgement(), None).unwrap();
            let mut guide = FormGuide::new(form, Arc::clone(&vocabulary), bound).unwrap();
            let (mut reply, mut count, mut numbers) = (Vec::new(), 0, Numbers(seed));
            while !guide.is_over() {
                let id = any_allowed(&mut guide, tokenizer.vocab_size(), &mut numbers);
                assert!(!tokenizer.is_end_of_turn(id), "{name}");
                guide.take(tokenizer.token_bytes(id));
                reply.extend_from_slice(tokenizer.token_bytes(id));
                count += 1;
            }
            let text = String::from_utf8(reply).unwrap();
            let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}: {text}"));
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
        let vocabulary = vocabulary_of(&tokenizer);
        let made = processor_time() - begin;
        let (mut spent, mut count) = (0, 0);
        for seed in 0..60 {
            let bound = [2000, 500, 150, 100][seed as usize % 4];
            let form = ReplyForm::new(&judgement(), None).unwrap();
            let mut guide = FormGuide::new(form, Arc::clone(&vocabulary), bound).unwrap();
            let mut numbers = Numbers(seed);
            let mut scores = vec![0.0_f32; tokenizer.vocab_size()];
            while !guide.is_over() {
                let begin = processor_time();
                guide.allowed().hide_others(&mut scores);
                (spent, count) = (spent + processor_time() - begin, count + 1);
                let id = any_allowed(&mut guide, tokenizer.vocab_size(), &mut numbers);
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
