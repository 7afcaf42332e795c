//! OpenAI's Chat Completions, in the variants that many servers have of it.

use pelicycle_record::{Outcome, Usage};
use serde_json::{Value, json};

use super::reply_state::kept;
use super::{ReplyState, WireMessage, WireProtocol, address, count, is_error, messages, no_answer, text};
use crate::service::failure::{RequestFailure, shortened};

#[derive(Debug)]
pub(super) struct ChatCompletions;

impl WireProtocol for ChatCompletions {
    fn path(&self, _model: &str) -> String {
        "/chat/completions".to_owned()
    }

    fn body(&self, model: &str, conversation: &[WireMessage<'_>]) -> Value {
        let messages = messages(
            conversation,
            |text| json!({"type": "text", "text": text}),
            |picture| json!({"type": "image_url", "image_url": {"url": address(picture)}}),
        );
        json!({"model": model, "stream": true, "messages": messages})
    }

    fn read(&self, frame: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        about(frame, state);
        // Azure's first chunk and the one with the usage may have no choice.
        let Some(choices) = frame.get("choices").and_then(Value::as_array) else { return Ok(()) };
        // One was asked for; of several the first by number is that, wherever it stands.
        let first = choices.iter().find(|choice| choice.get("index").and_then(Value::as_u64) == Some(0));
        let Some(choice) = first.or(choices.first()) else { return Ok(()) };
        match ["delta", "message"].iter().find_map(|key| choice.get(*key).filter(|said| said.is_object())) {
            Some(said) => message(said, state),
            // Servers of plain completions behind a gateway answer in their own way.
            None => state.marked_text(text(choice, "/text").unwrap_or_default()),
        }
        if let Some(word) = text(choice, "/finish_reason").filter(|word| !word.is_empty()) {
            stop(word, text(choice, "/native_finish_reason"), state)?;
        }
        Ok(())
    }

    fn read_whole(&self, answer: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        if is_error(answer) {
            return Err(RequestFailure::of_event(answer));
        }
        if answer.pointer("/choices/0/message").is_none() {
            return Err(no_answer(answer));
        }
        self.read(answer, state)?;
        state.ended = state.stop.is_some();
        Ok(())
    }

    fn is_whole(&self, answer: &Value) -> bool {
        // A chunk by itself has a delta.
        answer.pointer("/choices/0/message").is_some() || answer.get("choices").is_none()
    }

    fn ends_with_done(&self) -> bool {
        true
    }

    fn ends_with_body(&self) -> bool {
        true
    }
}

/// Reads what a chunk tells beside the text.
fn about(chunk: &Value, state: &mut ReplyState) {
    state.identify(text(chunk, "/model"), text(chunk, "/id"));
    if let Some(upstream) = text(chunk, "/provider") {
        state.upstream = Some(shortened(upstream));
    }
    if let Some(tier) = text(chunk, "/service_tier") {
        state.tier = Some(shortened(tier));
    }
    let timing = ["/timings", "/stats"].iter().find_map(|place| chunk.pointer(place));
    if let Some(timing) = timing.filter(|timing| timing.is_object()) {
        state.server_timing = kept(timing);
    }
    let usage = ["/usage", "/x_groq/usage"].iter().find_map(|place| chunk.pointer(place));
    if let Some(usage) = usage.filter(|usage| usage.is_object()) {
        state.account(usage);
        state.usage = tokens(usage);
        state.cost = usage.get("cost").and_then(Value::as_f64).or(state.cost);
    }
}

fn tokens(usage: &Value) -> Usage {
    let input = count(usage, "/prompt_tokens");
    let output = count(usage, "/completion_tokens");
    let reasoning = count(usage, "/completion_tokens_details/reasoning_tokens")
        .or_else(|| count(usage, "/reasoning_tokens"));
    // Some servers count the reasoning beside the output; their total tells.
    let sum = |n: u64| input?.checked_add(output?)?.checked_add(n);
    let beside = reasoning.filter(|&n| n > 0 && sum(n) == count(usage, "/total_tokens").or(Some(0)));
    Usage {
        input,
        cached: count(usage, "/prompt_tokens_details/cached_tokens")
            .or_else(|| count(usage, "/prompt_cache_hit_tokens")),
        cache_written: count(usage, "/prompt_tokens_details/cache_write_tokens"),
        output: output.map(|n| n.saturating_add(beside.unwrap_or(0))),
        reasoning,
    }
}

/// Reads the parts of a delta, or of a whole message.
fn message(delta: &Value, state: &mut ReplyState) {
    let details = || {
        let list = delta.get("reasoning_details")?.as_array()?;
        let part = |d: &Value| text(d, "/text").or_else(|| text(d, "/summary")).map(str::to_owned);
        Some(list.iter().filter_map(part).collect::<String>())
    };
    let reasoning = ["/reasoning_content", "/reasoning", "/reasoning_text", "/thinking"]
        .iter()
        .find_map(|place| text(delta, place).filter(|text| !text.is_empty()).map(str::to_owned))
        .or_else(details);
    state.apart(&reasoning.unwrap_or_default());
    content(delta.get("content").unwrap_or(&Value::Null), state);
    state.refusal(text(delta, "/refusal").unwrap_or_default());
}

/// Reads the text of a message: as it is, or in a part or a list of parts, as Mistral has it.
fn content(content: &Value, state: &mut ReplyState) {
    match content {
        Value::String(words) => state.marked_text(words),
        Value::Array(parts) => parts.iter().for_each(|part| part_of(part, state)),
        part => part_of(part, state),
    }
}

fn part_of(part: &Value, state: &mut ReplyState) {
    match (part, text(part, "/type")) {
        (Value::String(words), _) => state.marked_text(words),
        (_, Some(kind)) if ["thinking", "thought", "reasoning"].iter().any(|word| kind.contains(word)) => {
            for place in ["thinking", "reasoning", "summary"] {
                let inner = part.get(place).and_then(Value::as_array).into_iter().flatten();
                let thought: String = inner.filter_map(|part| text(part, "/text")).collect();
                state.apart(&thought);
            }
            for place in ["/thinking", "/reasoning", "/text"] {
                state.apart(text(part, place).unwrap_or_default());
            }
        }
        _ => state.marked_text(text(part, "/text").unwrap_or_default()),
    }
}

fn stop(word: &str, native: Option<&str>, state: &mut ReplyState) -> Result<(), RequestFailure> {
    match word {
        "stop" | "stop_sequence" | "end_turn" | "eos" | "eos_token" => {
            state.stop(Outcome::Complete, word, None);
        }
        "length" | "max_tokens" => {
            state.stop(Outcome::Length, word, Some("the bound on tokens was reached"));
        }
        "model_length" => state.stop(Outcome::Length, word, Some("the model's context is full")),
        "content_filter" | "safety" => {
            state.stop(Outcome::Filtered, word, Some("the service's filter stopped the reply"));
        }
        "error" | "abort" | "insufficient_system_resource" => {
            let more = native.map(|native| format!(" ({native})")).unwrap_or_default();
            return Err(RequestFailure::senseless(format!("the service broke the reply off: {word}{more}")));
        }
        other => state.other_stop(other)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::reply_state::tests_support::{last, read};
    use super::*;

    fn delta(delta: &str) -> String {
        format!(
            r#"{{"id":"c1","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}],"usage":null}}"#
        )
    }

    #[test]
    fn of_several_choices_the_first_by_number_is_the_reply() {
        let two = r#"{"choices":[{"index":1,"delta":{"content":"other"}},{"index":0,"delta":{"content":"Four."}}]}"#;
        assert_eq!(read(&ChatCompletions, &[two, STOP, "[DONE]"]).unwrap().text(), "Four.");
    }

    const STOP: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;

    fn texts(deltas: &[&str]) -> (String, String) {
        let frames: Vec<String> = deltas.iter().map(|text| delta(text)).collect();
        let mut frames: Vec<&str> = frames.iter().map(String::as_str).collect();
        frames.extend([STOP, "[DONE]"]);
        let state = read(&ChatCompletions, &frames).unwrap();
        assert!(state.ended && last(&state) == (Outcome::Complete, "stop"));
        (state.text(), state.thoughts())
    }

    #[test]
    fn reasoning_is_found_under_every_name_it_has() {
        let expected = ("Four.".to_owned(), "Hm.".to_owned());
        for thought in [
            r#"{"reasoning_content":"Hm."}"#,
            r#"{"reasoning":"Hm.","reasoning_details":[{"text":"Hm."}]}"#,
            r#"{"reasoning_details":[{"type":"reasoning.text","text":"Hm."}]}"#,
            r#"{"reasoning_text":"Hm."}"#,
            r#"{"thinking":"Hm."}"#,
            r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]}]}"#,
            r#"{"content":[{"type":"reasoning","text":"Hm."}]}"#,
            r#"{"content":[{"type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}]}]}"#,
            r#"{"content":"<think>Hm.</think>"}"#,
        ] {
            assert_eq!(
                texts(&[r#"{"role":"assistant","content":""}"#, thought, r#"{"content":"Four."}"#]),
                expected
            );
        }
        let list = r#"{"content":[{"type":"text","text":"Four."}]}"#;
        assert_eq!(texts(&[r#"{"reasoning":"Hm."}"#, list]), expected);
        let both = texts(&[r#"{"reasoning":"Hm."}"#, r#"{"content":"<think>is a tag"}"#]);
        assert_eq!(both.0, "<think>is a tag", "a server that took it apart leaves none behind");
    }

    #[test]
    fn usage_is_read_wherever_it_stands() {
        let openai = r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":50,"total_tokens":59,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":40}}}"#;
        let state = read(&ChatCompletions, &[&delta("{}"), STOP, openai, "[DONE]"]).unwrap();
        let expected = Usage {
            input: Some(9),
            cached: Some(4),
            cache_written: None,
            output: Some(50),
            reasoning: Some(40),
        };
        assert_eq!(state.usage, expected);
        let beside = r#"{"choices":[{"index":0,"delta":{}}],"usage":{"prompt_tokens":9,"completion_tokens":10,"total_tokens":59,"completion_tokens_details":{"reasoning_tokens":40},"cost":0.0125}}"#;
        let state = read(&ChatCompletions, &[STOP, beside, "[DONE]"]).unwrap();
        assert_eq!((state.usage.output, state.cost), (Some(50), Some(0.0125)));
        let deepseek =
            r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":1,"prompt_cache_hit_tokens":8}}"#;
        assert_eq!(read(&ChatCompletions, &[deepseek]).unwrap().usage.cached, Some(8));
        assert_eq!(
            read(&ChatCompletions, &[STOP, "[DONE]"]).unwrap().usage,
            Usage::default(),
            "unknown, not zero"
        );
    }

    #[test]
    fn every_end_has_its_name() {
        let end = |word: &str| {
            let frame = format!(r#"{{"choices":[{{"delta":{{}},"finish_reason":"{word}"}}]}}"#);
            read(&ChatCompletions, &[&frame, "[DONE]"]).map(|state| last(&state).0)
        };
        assert_eq!(end("length"), Ok(Outcome::Length));
        assert_eq!(end("content_filter"), Ok(Outcome::Filtered));
        assert_eq!(end("tool_calls"), Ok(Outcome::Complete));
        assert!(end("error").is_err());
        let refusal = read(&ChatCompletions, &[&delta(r#"{"refusal":"I can't."}"#), STOP, "[DONE]"]).unwrap();
        assert_eq!(refusal.declined(), "I can't.");
    }

    #[test]
    fn what_servers_tell_of_themselves_is_kept() {
        let chunk = r#"{"id":"g","model":"x","provider":"Someone","service_tier":"flex","choices":[],"timings":{"predicted_ms":1265.5}}"#;
        let state = read(&ChatCompletions, &[chunk]).unwrap();
        assert_eq!((state.upstream.as_deref(), state.tier.as_deref()), (Some("Someone"), Some("flex")));
        assert_eq!(state.server_timing.unwrap()["predicted_ms"], 1265.5);
    }

    #[test]
    fn a_whole_answer_is_read_as_well() {
        let whole = json!({"id": "c", "model": "m", "choices": [{"message": {"content": "Hi", "reasoning_content": "Hm"}, "finish_reason": "stop"}]});
        let mut state = ReplyState::default();
        ChatCompletions.read_whole(&whole, &mut state).unwrap();
        assert_eq!((state.text().as_str(), state.thoughts().as_str(), state.ended), ("Hi", "Hm", true));
        assert!(ChatCompletions.read_whole(&json!({"ok": true}), &mut state).is_err());
    }
}
