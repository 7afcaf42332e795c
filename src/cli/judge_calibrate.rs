//! `pelicycle judge --calibrate`: a judge is shown pairs of which it is known which is better.

use std::process::ExitCode;

use anyhow::Context as _;
use pelicycle_judge::{calibration, words};
use pelicycle_record::{CalibrationRecord, Preference};
use pelicycle_run::Stop;
use pelicycle_run::judging::{CalibrationSession, CalibrationShowing, JudgingForecast, ModelJudge};
use pelicycle_store::Store;
use pelicycle_text::{dollars, plural};

use super::judge::{JudgeArgs, print};
use super::output::{say, say_damaged, say_error};
use super::run::{INTERRUPTED, signals};
use super::runtime::runtime;
use super::terminal::printable;

pub(super) fn judge_calibrate(
    args: &JudgeArgs,
    store: &Store,
    judge: &ModelJudge,
) -> anyhow::Result<ExitCode> {
    let showings = CalibrationShowing::all(&calibrations(store)?, &judge.name);
    if args.dry_run {
        print(&JudgingForecast::of_calibration(judge, &showings), "pair", &judge.name);
        return Ok(ExitCode::SUCCESS);
    }
    let _swept = store.sweep();
    let stop = Stop::default();
    signals::listen(stop.clone()).context("can't listen for Ctrl-C")?;
    let (all, mut over) = (showings.len(), 0);
    let listener = |record: &CalibrationRecord| {
        over += 1;
        match (record.preference, &record.asked.error) {
            (None, Some(error)) if record.asked.reply.is_none() => say_error(&format!("not judged: {error}")),
            _ if args.quiet => {}
            _ => say(&printable(&line(record, over, all))),
        }
    };
    let session = CalibrationSession { judge, store, max_cost: args.max_cost, stop: &stop };
    let runtime = runtime()?;
    let ended = runtime.block_on(session.hold(showings, listener));
    runtime.shutdown_background();
    let ended = ended?;
    if !args.quiet {
        let mut words = plural(u64::from(ended.answered), "answer");
        if ended.failed > 0 {
            words.push_str(&format!(", {} failed", ended.failed));
        }
        if ended.usd > 0.0 {
            words.push_str(&format!("; {}", dollars(ended.usd)));
        }
        if all == 0 {
            words = "it has seen all of the set".to_owned();
        }
        say(&words);
        if let Some(found) = calibration(&calibrations(store)?, &judge.name) {
            say("");
            say(&printable(&format!("{} on pairs of which it is known which is better:", judge.name)));
            words::calibration_lines(&found).iter().for_each(|line| say(line));
        }
    }
    if let Some(spent) = ended.over_budget {
        say_error(&format!("stopped at {}: another request could have passed --max-cost", dollars(spent)));
    }
    Ok(match (stop.asked(), ended.failed) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, 0) if ended.over_budget.is_none() => ExitCode::SUCCESS,
        (false, _) => ExitCode::FAILURE,
    })
}

/// All calibrations of a store; what is damaged is told.
pub(super) fn calibrations(store: &Store) -> anyhow::Result<Vec<CalibrationRecord>> {
    let found = store.calibrations()?;
    say_damaged(store, &found.damaged);
    Ok(found.records)
}

/// One answer in a line.
fn line(record: &CalibrationRecord, over: usize, all: usize) -> String {
    let (whole, changed) = match record.turned {
        false => (Preference::Left, Preference::Right),
        true => (Preference::Right, Preference::Left),
    };
    let said = match record.preference {
        Some(said) if said == whole => "the drawing as it was",
        Some(said) if said == changed => "the changed one",
        Some(Preference::Tie) => "a tie",
        Some(Preference::BothBad) => "both bad",
        Some(_) | None => "no choice",
    };
    let wrong = record.change.is_for_the_worse() && record.preference != Some(whole);
    format!("{over} of {all}; {}: {said}{}", record.pair, if wrong { " (wrong)" } else { "" })
}
