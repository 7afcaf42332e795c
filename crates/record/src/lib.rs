//! The record of one request and all that came of it: plain data, the words that every other crate speaks.
//!
//! A record is written once and never edited; what a later version measures is recomputed on reading. Here are attempts,
//! runs, batches, judgements and baselines, what the check of a reply found ([`Check`]), what is measured of a drawing
//! ([`measure`]), and the identifiers and names that stand in them.
//!
//! It knows no disk, no network and no renderer: whoever only reads records depends on this crate alone.
//!
//! Start reading at [`Attempt`].

mod attempt;
mod baseline;
mod batch;
mod check;
mod cost;
mod counting;
mod expert_counts;
mod experts;
mod experts_taken;
mod id;
mod inspection;
mod judgement;
pub mod measure;
pub mod name;
mod rates;
mod sampling;
mod service;
mod timeline;

pub use attempt::{
    Attempt, ContestantRecord, EngineRecord, Host, ImportRecord, Origin, Outcome, PromptRecord,
    RequestRecord, RunContestant, RunRecord, SCHEMA_VERSION, Shard, TextRecord, Timing, Tool, Usage,
};
pub use baseline::BaselineRecord;
pub use batch::{BatchCell, BatchRecord};
pub use check::{Candidate, Check, Draws, Finding, SvgFacts, Verdict};
pub use cost::{CostRecord, CostSource};
pub use expert_counts::{ExpertCounts, ExpertCountsError, LayerCounts, MAX_COUNT, MAX_EXPERTS, MAX_LAYERS};
pub use experts::ExpertsRecord;
pub use experts_taken::ExpertsTaken;
pub use id::{Id, IdError, RandomError};
pub use inspection::{Inspection, Repaired};
pub use judgement::{AskedPrompt, AskedRecord, JudgeKind, JudgeRecord, JudgementRecord, Preference};
pub use rates::{Rates, cost};
pub use sampling::SamplingSettings;
pub use service::{LOCAL, Remark, ServiceRecord, Try};
pub use timeline::{Timeline, TimelineError};
