//! The history of one contestant: does a service still give what it gave?

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pelicycle_record::Attempt;
use pelicycle_statistics::{change_points, mean, median};
use pelicycle_text::{moment, plural};
use serde::Serialize;

use super::measure::{Measure, MeasureScale, MeasuredDrawings};

/// The share of false alarms that is taken, over all measures together.
const ALPHA: f64 = 0.05;
/// Fewest attempts on either side of a change.
const LEAST: usize = 3;

/// A contestant over time: plain data, the shape of `--history --format json`.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// Version of this shape.
    pub schema: u32,
    /// The contestant, as it was named.
    pub contestant: String,
    /// The number of its attempts.
    pub attempts: usize,
    /// The measures that are told of enough attempts.
    pub lines: Vec<MeasureHistory>,
    /// Changes of other things, which may explain a change of level; oldest first.
    pub marks: Vec<ContextChange>,
}

/// One measure over time.
#[derive(Debug, Clone, Serialize)]
pub struct MeasureHistory {
    /// The measure's name.
    pub measure: &'static str,
    /// The measure in a few words, for people.
    pub label: &'static str,
    /// The unit of its values; empty where they have none.
    pub unit: &'static str,
    /// Whether its values are shares.
    pub is_rate: bool,
    /// The days with attempts, oldest first.
    pub days: Vec<DaySummary>,
    /// Changes of level, oldest first.
    pub changes: Vec<LevelChange>,
}

/// A measure on one day.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DaySummary {
    /// The day, in UTC.
    pub day: Date,
    /// The number of attempts that tell the measure.
    pub n: usize,
    /// The share of a rate, else the median.
    pub value: f64,
}

/// A change of level.
#[derive(Debug, Clone, Serialize)]
pub struct LevelChange {
    /// The first attempt after it.
    pub attempt: String,
    /// The moment at which that attempt was asked.
    pub started: Timestamp,
    /// The level before it, back to the change before that: the share of a rate, else the median.
    pub before: f64,
    /// The level after it, up to the next change.
    pub after: f64,
    /// Probability of so large a jump somewhere, if the order meant nothing.
    pub p: f64,
}

/// A change of something else, which may explain a change of level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContextChange {
    /// The thing that changed: `served`, `weights`, `settings` or `renderer`.
    pub what: &'static str,
    /// The moment of the first attempt that shows it.
    pub started: Timestamp,
    /// The value before.
    pub before: String,
    /// The value since then.
    pub after: String,
}

/// One contestant's attempts over time; `measured` has what `measures` ask of drawings.
#[must_use]
pub fn history(
    contestant: &str,
    attempts: &[&Attempt],
    measures: &[&'static Measure],
    measured: &MeasuredDrawings,
) -> History {
    let mut attempts = attempts.to_vec();
    attempts.sort_by(|a, b| (a.timing.started, &a.id).cmp(&(b.timing.started, &b.id)));
    let told: Vec<(&'static Measure, Vec<(&Attempt, f64)>)> = measures
        .iter()
        .map(|measure| {
            let values =
                attempts.iter().filter_map(|attempt| Some((*attempt, measure.of(attempt, measured)?)));
            (*measure, values.collect::<Vec<_>>())
        })
        .filter(|(_, values)| values.len() >= 2 * LEAST)
        .collect();
    let alpha = ALPHA / told.len().max(1) as f64;
    History {
        schema: 1,
        contestant: contestant.to_owned(),
        attempts: attempts.len(),
        lines: told.iter().map(|(measure, values)| line(measure, values, alpha)).collect(),
        marks: marks(&attempts),
    }
}

fn line(measure: &Measure, values: &[(&Attempt, f64)], alpha: f64) -> MeasureHistory {
    let is_rate = measure.scale == MeasureScale::Rate;
    let level = |values: &[f64]| {
        let level = if is_rate { mean(values) } else { median(values.iter().copied()) };
        level.unwrap_or(f64::NAN)
    };
    // Prompts differ by nature, so a value is taken against its own prompt's middle.
    let mut by_prompt: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (attempt, value) in values {
        by_prompt.entry(attempt.prompt.hash.as_str()).or_default().push(*value);
    }
    let middle: BTreeMap<&str, f64> = by_prompt.iter().map(|(hash, values)| (*hash, level(values))).collect();
    let series: Vec<f64> =
        values.iter().map(|(attempt, value)| value - middle[attempt.prompt.hash.as_str()]).collect();
    let found = change_points(&series, LEAST, alpha);
    let edges: Vec<usize> =
        std::iter::once(0).chain(found.iter().map(|change| change.at)).chain([values.len()]).collect();
    let part =
        |from: usize, to: usize| level(&values[from..to].iter().map(|(_, value)| *value).collect::<Vec<_>>());
    let changes = found
        .iter()
        .enumerate()
        .map(|(index, change)| {
            let first = values[change.at].0;
            LevelChange {
                attempt: first.id.to_string(),
                started: first.timing.started,
                before: part(edges[index], change.at),
                after: part(change.at, edges[index + 2]),
                p: change.p,
            }
        })
        .collect();
    let mut days: BTreeMap<Date, Vec<f64>> = BTreeMap::new();
    for (attempt, value) in values {
        days.entry(attempt.timing.started.to_zoned(TimeZone::UTC).date()).or_default().push(*value);
    }
    let days = days
        .into_iter()
        .map(|(day, values)| DaySummary { day, n: values.len(), value: level(&values) })
        .collect();
    MeasureHistory { measure: measure.name, label: measure.label, unit: measure.unit, is_rate, days, changes }
}

/// Reads one thing off a record, in words.
type RecordReader = fn(&Attempt) -> Option<String>;

/// Changes in what records say of how attempts were made, which may explain a change of level.
fn marks(attempts: &[&Attempt]) -> Vec<ContextChange> {
    let read: [(&'static str, RecordReader); 4] = [
        ("served", |attempt| attempt.contestant.served.clone()),
        ("weights", |attempt| attempt.engine.as_ref().map(|engine| engine.hash.clone())),
        ("settings", |attempt| {
            let bare =
                pelicycle_record::RequestRecord { seed: None, run_seed: None, ..attempt.request.clone() };
            serde_json::to_string(&bare).ok()
        }),
        ("renderer", |attempt| Some(attempt.tool.renderer.clone())),
    ];
    let mut marks = Vec::new();
    for (what, read) in read {
        let mut before: Option<String> = None;
        for attempt in attempts {
            let Some(now) = read(attempt) else { continue };
            if let Some(before) = before.filter(|before| *before != now) {
                marks.push(ContextChange {
                    what,
                    started: attempt.timing.started,
                    before,
                    after: now.clone(),
                });
            }
            before = Some(now);
        }
    }
    marks.sort_by_key(|mark| mark.started);
    marks
}

impl MeasureHistory {
    /// A value with its unit.
    pub fn number(&self, value: f64) -> String {
        match self.is_rate {
            true => format!("{:.0} %", value * 100.0),
            false => {
                let value = pelicycle_text::decimal((value * 100.0).round() / 100.0);
                format!("{value} {}", self.unit).trim_end().to_owned()
            }
        }
    }

    /// The first and the last value, and the number of attempts and days behind them.
    pub fn words(&self) -> String {
        let n: usize = self.days.iter().map(|day| day.n).sum();
        let n = plural(n as u64, "attempt");
        match self.days.as_slice() {
            [first, .., last] => format!(
                "{}: {} on {}, {} on {}; {n} on {} days",
                self.label,
                self.number(first.value),
                first.day,
                self.number(last.value),
                last.day,
                self.days.len()
            ),
            [day] => format!("{}: {} on {}; {n}", self.label, self.number(day.value), day.day),
            [] => self.label.to_owned(),
        }
    }

    /// A change of level in words.
    pub fn change(&self, change: &LevelChange) -> String {
        format!(
            "changed at {}: {} → {} (p = {:.3}), from attempt {}",
            moment(change.started),
            self.number(change.before),
            self.number(change.after),
            change.p,
            change.attempt
        )
    }
}

impl History {
    /// The sentence that stands where no measure has enough attempts.
    pub fn too_few(&self) -> String {
        format!("Too few attempts: a change needs {LEAST} on either side.")
    }

    /// The history as lines; names in it may be anything, so whoever prints them makes them safe.
    #[must_use]
    pub fn text(&self) -> Vec<String> {
        let mut lines =
            vec![format!("{}: {}", self.contestant, plural(self.attempts as u64, "attempt")), String::new()];
        for line in &self.lines {
            lines.push(line.words());
            lines.extend(line.changes.iter().map(|change| format!("  {}", line.change(change))));
            if line.changes.is_empty() {
                lines.push("  no change that stands out".to_owned());
            }
        }
        if self.lines.is_empty() {
            lines.push(self.too_few());
        }
        if !self.marks.is_empty() {
            lines.push(String::new());
        }
        for mark in &self.marks {
            lines.push(format!("{} {}: {} → {}", moment(mark.started), mark.what, mark.before, mark.after));
        }
        lines
    }
}
