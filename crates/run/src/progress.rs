//! What a run tells while it goes on.

use std::path::PathBuf;
use std::time::Duration;

use pelicycle_record::{Outcome, RunRecord, Verdict};

use crate::PlanCell;

/// One piece of news.
#[derive(Debug)]
pub enum RunProgress<'a> {
    /// The run begins, with so many samples to ask for.
    RunStarted {
        /// The run.
        run: &'a RunRecord,
        /// Samples to ask for, for each contestant.
        cells: &'a [PlanCell],
    },
    /// A sample was asked for.
    Asked(PlanCell),
    /// More of a reply came.
    More {
        /// Of which sample.
        cell: PlanCell,
        /// Tokens that it is, where the provider counts them as they come.
        tokens: u32,
        /// Bytes of text that it is.
        bytes: usize,
    },
    /// An attempt is over and kept.
    Finished(FinishedAttempt<'a>),
}

/// An attempt that is over and kept.
#[derive(Debug)]
pub struct FinishedAttempt<'a> {
    /// Which sample it was.
    pub cell: PlanCell,
    /// The attempt's identifier.
    pub id: &'a str,
    /// How the request ended.
    pub outcome: Outcome,
    /// What went wrong.
    pub error: Option<&'a str>,
    /// The verdict on its drawing, where there was a reply to check.
    pub verdict: Option<Verdict>,
    /// Why its reply could not be checked, where this machine failed to.
    pub unchecked: Option<&'a str>,
    /// Tokens of the reply, where known.
    pub tokens: Option<u64>,
    /// Tokens a second, where known.
    pub tokens_per_second: Option<f64>,
    /// How long the reply took.
    pub elapsed: Duration,
    /// What it cost in US dollars, where known.
    pub cost: Option<f64>,
    /// Our raster of its drawing, a PNG, where there is one.
    pub png: Option<&'a [u8]>,
    /// The attempt's folder.
    pub folder: PathBuf,
}
