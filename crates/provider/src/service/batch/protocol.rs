//! The protocols of batches: what they have in common.

use serde::Deserialize;
use serde_json::Value;

use super::{anthropic, openai};

/// The protocols of batches by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchProtocol {
    /// Anthropic's Message Batches: the requests are in the body.
    Anthropic,
    /// OpenAI's Batch: the requests are a file.
    Openai,
}

/// The state of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchState {
    /// The service is working on it.
    Waiting {
        /// The service's own word for that.
        word: String,
        /// The number of requests that are over, where the service tells.
        over: Option<u64>,
    },
    /// It is over; nothing changes any more.
    Ended(EndedBatch),
}

/// A batch that is over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedBatch {
    /// Paths of the files with the results, after the service's address.
    pub(super) results: Vec<String>,
    /// The service's word for how it ended, and why where it says.
    pub(super) words: String,
}

/// The result of one request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BatchResult {
    /// The answer, as it would have come whole.
    Answer(Value),
    /// The reason why there is no answer, and the HTTP status where there is one.
    None(String, Option<u16>),
}

impl BatchProtocol {
    /// Takes in what a service says of a batch.
    ///
    /// # Errors
    /// In words, when it makes no sense.
    pub(super) fn state(self, answer: &Value) -> Result<BatchState, String> {
        match self {
            BatchProtocol::Anthropic => anthropic::state(answer),
            BatchProtocol::Openai => openai::state(answer),
        }
    }

    /// Takes in a line of the results.
    pub(super) fn result(self, line: &Value) -> BatchResult {
        match self {
            BatchProtocol::Anthropic => anthropic::result(line),
            BatchProtocol::Openai => openai::result(line),
        }
    }
}

/// An identifier of a service's that becomes part of an address.
pub(super) fn identifier(answer: &Value, key: &str) -> Option<String> {
    let id = answer.get(key)?.as_str()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!id.is_empty() && id.len() <= 256 && id.chars().all(plain)).then(|| id.to_owned())
}

/// A count of the service's.
pub(super) fn count(answer: &Value, pointer: &str) -> u64 {
    answer.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}
