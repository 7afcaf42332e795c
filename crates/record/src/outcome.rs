//! The way in which a request ended.

use serde::{Deserialize, Serialize};

/// The way in which a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The model ended its turn.
    Complete,
    /// The bound on tokens, or the context, ended it.
    Length,
    /// The user broke it off.
    Cancelled,
    /// The request failed; `error` says how.
    Error,
    /// The stream ended without its end mark.
    Cut,
    /// The model or the service declined to answer.
    Refusal,
    /// The service's filter took the answer.
    Filtered,
}
