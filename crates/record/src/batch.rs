//! The record of a batch that was left with a service.

use serde::{Deserialize, Serialize};

use crate::Id;

/// Requests that were left with a service together, to be answered within a day at a lower price. Written once, when
/// the service has taken them; which of them are answered is told by the attempts alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchRecord {
    /// Version of this record's shape.
    pub schema: u32,
    /// The batch's identifier in the results, which is its folder's name.
    pub id: Id,
    /// The run whose samples it asks for.
    pub run: Id,
    /// The time at which the service had taken it, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub submitted: jiff::Timestamp,
    /// The slug of the contestant that is asked.
    pub contestant: String,
    /// The service's identifier of the batch.
    pub batch: String,
    /// The address where it was left: scheme, host, port and path.
    pub endpoint: String,
    /// The samples it asks for. The request of each, byte for byte, is the line of `requests.jsonl` with its number.
    pub cells: Vec<BatchCell>,
}

/// One sample that a batch asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BatchCell {
    /// The prompt's id.
    pub prompt: String,
    /// The number of the sample, from 1.
    pub sample: u32,
}
