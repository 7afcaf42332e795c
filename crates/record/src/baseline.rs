//! A set of attempts under a name, to compare with later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Id;

/// The attempts that a name stands for. They are named, not copied: an attempt is never edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BaselineRecord {
    /// Version of this record's shape.
    pub schema: u32,
    /// The baseline's name, which is its folder's name.
    pub name: String,
    /// Wall-clock time of its saving, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub saved: Timestamp,
    /// The selection that was saved, as the user named it; empty for all attempts of that time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// The attempts' identifiers, sorted.
    pub attempts: Vec<Id>,
}
