//! Models that say a fixed row of tokens: where a reply ends, and what of it is reasoning.

use pelicycle_engine::chat::ChatMessage;
use pelicycle_engine::sample::Sampling;
use pelicycle_engine::{ChatReply, Engine, FinishReason};

use crate::support::shared;

/// The greedy reply of a scripted model to a prompt; `None` without the files.
fn reply(name: &str) -> Option<(Engine, ChatReply)> {
    let path = shared()?.join(format!("cases/engine/scripted/{name}.gguf"));
    let engine = Engine::open(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
    let greedy = Sampling { temperature: 0.0, ..Sampling::default() };
    let reply = engine.chat(&[ChatMessage::user("Draw")]).sampling(greedy).max_tokens(100).reply().unwrap();
    Some((engine, reply))
}

const CIRCLE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\">\
    <circle cx=\"5\" cy=\"5\" r=\"4\"/></svg>";

#[test]
fn a_reply_ends_at_every_familys_mark_whatever_type_the_file_gives_it() {
    for (name, mark) in [
        ("end-eos_token_ids", "<|foo_end|>"),
        ("end-eot-user", "<|eot_id|>"),
        ("end-gemma-eot-normal", "<end_of_turn>"),
        ("end-gemma4-turn", "<turn|>"),
        ("end-imend-user", "<|im_end|>"),
        ("end-kimi-EOT", "[EOT]"),
        ("end-minimax", "[e~["),
    ] {
        let Some((engine, reply)) = reply(name) else { return };
        assert_eq!(reply.summary.finish, FinishReason::EndOfTurn, "{name}");
        assert_eq!(reply.text, format!("Here: {CIRCLE}"), "{name}");
        assert_eq!(engine.tokenizer().encode(mark, true).unwrap().len(), 1, "{name}: {mark} in a prompt");
    }
}

#[test]
fn reasoning_is_told_from_the_answer_by_every_familys_marks() {
    for (name, before) in [
        // Its template opens the reasoning nowhere, and the model says the end mark alone.
        ("think-close-without-open", ""),
        ("think-gemma4-n", "Here: "),
        ("think-mistral-THINK-u", "Here: "),
        ("think-seed-u", "Here: "),
    ] {
        let Some((_, reply)) = reply(name) else { return };
        assert!(
            reply.reasoning.starts_with("draft ") && reply.reasoning.contains("no, better"),
            "{name}: {reply:?}"
        );
        assert_eq!(reply.text, format!("{before}{CIRCLE}"), "{name}");
    }
}

#[test]
fn a_file_without_a_template_is_asked_in_the_form_of_its_vocabulary() {
    let Some(shared) = shared() else { return };
    for name in ["no-template", "template-only-named"] {
        let engine = Engine::open(shared.join(format!("cases/engine/{name}.gguf"))).unwrap();
        let remarks: Vec<&str> = engine.remarks().collect();
        assert!(remarks.iter().any(|remark| remark.contains("no chat template")), "{name}: {remarks:?}");
        let prompt = engine.prompt(&[ChatMessage::user("Draw")], None).unwrap();
        assert_eq!(prompt.text, "<|im_start|>user\nDraw<|im_end|>\n<|im_start|>assistant\n", "{name}");
    }
}
