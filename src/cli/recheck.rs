//! Kept replies checked anew, in words.

use std::process::ExitCode;

use pelicycle_drawing::{InspectionOptions, WorkerPool};
use pelicycle_record::{Id, Verdict};
use pelicycle_run::{RecheckOutcome, RunPlan, has_damaged_picture, is_worth_a_check, recheck};
use pelicycle_store::{Store, StoredAttempt};
use pelicycle_text as text;

use super::GlobalOptions;
use super::output::{say, say_error};
use super::terminal::printable;

/// `pelicycle check --again`: all that is worth it.
pub(super) fn again(global: &GlobalOptions) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let (mut looked, mut changed, mut left) = (0, 0, 0u64);
    let wanted = |stored: &StoredAttempt| is_worth_a_check(&stored.attempt) || has_damaged_picture(stored);
    recheck(&store, &pool(), wanted, |id, outcome| {
        looked += 1;
        changed += u64::from(is_new(outcome));
        left += u64::from(is_left(outcome));
        match (words(id, outcome), outcome) {
            (Some(words), outcome) if is_new(outcome) => say(&words),
            (Some(words), _) => say_error(&words),
            (None, _) => {}
        }
    })?;
    say(&format!("{} checked anew, {changed} changed", text::plural(looked, "attempt")));
    if changed > 0 {
        say("`pelicycle gallery` shows it");
    }
    Ok(if left > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn is_new(outcome: &RecheckOutcome) -> bool {
    matches!(outcome, RecheckOutcome::Renewed { .. } | RecheckOutcome::PictureMended)
}

/// Whether an attempt could not be checked this time either.
fn is_left(outcome: &RecheckOutcome) -> bool {
    matches!(outcome, RecheckOutcome::Lost(_) | RecheckOutcome::Damaged(_))
}

/// Before a run is taken up: its replies that could not be checked, and pictures that looks are to show and that are damaged.
/// Whether one of them has a check now, and how many replies still have none. Standard output is the run's own.
pub(super) fn of_run(store: &Store, plan: &RunPlan) -> anyhow::Result<(bool, u64)> {
    let (mut renewed, mut left) = (false, 0);
    let shown = |id: &Id| plan.looks.iter().any(|looks| looks.parent.attempt.id == *id);
    let wanted = |stored: &StoredAttempt| {
        let attempt = &stored.attempt;
        let unchecked = attempt.run == plan.run.id && attempt.is_unchecked();
        unchecked || (shown(&attempt.id) && has_damaged_picture(stored))
    };
    recheck(store, &pool(), wanted, |id, outcome| {
        renewed |= is_new(outcome);
        left += u64::from(is_left(outcome));
        if let Some(words) = words(id, outcome) {
            say_error(&words);
        }
    })?;
    Ok((renewed, left))
}

/// Before a gallery is built: all replies that could not be checked. Standard output is the build's own. A gallery is built of
/// results that can't be written, too.
pub(super) fn before_gallery(store: &Store) {
    let wanted = |stored: &StoredAttempt| stored.attempt.is_unchecked();
    let done = recheck(store, &pool(), wanted, |id, outcome| {
        if let Some(words) = words(id, outcome) {
            say_error(&words);
        }
    });
    if let Err(error) = done {
        let hint = "such attempts are shown as not checked";
        say_error(&format!(
            "warning: replies that could not be checked are not checked now: {error}; {hint}"
        ));
    }
}

fn pool() -> WorkerPool {
    WorkerPool::new(1, InspectionOptions::default())
}

/// A line on the result of one, where something changed or went wrong.
fn words(id: &Id, outcome: &RecheckOutcome) -> Option<String> {
    let words = match outcome {
        RecheckOutcome::Same => return None,
        RecheckOutcome::Renewed { before, now } if *before == Some(*now) => {
            format!("{}, with other findings", now.words())
        }
        RecheckOutcome::Renewed { before, now } => {
            format!("{}, was {}", now.words(), before.map_or("not checked", Verdict::words))
        }
        RecheckOutcome::PictureMended => "its picture was damaged, and is made anew".to_owned(),
        RecheckOutcome::OtherDrawing => {
            "left as it is, since another drawing is found in its reply now".to_owned()
        }
        RecheckOutcome::Lost(error) => printable(&error.to_string()).into_owned(),
        RecheckOutcome::Damaged(reason) => printable(&reason.to_string()).into_owned(),
    };
    Some(format!("{}: {words}", id.as_str()))
}
