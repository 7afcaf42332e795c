//! The progress that a run tells while it goes on.

use std::path::PathBuf;
use std::time::Duration;

use pelicycle_record::{LookRecord, Outcome, RunRecord, Verdict};

use crate::{PlanCell, PlannedLooks};

/// One piece of news.
#[derive(Debug)]
pub enum RunProgress<'a> {
    /// The run begins, with so many samples and looks to ask for.
    RunStarted {
        /// The run.
        run: &'a RunRecord,
        /// First attempts to ask for.
        cells: &'a [PlanCell],
        /// Looks to go on with, after first attempts which are there.
        looks: &'a [PlannedLooks],
        /// The looks that all of it may come to, at most.
        most_looks: u64,
    },
    /// A sample, or a look after it, was asked for.
    Asked(PlanCell),
    /// More of a reply came.
    More {
        /// Of which request.
        cell: PlanCell,
        /// Tokens that it is, where the provider counts them as they come.
        tokens: u32,
        /// Bytes of text that it is.
        bytes: usize,
    },
    /// An attempt is over and kept.
    Finished(FinishedAttempt<'a>),
    /// The kept drawing that a look is to show is damaged: this look and those after it are not asked for.
    Unshown {
        /// The look.
        cell: PlanCell,
        /// The fault, and what to do.
        why: &'a str,
    },
}

/// An attempt that is over and kept.
#[derive(Debug)]
pub struct FinishedAttempt<'a> {
    /// The cell of the plan that it was: which sample, and which look.
    pub cell: PlanCell,
    /// The attempt's identifier.
    pub id: &'a str,
    /// The look's record, where it is a look.
    pub look: Option<&'a LookRecord>,
    /// Looks that may follow it.
    pub looks_left: u32,
    /// The outcome of the request.
    pub outcome: Outcome,
    /// The error, in words.
    pub error: Option<&'a str>,
    /// The verdict on its drawing, where there was a reply to check.
    pub verdict: Option<Verdict>,
    /// The reason why its reply could not be checked, where this machine failed to.
    pub unchecked: Option<&'a str>,
    /// Tokens of the reply, where known.
    pub tokens: Option<u64>,
    /// Tokens a second, where known.
    pub tokens_per_second: Option<f64>,
    /// The time that the reply took.
    pub elapsed: Duration,
    /// The cost in US dollars, where known.
    pub cost: Option<f64>,
    /// Our raster of its drawing, a PNG, where there is one.
    pub png: Option<&'a [u8]>,
    /// The attempt's folder.
    pub folder: PathBuf,
}
