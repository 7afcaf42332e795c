//! The model that ships with the engine, against an independent implementation of its weights.
//!
//! `fixtures/hatchling.json` was written by `crates/hatchling/verify.py`: the greedy tokens of `transformers`.

use std::sync::Arc;

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, Model};
use pelicycle_engine::{Engine, EngineOptions, Session, bundled};
use serde_json::Value;

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("../fixtures/hatchling.json")).expect("the fixture is JSON")
}

fn ids(value: &Value) -> Vec<u32> {
    let ids = value.as_array().expect("a list of token ids");
    ids.iter().map(|id| id.as_u64().expect("a token id") as u32).collect()
}

#[test]
fn it_is_small_and_has_experts() {
    assert!(bundled::hatchling().len() <= 16_000_000, "{} bytes", bundled::hatchling().len());
    let gguf = Arc::new(Gguf::from_bytes(bundled::hatchling()).unwrap());
    let model = Model::new(Arc::clone(&gguf), Some(1), Arithmetic::Float32).unwrap();
    let experts = model.config().experts.as_ref().unwrap();
    assert_eq!(model.config().architecture, "qwen3moe");
    assert!(experts.count >= 16 && experts.used < experts.count);
    assert_eq!(gguf.bool("pelicycle.demonstration").unwrap(), Some(true));
}

#[test]
fn its_chat_is_what_the_reference_was_asked() {
    let gguf = Gguf::from_bytes(bundled::hatchling()).unwrap();
    let engine = Engine::new(gguf, &EngineOptions::default()).unwrap();
    for case in cases() {
        let prompt = case["prompt"].as_str().unwrap();
        let ours = engine.prompt(&[ChatMessage::user(prompt)], None).unwrap();
        assert_eq!(ours.tokens, ids(&case["tokens"]), "{prompt}");
    }
}

#[test]
fn in_float32_it_draws_what_the_reference_draws() {
    let gguf = Arc::new(Gguf::from_bytes(bundled::hatchling()).unwrap());
    let model = Model::new(gguf, None, Arithmetic::Float32).unwrap();
    // One drawing to its end, of the others as much as shows that they part from it.
    for (case, length) in cases().iter().zip([usize::MAX, 150, 150, 150]) {
        let mut wanted = ids(&case["greedy"]);
        assert!(wanted.len() > 150);
        wanted.truncate(length);
        let found = Session::new(&model).greedy(&ids(&case["tokens"]), wanted.len()).unwrap();
        assert_eq!(found, wanted, "{}", case["prompt"]);
    }
}
