//! One row of the log.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use pelicycle_prompt::Prompt;
use pelicycle_record::ContestantRecord;
use rusqlite::Row;
use serde_json::Value;

use super::columns;
use crate::import::FoundReply;

/// The provider that contestants from here have: `llm` names models of many services, and does not log which.
const PROVIDER: &str = "llm";
/// The kind of source.
const FROM: &str = "llm-logs";

/// A reply as a row of the log has it.
#[derive(Debug)]
pub(super) struct LoggedReply {
    response: Option<String>,
    /// Whether nothing stood beside the prompt, by the row alone.
    pub(super) alone: bool,
    pub(super) id: String,
    model: Option<String>,
    resolved: Option<String>,
    options: Option<String>,
    answer: Option<String>,
    pub(super) conversation: Option<String>,
    duration_ms: Option<f64>,
    datetime: Option<String>,
    input: Option<u64>,
    output: Option<u64>,
    details: Option<String>,
    pub(super) thinking: Option<String>,
    pub(super) parent: Option<String>,
    pub(super) tip: Option<String>,
}

impl LoggedReply {
    pub(super) fn read(row: &Row<'_>) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            response: row.get(0)?,
            alone: !row.get::<_, bool>(1)?,
            id: identifier(row)?,
            model: row.get(3)?,
            resolved: row.get(4)?,
            options: row.get(5)?,
            answer: row.get(6)?,
            conversation: row.get(7)?,
            duration_ms: row.get(8)?,
            datetime: row.get(9)?,
            // A column that holds something else tells nothing.
            input: row.get(10).unwrap_or_default(),
            output: row.get(11).unwrap_or_default(),
            details: row.get(12)?,
            thinking: row.get(13)?,
            parent: row.get(14)?,
            tip: row.get(15)?,
        })
    }

    pub(super) fn found(self, prompt: &Prompt, thinking: Option<String>) -> Option<FoundReply> {
        let (model, response) = (self.model?, self.response?);
        let started = moment(self.datetime.as_deref()?)?;
        let answer: Value = self.answer.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let mut contestant = ContestantRecord::new(PROVIDER, &model);
        contestant.served = columns::served(self.resolved, &answer, &model);
        Some(FoundReply {
            from: FROM,
            id: self.id,
            prompt: prompt.record(),
            contestant,
            sample: 1,
            request: columns::request(self.options.as_deref()),
            outcome: columns::outcome(&answer),
            usage: columns::usage(self.input, self.output, self.details.as_deref(), &answer),
            started,
            seconds: self.duration_ms.filter(|ms| *ms >= 0.0).map(|ms| ms / 1e3),
            reply: response.into_bytes(),
            thinking,
        })
    }
}

/// The identifier of a row; the first versions had numbers.
fn identifier(row: &Row<'_>) -> Result<String, rusqlite::Error> {
    row.get::<_, i64>(2).map(|number| number.to_string()).or_else(|_| row.get(2))
}

/// A moment as the versions wrote it: with an offset, or without one and in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_all_versions_are_utc() {
        let expected: Timestamp = "2026-11-22T13:18:25.972927Z".parse().unwrap();
        for text in [
            "2026-11-22T13:18:25.972927",
            "2026-11-22T13:18:25.972927+00:00",
            "2026-11-22 13:18:25.972927+00:00",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        assert_eq!(moment("yesterday"), None);
    }
}
