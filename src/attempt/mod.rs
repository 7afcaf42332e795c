//! The record of one request and all that came of it: plain data, the word that every room speaks.
//!
//! A record is written once and never edited. What a later version measures is recomputed on reading.

mod baseline;
mod batch;
mod cost;
mod counting;
mod experts;
mod judgement;
mod record;
mod service;
mod timeline;

pub use baseline::BaselineRecord;
pub use batch::{BatchCell, BatchRecord};
pub use cost::{CostRecord, CostSource};
pub use experts::ExpertsRecord;
pub use judgement::{AskedPrompt, AskedRecord, JudgeKind, JudgeRecord, JudgementRecord, Preference};
pub use record::{
    Attempt, ContestantRecord, EngineRecord, Host, ImportRecord, Origin, Outcome, PromptRecord,
    RequestRecord, RunContestant, RunRecord, SCHEMA_VERSION, Shard, TextRecord, Timing, Tool, Usage,
};
pub use service::{LOCAL, Remark, ServiceRecord, Try};
pub use timeline::{Timeline, TimelineError};
