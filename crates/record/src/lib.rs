//! The record of one request and all that came of it: plain data that every other crate speaks of.
//!
//! Here are attempts, runs, batches, judgements and baselines, what the check of a reply found ([`Check`],
//! [`Finding`]), what is measured of a drawing ([`measure`]), and the identifiers and names that stand in them. A
//! record is written once and never edited; what a later version measures is made anew on reading. A JSON field or a
//! code never changes its name: records of every version must stay readable.
//!
//! The crate knows no disk, no network and no renderer, so that whoever only reads records depends on it alone. Where
//! records lie and how they are written is for `pelicycle-store`; what makes them is for `pelicycle-run`.
//!
//! Start reading at [`Attempt`], then [`Check`] for the reply's drawing and [`ServiceRecord`] for the service's account.

mod attempt;
mod baseline;
mod batch;
mod calibration;
mod check;
mod cost;
mod counting;
mod expert_counts;
mod experts;
mod experts_taken;
mod finding;
mod id;
mod inspection;
mod judgement;
mod look;
pub mod measure;
pub mod name;
mod outcome;
mod rates;
mod rubric_reading;
mod run_record;
mod sampling;
mod seal;
mod service;
mod text_record;
mod timeline;
mod usage;

pub use attempt::{
    Attempt, ContestantRecord, EngineRecord, Host, ImportRecord, ProjectorRecord, PromptRecord, ReplyOrigin,
    RequestRecord, SCHEMA_VERSION, Timing, ToolVersion,
};
pub use baseline::BaselineRecord;
pub use batch::{BatchCell, BatchRecord};
pub use calibration::{CalibrationRecord, DrawingChange};
pub use check::{Check, DrawingCandidate, DrawnBy, PictureMoment, SvgFacts, Verdict};
pub use cost::{CostRecord, CostSource};
pub use expert_counts::{ExpertCounts, ExpertCountsError, LayerCounts, MAX_COUNT, MAX_EXPERTS, MAX_LAYERS};
pub use experts::ExpertsRecord;
pub use experts_taken::ExpertsTaken;
pub use finding::{Finding, FindingCode};
pub use id::{Id, IdError, RandomError};
pub use inspection::{Inspection, RepairedDrawing};
pub use judgement::{AskedPrompt, AskedRecord, JudgeKind, JudgeRecord, JudgementRecord, Preference};
pub use look::LookRecord;
pub use outcome::Outcome;
pub use rates::{TokenPrices, cost};
pub use rubric_reading::{ReadItem, ReadingRequest, RubricReading};
pub use run_record::{RunContestant, RunRecord, Shard};
pub use sampling::SamplingSettings;
pub use seal::{RevealedPrompt, RevealedRecord, SealRecord};
pub use service::{FailedTry, LOCAL, Remark, ServiceRecord};
pub use text_record::TextRecord;
pub use timeline::{Timeline, TimelineError};
pub use usage::Usage;
