//! One JSON object a line on standard output, for programs: docs/running.md lists them.

use std::path::Path;

use pelicycle_record::{BatchRecord, RunRecord};
use pelicycle_run::RunProgress;
use serde_json::json;

use super::summary::{RunSummary, address};
use super::{Reporter, say};
use crate::cli::terminal::printable_json;

pub(super) struct JsonReporter;

impl Reporter for JsonReporter {
    fn report(&mut self, news: &RunProgress<'_>) {
        match news {
            RunProgress::RunStarted { run, cells, most_looks, .. } => print(&json!({
                "event": "run-started",
                "run": run.id,
                "seed": run.seed,
                "samples": run.samples,
                "prompts": run.prompts.iter().map(|p| &p.id).collect::<Vec<_>>(),
                "contestants": run.contestants.iter().map(|c| &c.record.slug).collect::<Vec<_>>(),
                "left": cells.len(),
                "looks_left": most_looks,
            })),
            RunProgress::Asked(cell) => print(&json!({
                "event": "attempt-started",
                "prompt": cell.prompt,
                "contestant": cell.contestant,
                "sample": cell.sample,
                "look": number(cell.look),
                "seed": cell.seed,
            })),
            RunProgress::More { .. } => {}
            RunProgress::Unshown { cell, why } => print(&json!({
                "event": "look-skipped",
                "prompt": cell.prompt,
                "contestant": cell.contestant,
                "sample": cell.sample,
                "look": number(cell.look),
                "error": why,
            })),
            RunProgress::Finished(finished) => print(&json!({
                "event": "attempt-finished",
                "attempt": finished.id,
                "prompt": finished.cell.prompt,
                "contestant": finished.cell.contestant,
                "sample": finished.cell.sample,
                "look": number(finished.cell.look),
                "parent": finished.look.map(|look| &look.parent),
                "done": finished.look.map(|look| look.done),
                "outcome": finished.outcome,
                "verdict": finished.verdict,
                "error": finished.error,
                "tokens": finished.tokens,
                "tokens_per_second": finished.tokens_per_second,
                "cost": finished.cost,
                "seconds": finished.elapsed.as_secs_f64(),
                "folder": finished.folder.to_string_lossy(),
            })),
        }
    }
}

/// The number of a look; a first attempt is none.
fn number(look: u32) -> Option<u32> {
    (look > 0).then_some(look)
}

/// Prints that a batch was left with a service, or is still there.
pub(super) fn batch(event: &str, record: &BatchRecord) {
    print(&json!({
        "event": event,
        "run": record.run,
        "contestant": record.contestant,
        "batch": record.batch,
        "samples": record.cells.len(),
    }));
}

/// Prints the last line.
pub(super) fn finished(
    run: &RunRecord,
    summary: &RunSummary,
    index: Option<&Path>,
    interrupted: bool,
    over_budget: Option<f64>,
) {
    print(&json!({
        "event": "run-finished",
        "run": run.id,
        "attempts": summary.attempts(),
        "drawn": summary.drawn(),
        "looks": summary.looks(),
        "looks_drawn": summary.looks_drawn(),
        "failed": summary.failed(),
        "unchecked": summary.unchecked(),
        "interrupted": interrupted,
        "over_budget": over_budget,
        "gallery": index.map(address),
    }));
}

fn print(event: &serde_json::Value) {
    say(&printable_json(&event.to_string()));
}
