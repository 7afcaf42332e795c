//! The protocols: each turns a prompt into a body, and the frames of an answer into what is known of it. None does any
//! input or output, so that each can be tested on frames alone.

mod anthropic;
mod chat;
mod gemini;
mod ollama;
mod reading;
mod responses;
mod tags;

use serde::Deserialize;
use serde_json::Value;

use super::failure::Failure;
use super::frames::Framing;

pub(super) use reading::Reading;

/// The protocols by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DialectName {
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

impl DialectName {
    /// The protocol of this name.
    pub(super) fn dialect(self) -> &'static dyn Dialect {
        match self {
            DialectName::Anthropic => &anthropic::Anthropic,
            DialectName::Responses => &responses::Responses,
            DialectName::Chat => &chat::Chat,
            DialectName::Gemini => &gemini::Gemini,
            DialectName::Ollama => &ollama::Ollama,
        }
    }

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            DialectName::Anthropic => "anthropic",
            DialectName::Responses => "responses",
            DialectName::Chat => "chat",
            DialectName::Gemini => "gemini",
            DialectName::Ollama => "ollama",
        }
    }
}

/// One protocol.
pub(super) trait Dialect: Sync {
    /// How its stream is cut into frames.
    fn framing(&self) -> Framing {
        Framing::Events
    }

    /// Where a request goes, after the service's address; with a query where the protocol needs one.
    fn path(&self, model: &str) -> String;

    /// The body of a request for a stream, without settings.
    fn body(&self, model: &str, prompt: &str) -> Value;

    /// Takes a frame of the stream in.
    ///
    /// # Errors
    /// When the frame says that the request failed.
    fn read(&self, frame: &Value, reading: &mut Reading) -> Result<(), Failure>;

    /// Takes in an answer that came whole instead of as a stream.
    ///
    /// # Errors
    /// When it says that the request failed, or is no answer.
    fn read_whole(&self, answer: &Value, reading: &mut Reading) -> Result<(), Failure>;

    /// Whether a frame that is no JSON is the protocol's end mark.
    fn is_end(&self, _data: &str) -> bool {
        false
    }
}

/// Text at a JSON pointer.
fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// A count at a JSON pointer.
fn count(value: &Value, pointer: &str) -> Option<u64> {
    value.pointer(pointer).and_then(Value::as_u64)
}

/// An answer that is none.
fn no_answer(answer: &Value) -> Failure {
    Failure::senseless(super::failure::shortened(&format!(
        "the service sent JSON that is no answer: {answer}"
    )))
}
