//! OpenAI's Responses.

use pelicycle_record::{Outcome, Usage};
use serde_json::{Value, json};

use super::reply_state::kept;
use super::stop_words::{StopMeaning, meaning};
use super::{ReplyState, WireMessage, WireProtocol, address, count, is_error, messages, no_answer, text};
use crate::service::failure::{RequestFailure, shortened};

#[derive(Debug)]
pub(super) struct OpenaiResponses;

impl WireProtocol for OpenaiResponses {
    fn path(&self, _model: &str) -> String {
        "/responses".to_owned()
    }

    fn body(&self, model: &str, conversation: &[WireMessage<'_>]) -> Value {
        let input = match conversation {
            [WireMessage { text, pictures: [], .. }] => (*text).into(),
            _ => messages(
                conversation,
                |text| json!({"type": "input_text", "text": text}),
                |picture| json!({"type": "input_image", "image_url": address(picture)}),
            ),
        };
        json!({"model": model, "stream": true, "input": input})
    }

    fn read(&self, frame: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        let delta = || text(frame, "/delta").unwrap_or_default();
        match text(frame, "/type") {
            Some("response.created" | "response.in_progress") => {
                state.identify(text(frame, "/response/model"), text(frame, "/response/id"));
            }
            Some("response.output_text.delta") => {
                state.spoken.piece(delta());
                state.answer(delta());
            }
            Some("response.output_text.done") => {
                let new = state.spoken.part(text(frame, "/text").unwrap_or_default());
                state.answer(new);
            }
            Some("response.content_part.done") => part(frame.get("part").unwrap_or(&Value::Null), state),
            Some("response.output_item.done") => {
                let item = frame.get("item").cloned().unwrap_or_default();
                texts(&json!({ "output": [item] }), state, false);
            }
            Some("response.reasoning_summary_text.delta" | "response.reasoning_text.delta") => {
                state.reasoned = true;
                state.thought.piece(delta());
                state.reasoning(delta());
            }
            Some("response.reasoning_summary_text.done" | "response.reasoning_text.done") => {
                thought(text(frame, "/text").unwrap_or_default(), state);
            }
            Some("response.reasoning_summary_part.done") => {
                thought(text(frame, "/part/text").unwrap_or_default(), state);
            }
            // Summaries come in parts with nothing between them.
            Some("response.reasoning_summary_part.added") if count(frame, "/summary_index") > Some(0) => {
                state.thought.next_part();
                state.reasoning("\n\n");
            }
            Some("response.refusal.delta") => {
                state.refused = true;
                state.refusal(delta());
            }
            Some("response.refusal.done") if !state.refused => {
                state.refused = true;
                state.refusal(text(frame, "/refusal").unwrap_or_default());
            }
            Some("response.completed" | "response.incomplete" | "response.failed" | "response.cancelled") => {
                finished(frame.get("response").unwrap_or(&Value::Null), state)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn read_whole(&self, answer: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        // A response that failed has an error among the rest.
        if is_error(answer) && answer.get("output").is_none() {
            return Err(RequestFailure::of_event(answer));
        }
        match answer.get("output").is_some_and(Value::is_array) {
            true => finished(answer, state),
            false => Err(no_answer(answer)),
        }
    }
}

/// Reads the whole response, which the last event holds.
fn finished(response: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
    state.identify(text(response, "/model"), text(response, "/id"));
    state.tier = text(response, "/service_tier").map(shortened).or(state.tier.take());
    if let Some(usage) = response.get("usage").filter(|usage| usage.is_object()) {
        state.account(usage);
        state.usage = Usage {
            input: count(usage, "/input_tokens"),
            cached: count(usage, "/input_tokens_details/cached_tokens"),
            cache_written: count(usage, "/input_tokens_details/cache_write_tokens"),
            output: count(usage, "/output_tokens"),
            reasoning: count(usage, "/output_tokens_details/reasoning_tokens"),
        };
        state.cost = usage.get("cost").and_then(Value::as_f64).or(state.cost);
    }
    texts(response, state, true);
    let failed = response.get("error").filter(|_| is_error(response));
    let status = text(response, "/status").unwrap_or_default();
    if let Some(error) = failed {
        return Err(RequestFailure::of_event(&json!({ "error": error })));
    }
    let detail = response.get("incomplete_details").filter(|detail| !detail.is_null());
    match (status, detail.and_then(|detail| text(detail, "/reason"))) {
        ("completed", _) => state.stop(Outcome::Complete, status, None),
        ("incomplete", Some(reason @ "max_output_tokens")) => {
            state.stop(Outcome::Length, reason, Some("the bound on tokens was reached"));
        }
        ("incomplete", Some(reason @ "content_filter")) => {
            state.stop(Outcome::Filtered, reason, Some("the service's filter stopped the reply"));
        }
        ("failed" | "cancelled", _) => {
            return Err(RequestFailure::senseless(format!(
                "the service calls the request {status}, and does not say why"
            )));
        }
        ("incomplete", Some(reason)) if matches!(meaning(reason), Some(other) if other != StopMeaning::Turn) =>
        {
            state.other_stop(reason)?;
        }
        // Whatever the reason, the model did not end its turn.
        ("incomplete", reason) => {
            let words = match reason {
                Some(reason) => format!("the service calls the reply incomplete: {reason}"),
                None => "the service calls the reply incomplete and does not say why".to_owned(),
            };
            state.stop(Outcome::Length, reason.unwrap_or(status), Some(&words));
        }
        (other, _) => state.other_stop(other)?,
    }
    if let Some(stop) = &mut state.stop {
        stop.detail = detail.and_then(kept);
    }
    state.ended = true;
    Ok(())
}

/// Takes a part of the reasoning, now that it is whole.
fn thought(words: &str, state: &mut ReplyState) {
    state.reasoned |= !words.is_empty();
    let new = state.thought.part(words);
    state.reasoning(new);
}

/// Takes a part of an item, now that it is whole.
fn part(part: &Value, state: &mut ReplyState) {
    if text(part, "/type") == Some("output_text") {
        let new = state.spoken.part(text(part, "/text").unwrap_or_default());
        state.answer(new);
    }
}

/// Takes the texts of items that are whole, as far as they were not told in pieces; `all` where there are no other items.
fn texts(response: &Value, state: &mut ReplyState, all: bool) {
    let (mut answer, mut reasoning, mut refusal) = (String::new(), String::new(), String::new());
    for item in response.get("output").and_then(Value::as_array).into_iter().flatten() {
        for place in ["/content", "/summary"] {
            for part in item.pointer(place).and_then(Value::as_array).into_iter().flatten() {
                let words = text(part, "/text").unwrap_or_default();
                match text(part, "/type") {
                    Some("output_text") => answer.push_str(words),
                    Some("summary_text" | "reasoning_text") => reasoning.push_str(words),
                    Some("refusal") => refusal.push_str(text(part, "/refusal").unwrap_or_default()),
                    _ => {}
                }
            }
        }
    }
    if answer.is_empty() {
        // Clients have it so, and a server that was written after one.
        answer.push_str(text(response, "/output_text").unwrap_or_default());
    }
    // What was told by parts is not told again: items may have it twice, as a summary and in full.
    if !state.reasoned {
        let new = if all { state.thought.whole(&reasoning) } else { state.thought.part(&reasoning) };
        state.reasoning(new);
    }
    let new = if all { state.spoken.whole(&answer) } else { state.spoken.part(&answer) };
    state.answer(new);
    if !state.refused && !refusal.is_empty() {
        state.refused = true;
        state.refusal(&refusal);
    }
}

#[cfg(test)]
mod tests {
    use super::super::reply_state::tests_support::{last, read};
    use super::*;

    const CREATED: &str = r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","model":"gpt-6.1-sol-2026-08-07","status":"in_progress"}}"#;

    fn end(kind: &str, more: &str) -> String {
        format!(
            r#"{{"type":"response.{kind}","response":{{"id":"resp_1","model":"gpt-6.1-sol","status":"{kind}","service_tier":"default",
            "output":[{{"type":"message","content":[{{"type":"output_text","text":"Four."}}]}}],
            "usage":{{"input_tokens":12,"input_tokens_details":{{"cached_tokens":2}},"output_tokens":57,"output_tokens_details":{{"reasoning_tokens":40}}}}{more}}}}}"#
        )
    }

    #[test]
    fn a_stream_is_read_to_its_last_event() {
        let text = r#"{"type":"response.output_text.delta","item_id":"i","output_index":1,"content_index":0,"delta":"Four."}"#;
        let think = r#"{"type":"response.reasoning_summary_text.delta","delta":"Hm."}"#;
        let part = r#"{"type":"response.reasoning_summary_part.added","summary_index":1}"#;
        let state =
            read(&OpenaiResponses, &[CREATED, think, part, think, text, &end("completed", ""), "[DONE]"])
                .unwrap();
        assert_eq!((state.text().as_str(), state.thoughts().as_str()), ("Four.", "Hm.\n\nHm."));
        assert_eq!(state.served.as_deref(), Some("gpt-6.1-sol-2026-08-07"));
        assert_eq!((state.tier.as_deref(), state.ended), (Some("default"), true));
        let expected = Usage {
            input: Some(12),
            cached: Some(2),
            cache_written: None,
            output: Some(57),
            reasoning: Some(40),
        };
        assert_eq!((&state.usage, last(&state)), (&expected, (Outcome::Complete, "completed")));
    }

    #[test]
    fn a_text_that_is_told_only_when_it_is_whole_is_the_reply_once() {
        let delta = |text: &str| format!(r#"{{"type":"response.output_text.delta","delta":"{text}"}}"#);
        let done = |text: &str| format!(r#"{{"type":"response.output_text.done","text":"{text}"}}"#);
        let part = |text: &str| {
            format!(
                r#"{{"type":"response.content_part.done","part":{{"type":"output_text","text":"{text}"}}}}"#
            )
        };
        let item = |text: &str| {
            format!(
                r#"{{"type":"response.output_item.done","item":{{"type":"message","content":[{{"type":"output_text","text":"{text}"}}]}}}}"#
            )
        };
        let end = end("completed", "");
        for frames in [
            vec![delta("Four.")],
            vec![],
            vec![done("Four.")],
            vec![part("Four.")],
            vec![item("Four.")],
            vec![done("Four."), part("Four."), item("Four.")],
            vec![delta("Fo"), delta("ur."), done("Four."), part("Four."), item("Four.")],
            vec![delta("Fo"), done("Four.")],
            vec![delta("Fo"), item("Four.")],
            vec![delta("Fo")],
            vec![done("Fo"), done("ur."), item("Four.")],
            vec![delta("Fo"), done("Fo"), delta("ur."), done("ur."), item("Four.")],
        ] {
            let frames: Vec<&str> = frames.iter().map(String::as_str).chain([end.as_str()]).collect();
            assert_eq!(read(&OpenaiResponses, &frames).unwrap().text(), "Four.", "{frames:?}");
        }
    }

    #[test]
    fn reasoning_that_is_told_only_when_it_is_whole_is_told_once() {
        let delta =
            |text: &str| format!(r#"{{"type":"response.reasoning_summary_text.delta","delta":"{text}"}}"#);
        let done =
            |text: &str| format!(r#"{{"type":"response.reasoning_summary_text.done","text":"{text}"}}"#);
        let raw = |text: &str| format!(r#"{{"type":"response.reasoning_text.done","text":"{text}"}}"#);
        let part = |text: &str| {
            format!(
                r#"{{"type":"response.reasoning_summary_part.done","part":{{"type":"summary_text","text":"{text}"}}}}"#
            )
        };
        let item = |text: &str| {
            format!(
                r#"{{"type":"response.output_item.done","item":{{"type":"reasoning","summary":[{{"type":"summary_text","text":"{text}"}}]}}}}"#
            )
        };
        let next = r#"{"type":"response.reasoning_summary_part.added","summary_index":1}"#.to_owned();
        for (frames, expected) in [
            (vec![done("Hm.")], "Hm."),
            (vec![raw("Hm.")], "Hm."),
            (vec![part("Hm.")], "Hm."),
            (vec![item("Hm.")], "Hm."),
            (vec![delta("H"), delta("m."), done("Hm."), part("Hm."), item("Hm.")], "Hm."),
            (vec![delta("H"), done("Hm."), item("Hm.")], "Hm."),
            (
                vec![done("Hm."), part("Hm."), next.clone(), done("So."), part("So."), item("Hm.So.")],
                "Hm.\n\nSo.",
            ),
            (vec![delta("Hm."), next.clone(), delta("S"), done("So."), item("Hm.So.")], "Hm.\n\nSo."),
            (
                vec![done("So so."), part("So so."), next, done("so."), part("so."), item("So so.so.")],
                "So so.\n\nso.",
            ),
            (vec![item("Hm."), item("So.")], "Hm.So."),
        ] {
            let end = end("completed", "");
            let frames: Vec<&str> = frames.iter().map(String::as_str).chain([end.as_str()]).collect();
            assert_eq!(read(&OpenaiResponses, &frames).unwrap().thoughts(), expected, "{frames:?}");
        }
    }

    #[test]
    fn every_end_has_its_name() {
        let incomplete =
            |reason| end("incomplete", &format!(r#","incomplete_details":{{"reason":"{reason}"}}"#));
        let state = read(&OpenaiResponses, &[&incomplete("max_output_tokens")]).unwrap();
        assert_eq!(last(&state), (Outcome::Length, "max_output_tokens"));
        assert_eq!(state.text(), "Four.", "a text that was not streamed is in the last event");
        let state = read(&OpenaiResponses, &[&incomplete("content_filter")]).unwrap();
        assert_eq!(last(&state), (Outcome::Filtered, "content_filter"));
        assert_eq!(
            last(&read(&OpenaiResponses, &[&incomplete("steered")]).unwrap()),
            (Outcome::Length, "steered")
        );
        let silent = read(&OpenaiResponses, &[&end("incomplete", "")]).unwrap();
        assert_eq!(last(&silent), (Outcome::Length, "incomplete"));
        let failed = end("failed", r#","error":{"code":"server_error","message":"oh"}"#);
        assert!(
            read(&OpenaiResponses, &[CREATED, &failed]).unwrap_err().message.contains("oh (server_error)")
        );
        let refusal = r#"{"type":"response.refusal.delta","delta":"No."}"#;
        assert_eq!(read(&OpenaiResponses, &[refusal, &end("completed", "")]).unwrap().declined(), "No.");
        assert!(OpenaiResponses.read_whole(&json!({"object": "list"}), &mut ReplyState::default()).is_err());
    }
}
