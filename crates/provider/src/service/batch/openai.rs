//! OpenAI's Batch: a file of requests goes up, files of results come down.

use serde_json::{Value, json};

use super::protocol::{BatchResult, BatchState, EndedBatch, count, identifier};
use crate::service::failure::shortened;

/// The path of files, after the service's address.
pub(super) const FILES: &str = "/files";
/// The path of batches.
pub(super) const BATCHES: &str = "/batches";

/// The file of requests to `path`, one a line.
pub(super) fn file(path: &str, bodies: &[Vec<u8>], name: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        let begin = format!(
            "{{\"custom_id\":\"{}\",\"method\":\"POST\",\"url\":{},\"body\":",
            name(index),
            json!(path)
        );
        text.extend_from_slice(begin.as_bytes());
        text.extend_from_slice(body);
        text.extend_from_slice(b"}\n");
    }
    text
}

/// The body that begins a batch of an uploaded file.
pub(super) fn body(file: &str, path: &str) -> Value {
    json!({"input_file_id": file, "endpoint": path, "completion_window": "24h"})
}

/// Reads what the service says of a batch.
pub(super) fn state(answer: &Value) -> Result<BatchState, String> {
    identifier(answer, "id").ok_or("its answer names no batch")?;
    let word = answer.get("status").and_then(Value::as_str).ok_or("its answer is no batch")?;
    if !matches!(word, "completed" | "failed" | "expired" | "cancelled") {
        let over = count(answer, "/request_counts/completed") + count(answer, "/request_counts/failed");
        return Ok(BatchState::Waiting { word: shortened(word), over: Some(over) });
    }
    let files = ["output_file_id", "error_file_id"].map(|key| identifier(answer, key));
    let results = files.into_iter().flatten().map(|id| format!("{FILES}/{id}/content")).collect();
    let faults = answer.pointer("/errors/data").and_then(Value::as_array);
    let said = faults.and_then(|faults| faults.first()?.get("message")?.as_str());
    let words = said.map_or(word.to_owned(), |said| shortened(&format!("{word}: {said}")));
    Ok(BatchState::Ended(EndedBatch { results, words }))
}

/// Reads a line of the results.
pub(super) fn result(line: &Value) -> BatchResult {
    let status = line.pointer("/response/status_code").and_then(Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok());
    let answer = line.pointer("/response/body").filter(|body| body.is_object());
    match (status, answer) {
        (Some(200..300), Some(answer)) => BatchResult::Answer(answer.clone()),
        _ => {
            let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str);
            let said =
                text("/response/body/error/message").or(text("/error/message")).or(text("/error/code"));
            let status_words = status.map(|status| format!(" (HTTP {status})")).unwrap_or_default();
            let said = said.unwrap_or("no more was said");
            BatchResult::None(
                shortened(&format!("the service's batch has no answer to this{status_words}: {said}")),
                status,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_a_line_byte_for_byte() {
        let text =
            file("/v1/responses", &[br#"{"model": "m"}"#.to_vec(), b"{}".to_vec()], |n| format!("s-{n}"));
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            r#"{"custom_id":"s-0","method":"POST","url":"/v1/responses","body":{"model": "m"}}"#
        );
        assert_eq!((lines.len(), text.ends_with("}\n")), (2, true));
    }

    #[test]
    fn an_ended_batch_has_the_files_that_it_names() {
        let batch = json!({"id": "batch_1", "status": "completed", "output_file_id": "file-o", "error_file_id": null});
        let Ok(BatchState::Ended(end)) = state(&batch) else { panic!("it is over") };
        assert_eq!(end.results, ["/files/file-o/content"]);
        let failed = json!({"id": "batch_1", "status": "failed", "errors": {"data": [{"message": "line 3 is no JSON"}]}});
        let Ok(BatchState::Ended(end)) = state(&failed) else { panic!("it is over") };
        assert_eq!((end.results.len(), end.words.as_str()), (0, "failed: line 3 is no JSON"));
        let going = json!({"id": "b", "status": "finalizing", "request_counts": {"completed": 2, "failed": 1, "total": 4}});
        assert_eq!(state(&going), Ok(BatchState::Waiting { word: "finalizing".to_owned(), over: Some(3) }));
        let sly = json!({"id": "b", "status": "completed", "output_file_id": "../keys"});
        let Ok(BatchState::Ended(end)) = state(&sly) else { panic!("it is over") };
        assert_eq!(end.results.len(), 0, "no part of an address comes from outside");
        assert!(state(&json!({"error": {"message": "no"}})).is_err());
    }

    #[test]
    fn a_result_is_an_answer_or_says_why_there_is_none() {
        let line = json!({"custom_id": "s-0", "response": {"status_code": 200, "body": {"id": "resp"}}, "error": null});
        assert_eq!(result(&line), BatchResult::Answer(json!({"id": "resp"})));
        let refused = json!({"response": {"status_code": 400, "body": {"error": {"message": "bad model"}}}});
        let BatchResult::None(words, status) = result(&refused) else { panic!("no answer") };
        assert!(words.contains("(HTTP 400): bad model") && status == Some(400), "{words}");
        let expired = json!({"response": null, "error": {"code": "batch_expired", "message": "too late"}});
        assert!(matches!(result(&expired), BatchResult::None(words, None) if words.contains("too late")));
    }
}
