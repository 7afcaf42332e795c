//! The frames of a stream in the words of each protocol, as services send them.

use serde_json::{Value, json};

/// The protocols.
pub const DIALECTS: [&str; 5] = ["chat", "responses", "anthropic", "gemini", "ollama"];

/// A frame as it stands in the body of an answer.
#[must_use]
pub fn framed(dialect: &str, frame: &str) -> String {
    match dialect {
        "ollama" => format!("{frame}\n"),
        _ => format!("data: {frame}\n\n"),
    }
}

/// The frame that says a piece of the reasoning, or of the answer.
#[must_use]
pub fn part(dialect: &str, reasoning: bool, piece: &str) -> Value {
    match (dialect, reasoning) {
        ("chat", true) => json!({"choices": [{"delta": {"reasoning_content": piece}}]}),
        ("chat", false) => json!({"choices": [{"delta": {"content": piece}}]}),
        ("responses", true) => json!({"type": "response.reasoning_text.delta", "delta": piece}),
        ("responses", false) => json!({"type": "response.output_text.delta", "delta": piece}),
        ("anthropic", true) => json!({"type": "content_block_delta", "delta": {"thinking": piece}}),
        ("anthropic", false) => json!({"type": "content_block_delta", "delta": {"text": piece}}),
        ("gemini", thought) => {
            json!({"candidates": [{"content": {"parts": [{"text": piece, "thought": thought}]}}]})
        }
        (_, true) => json!({"message": {"thinking": piece, "content": ""}, "done": false}),
        (_, false) => json!({"message": {"content": piece}, "done": false}),
    }
}

/// The frames that end a stream of this protocol.
#[must_use]
pub fn ending(dialect: &str) -> Vec<Value> {
    match dialect {
        "chat" => vec![json!({"choices": [{"delta": {}, "finish_reason": "stop"}]})],
        "responses" => vec![json!({"type": "response.completed", "response": {"status": "completed"}})],
        "anthropic" => vec![
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
            json!({"type": "message_stop"}),
        ],
        "gemini" => vec![json!({"candidates": [{"finishReason": "STOP"}]})],
        _ => vec![json!({"message": {}, "done": true, "done_reason": "stop"})],
    }
}

/// The frame that says a piece of the words with which the model declines, in protocols that have such.
#[must_use]
pub fn refusal(dialect: &str, piece: &str) -> Option<Value> {
    match dialect {
        "chat" => Some(json!({"choices": [{"delta": {"refusal": piece}}]})),
        "responses" => Some(json!({"type": "response.refusal.delta", "delta": piece})),
        _ => None,
    }
}

/// The ends of a stream of this protocol that say why it ends, in these words of the service.
#[must_use]
pub fn ends_with_words(dialect: &str, words: &str) -> Vec<Vec<Value>> {
    let error = json!({"error": {"message": words, "code": 500}});
    match dialect {
        "chat" => vec![vec![error], vec![json!({"choices": [{"delta": {}, "finish_reason": words}]})]],
        "responses" => vec![
            vec![json!({"type": "error", "message": words})],
            vec![
                json!({"type": "response.failed", "response": {"status": "failed", "error": {"message": words}}}),
            ],
            vec![json!({
                "type": "response.incomplete",
                "response": {"status": "incomplete", "incomplete_details": {"reason": words}},
            })],
        ],
        "anthropic" => {
            let details = json!({"type": "refusal", "category": "bio", "explanation": words});
            let delta = json!({"stop_reason": "refusal", "stop_details": details});
            vec![
                vec![json!({"type": "error", "error": {"message": words}})],
                vec![json!({"type": "message_delta", "delta": delta}), json!({"type": "message_stop"})],
            ]
        }
        "gemini" => {
            let why = |reason| json!({"candidates": [{"finishReason": reason, "finishMessage": words}]});
            let blocked = json!({"promptFeedback": {"blockReason": words}});
            vec![vec![error], vec![why("SAFETY")], vec![why("OTHER")], vec![blocked]]
        }
        _ => vec![
            vec![json!({ "error": words })],
            vec![json!({"message": {}, "done": true, "done_reason": words})],
        ],
    }
}
