//! `pelicycle compare --looks`: do looks help, for whom, at what price?

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use pelicycle_compare::looks::{JudgingRecords, LookedAtAttempts, LooksReport, markdown, text};
use pelicycle_compare::{PREFERRED, select};
use pelicycle_judge::SideAttempts;
use pelicycle_record::{Attempt, Id};
use pelicycle_store::Store;

use super::calibrations::calibrations;
use super::compare::{ComparisonFormat, WORSE, gate, lines};
use super::error::usage;
use super::output::{json, write};
use super::rank::judgements;
use super::sides::StoreNames;
use super::terminal::columns;

/// The request for a comparison of looks.
pub(super) struct LooksRequest<'a> {
    /// Contestants by any name that they go by; all where there is none.
    pub(super) contestants: &'a [String],
    /// Words that a command about the same looks needs as well.
    pub(super) narrowing: Vec<String>,
    /// The weight of a model's view beside a person's.
    pub(super) model_weight: Option<f64>,
    /// The measures that --fail-on looks at.
    pub(super) fail_on: &'a [String],
    pub(super) format: ComparisonFormat,
    pub(super) out: Option<&'a Path>,
}

/// Answers it for the looks among some attempts.
pub(super) fn compare_looks(
    store: &Store,
    attempts: &[&Attempt],
    request: LooksRequest<'_>,
) -> anyhow::Result<ExitCode> {
    if let Some(other) = request.fail_on.iter().find(|name| ![WORSE, PREFERRED].contains(&name.as_str())) {
        return usage(&format!("--looks fails on {WORSE} or {PREFERRED}, and {other:?} is neither"));
    }
    // Several names may be one contestant's, whose attempts count once.
    let mut chosen: BTreeMap<&Id, &Attempt> = BTreeMap::new();
    for named in request.contestants {
        match select(&format!("contestant:{named}"), attempts, &StoreNames(store)) {
            Ok(selection) => chosen.extend(selection.attempts.into_iter().map(|one| (&one.id, one))),
            Err(error) => return usage(&error.to_string()),
        }
    }
    let chosen: Vec<&Attempt> = chosen.into_values().collect();
    let attempts = if request.contestants.is_empty() { attempts } else { &chosen };
    let found = looked_at(attempts)?;
    let (judgements, calibrations) = (judgements(store)?, calibrations(store)?);
    let judged = JudgingRecords {
        judgements: &judgements,
        calibrations: &calibrations,
        model_weight: request.model_weight,
    };
    let Some(mut report) = LooksReport::new(&found, judged) else { return nobody() };
    report.narrowing = request.narrowing;
    let words = match request.format {
        ComparisonFormat::Text => lines(&text(&report, columns(request.out.is_none())), request.out),
        ComparisonFormat::Markdown => markdown(&report),
        ComparisonFormat::Json => json(&report)?,
        ComparisonFormat::Junit | ComparisonFormat::Html => {
            return usage("--looks is written as text, markdown or json");
        }
    };
    write(&words, request.out)?;
    let worse =
        |what: &String| if what == WORSE { report.is_worse() } else { report.is_worse_in_judgements() };
    gate(request.fail_on, request.fail_on.iter().any(worse), || {
        report.is_silent().then(|| {
            "what became of the first drawings is not known of any: every look failed, or is not here"
                .to_owned()
        })
    })
}

/// First attempts and the looks at them; a mistake where there are none.
fn looked_at<'a>(attempts: &[&'a Attempt]) -> anyhow::Result<LookedAtAttempts<'a>> {
    let found = LookedAtAttempts::new(attempts);
    if found.pairs.is_empty() { nobody() } else { Ok(found) }
}

fn nobody<T>() -> anyhow::Result<T> {
    usage("none of these attempts was looked at again; `pelicycle run --looks N` shows models what they drew")
}

/// The two sides that `--looks` of `vote` and `judge` compares: first attempts and what became of them, oldest first.
///
/// # Errors
/// A mistake where nobody looked; no two drawings to hold against each other.
pub(super) fn looks<'a>(attempts: &[&'a Attempt]) -> anyhow::Result<(Vec<&'a Attempt>, Vec<SideAttempts>)> {
    let sides = looked_at(attempts)?.sides();
    let both_drawn = |[first, last]: [&Attempt; 2]| first.is_drawn() && last.is_drawn();
    anyhow::ensure!(
        sides.strata.iter().any(|one| both_drawn([one.base[0], one.head[0]])),
        "no look made another drawing of one, so there are no two to hold against each other; `pelicycle compare --looks` says \
         what came of them"
    );
    let mut both: Vec<&Attempt> = sides.both().into_iter().flatten().collect();
    both.sort_by(|a, b| a.id.cmp(&b.id));
    Ok((both, sides.attempts()))
}
