//! A service's own account of a request over HTTP, beside the reply itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::TextRecord;

/// The provider of models that run in this process, which is no service.
pub const LOCAL: &str = "local";

/// The service's account of a request. No key is ever in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceRecord {
    /// The protocol: `anthropic`, `responses`, `chat`, `gemini` or `ollama`.
    pub dialect: String,
    /// The address of the request: scheme, host, port and path, without a query.
    pub endpoint: String,
    /// The service's identifier of the batch that it was part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// The exact body of the request, kept in `request.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<TextRecord>,
    /// The headers of the request that say what was asked for, such as the version of the protocol.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The HTTP status of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers of the answer that are worth keeping: the request's id, limits, processing time.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answer_headers: BTreeMap<String, String>,
    /// The service's identifier of the reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
    /// The reason why the reply ended, in the service's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop: Option<String>,
    /// Details that the service gives beside that word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_detail: Option<Value>,
    /// The class of service that answered, where the service names it; prices depend on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// The provider behind a gateway, where the gateway names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<String>,
    /// The cost in US dollars, as the service reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// Each account of tokens as it was received; of many, the first and the last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usage: Vec<Value>,
    /// The server's own account of its times, as it was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_timing: Option<Value>,
    /// The tries that failed, in order; the one that the reply is of is not among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tries: Vec<FailedTry>,
    /// Remarks to know of before this reply is compared with others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Remark>,
}

/// One try of a request, which failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Try"))]
pub struct FailedTry {
    /// Wall-clock time of its start, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub started: jiff::Timestamp,
    /// Seconds until it had failed.
    pub seconds: f64,
    /// The HTTP status, where one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The failure in words.
    pub error: String,
    /// Seconds waited before the next try; absent where it was the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited: Option<f64>,
}

/// A remark on how a service answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Remark {
    /// Stable kebab-case code: `served-other-model`, `served-elsewhere`, `thinking-in-text`, `not-streamed`,
    /// `usage-missing`, `unknown-stop`, `no-end-mark`, `no-stop-reason`, `context-full`, `stray-value`.
    pub code: String,
    /// A sentence for a person.
    pub message: String,
}

impl Remark {
    /// A remark of this code.
    #[must_use]
    pub fn new(code: &str, message: String) -> Remark {
        Remark { code: code.to_owned(), message }
    }
}
