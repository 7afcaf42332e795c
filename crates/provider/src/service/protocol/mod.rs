//! The protocols: each turns a prompt into a body, and the frames of an answer into what is known of it. None does any
//! input or output, so that each can be tested on frames alone.

mod anthropic;
mod chat;
mod gemini;
mod ollama;
mod reply_state;
mod responses;
mod stop_words;

pub(super) use reply_state::{ReplyState, TextPart};
use serde::Deserialize;
use serde_json::{Value, json};
pub(super) use stop_words::{StopMeaning, meaning};

use super::failure::RequestFailure;
use super::frames::Framing;

/// The protocols by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProtocolName {
    /// Anthropic's Messages.
    Anthropic,
    /// OpenAI's Responses.
    Responses,
    /// OpenAI's Chat Completions, which many servers speak.
    Chat,
    /// Google's generateContent.
    Gemini,
    /// Ollama's own.
    Ollama,
}

impl ProtocolName {
    /// The protocol of this name, as it goes over the wire.
    pub(super) fn wire(self) -> &'static dyn WireProtocol {
        match self {
            ProtocolName::Anthropic => &anthropic::AnthropicMessages,
            ProtocolName::Responses => &responses::OpenaiResponses,
            ProtocolName::Chat => &chat::ChatCompletions,
            ProtocolName::Gemini => &gemini::GeminiGenerate,
            ProtocolName::Ollama => &ollama::OllamaChat,
        }
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            ProtocolName::Anthropic => "anthropic",
            ProtocolName::Responses => "responses",
            ProtocolName::Chat => "chat",
            ProtocolName::Gemini => "gemini",
            ProtocolName::Ollama => "ollama",
        }
    }
}

/// A message of a conversation, from which a protocol makes its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct WireMessage<'a> {
    /// Whether the model said it.
    pub(super) is_reply: bool,
    pub(super) text: &'a str,
    /// PNG in base64, that stand before the text.
    pub(super) pictures: &'a [String],
}

impl<'a> WireMessage<'a> {
    /// The user's message: the prompt, or a look with its picture.
    pub(super) fn user(text: &'a str, pictures: &'a [String]) -> WireMessage<'a> {
        WireMessage { is_reply: false, text, pictures }
    }

    /// The role of the one who speaks: `user`, or the protocol's word for the model.
    fn role(&self, model: &'static str) -> &'static str {
        if self.is_reply { model } else { "user" }
    }
}

/// A protocol: what its requests look like, and how its answers are read.
pub(super) trait WireProtocol: Sync {
    /// The way in which its stream is cut into frames.
    fn framing(&self) -> Framing {
        Framing::Events
    }

    /// The path of a request, after the service's address; with a query where the protocol needs one.
    fn path(&self, model: &str) -> String;

    /// The body of a request for a stream, without settings.
    fn body(&self, model: &str, messages: &[WireMessage<'_>]) -> Value;

    /// Takes a frame of the stream in.
    ///
    /// # Errors
    /// When the frame says that the request failed.
    fn read(&self, frame: &Value, state: &mut ReplyState) -> Result<(), RequestFailure>;

    /// Takes in an answer that came whole instead of as a stream.
    ///
    /// # Errors
    /// When it says that the request failed, or is no answer.
    fn read_whole(&self, answer: &Value, state: &mut ReplyState) -> Result<(), RequestFailure>;

    /// Whether JSON by itself is an answer that came whole.
    fn is_whole(&self, _answer: &Value) -> bool {
        true
    }

    /// Whether a frame that is no JSON is the protocol's end mark. Gateways send that of Chat Completions with others too.
    fn is_end(&self, data: &str) -> bool {
        data.trim() == "[DONE]"
    }

    /// Whether that is its own end mark.
    fn ends_with_done(&self) -> bool {
        false
    }

    /// Whether a reply whose end was given a reason is over when the body ends in order, or nothing more comes.
    fn ends_with_body(&self) -> bool {
        false
    }

    /// Whether the protocol has a mark for the end of a stream.
    fn has_end_mark(&self) -> bool {
        true
    }
}

/// Whether a value says anything: one that is empty, false or zero does not.
fn says(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => map.values().any(|value| says(Some(value))),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::Bool(true)) => true,
    }
}

/// Whether a code says that something went wrong.
fn is_bad_code(code: &Value) -> bool {
    match code {
        Value::Number(number) => {
            says(Some(code)) && !number.as_u64().is_some_and(|n| (200..300).contains(&n))
        }
        Value::String(word) => !matches!(word.as_str(), "" | "0" | "200" | "ok" | "OK" | "success"),
        _ => false,
    }
}

/// The part of JSON that says that the request failed: all of it, or what a list holds first.
pub(super) fn error_of(frame: &Value) -> Option<&Value> {
    let first = frame.as_array().and_then(|list| list.first()).unwrap_or(frame);
    is_error(first).then_some(first)
}

/// Whether JSON says that the request failed, in any of the shapes that services have for that.
pub(super) fn is_error(frame: &Value) -> bool {
    let word = |key: &str| frame.get(key).and_then(Value::as_str);
    if says(frame.get("error")) || says(frame.get("errors")) || says(frame.pointer("/choices/0/error")) {
        return true;
    }
    if ["object", "type"].iter().any(|key| word(key) == Some("error")) {
        return true;
    }
    // Words and a number, and nothing that an answer has.
    let answers = [
        "choices",
        "candidates",
        "message",
        "content",
        "delta",
        "response",
        "output",
        "usage",
        "promptFeedback",
        "usageMetadata",
        "type",
        "done",
        "id",
    ];
    let said =
        ["message", "msg", "detail", "error_msg", "error_message"].iter().any(|key| word(key).is_some());
    let coded = ["code", "status", "status_code", "statusCode", "error_code", "errcode"]
        .iter()
        .any(|key| frame.get(*key).is_some_and(is_bad_code))
        || ["success", "ok"].iter().any(|key| frame.get(*key) == Some(&Value::Bool(false)));
    let detail = says(frame.get("detail"));
    let answer = answers
        .iter()
        .any(|key| frame.get(*key).is_some_and(|value| *key != "message" || !value.is_string()));
    !answer && (said && coded || detail)
}

/// Messages as most protocols have them: a role, and a content that is the text alone, or each picture as `picture` makes it
/// and then what `text` makes of the text.
fn messages(
    messages: &[WireMessage<'_>],
    text: impl Fn(&str) -> Value,
    picture: impl Fn(&String) -> Value,
) -> Value {
    let one = |message: &WireMessage<'_>| {
        let content: Value = match message.pictures {
            [] => message.text.into(),
            pictures => pictures.iter().map(&picture).chain([text(message.text)]).collect(),
        };
        json!({"role": message.role("assistant"), "content": content})
    };
    messages.iter().map(one).collect()
}

/// A picture as an address that holds it.
fn address(picture: &str) -> String {
    format!("data:image/png;base64,{picture}")
}

/// Text at a JSON pointer.
fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// A count at a JSON pointer.
fn count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}

/// The failure of an answer that makes no sense.
fn no_answer(answer: &Value) -> RequestFailure {
    RequestFailure::senseless(super::failure::shortened(&format!(
        "the service sent JSON that is no answer: {answer}"
    )))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;

    const ALL: [ProtocolName; 5] = [
        ProtocolName::Anthropic,
        ProtocolName::Responses,
        ProtocolName::Chat,
        ProtocolName::Gemini,
        ProtocolName::Ollama,
    ];

    /// The words of all the protocols, so that what is made of them goes far into the readers.
    const WORDS: &str = "type message message_start message_delta message_stop usage input_tokens output_tokens \
        cache_read_input_tokens cache_creation_input_tokens output_tokens_details thinking_tokens content_block_start \
        content_block content_block_delta delta text thinking text_delta thinking_delta stop_reason refusal \
        stop_details category error code details error_code retryDelay violations quotaId model id response \
        response.completed response.incomplete response.failed response.output_text.delta output content \
        output_text summary status completed incomplete incomplete_details reason input_tokens_details \
        cached_tokens choices finish_reason stop length content_filter reasoning_content reasoning \
        reasoning_details prompt_tokens completion_tokens total_tokens completion_tokens_details reasoning_tokens \
        cost timings candidates parts thought finishReason STOP SAFETY promptFeedback blockReason usageMetadata \
        promptTokenCount candidatesTokenCount thoughtsTokenCount toolUsePromptTokenCount done done_reason \
        remote_host prompt_eval_count eval_count <think> </think> [DONE]";

    fn word() -> impl Strategy<Value = String> {
        prop::sample::select(WORDS.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            prop_oneof![Just(0), Just(9), Just(u64::MAX), any::<u64>()].prop_map(Value::from),
            Just(Value::from(-1.5e300)),
            word().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 48, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(word(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    #[test]
    fn an_error_is_one_in_every_shape_and_an_empty_one_is_none() {
        for error in [
            json!({"error": {"message": "m"}}),
            json!({"error": "m"}),
            json!({"id": "x", "choices": [], "error": {"code": 502}}),
            json!({"object": "error", "message": "m"}),
            json!({"type": "error", "error": {"type": "overloaded_error"}}),
            json!({"choices": [{"delta": {}, "error": {"message": "m"}}]}),
            json!({"message": "m", "code": 503}),
            json!({"msg": "m", "status": "failed"}),
            json!({"detail": "Not Found"}),
            json!({"success": false, "message": "m"}),
            json!({"detail": [{"msg": "extra"}]}),
        ] {
            assert!(is_error(&error), "{error}");
            assert_eq!(error_of(&json!([error])), Some(&error));
        }
        for fine in [
            json!({"error": null}),
            json!({"error": {}}),
            json!({"error": {"message": "", "code": null}}),
            json!({"error": false}),
            json!({"error": ""}),
            json!({"error": []}),
            json!({"errors": [], "choices": []}),
            json!({"type": "ping"}),
            json!({"message": {"content": "hi"}, "done": false}),
            json!({"code": 200, "msg": "success"}),
            json!([{"candidates": []}]),
            json!(3),
        ] {
            assert!(!is_error(&fine), "{fine}");
        }
    }

    proptest! {
        #[test]
        fn no_frame_makes_a_reader_fall(frames in prop::collection::vec(json(), 1..6)) {
            for protocol in ALL.map(ProtocolName::wire) {
                let (mut stream, mut whole) = (ReplyState::default(), ReplyState::default());
                for frame in &frames {
                    let _ = protocol.read(frame, &mut stream);
                    let _ = protocol.read_whole(frame, &mut whole);
                }
                stream.finish();
                whole.finish();
                prop_assert!(stream.accounts.len() <= 4);
            }
        }
    }
}
