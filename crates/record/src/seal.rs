//! A sealed set of prompts: their hash today, their texts later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The promise that a set of prompts exists. Its hash tells nothing of them, for a secret salt is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SealRecord {
    /// Version of this record's shape.
    pub schema: u32,
    /// The seal's name, which is its folder's name.
    pub name: String,
    /// Wall-clock time of the sealing by this machine, RFC 3339 in UTC. Others believe the time at which they got the record.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub sealed: Timestamp,
    /// The number of prompts.
    pub prompts: u32,
    /// Hex BLAKE3 of the sealed text, of which docs/prompts.md says how it is made.
    pub hash: String,
}

/// The record that makes a seal checkable: the salt and the prompts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevealedRecord {
    /// Version of this record's shape.
    pub schema: u32,
    /// The seal's name.
    pub name: String,
    /// Wall-clock time of the revealing, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub revealed: Timestamp,
    /// The salt, hex.
    pub salt: String,
    /// The prompts, by id.
    pub prompts: Vec<RevealedPrompt>,
}

/// One prompt of a seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RevealedPrompt {
    /// Its id.
    pub id: String,
    /// The exact text that is sent.
    pub text: String,
}
