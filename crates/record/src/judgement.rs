//! Judgements: which of two drawings somebody found better.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    CostRecord, EngineRecord, Outcome, RequestRecord, ServiceRecord, TextRecord, ToolVersion, Usage,
};
use crate::Id;

/// One judgement: two drawings on one prompt, seen side by side without their makers' names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JudgementRecord {
    /// Version of this record's shape.
    pub schema: u32,
    /// Its identifier, and the name of its folder.
    pub id: Id,
    /// Wall-clock time of the choice, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub judged: Timestamp,
    /// The program that made it.
    pub tool: ToolVersion,
    /// The judge who chose.
    pub judge: JudgeRecord,
    /// The prompt that both drawings answer.
    pub prompt: AskedPrompt,
    /// The attempt whose drawing was on the left, or shown first.
    pub left: Id,
    /// The attempt whose drawing was on the right, or shown second.
    pub right: Id,
    /// The choice; absent where a model's reply named nothing that could be read, or there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preference: Option<Preference>,
    /// Seconds from the showing to the choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// The request to a model that judged, and its answer; absent for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedRecord>,
}

/// The prompt that two drawings answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AskedPrompt {
    /// The prompt's id.
    pub id: String,
    /// Hex BLAKE3 of its text.
    pub hash: String,
}

/// A judge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JudgeRecord {
    /// The kind of judge.
    pub kind: JudgeKind,
    /// The name that a person gave, or `PROVIDER/MODEL`.
    pub name: String,
}

/// The kinds of judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum JudgeKind {
    /// A person with eyes.
    Person,
    /// A model that is shown pictures.
    Model,
}

/// The choice between two drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Preference {
    /// The left one, or the first, is better.
    Left,
    /// The right one, or the second, is better.
    Right,
    /// Both are as good.
    Tie,
    /// Neither is any good.
    BothBad,
}

/// The request to a model that judged, and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AskedRecord {
    /// The exact text of the question.
    pub question: TextRecord,
    /// The hash of what all questions of its version have in common: hex BLAKE3 of the question without a prompt;
    /// absent in records of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_form: Option<String>,
    /// The pictures that were sent, left and right, as PNG.
    pub pictures: [TextRecord; 2],
    /// The settings that went with the request.
    pub request: RequestRecord,
    /// The way in which the request ended.
    pub outcome: Outcome,
    /// The failure in words, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The defects that it listed before it chose: of the left drawing, of the right one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defects: Option<[Vec<String>; 2]>,
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
