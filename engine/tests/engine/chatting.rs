//! Chatting with hatchling, the model that ships with the engine.

use std::ops::ControlFlow;
use std::sync::mpsc;

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::gguf::{Gguf, GgufBuilder, MetadataValue};
use pelicycle_engine::sample::Sampling;
use pelicycle_engine::vision::{Picture, PlacedPicture};
use pelicycle_engine::{
    ChatEvent, ChatProgress, ChatReply, Engine, EngineError, EngineOptions, FinishReason, GenerationEvent,
    GenerationRequest, bundled,
};

use crate::support::parts::Parts;

fn drawing() -> [ChatMessage; 1] {
    [ChatMessage::user("Generate an SVG of a pelican riding a bicycle")]
}

fn reply(engine: &Engine, seed: u64) -> ChatReply {
    engine.chat(&drawing()).seed(seed).max_tokens(40).reply().unwrap()
}

#[test]
fn a_stream_has_the_text_of_the_tokens_that_the_recommended_sampling_draws() {
    let engine = Engine::bundled().unwrap();
    let tokens = engine.prompt(&drawing(), None).unwrap().tokens;
    let prompt_tokens = tokens.len();
    let sampling = Sampling { seed: 7, ..engine.recommended_sampling() };
    let (send, drawn) = mpsc::channel();
    engine
        .submit(
            GenerationRequest { tokens, sampling, max_tokens: 600, ..GenerationRequest::default() },
            move |event| {
                if let GenerationEvent::Token { id, .. } = event {
                    send.send(id).unwrap();
                }
                ControlFlow::Continue(())
            },
        )
        .unwrap();
    let drawn: Vec<u32> = drawn.iter().collect();

    let (mut text, mut summary) = (String::new(), None);
    for event in engine.chat(&drawing()).seed(7).max_tokens(600).stream().unwrap() {
        assert_eq!(summary, None, "nothing follows the end");
        match event.unwrap() {
            ChatEvent::Reasoning(thought) => panic!("hatchling does not reason: {thought}"),
            ChatEvent::AnswerWasReasoning => panic!("hatchling does not reason"),
            ChatEvent::Text(more) => text.push_str(&more),
            ChatEvent::Finished(finished) => summary = Some(finished),
        }
    }
    let summary = summary.unwrap();
    assert_eq!(text.as_bytes(), engine.tokenizer().decode(&drawn));
    assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"), "{text}");
    assert_eq!(summary.finish, FinishReason::EndOfTurn);
    assert_eq!((summary.prompt_tokens, summary.reply_tokens), (prompt_tokens, drawn.len()));
    assert_eq!((summary.reasoning_tokens, summary.experts.unwrap().tokens()), (0, drawn.len() as u64 + 1));
}

#[test]
fn the_same_seed_gives_the_same_reply_and_another_another() {
    let engine = Engine::bundled().unwrap();
    assert_eq!(reply(&engine, 1), reply(&engine, 1));
    assert_ne!(reply(&engine, 1).text, reply(&engine, 2).text);
    assert_eq!(reply(&engine, 1).summary.finish, FinishReason::MaxTokens);
}

#[test]
fn what_a_file_does_not_recommend_is_customary() {
    let hatchling = Gguf::from_bytes(bundled::hatchling()).unwrap();
    let said = Sampling { temperature: 0.7, top_p: 0.95, min_p: 0.05, ..Sampling::default() };
    assert_eq!(Sampling::recommended(&hatchling), said);
    let mut builder = GgufBuilder::default();
    builder.pair("general.sampling.top_k", MetadataValue::I32(-1));
    builder.pair("general.sampling.penalty_repeat", MetadataValue::F32(1.1));
    let mut file = Vec::new();
    builder.write(&mut file, |_, _| Ok(())).unwrap();
    let some = Sampling { temperature: 0.8, top_k: 0, top_p: 0.95, min_p: 0.05, repeat_penalty: 1.1, ..said };
    assert_eq!(Sampling::recommended(&Gguf::from_bytes(&file).unwrap()), some);
}

#[test]
fn reasoning_is_told_from_the_answer() {
    let mut parts = Parts::of(&Gguf::from_bytes(bundled::hatchling()).unwrap());
    let template = "{{ messages[0].content }}<think>";
    parts.set("tokenizer.chat_template", Some(MetadataValue::String(template.into())));
    let engine = Engine::new(Gguf::from_bytes(&parts.file()).unwrap(), &EngineOptions::default()).unwrap();
    let reply = reply(&engine, 1);
    assert!(!reply.reasoning.is_empty() && reply.text.is_empty(), "{reply:?}");
    assert!((1..=reply.summary.reply_tokens).contains(&reply.summary.reasoning_tokens));
}

#[test]
fn each_token_comes_with_the_number_of_requests_in_its_step() {
    let engine = Engine::bundled().unwrap();
    let (send, events) = mpsc::channel();
    for seed in 0..2 {
        let send = send.clone();
        let on_event = move |event| send.send(event).map_or(ControlFlow::Break(()), ControlFlow::Continue);
        engine.chat(&drawing()).seed(seed).max_tokens(50).start(on_event).unwrap();
    }
    drop(send);
    let (mut tokens, mut most) = (0, 0);
    for event in events {
        if let ChatProgress::Delta(delta) = event {
            tokens += delta.tokens;
            most = most.max(delta.batch);
        }
    }
    assert_eq!((tokens, most), (100, 2));
}

#[test]
fn a_dropped_stream_makes_room_for_the_next() {
    let options = EngineOptions { parallel: 1, ..EngineOptions::default() };
    let engine = Engine::new(Gguf::from_bytes(bundled::hatchling()).unwrap(), &options).unwrap();
    let mut broken_off = engine.chat(&drawing()).seed(1).stream().unwrap();
    assert!(matches!(broken_off.next(), Some(Ok(ChatEvent::Text(_)))));
    drop(broken_off);
    assert_eq!(reply(&engine, 2).summary.reply_tokens, 40);
}

#[test]
fn a_stream_says_when_its_engine_is_gone() {
    let engine = Engine::bundled().unwrap();
    let mut stream = engine.chat(&drawing()).seed(1).stream().unwrap();
    drop(engine);
    let last = stream.by_ref().last();
    assert!(matches!(last, Some(Err(EngineError::Stopped) | Ok(ChatEvent::Finished(_)))), "{last:?}");
    assert!(stream.next().is_none());
}

#[test]
fn a_setting_out_of_range_is_refused_before_anything_is_asked() {
    let engine = Engine::bundled().unwrap();
    let sampling = Sampling { temperature: -1.0, ..Sampling::default() };
    let error = engine.chat(&drawing()).sampling(sampling).stream().unwrap_err();
    assert!(error.to_string().contains("temperature"), "{error}");
}

#[test]
fn a_picture_is_refused_in_words_by_a_model_without_a_projector() {
    let engine = Engine::bundled().unwrap();
    assert!(!engine.sees());
    let picture = Picture::from_rgb(2, 1, vec![0, 0, 0, 255, 255, 255]).unwrap();
    let messages = [ChatMessage::user(vec!["What is it?".into(), picture.clone().into()])];
    let error = engine.chat(&messages).stream().unwrap_err().to_string();
    assert!(error.contains("no projector") && error.contains("mmproj"), "{error}");
    let pictures = vec![PlacedPicture { begin: 1, tokens: 1, columns: 1, first_row: 0, picture }];
    let request = GenerationRequest { tokens: vec![1, 2, 3], pictures, ..GenerationRequest::default() };
    let error = engine.submit(request, |_| ControlFlow::Break(())).unwrap_err().to_string();
    assert!(error.contains("no projector"), "{error}");
}
