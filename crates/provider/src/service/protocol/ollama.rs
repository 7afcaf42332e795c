//! Ollama's own protocol: one JSON object a line.

use pelicycle_record::{Outcome, Remark, Usage};
use serde_json::{Map, Value, json};

use super::reply_state::kept;
use super::{ReplyState, WireMessage, WireProtocol, count, is_error, no_answer, text};
use crate::service::failure::{RequestFailure, shortened};
use crate::service::frames::Framing;

#[derive(Debug)]
pub(super) struct OllamaChat;

/// The server's own times, in nanoseconds.
const TIMES: [&str; 4] = ["total_duration", "load_duration", "prompt_eval_duration", "eval_duration"];

impl WireProtocol for OllamaChat {
    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn path(&self, _model: &str) -> String {
        "/api/chat".to_owned()
    }

    fn body(&self, model: &str, conversation: &[WireMessage<'_>]) -> Value {
        let message = |message: &WireMessage<'_>| {
            let mut json = json!({"role": message.role("assistant"), "content": message.text});
            if !message.pictures.is_empty() {
                json["images"] = message.pictures.into();
            }
            json
        };
        let messages: Vec<Value> = conversation.iter().map(message).collect();
        json!({"model": model, "stream": true, "messages": messages})
    }

    fn read(&self, frame: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        state.identify(text(frame, "/model"), None);
        let known = state.remarks.iter().any(|remark| remark.code == "served-elsewhere");
        if let Some(host) = text(frame, "/remote_host").filter(|_| !known) {
            let host = shortened(host);
            let message = format!("This server did not answer itself: it asked {host}.");
            state.remarks.push(Remark::new("served-elsewhere", message));
        }
        // What stands at the top is an answer as its plain completions have it.
        let said = |places: [&str; 2]| places.iter().find_map(|place| text(frame, place)).unwrap_or_default();
        state.apart(said(["/message/thinking", "/thinking"]));
        state.marked_text(said(["/message/content", "/response"]));
        if frame.get("done").and_then(Value::as_bool) == Some(true) {
            done(frame, state)?;
        }
        Ok(())
    }

    fn read_whole(&self, answer: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        if is_error(answer) {
            return Err(RequestFailure::of_event(answer));
        }
        match ["message", "response"].iter().any(|key| answer.get(key).is_some()) {
            true => self.read(answer, state),
            false => Err(no_answer(answer)),
        }
    }
}

fn done(frame: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
    // A count of zero is left out, so what is left out is not known.
    state.usage = Usage {
        input: count(frame, "/prompt_eval_count"),
        output: count(frame, "/eval_count"),
        ..Usage::default()
    };
    let picked = |names: &[&str]| -> Map<String, Value> {
        let known = names.iter().filter_map(|&name| Some((name.to_owned(), frame.get(name)?.clone())));
        known.collect()
    };
    let counts = picked(&["prompt_eval_count", "eval_count"]);
    if !counts.is_empty() {
        state.account(&Value::Object(counts));
    }
    let times = picked(&TIMES);
    state.server_timing = (!times.is_empty()).then_some(Value::Object(times)).as_ref().and_then(kept);
    match text(frame, "/done_reason") {
        Some(word @ "stop") => state.stop(Outcome::Complete, word, None),
        Some(word @ "length") => {
            state.stop(
                Outcome::Length,
                word,
                Some("the bound on tokens was reached, or the context is full"),
            );
        }
        Some(word @ ("load" | "unload")) => {
            return Err(RequestFailure::senseless(format!("the server only did a {word} of the model")));
        }
        // Servers of 2024 gave no reason.
        None => state.stop(Outcome::Complete, "", None),
        Some(other) => state.other_stop(other)?,
    }
    state.ended = true;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::reply_state::tests_support::{last, read};
    use super::*;

    const THINK: &str = r#"{"model":"qwen3","created_at":"2026-11-22T00:00:00Z","message":{"role":"assistant","content":"","thinking":"Hm"},"done":false}"#;
    const TEXT: &str = r#"{"model":"qwen3","message":{"role":"assistant","content":"Hello"},"done":false}"#;

    #[test]
    fn lines_are_read_to_the_one_that_says_done() {
        let done = r#"{"model":"qwen3","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":2000000000,"load_duration":900000000,"prompt_eval_count":11,"eval_count":42,"eval_duration":950000000}"#;
        let state = read(&OllamaChat, &[THINK, TEXT, done]).unwrap();
        assert_eq!((state.text().as_str(), state.thoughts().as_str()), ("Hello", "Hm"));
        assert_eq!((state.usage.input, state.usage.output), (Some(11), Some(42)));
        assert_eq!(state.server_timing.as_ref().unwrap()["load_duration"], 900_000_000);
        assert_eq!((state.ended, last(&state)), (true, (Outcome::Complete, "stop")));
        assert!(!read(&OllamaChat, &[THINK, TEXT]).unwrap().ended);
    }

    #[test]
    fn a_count_that_is_left_out_is_unknown() {
        let done = r#"{"message":{"content":""},"done":true,"done_reason":"length","eval_count":9}"#;
        let state = read(&OllamaChat, &[TEXT, done]).unwrap();
        assert_eq!((state.usage.input, state.usage.output), (None, Some(9)));
        assert_eq!(last(&state), (Outcome::Length, "length"));
    }

    #[test]
    fn an_error_line_is_a_failure_and_a_cloud_behind_the_server_is_told() {
        assert!(
            read(&OllamaChat, &[TEXT, r#"{"error":"out of memory"}"#])
                .unwrap_err()
                .message
                .contains("memory")
        );
        let cloud =
            r#"{"model":"m","remote_host":"https://ollama.com","message":{"content":"a"},"done":false}"#;
        let state = read(&OllamaChat, &[cloud, cloud]).unwrap();
        assert_eq!(state.remarks.len(), 1);
        assert!(state.remarks[0].message.contains("https://ollama.com"));
        assert!(read(&OllamaChat, &[r#"{"message":{},"done":true,"done_reason":"load"}"#]).is_err());
    }
}
