//! The answer of a judge on two drawings of which it is known which is better.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AskedRecord, JudgeRecord, Preference, ToolVersion};
use crate::Id;

/// One showing of a pair of the calibration set: a drawing of our own, and the same one changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CalibrationRecord {
    /// Version of this record's shape.
    pub schema: u32,
    /// Its identifier, and the name of its folder.
    pub id: Id,
    /// Wall-clock time of the answer, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub judged: Timestamp,
    /// The program that made it.
    pub tool: ToolVersion,
    /// The judge that was asked.
    pub judge: JudgeRecord,
    /// The version of the set that the pair is of.
    pub set: String,
    /// The pair's name in the set.
    pub pair: String,
    /// The change that was made to the second drawing of the pair.
    pub change: DrawingChange,
    /// Whether the changed drawing was shown first.
    pub turned: bool,
    /// The choice between the first that was shown and the second; absent where the reply named nothing that could be read, or
    /// there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
    /// Seconds from the request to the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The request and its answer.
    pub asked: AskedRecord,
}

/// The change that was made to a drawing of the calibration set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DrawingChange {
    /// Its wheels are taken away, so that it is worse.
    WheelsAway,
    /// Its parts lie about, so that it is worse.
    Shuffled,
    /// It is mirrored, and as good.
    Mirrored,
    /// It has other colours, and is as good.
    Recoloured,
}

impl DrawingChange {
    /// Whether the change makes a drawing worse; else it is as good as before.
    #[must_use]
    pub fn is_for_the_worse(self) -> bool {
        matches!(self, DrawingChange::WheelsAway | DrawingChange::Shuffled)
    }
}
