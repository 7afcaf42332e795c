//! The engine with the real SmolLM2: it writes English, and a request gets the same tokens in any company.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc;

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::sample::Sampling;
use pelicycle_engine::{
    Engine, EngineError, EngineOptions, FinishReason, GenerationEvent, GenerationRequest,
};

use crate::support::smollm2;

fn open(path: &Path, threads: usize, parallel: usize) -> Engine {
    let options = EngineOptions { threads: Some(threads), parallel, ..EngineOptions::default() };
    Engine::open_with(path, &options).unwrap()
}

fn request(engine: &Engine, text: &str, seed: u64, max_tokens: usize) -> GenerationRequest {
    let prompt = engine.prompt(&[ChatMessage::user(text)], None).unwrap();
    let sampling = Sampling { temperature: 0.8, top_p: 0.95, seed, ..Sampling::default() };
    GenerationRequest { tokens: prompt.tokens, sampling, max_tokens, ..GenerationRequest::default() }
}

/// The result of a request: its tokens, how it ended, the largest batch it was part of.
type Answer = (Vec<u32>, Option<FinishReason>, usize);

/// Hands in all requests at once and waits for every answer.
fn answers(engine: &Engine, requests: Vec<GenerationRequest>) -> Vec<Answer> {
    let inboxes: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let (send, inbox) = mpsc::channel();
            let on_event =
                move |event| send.send(event).map_or(ControlFlow::Break(()), ControlFlow::Continue);
            engine.submit(request, on_event).unwrap();
            inbox
        })
        .collect();
    let answer = |inbox: mpsc::Receiver<GenerationEvent>| {
        let mut answer: Answer = (Vec::new(), None, 0);
        for event in inbox {
            match event {
                GenerationEvent::Looking(_) | GenerationEvent::Started => assert!(answer.0.is_empty()),
                GenerationEvent::Token { id, batch } => {
                    answer.0.push(id);
                    answer.2 = answer.2.max(batch);
                }
                GenerationEvent::Finished { why, experts } => {
                    assert!(experts.is_none(), "it is a dense model");
                    answer.1 = Some(why);
                }
            }
        }
        answer
    };
    inboxes.into_iter().map(answer).collect()
}

fn text(engine: &Engine, tokens: &[u32]) -> String {
    String::from_utf8(engine.tokenizer().decode(tokens)).unwrap()
}

#[test]
fn it_answers_in_english_and_to_the_point() {
    let Some(path) = smollm2() else { return };
    let engine = open(&path, 2, 4);
    for (question, word) in [
        ("Why is the sky blue?", "scattering"),
        ("What is gravity?", "force"),
        ("What do pelicans eat?", "fish"),
    ] {
        let mut request = request(&engine, question, 0, 60);
        request.sampling.temperature = 0.0;
        let said = text(&engine, &answers(&engine, vec![request])[0].0);
        assert!(said.contains(word), "asked {question:?} it said {said:?}");
    }
}

#[test]
fn the_end_of_turn_ends_an_answer_and_is_not_part_of_it() {
    let Some(path) = smollm2() else { return };
    let engine = open(&path, 2, 4);
    let mut request = request(&engine, "Reply with the single word yes.", 0, 400);
    request.sampling.temperature = 0.0;
    let answer = &answers(&engine, vec![request])[0];
    assert_eq!(answer.1, Some(FinishReason::EndOfTurn), "it said {:?}", text(&engine, &answer.0));
    assert!(!text(&engine, &answer.0).contains("<|im_end|>"));
}

#[test]
fn a_request_gets_the_same_tokens_alone_in_company_and_on_any_number_of_threads() {
    let Some(path) = smollm2() else { return };
    let questions =
        ["Name a bird.", "What is the capital of France?", "Write a line of a poem.", "Name a bird."];
    let alone: Vec<Vec<u32>> = {
        let engine = open(&path, 1, 1);
        let ask =
            |(i, q): (usize, &&str)| answers(&engine, vec![request(&engine, q, i as u64, 24)]).remove(0).0;
        questions.iter().enumerate().map(ask).collect()
    };
    assert_ne!(alone[0], alone[3], "the seed makes a difference");
    for threads in [1, 2, 3] {
        let engine = open(&path, threads, 4);
        let requests = questions.iter().enumerate().map(|(i, q)| request(&engine, q, i as u64, 24)).collect();
        let together = answers(&engine, requests);
        assert!(together.iter().any(|answer| answer.2 > 1), "some were decoded together");
        let tokens: Vec<Vec<u32>> = together.into_iter().map(|answer| answer.0).collect();
        assert_eq!(tokens, alone, "{threads} threads");
    }
}

#[test]
fn the_bound_on_tokens_ends_an_answer_and_a_departed_owner_ends_its_request() {
    let Some(path) = smollm2() else { return };
    let engine = open(&path, 2, 2);
    let (send, inbox) = mpsc::channel();
    let endless = request(&engine, "Count from one to a million.", 1, 1_000_000);
    let on_event = move |event| send.send(event).map_or(ControlFlow::Break(()), ControlFlow::Continue);
    engine.submit(endless, on_event).unwrap();
    assert!(matches!(inbox.recv().unwrap(), GenerationEvent::Started));
    drop(inbox);
    let bounded = request(&engine, "Write a long story.", 2, 7);
    let answer = &answers(&engine, vec![bounded])[0];
    assert_eq!((answer.0.len(), answer.1), (7, Some(FinishReason::MaxTokens)));
}

#[test]
fn a_request_that_cannot_be_answered_is_refused_with_words() {
    let Some(path) = smollm2() else { return };
    let engine = open(&path, 1, 1);
    let refused = |tokens: Vec<u32>, temperature: f32| {
        let sampling = Sampling { temperature, ..Sampling::default() };
        engine
            .submit(
                GenerationRequest { tokens, sampling, max_tokens: 1, ..GenerationRequest::default() },
                |_| ControlFlow::Break(()),
            )
            .unwrap_err()
    };
    assert!(matches!(refused(vec![], 1.0), EngineError::EmptyPrompt));
    assert!(matches!(refused(vec![1; 8192], 1.0), EngineError::PromptTooLong { .. }));
    assert!(refused(vec![49_152], 1.0).to_string().contains("49152"));
    assert!(refused(vec![1], -1.0).to_string().contains("temperature"));
}
