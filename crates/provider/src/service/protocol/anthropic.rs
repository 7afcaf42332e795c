//! Anthropic's Messages.

use pelicycle_record::{Outcome, Usage};
use serde_json::{Map, Value, json};

use super::reply_state::kept;
use super::{ReplyState, WireMessage, WireProtocol, count, is_error, messages, no_answer, text};
use crate::service::failure::{RequestFailure, shortened};

#[derive(Debug)]
pub(super) struct AnthropicMessages;

impl WireProtocol for AnthropicMessages {
    fn path(&self, _model: &str) -> String {
        "/v1/messages".to_owned()
    }

    fn body(&self, model: &str, conversation: &[WireMessage<'_>]) -> Value {
        let messages = messages(
            conversation,
            |text| json!({"type": "text", "text": text}),
            |picture| {
                let source = json!({"type": "base64", "media_type": "image/png", "data": picture});
                json!({"type": "image", "source": source})
            },
        );
        json!({"model": model, "stream": true, "messages": messages})
    }

    fn read(&self, frame: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        match text(frame, "/type") {
            Some("message_start") => {
                state.identify(text(frame, "/message/model"), text(frame, "/message/id"));
                usage(frame.pointer("/message/usage"), state);
            }
            Some("content_block_start") => block(frame.get("content_block"), state),
            Some("content_block_delta") => {
                state.answer(text(frame, "/delta/text").unwrap_or_default());
                state.reasoning(text(frame, "/delta/thinking").unwrap_or_default());
            }
            Some("message_delta") => {
                usage(frame.get("usage"), state);
                if let Some(word) = text(frame, "/delta/stop_reason") {
                    stop(word, frame.pointer("/delta/stop_details"), state)?;
                }
            }
            Some("message_stop") => state.ended = true,
            // Pings, ends of blocks, and what later versions send.
            _ => {}
        }
        Ok(())
    }

    fn read_whole(&self, answer: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        if is_error(answer) {
            return Err(RequestFailure::of_event(answer));
        }
        let blocks = answer.get("content").and_then(Value::as_array).ok_or_else(|| no_answer(answer))?;
        state.identify(text(answer, "/model"), text(answer, "/id"));
        for content in blocks {
            block(Some(content), state);
        }
        usage(answer.get("usage"), state);
        if let Some(word) = text(answer, "/stop_reason") {
            stop(word, answer.get("stop_details"), state)?;
            state.ended = true;
        }
        Ok(())
    }
}

/// Reads a block's own text: all of it in a whole answer, mostly none where a stream begins one.
fn block(block: Option<&Value>, state: &mut ReplyState) {
    let Some(block) = block else { return };
    match text(block, "/type") {
        Some("text") => state.answer(text(block, "/text").unwrap_or_default()),
        Some("thinking") => state.reasoning(text(block, "/thinking").unwrap_or_default()),
        _ => {}
    }
}

/// Counts grow from event to event, and an event names only some: the newest of each key counts.
fn usage(usage: Option<&Value>, state: &mut ReplyState) {
    let Some(newest) = usage.filter(|usage| usage.is_object()) else { return };
    let mut all: Map<String, Value> = Map::new();
    state.account(newest);
    for account in &state.accounts {
        let known = account.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        all.extend(known.map(|(key, value)| (key.clone(), value.clone())));
    }
    state.tier = text(newest, "/service_tier").map(shortened).or(state.tier.take());
    let all = Value::Object(all);
    let cached = count(&all, "/cache_read_input_tokens");
    let cache_written = count(&all, "/cache_creation_input_tokens");
    state.usage = Usage {
        // Tokens from and for the cache are not among the input tokens here.
        input: count(&all, "/input_tokens")
            .map(|new| new.saturating_add(cached.unwrap_or(0)).saturating_add(cache_written.unwrap_or(0))),
        cached,
        cache_written,
        output: count(&all, "/output_tokens"),
        reasoning: count(&all, "/output_tokens_details/thinking_tokens"),
    };
}

fn stop(word: &str, detail: Option<&Value>, state: &mut ReplyState) -> Result<(), RequestFailure> {
    match word {
        "end_turn" | "stop_sequence" => state.stop(Outcome::Complete, word, None),
        "max_tokens" => state.stop(Outcome::Length, word, Some("the bound on tokens was reached")),
        "model_context_window_exceeded" => {
            state.stop(Outcome::Length, word, Some("the model's context is full"));
        }
        "refusal" => {
            let category = detail.and_then(|d| text(d, "/category"));
            let why = detail.and_then(|d| text(d, "/explanation"));
            let words = [category, why].into_iter().flatten().collect::<Vec<_>>().join(": ");
            let words = if words.is_empty() { "the model declined".to_owned() } else { words };
            state.stop(Outcome::Refusal, word, Some(&words));
        }
        other => state.other_stop(other)?,
    }
    if let Some(stop) = &mut state.stop {
        stop.detail = detail.filter(|detail| !detail.is_null()).and_then(kept);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::reply_state::tests_support::{last, read};
    use super::*;

    const START: &str = r#"{"type":"message_start","message":{"id":"msg_1","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":12,"cache_creation_input_tokens":3,"cache_read_input_tokens":5,"output_tokens":1,"service_tier":"standard"}}}"#;

    #[test]
    fn a_stream_is_read_block_by_block() {
        let state = read(
            &AnthropicMessages,
            &[
                START,
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                r#"{"type":"ping"}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Two and two"}}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
                r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
                r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Four."}}"#,
                r#"{"type":"content_block_delta","index":1,"delta":{"type":"a_new_delta","glow":1}}"#,
                r#"{"type":"a_new_event"}"#,
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_details":null},"usage":{"output_tokens":31,"output_tokens_details":{"thinking_tokens":24}}}"#,
                r#"{"type":"message_stop"}"#,
            ],
        )
        .unwrap();
        assert_eq!((state.text().as_str(), state.thoughts().as_str()), ("Four.", "Two and two"));
        let usage = Usage {
            input: Some(20),
            cached: Some(5),
            cache_written: Some(3),
            output: Some(31),
            reasoning: Some(24),
        };
        assert_eq!(state.usage, usage);
        assert_eq!((state.served.as_deref(), state.id.as_deref()), (Some("claude-opus-5-5"), Some("msg_1")));
        assert_eq!(state.tier.as_deref(), Some("standard"));
        assert_eq!((state.ended, last(&state)), (true, (Outcome::Complete, "end_turn")));
        assert_eq!(state.accounts.len(), 2);
    }

    #[test]
    fn input_tokens_that_come_only_at_the_end_count() {
        let delta = r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"input_tokens":7,"output_tokens":9}}"#;
        let start = r#"{"type":"message_start","message":{"usage":{"input_tokens":0,"output_tokens":0}}}"#;
        let state = read(&AnthropicMessages, &[start, delta]).unwrap();
        assert_eq!((state.usage.input, state.usage.output), (Some(7), Some(9)));
        assert_eq!((state.ended, last(&state)), (false, (Outcome::Length, "max_tokens")));
    }

    #[test]
    fn a_refusal_says_why() {
        let delta = r#"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":"bio","explanation":"No."}},"usage":{"output_tokens":2}}"#;
        let state = read(&AnthropicMessages, &[START, delta]).unwrap();
        let stop = state.stop.unwrap();
        assert_eq!((stop.outcome, stop.words.as_deref()), (Outcome::Refusal, Some("bio: No.")));
        assert_eq!(stop.detail.unwrap()["category"], "bio");
    }

    #[test]
    fn a_whole_answer_is_read_as_well() {
        let whole = r#"{"id":"m","type":"message","model":"c","content":[{"type":"thinking","thinking":"Hm"},{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":2}}"#;
        let mut state = ReplyState::default();
        AnthropicMessages.read_whole(&serde_json::from_str(whole).unwrap(), &mut state).unwrap();
        assert_eq!((state.text().as_str(), state.thoughts().as_str(), state.ended), ("Hi", "Hm", true));
        assert!(AnthropicMessages.read_whole(&json!({"hello": 1}), &mut state).is_err());
    }
}
