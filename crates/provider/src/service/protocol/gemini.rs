//! Google's generateContent.

use pelicycle_record::{Outcome, Usage};
use serde_json::{Value, json};

use super::reply_state::kept;
use super::{ReplyState, WireMessage, WireProtocol, count, is_error, no_answer, text};
use crate::service::failure::RequestFailure;

#[derive(Debug)]
pub(super) struct GeminiGenerate;

impl WireProtocol for GeminiGenerate {
    fn path(&self, model: &str) -> String {
        let mut path = String::from("/v1beta/");
        // A tuned model names its collection itself.
        if !model.contains('/') {
            path.push_str("models/");
        }
        for byte in model.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b'@' => {
                    path.push(char::from(byte));
                }
                _ => path.push_str(&format!("%{byte:02X}")),
            }
        }
        path + ":streamGenerateContent?alt=sse"
    }

    fn body(&self, _model: &str, conversation: &[WireMessage<'_>]) -> Value {
        let content = |message: &WireMessage<'_>| {
            let picture = |data: &String| json!({"inlineData": {"mimeType": "image/png", "data": data}});
            let pictures = message.pictures.iter().map(picture);
            let parts: Vec<Value> = pictures.chain([json!({"text": message.text})]).collect();
            json!({"role": message.role("model"), "parts": parts})
        };
        let contents: Vec<Value> = conversation.iter().map(content).collect();
        json!({"contents": contents})
    }

    fn read(&self, frame: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        let frame = unwrapped(frame);
        if is_error(frame) {
            return Err(RequestFailure::of_event(frame));
        }
        state.identify(text(frame, "/modelVersion"), text(frame, "/responseId"));
        if let Some(usage) = frame.get("usageMetadata").filter(|usage| usage.is_object()) {
            state.account(usage);
            state.usage = tokens(usage);
        }
        let candidate = candidate(frame);
        for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
            let words = text(part, "/text").unwrap_or_default();
            match part.get("thought").and_then(Value::as_bool) {
                Some(true) => state.reasoning(words),
                _ => state.answer(words),
            }
        }
        if let Some(word) = text(candidate, "/finishReason") {
            // Text may still follow: the end is that of the body.
            stop(word, text(candidate, "/finishMessage"), state)?;
        }
        if let Some(reason) = text(frame, "/promptFeedback/blockReason") {
            let words = format!("the service's filter refused the prompt: {reason}");
            state.stop(Outcome::Filtered, reason, Some(&words));
            if let Some(stop) = &mut state.stop {
                stop.detail = frame.get("promptFeedback").and_then(kept);
            }
        }
        Ok(())
    }

    fn read_whole(&self, answer: &Value, state: &mut ReplyState) -> Result<(), RequestFailure> {
        // Without server-sent events the chunks come as a list.
        let one = std::slice::from_ref(answer);
        for chunk in answer.as_array().map_or(one, Vec::as_slice).iter().map(unwrapped) {
            if is_error(chunk) {
                return Err(RequestFailure::of_event(chunk));
            }
            if !["candidates", "promptFeedback", "usageMetadata", "error"]
                .iter()
                .any(|key| chunk.get(key).is_some())
            {
                return Err(no_answer(chunk));
            }
            self.read(chunk, state)?;
        }
        state.ended = state.stop.is_some();
        Ok(())
    }

    fn ends_with_body(&self) -> bool {
        true
    }

    fn has_end_mark(&self) -> bool {
        false
    }
}

/// The chunk itself, where a gateway puts it into an envelope.
fn unwrapped(chunk: &Value) -> &Value {
    chunk.get("response").filter(|inner| inner.is_object()).unwrap_or(chunk)
}

/// The candidate that was asked for: of several the first by number, which is left out where it is zero.
fn candidate(frame: &Value) -> &Value {
    let list = frame.get("candidates").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let number = |candidate: &&Value| candidate.get("index").and_then(Value::as_u64).unwrap_or(0);
    list.iter().min_by_key(number).unwrap_or(&Value::Null)
}

fn tokens(usage: &Value) -> Usage {
    let sum = |places: [&str; 2]| {
        let counts = places.map(|place| count(usage, place));
        counts.iter().flatten().copied().reduce(u64::saturating_add)
    };
    Usage {
        input: sum(["/promptTokenCount", "/toolUsePromptTokenCount"]),
        cached: count(usage, "/cachedContentTokenCount"),
        cache_written: None,
        // Thoughts are counted beside the answer, and billed with it.
        output: sum(["/candidatesTokenCount", "/thoughtsTokenCount"]),
        reasoning: count(usage, "/thoughtsTokenCount"),
    }
}

fn stop(word: &str, why: Option<&str>, state: &mut ReplyState) -> Result<(), RequestFailure> {
    let more = why.map(|why| format!(": {why}")).unwrap_or_default();
    match word {
        "STOP" => state.stop(Outcome::Complete, word, None),
        "FINISH_REASON_UNSPECIFIED" if state.stop.is_some() => {}
        "MAX_TOKENS" | "CONTINUATION" => {
            state.stop(Outcome::Length, word, Some("the bound on tokens was reached"));
        }
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "ESCALATION"
        | "PUP_LIMITED_DISABLED" => {
            let words = format!("the service's filter stopped the reply: {word}{more}");
            state.stop(Outcome::Filtered, word, Some(&words));
        }
        word if word.starts_with("IMAGE_") => {
            state.stop(Outcome::Filtered, word, Some("the service's filter stopped the reply"));
        }
        "OTHER"
        | "MALFORMED_RESPONSE"
        | "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE" => {
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

    #[test]
    fn a_stream_is_read_and_thoughts_are_billed_with_the_answer() {
        let thought = r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"Adding.","thought":true}]},"index":0}],"modelVersion":"gemini-3.8-flash","responseId":"r1","usageMetadata":{"promptTokenCount":9,"thoughtsTokenCount":20}}"#;
        let end = r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"Four."},{"thoughtSignature":"c2ln"}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"cachedContentTokenCount":1,"candidatesTokenCount":2,"thoughtsTokenCount":24,"totalTokenCount":35}}"#;
        let state = read(&GeminiGenerate, &[thought, end]).unwrap();
        assert_eq!((state.text().as_str(), state.thoughts().as_str()), ("Four.", "Adding."));
        let expected = Usage {
            input: Some(9),
            cached: Some(1),
            cache_written: None,
            output: Some(26),
            reasoning: Some(24),
        };
        assert_eq!((&state.usage, last(&state)), (&expected, (Outcome::Complete, "STOP")));
        assert!(!state.ended && state.id.as_deref() == Some("r1"), "the end is that of the body");
        let list = format!("[{thought},{end}]");
        let mut whole = ReplyState::default();
        GeminiGenerate.read_whole(&serde_json::from_str(&list).unwrap(), &mut whole).unwrap();
        assert_eq!((whole.text(), whole.ended), (state.text(), true));
    }

    #[test]
    fn of_several_candidates_the_first_by_number_is_the_reply() {
        let two = r#"{"candidates":[{"index":1,"content":{"parts":[{"text":"other"}]},"finishReason":"MAX_TOKENS"},
            {"content":{"parts":[{"text":"Four."}]},"finishReason":"STOP"}]}"#;
        let state = read(&GeminiGenerate, &[two]).unwrap();
        assert_eq!((state.text().as_str(), last(&state)), ("Four.", (Outcome::Complete, "STOP")));
    }

    #[test]
    fn every_end_has_its_name() {
        let end = |word: &str| {
            let frame = format!(r#"{{"candidates":[{{"finishReason":"{word}"}}]}}"#);
            read(&GeminiGenerate, &[&frame]).map(|state| last(&state).0)
        };
        assert_eq!(end("MAX_TOKENS"), Ok(Outcome::Length));
        assert_eq!(end("SAFETY"), Ok(Outcome::Filtered));
        assert_eq!(end("IMAGE_SAFETY"), Ok(Outcome::Filtered));
        assert!(end("MALFORMED_RESPONSE").is_err());
        assert_eq!(end("STOP"), Ok(Outcome::Complete), "no parts are no fault");
        let blocked = r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"}}"#;
        let state = read(&GeminiGenerate, &[blocked]).unwrap();
        assert_eq!(last(&state), (Outcome::Filtered, "PROHIBITED_CONTENT"));
    }

    #[test]
    fn a_models_id_is_safe_in_a_path() {
        assert_eq!(
            GeminiGenerate.path("gemini-3.8-flash"),
            "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
        );
        assert_eq!(
            GeminiGenerate.path("tunedModels/a?b"),
            "/v1beta/tunedModels/a%3Fb:streamGenerateContent?alt=sse"
        );
    }
}
