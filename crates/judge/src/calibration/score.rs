//! The score of a judge on the calibration set, and whether it can be heard.

use std::collections::BTreeMap;

use pelicycle_record::{CalibrationRecord, DrawingChange, Outcome, Preference};
use pelicycle_statistics::Rate;
use serde::Serialize;

use super::set::{CALIBRATION_SET, calibration_set};
use super::setup::JudgeSetup;
use crate::RateWithInterval;

/// The rate that the lower bound of a judge's interval must pass. Who tosses a coin is right both ways round in a
/// quarter of the pairs; who always takes the same side, in none.
const THRESHOLD: f64 = 0.5;

/// A judge's result on the calibration set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CalibrationReport {
    /// The version of the set.
    pub set: String,
    /// Whether it passed.
    pub verdict: CalibrationVerdict,
    /// Pairs with one drawing made worse, in which it took the other one both ways round.
    pub right: RateWithInterval,
    /// Of these, the ones with the wheels taken away.
    pub wheels_away: RateWithInterval,
    /// Of these, the ones with the parts lying about.
    pub shuffled: RateWithInterval,
    /// Times that it called two drawings a tie that are as good.
    pub ties: RateWithInterval,
    /// Times that it took the first of two that are as good, of those that it took one: half, where it prefers no side.
    pub first: RateWithInterval,
    /// Replies that named no choice; each counts as wrong.
    pub unread: usize,
}

/// Whether a judge passed the calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalibrationVerdict {
    /// The interval of its share of right pairs does not lie above one half.
    Failed,
    /// It was not shown all pairs, and what it was shown does not decide.
    Unfinished,
    /// All of the interval lies above one half.
    Passed,
}

/// The result of the judge of this name on the set, as it was set up; none where it was not asked so. The first
/// answer to a showing counts.
#[must_use]
pub fn calibration(
    records: &[CalibrationRecord],
    judge: &str,
    setup: &JudgeSetup,
) -> Option<CalibrationReport> {
    let of_judge = records.iter().filter(|record| calibration_counts(record, judge, setup));
    let mut said: BTreeMap<(&str, bool), &CalibrationRecord> = BTreeMap::new();
    for record in of_judge {
        said.entry((&record.pair, record.turned)).or_insert(record);
    }
    if said.is_empty() {
        return None;
    }
    let (mut by_change, mut unread) = (BTreeMap::<DrawingChange, Vec<bool>>::new(), 0);
    let (mut ties, mut first, mut whole) = (Vec::new(), Vec::new(), true);
    for pair in calibration_set() {
        let answers = [false, true].map(|turned| said.get(&(pair.name.as_str(), turned)));
        let heard = answers.iter().flatten().map(|record| record.preference);
        unread += heard.clone().filter(Option::is_none).count();
        if !pair.change.is_for_the_worse() {
            ties.extend(heard.clone().map(|choice| choice == Some(Preference::Tie)));
            first.extend(heard.filter_map(|choice| match choice? {
                Preference::Left => Some(true),
                Preference::Right => Some(false),
                Preference::Tie | Preference::BothBad => None,
            }));
            continue;
        }
        let [Some(straight), Some(turned)] = answers else {
            whole = false;
            continue;
        };
        let right =
            straight.preference == Some(Preference::Left) && turned.preference == Some(Preference::Right);
        by_change.entry(pair.change).or_default().push(right);
    }
    let rate = |answers: &[bool]| -> Rate { answers.iter().copied().collect() };
    let of = |change| rate(by_change.get(&change).map_or(&[], Vec::as_slice));
    let all: Vec<bool> = by_change.values().flatten().copied().collect();
    let right = rate(&all);
    let verdict = match right.interval() {
        Some(interval) if interval.low > THRESHOLD && whole => CalibrationVerdict::Passed,
        _ if whole => CalibrationVerdict::Failed,
        _ => CalibrationVerdict::Unfinished,
    };
    Some(CalibrationReport {
        set: CALIBRATION_SET.to_owned(),
        verdict,
        right: right.into(),
        wheels_away: of(DrawingChange::WheelsAway).into(),
        shuffled: of(DrawingChange::Shuffled).into(),
        ties: rate(&ties).into(),
        first: rate(&first).into(),
        unread,
    })
}

/// Whether a record is of this set, of the judge of this name as it was set up, and it was asked to the end.
#[must_use]
pub fn calibration_counts(record: &CalibrationRecord, judge: &str, setup: &JudgeSetup) -> bool {
    let asked = !matches!(record.asked.outcome, Outcome::Error | Outcome::Cut | Outcome::Cancelled);
    record.set == CALIBRATION_SET
        && record.judge.name == judge
        && (asked || record.preference.is_some())
        && JudgeSetup::of(&record.asked) == *setup
}
