//! The record of an attempt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Check, CostRecord, ExpertsRecord, Id, LookRecord, Outcome, SamplingSettings, ServiceRecord, TextRecord,
    Usage,
};

/// The version of the record's shape that this program writes.
pub const SCHEMA_VERSION: u32 = 1;

/// The record of one request and all that came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attempt {
    /// Version of this record's shape.
    pub schema: u32,
    /// The attempt's identifier: sorts by time, unique between machines.
    pub id: Id,
    /// The run that the request belongs to.
    pub run: Id,
    /// The program that made it.
    pub tool: ToolVersion,
    /// The machine that asked.
    pub host: Host,
    /// The prompt that was sent.
    pub prompt: PromptRecord,
    /// The model that was asked.
    pub contestant: ContestantRecord,
    /// The number of the sample among the run's samples of this prompt and contestant, from 1.
    pub sample: u32,
    /// The record of the look, where the model was shown an earlier drawing of its own; absent for a first attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<LookRecord>,
    /// The settings that were sent with the request.
    pub request: RequestRecord,
    /// The way in which the request ended.
    pub outcome: Outcome,
    /// The failure in words, when `outcome` is `error` or something cut the reply short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The way in which the reply was obtained; absent where it was asked for and waited for.
    #[serde(default, skip_serializing_if = "ReplyOrigin::is_asked")]
    pub origin: ReplyOrigin,
    /// The source of an imported reply; absent unless it was imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportRecord>,
    /// The tokens that the request took.
    pub usage: Usage,
    /// The cost; absent is unknown, never zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<CostRecord>,
    /// Joules that this machine's counters counted for the request, shared evenly among the requests under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joules: Option<f64>,
    /// Times, all from one monotonic clock but `started`.
    pub timing: Timing,
    /// The local engine's account of itself; absent for a service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineRecord>,
    /// A service's account of the request; absent for the local engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceRecord>,
    /// The experts that the reply took of a local Mixture-of-Experts model; absent for any other, and for a reply
    /// that was broken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub experts: Option<ExpertsRecord>,
    /// The reply, kept byte for byte in `reply.md`; absent when none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<TextRecord>,
    /// The reasoning text, kept in `thinking.md`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking: Option<TextRecord>,
    /// The times at which the parts of the reply came, kept in `timeline.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeline: Option<TextRecord>,
    /// The result of checking the reply; absent when there was no reply to check, or when it could not be checked for
    /// reasons of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// The reason why the reply could not be checked, where it could not: a failure of the machine that checked,
    /// never of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchecked: Option<String>,
    /// The program that checked the kept reply anew, where `check` is not the one that `tool` made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rechecked: Option<ToolVersion>,
}

/// The program that made a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename = "Tool", expecting = "the program that made it")]
pub struct ToolVersion {
    /// `pelicycle`.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// The version of the renderer behind the raster and the verdict.
    pub renderer: String,
}

/// The machine that asked; empty where that is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Host {
    /// `linux`, `macos`, `windows`.
    pub os: String,
    /// `x86_64`, `aarch64`.
    pub arch: String,
    /// The processor's own name, where the system tells it; on Arm under Linux its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Logical cores that the process may use.
    pub cores: u32,
}

/// The prompt as it stood when it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PromptRecord {
    /// The prompt file's id.
    pub id: String,
    /// The prompt's title at that time.
    pub title: String,
    /// The prompt's family at that time.
    pub family: String,
    /// The animal, in a grid of animals and vehicles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub animal: Option<String>,
    /// The vehicle that it rides, in such a grid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<String>,
    /// The exact text.
    pub text: String,
    /// Hex BLAKE3 of the text: with `id`, the prompt's identity.
    pub hash: String,
    /// Longest side of the raster, in pixels.
    pub raster: u32,
}

/// The model that takes part, and the service that runs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ContestantRecord {
    /// The name of its folder under `results/PROMPT/`; safe as a file name everywhere.
    pub slug: String,
    /// The name shown to people.
    pub label: String,
    /// The service that runs it, by name; `local` for the engine in this process.
    pub provider: String,
    /// The model as asked for: a service's model id, or a local file's name without its folder.
    pub model: String,
    /// The model as the service named it in its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// The day the model came out, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub released: Option<jiff::civil::Date>,
    /// Whether it is a demonstration or a test fixture, shown as such and left out of rankings.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demonstration: bool,
}

/// The settings that went with a request; absent means "not sent".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RequestRecord {
    /// The sample's own seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The run's seed, from which every sample's seed is derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_seed: Option<u64>,
    /// The way in which the model was to choose its tokens.
    #[serde(flatten)]
    pub sampling: SamplingSettings,
    /// BLAKE3 of the chat template that was given in place of the model file's own, as hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Further fields of the request's body, by their keys there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub body: BTreeMap<String, serde_json::Value>,
}

impl From<SamplingSettings> for RequestRecord {
    fn from(sampling: SamplingSettings) -> RequestRecord {
        RequestRecord { sampling, ..RequestRecord::default() }
    }
}

/// The way in which a reply was obtained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", schemars(rename = "Origin"))]
pub enum ReplyOrigin {
    /// A request was sent, and waited for.
    #[default]
    Asked,
    /// The reply was given as a file or on standard input: nothing was asked, and its times say nothing.
    Given,
    /// The reply came with a batch: nobody waited, so there are no times.
    Batch,
    /// Another tool asked and kept it; what is recorded beside the reply is what that tool wrote down.
    Imported,
}

impl ReplyOrigin {
    fn is_asked(&self) -> bool {
        *self == ReplyOrigin::Asked
    }
}

/// The source of an imported reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImportRecord {
    /// The kind of source: `llm-logs` or `svg-folder`.
    pub from: String,
    /// The reply's name there: an identifier of the log, or a file's path in the folder.
    pub id: String,
}

/// The times of a request; seconds are from the moment when it was sent. Of a request that was tried more than
/// once, the last try counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timing {
    /// Wall-clock time of the start, RFC 3339 in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub started: jiff::Timestamp,
    /// Seconds to the head of a service's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<f64>,
    /// Seconds to the first token, be it of the reasoning or of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_token: Option<f64>,
    /// Seconds to the first text of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_text: Option<f64>,
    /// Seconds to the last token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_token: Option<f64>,
    /// Seconds to the end of the reply; absent where nobody waited for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<f64>,
    /// Tokens a second between the first token and the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_per_second: Option<f64>,
    /// Other requests that decoded in the same steps, at most; a local speed means little without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u32>,
    /// The share of the host's processor time that other programs took during the request, from 0 to 1; absent where the
    /// system does not tell, and in records of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_load: Option<f64>,
}

/// The local engine's account of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EngineRecord {
    /// Name of the model file, without its folder.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Hex BLAKE3 of the file: the weights' identity.
    pub hash: String,
    /// `general.architecture`.
    pub architecture: String,
    /// Most of its weights' tensor type.
    pub quantization: String,
    /// Worker threads.
    pub threads: u32,
    /// The kernels in use, such as `avx512-vnni`.
    pub kernels: String,
    /// `run` or `exact`.
    pub arithmetic: String,
    /// The guesses that were made because the file does not say it, each in a sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// The projector with which it saw pictures; absent where it had none to see, and in records of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projector: Option<ProjectorRecord>,
}

/// The projector with which a local model saw pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProjectorRecord {
    /// Name of the file, without its folder.
    pub file: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Hex BLAKE3 of the file.
    pub hash: String,
    /// `clip.projector_type`.
    pub kind: String,
}
