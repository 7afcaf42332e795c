//! A file that is kept beside a record.

use serde::{Deserialize, Serialize};

/// A file kept beside the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TextRecord {
    /// Its length in bytes.
    pub bytes: u64,
    /// Hex BLAKE3 of its bytes.
    pub hash: String,
}

impl TextRecord {
    /// The record of a file's content.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        Self { bytes: content.len() as u64, hash: blake3::hash(content).to_hex().to_string() }
    }
}
