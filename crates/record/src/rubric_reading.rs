//! The reading of a rubric: the answers of a model that looks at one drawing, or of a person, to the items of its prompt's
//! rubric.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::measure::ItemState;
use super::{
    AskedPrompt, CostRecord, EngineRecord, JudgeRecord, Outcome, RequestRecord, ServiceRecord, TextRecord,
    ToolVersion, Usage,
};
use crate::Id;

/// One reading: one drawing, seen without its maker's name, held against the items of a rubric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RubricReading {
    /// Version of this record's shape.
    pub schema: u32,
    /// Its identifier, and the name of its folder.
    pub id: Id,
    /// Wall-clock time of the answer, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub judged: Timestamp,
    /// The program that made it.
    pub tool: ToolVersion,
    /// The model or the person who looked.
    pub judge: JudgeRecord,
    /// The prompt that the drawing answers.
    pub prompt: AskedPrompt,
    /// The attempt whose drawing was shown.
    pub attempt: Id,
    /// The answers, in the order of the items; absent where the reply could not be read, or there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Vec<ReadItem>>,
    /// Seconds from the request to the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The request and its answer; absent for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<ReadingRequest>,
}

/// The answer to one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadItem {
    /// The item in words, as it was asked.
    pub asked: String,
    /// The answer: `met`, `not-met` or `cant-tell`.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub state: ItemState,
    /// The place that it named, as shares of the picture: left, top, width and height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<[f64; 4]>,
}

/// The request for a reading, and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReadingRequest {
    /// The exact text of the question, which lists the items.
    pub question: TextRecord,
    /// The picture that was sent, as PNG.
    pub picture: TextRecord,
    /// The settings that went with the request.
    pub request: RequestRecord,
    /// The way in which the request ended.
    pub outcome: Outcome,
    /// The failure in words, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The tokens that the request took.
    pub usage: Usage,
    /// The cost; absent is unknown, never zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostRecord>,
    /// The model as the service named it in its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// The service's account of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceRecord>,
    /// The local engine's account of itself; absent for a service, and in records of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineRecord>,
    /// The reply, kept byte for byte in `reply.md`; absent when none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<TextRecord>,
}
