//! The counts of an answer's experts, held against feeding the same tokens by hand.

use std::ops::ControlFlow;
use std::sync::mpsc;

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, ExpertConfig, ExpertUse, WeightSummary};
use pelicycle_engine::sample::Sampling;
use pelicycle_engine::{
    Engine, EngineOptions, FinishReason, GenerationEvent, GenerationRequest, Session, Speculation, bundled,
};

use crate::support::parts::Parts;

struct Answer {
    prompt: Vec<u32>,
    tokens: Vec<u32>,
    why: FinishReason,
    experts: ExpertUse,
}

/// Answers of hatchling to prompts of which some are the same, some begin alike, and some are cut short.
fn answers(threads: usize, parallel: usize, speculation: Speculation) -> (Engine, Vec<Answer>) {
    let options = EngineOptions { threads: Some(threads), parallel, speculation, ..EngineOptions::default() };
    let engine = Engine::new(Gguf::from_bytes(bundled::hatchling()).unwrap(), &options).unwrap();
    let asked = [("pelican riding a bicycle", 600), ("pelican riding a bicycle", 9), ("cat on a boat", 40)];
    let inboxes: Vec<_> = asked
        .into_iter()
        .zip(0..)
        .map(|((what, max_tokens), seed)| {
            let text = format!("Generate an SVG of a {what}");
            let tokens = engine.prompt(&[ChatMessage::user(text.as_str())], None).unwrap().tokens;
            let (send, inbox) = mpsc::channel();
            let sampling = Sampling { temperature: 0.8, seed, ..Sampling::default() };
            let request = GenerationRequest {
                tokens: tokens.clone(),
                sampling,
                max_tokens,
                ..GenerationRequest::default()
            };
            let on_event =
                move |event| send.send(event).map_or(ControlFlow::Break(()), ControlFlow::Continue);
            engine.submit(request, on_event).unwrap();
            (tokens, inbox)
        })
        .collect();
    let answer = |(prompt, inbox): (Vec<u32>, mpsc::Receiver<GenerationEvent>)| {
        let mut tokens = Vec::new();
        for event in inbox {
            match event {
                GenerationEvent::Looking(_) | GenerationEvent::Started => {}
                GenerationEvent::Token { id, .. } => tokens.push(id),
                GenerationEvent::Finished { why, experts } => {
                    return Answer { prompt, tokens, why, experts: experts.unwrap() };
                }
            }
        }
        panic!("an answer has an end")
    };
    let answers = inboxes.into_iter().map(answer).collect();
    (engine, answers)
}

#[test]
fn each_answer_has_the_counts_of_its_own_tokens_in_any_company() {
    for (threads, parallel, speculation) in
        [(1, 1, Speculation::Off), (1, 1, Speculation::Always), (2, 3, Speculation::Always)]
    {
        let (engine, answers) = answers(threads, parallel, speculation);
        assert!(answers.iter().any(|answer| answer.why == FinishReason::EndOfTurn));
        assert!(answers.iter().any(|answer| answer.why == FinishReason::MaxTokens));
        for answer in &answers {
            // The last token of an answer that its bound ended was never fed.
            let end_mark = usize::from(answer.why == FinishReason::EndOfTurn);
            let fed = [&answer.prompt[..], &answer.tokens[..answer.tokens.len() + end_mark - 1]].concat();
            let mut counts = engine.model().expert_use().unwrap();
            let watch = |choice: pelicycle_engine::ExpertChoice| {
                if choice.position >= answer.prompt.len() - 1 {
                    counts.take(choice.layer, &choice.experts);
                }
            };
            Session::new(engine.model()).feed_watching(&fed, false, watch).unwrap();
            assert_eq!(answer.experts, counts);
            assert_eq!(answer.experts.tokens(), (answer.tokens.len() + end_mark) as u64);
        }
        let summary = engine.model().weight_summary();
        let (one, all) = (summary.bytes_a_token().unwrap(), summary.total().bytes.unwrap());
        let touched = answers[0].experts.bytes_touched(&summary).unwrap();
        assert!(one < touched && touched <= all, "{one} {touched} {all}");
    }
}

#[test]
fn layers_without_experts_count_nothing() {
    let Some(parts) = Parts::golden("deepseek2-v3.f16") else { return };
    let experts = parts.model(Arithmetic::Int8).unwrap().expert_use().unwrap();
    assert!(experts.layers()[0].is_empty() && !experts.layers()[1].is_empty());
    let Some(parts) = Parts::golden("qwen3.f16") else { return };
    assert_eq!(parts.model(Arithmetic::Int8).unwrap().expert_use(), None);
}

#[test]
fn an_expert_touched_twice_is_touched_once() {
    let engine = Engine::bundled().unwrap();
    let mut experts = engine.model().expert_use().unwrap();
    assert_eq!((experts.used(), experts.layers().len(), experts.layers()[1].len()), (2, 6, 16));
    // A file of another kind with as many experts, of which one layer has some: 5 bytes each.
    let mut summary = WeightSummary::new(Some(6), Some(ExpertConfig::new(16, 2)));
    summary.add("blk.0.attn_q.weight", 50, Some(100));
    summary.add("blk.0.ffn_up.weight", 5, Some(10));
    summary.add("blk.1.ffn_up_exps.weight", 40, Some(80));
    summary.add("output.weight", 1, Some(1));
    assert_eq!((experts.tokens(), experts.bytes_touched(&summary)), (0, Some(111)));
    (0..6).for_each(|layer| experts.take(layer, &[0, 3]));
    assert_eq!(
        (experts.tokens(), experts.bytes_touched(&summary)),
        (1, summary.bytes_a_token()),
        "one token alone"
    );
    (0..6).for_each(|layer| experts.take(layer, &[1, 3]));
    assert_eq!((experts.tokens(), experts.bytes_touched(&summary)), (2, Some(111 + 15)));
    assert_eq!(experts.layers()[1][..5], [1, 1, 0, 2, 0]);
    summary.add("blk.1.ffn_down_exps.weight", 40, None);
    assert_eq!(experts.bytes_touched(&summary), None);
}
