//! `pelicycle judge --calibrate`: a judge is shown pairs of which it is known which is better.

use std::process::ExitCode;

use pelicycle_judge::{calibration, words};
use pelicycle_record::{CalibrationRecord, Preference};
use pelicycle_run::judging::{
    CalibrationEnd, CalibrationSession, CalibrationShowing, JudgingForecast, ModelJudge,
};
use pelicycle_store::Store;
use pelicycle_text::plural;

use super::calibrations::calibrations;
use super::judge::{JudgeArgs, print};
use super::judge_session::{SessionDrive, SessionEnd};
use super::output::{say, say_error};
use super::terminal::printable;

pub(super) fn judge_calibrate(
    args: &JudgeArgs,
    store: &Store,
    judge: &ModelJudge,
) -> anyhow::Result<ExitCode> {
    if judge.is_local() && !args.quiet {
        say_error("What it has seen is known by its file, which is read to the end first.");
    }
    let setup = judge.setup()?;
    let showings = CalibrationShowing::all(&calibrations(store)?, &judge.name, &setup);
    if args.dry_run {
        print(&JudgingForecast::of_calibration(judge, &showings), "pair", &judge.name);
        return Ok(ExitCode::SUCCESS);
    }
    let drive = SessionDrive::begin(store, judge, args.quiet)?;
    let (all, mut over) = (showings.len(), 0);
    let listener = |record: &CalibrationRecord| {
        over += 1;
        let unanswered = record.preference.is_none() && record.asked.reply.is_none();
        let error = record.asked.error.as_deref().filter(|_| unanswered);
        drive.tell(error.map(|error| format!("not judged: {error}")), || line(record, over, all));
    };
    let session = CalibrationSession { judge, store, max_cost: args.max_cost, stop: &drive.stop };
    let CalibrationEnd { answered, failed, usd, over_budget } =
        drive.hold(session.hold(showings, listener))?;
    let ended = SessionEnd { unread: 0, failed, usd, over_budget, left: None };
    if !args.quiet {
        say(&match all {
            0 => "it has seen all of the set".to_owned(),
            _ => ended.words(plural(u64::from(answered), "answer")),
        });
        if let Some(found) = calibration(&calibrations(store)?, &judge.name, &setup) {
            say("");
            say(&printable(&format!("{} on pairs of which it is known which is better:", judge.name)));
            words::calibration_lines(&found).iter().for_each(|line| say(line));
        }
    }
    Ok(drive.end(&ended))
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
