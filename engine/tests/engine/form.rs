//! Replies that are held to a form, by real tokenizers of every kind and models that have never heard of it.

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::form::JsonShape;
use pelicycle_engine::sample::Sampling;
use pelicycle_engine::{Engine, EngineError, FinishReason};
use serde_json::Value;

use crate::support::shared;

fn shape() -> JsonShape {
    let defects = || JsonShape::List { item: Box::new(JsonShape::Text { most: 60 }), least: 0, most: 3 };
    let words = ["A", "B", "tie", "both bad"].map(str::to_owned).to_vec();
    JsonShape::Object(vec![
        ("defects_a".to_owned(), defects()),
        ("defects_b".to_owned(), defects()),
        ("better".to_owned(), JsonShape::Word(words)),
    ])
}

/// Asks for a reply in form under several seeds and temperatures, and says whether all were.
fn holds(engine: &Engine, name: &str, thinking: Option<bool>) {
    for (seed, temperature, max_tokens) in [(1, 0.0, 300), (2, 1.0, 70), (3, 3.0, 120)] {
        let messages = [ChatMessage::user("Which is better?")];
        let sampling = Sampling { temperature, seed, ..Sampling::default() };
        let asked = engine.chat(&messages).sampling(sampling).thinking(thinking).max_tokens(max_tokens);
        let reply = asked.shape(shape()).reply().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(reply.summary.finish, FinishReason::EndOfTurn, "{name}: {reply:?}");
        assert!(reply.summary.reply_tokens <= max_tokens, "{name}: {reply:?}");
        let value: Value =
            serde_json::from_str(&reply.text).unwrap_or_else(|error| panic!("{name}: {error}: {reply:?}"));
        assert!(value["better"].is_string() && value["defects_b"].is_array(), "{name}: {reply:?}");
    }
}

#[test]
fn a_model_that_draws_answers_in_form() {
    holds(&Engine::bundled().unwrap(), "hatchling", None);
}

#[test]
fn models_of_every_tokenizer_answer_in_form_with_and_without_reasoning() {
    let Some(shared) = shared() else { return };
    for name in [
        "think-close-without-open",
        "think-gemma4-n",
        "think-mistral-THINK-u",
        "think-seed-u",
        "end-gemma-eot-normal",
        "end-kimi-EOT",
        "end-minimax",
    ] {
        let engine = Engine::open(shared.join(format!("cases/engine/scripted/{name}.gguf"))).unwrap();
        for thinking in [None, Some(false), Some(true)] {
            holds(&engine, name, thinking);
        }
    }
}

#[test]
fn a_bound_without_room_for_the_form_is_refused_in_words() {
    let engine = Engine::bundled().unwrap();
    let error = engine.chat(&[ChatMessage::user("?")]).max_tokens(9).shape(shape()).reply().unwrap_err();
    assert!(matches!(error, EngineError::Form(_)), "{error}");
    assert!(error.to_string().contains("no more than 9 are left"), "{error}");
}
