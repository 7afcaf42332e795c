//! A service that sees, in each protocol: it reads the conversation, decodes the pictures and answers by what they show.

use base64::Engine as _;
use pelicycle_engine::vision::Picture;
use pelicycle_testkit::loopback::{ScriptedServer, ServerStep, answer, chat};
use serde_json::{Value, json};

/// The protocols, and the paths that their addresses end in.
pub(crate) const PROTOCOLS: [&str; 5] = ["anthropic", "responses", "chat", "gemini", "ollama"];

/// A message as the service reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeardMessage {
    pub(crate) role: String,
    pub(crate) text: String,
    /// As PNG.
    pub(crate) pictures: Vec<Vec<u8>>,
}

/// The conversation in a body of any protocol.
pub(crate) fn conversation(body: &Value) -> Vec<HeardMessage> {
    let list = ["messages", "input", "contents"].iter().find_map(|key| body.get(*key)).unwrap();
    if let Some(prompt) = list.as_str() {
        return vec![HeardMessage { role: "user".to_owned(), text: prompt.to_owned(), pictures: Vec::new() }];
    }
    let message = |message: &Value| {
        let content = message.get("content").or_else(|| message.get("parts")).unwrap();
        let parts = match content {
            Value::String(text) => vec![json!({ "text": text })],
            parts => parts.as_array().unwrap().clone(),
        };
        let beside = message.get("images").and_then(Value::as_array).into_iter().flatten();
        let within = parts.iter().filter_map(|part| {
            let places = ["/source/data", "/image_url/url", "/image_url", "/inlineData/data"];
            places.iter().find_map(|place| part.pointer(place)?.as_str())
        });
        HeardMessage {
            role: message["role"].as_str().unwrap().to_owned(),
            text: parts.iter().filter_map(|part| part["text"].as_str()).collect(),
            pictures: within.chain(beside.filter_map(Value::as_str)).map(png).collect(),
        }
    };
    list.as_array().unwrap().iter().map(message).collect()
}

fn png(data: &str) -> Vec<u8> {
    let data = data.strip_prefix("data:image/png;base64,").unwrap_or(data);
    base64::engine::general_purpose::STANDARD.decode(data).unwrap()
}

/// The colour in the middle of a picture.
pub(crate) fn middle(png: &[u8]) -> [u8; 3] {
    let picture = Picture::from_png(png).unwrap();
    let at = 3 * (picture.height() / 2 * picture.width() + picture.width() / 2) as usize;
    picture.rgb()[at..at + 3].try_into().unwrap()
}

/// The steps that say a text in a protocol.
pub(crate) fn say(protocol: &str, text: &str) -> Vec<ServerStep> {
    let events = |events: &[Value]| {
        let body: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
        answer(200, "text/event-stream", &[], &body)
    };
    match protocol {
        "anthropic" => events(&[
            json!({"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}}),
            json!({"type": "message_stop"}),
        ]),
        "responses" => events(&[
            json!({"type": "response.output_text.delta", "delta": text}),
            json!({"type": "response.completed", "response": {"status": "completed", "output": [],
                "usage": {"input_tokens": 9, "output_tokens": 5}}}),
        ]),
        "gemini" => events(&[
            json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5}}),
        ]),
        "ollama" => {
            let lines = [
                json!({"model": "m", "message": {"role": "assistant", "content": text}, "done": false}),
                json!({"model": "m", "message": {"content": ""}, "done": true, "done_reason": "stop",
                    "prompt_eval_count": 9, "eval_count": 5}),
            ];
            let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
            answer(200, "application/x-ndjson", &[], &body)
        }
        _ => chat(text),
    }
}

/// A service of a protocol that answers a conversation.
pub(crate) fn seeing(
    protocol: &'static str,
    replies: impl Fn(&[HeardMessage]) -> String + Send + Sync + 'static,
) -> ScriptedServer {
    ScriptedServer::answering(move |_, seen| say(protocol, &replies(&conversation(&seen.body))))
}
