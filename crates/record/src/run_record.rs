//! The record of a run.

use serde::{Deserialize, Serialize};

use crate::{ContestantRecord, Id, PromptRecord, RequestRecord, ToolVersion};

/// The plan of a run, written before its first request, so that the run can be taken up again.
///
/// The attempts alone tell what of it is done, by their `run`, prompt, contestant and sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunRecord {
    /// Version of this record's shape.
    pub schema: u32,
    /// The run's identifier, which its attempts carry.
    pub id: Id,
    /// Wall-clock time of the start, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub started: jiff::Timestamp,
    /// The program that made it.
    pub tool: ToolVersion,
    /// The seed from which every sample's seed is derived.
    pub seed: u64,
    /// Samples of each prompt and contestant.
    pub samples: u32,
    /// The part of all that this run asks; all of it where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Whether the requests are left with the services as batches.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub batch: bool,
    /// The prompts that are sent.
    pub prompts: Vec<PromptRecord>,
    /// The models that are asked.
    pub contestants: Vec<RunContestant>,
}

/// The part of a run's requests that one of several machines sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shard {
    /// The number of the part, from 1.
    pub number: u32,
    /// The number of parts.
    pub count: u32,
}

/// One contestant of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunContestant {
    /// The model.
    pub record: ContestantRecord,
    /// The settings of its requests, without the samples' own seeds.
    pub request: RequestRecord,
    /// Samples of each prompt, in the prompts' order, for one who has its own number of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<Vec<u32>>,
    /// The most looks after each of its first attempts; absent where it is asked for none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub looks: u32,
    /// The place to find it again: the path of the model file as it was given, or the address of the service.
    pub source: String,
    /// The text of the chat template that was given in place of the model file's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
}

fn is_zero(looks: &u32) -> bool {
    *looks == 0
}
