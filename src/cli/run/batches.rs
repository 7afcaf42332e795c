//! The lines on a run's batches.

use std::process::ExitCode;
use std::sync::Arc;

use pelicycle_run::{BatchesLeft, BatchesStatus, Notice, NoticeListener};

use super::{RunArgs, UNDER_WAY, json, say};
use crate::cli::notices;
use crate::cli::terminal::printable;

/// Tells what happens before samples are asked for, in the way that was asked for.
pub(super) fn notices(args: &RunArgs) -> NoticeListener {
    let (json, quiet) = (args.json, args.quiet);
    Arc::new(move |notice| match notice {
        Notice::BatchSubmitted { record, .. } if json => json::batch("batch-submitted", record),
        Notice::BatchSubmitted { record, provider } if !quiet => {
            let (samples, batch) = (record.cells.len(), &record.batch);
            say(&format!("left {samples} samples with {provider} as batch {batch}"));
        }
        other => notices::tell(other, quiet),
    })
}

/// Tells what is under way, and that the command `resume` fetches it.
pub(super) fn tell(left: &BatchesLeft, args: &RunArgs, resume: &str) {
    for batch in &left.waiting {
        let record = &batch.record;
        if args.json {
            json::batch("batch-waiting", record);
        } else if !args.quiet {
            say(&format!(
                "batch {} of {}: {} samples, {}",
                printable(&record.batch),
                record.contestant,
                record.cells.len(),
                printable(&batch.words)
            ));
        }
    }
    if !left.waiting.is_empty() && !args.json && !args.quiet {
        say(&format!("`{resume}` fetches what has come back; add --wait to wait for it"));
    }
}

pub(super) fn exit_code(left: &BatchesLeft) -> ExitCode {
    match left.status() {
        BatchesStatus::Done => ExitCode::SUCCESS,
        BatchesStatus::UnderWay => ExitCode::from(UNDER_WAY),
        BatchesStatus::Failed => ExitCode::FAILURE,
    }
}
