//! Anthropic's Message Batches.

use serde_json::Value;

use super::protocol::{BatchResult, BatchState, EndedBatch, count, identifier};
use crate::service::failure::shortened;

/// The path of batches, after the service's address.
pub(super) const PATH: &str = "/v1/messages/batches";

/// The body that leaves requests: each with its number for a name.
pub(super) fn body(bodies: &[Vec<u8>], name: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = b"{\"requests\":[".to_vec();
    for (index, body) in bodies.iter().enumerate() {
        if index > 0 {
            text.push(b',');
        }
        // A name is of letters, digits and dashes.
        text.extend_from_slice(format!("{{\"custom_id\":\"{}\",\"params\":", name(index)).as_bytes());
        text.extend_from_slice(body);
        text.push(b'}');
    }
    text.extend_from_slice(b"]}");
    text
}

/// Reads what the service says of a batch.
pub(super) fn state(answer: &Value) -> Result<BatchState, String> {
    let id = identifier(answer, "id").ok_or("its answer names no batch")?;
    let word = answer.get("processing_status").and_then(Value::as_str).ok_or("its answer is no batch")?;
    if word == "ended" {
        // The address that the answer names is not asked: the key goes to the service alone.
        let results = vec![format!("{PATH}/{id}/results")];
        return Ok(BatchState::Ended(EndedBatch { results, words: word.to_owned() }));
    }
    let over = ["succeeded", "errored", "canceled", "expired"]
        .map(|of| count(answer, &format!("/request_counts/{of}")));
    Ok(BatchState::Waiting { word: shortened(word), over: Some(over.iter().sum()) })
}

/// Reads a line of the results.
pub(super) fn result(line: &Value) -> BatchResult {
    let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str);
    match (text("/result/type"), line.pointer("/result/message")) {
        (Some("succeeded"), Some(message)) => BatchResult::Answer(message.clone()),
        (Some(word), _) => {
            let said = text("/result/error/error/message").or(text("/result/error/message"));
            let kind = text("/result/error/error/type").or(text("/result/error/type"));
            let mut words = format!("the service's batch has no answer to this: {word}");
            for more in [said, kind].into_iter().flatten() {
                words.push_str(": ");
                words.push_str(more);
            }
            BatchResult::None(shortened(&words), None)
        }
        (None, _) => {
            BatchResult::None("the service's batch has a result that makes no sense".to_owned(), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_are_in_the_body_byte_for_byte() {
        let text = body(&[br#"{"model":"m"}"#.to_vec(), br#"{"b": 1}"#.to_vec()], |n| format!("s-{n}"));
        let read: Value = serde_json::from_slice(&text).unwrap();
        let all =
            json!([{"custom_id": "s-0", "params": {"model": "m"}}, {"custom_id": "s-1", "params": {"b": 1}}]);
        assert_eq!(read, json!({"requests": all}));
        assert!(String::from_utf8(text).unwrap().contains(r#"{"b": 1}"#));
    }

    #[test]
    fn only_an_ended_batch_has_results_and_they_are_at_the_service() {
        let batch = |word: &str| {
            json!({"id": "msgbatch_1", "processing_status": word, "results_url": "https://elsewhere.example/r",
                   "request_counts": {"processing": 2, "succeeded": 3, "errored": 1, "canceled": 0, "expired": 0}})
        };
        let waiting = BatchState::Waiting { word: "in_progress".to_owned(), over: Some(4) };
        assert_eq!(state(&batch("in_progress")), Ok(waiting));
        let Ok(BatchState::Ended(end)) = state(&batch("ended")) else { panic!("it is over") };
        assert_eq!(end.results, ["/v1/messages/batches/msgbatch_1/results"]);
        for bad in
            [json!({"id": "../../x", "processing_status": "ended"}), json!({"type": "error"}), json!(1)]
        {
            assert!(state(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_result_is_an_answer_or_says_why_there_is_none() {
        let line = json!({"custom_id": "s-1", "result": {"type": "succeeded", "message": {"id": "msg"}}});
        assert_eq!(result(&line), BatchResult::Answer(json!({"id": "msg"})));
        let error =
            json!({"type": "error", "error": {"type": "invalid_request_error", "message": "no such model"}});
        let BatchResult::None(words, _) = result(&json!({"result": {"type": "errored", "error": error}}))
        else {
            panic!("no answer");
        };
        assert!(words.contains("no such model: invalid_request_error"), "{words}");
        let BatchResult::None(words, _) = result(&json!({"result": {"type": "expired"}})) else {
            panic!("no answer")
        };
        assert!(words.ends_with(": expired"), "{words}");
        assert!(matches!(result(&json!([])), BatchResult::None(..)));
    }
}
