//! The summary of a run, at its end.

use std::collections::BTreeMap;
use std::path::Path;

use pelicycle_record::{Outcome, RunRecord, Verdict};
use pelicycle_run::{FinishedAttempt, PlanCell, RunProgress};
use pelicycle_text as text;
use pelicycle_text::dollars;

use super::failures::FailureReasons;
use super::say;
use crate::cli::output::{say_table, say_words};
use crate::cli::terminal::printable;

/// Columns of the table, and how many of them are always known.
const COLUMNS: usize = 7;
const KNOWN: usize = 4;
/// The sign for a figure that nobody knows.
const UNKNOWN: &str = "-";

/// The result of an attempt, in a few words.
pub(super) fn result(finished: &FinishedAttempt<'_>) -> String {
    let verdict = finished.verdict.map(Verdict::words);
    if finished.look.is_some_and(|look| look.done) {
        return "says that it is done".to_owned();
    }
    if let Some(why) = finished.unchecked {
        return format!("not checked: {}", printable(why));
    }
    match (finished.outcome, verdict) {
        (Outcome::Complete, Some(verdict)) => verdict.to_owned(),
        (Outcome::Length, Some(verdict)) => format!("{verdict} (ended by the bound on tokens)"),
        (Outcome::Cancelled, _) => "cancelled".to_owned(),
        (outcome, verdict) => {
            let why = finished.error.unwrap_or("the request failed");
            let what = match outcome {
                Outcome::Cut => "cut: ",
                Outcome::Refusal => "declined: ",
                Outcome::Filtered => "filtered: ",
                _ => "failed: ",
            };
            let verdict = verdict.map(|v| format!(" ({v})")).unwrap_or_default();
            format!("{what}{}{verdict}", printable(why))
        }
    }
}

/// The reason why a look is not asked for.
pub(super) fn unshown(label: &str, cell: PlanCell, why: &str) -> String {
    format!("{label}, sample {}: no look {}: {}", cell.sample, cell.look, printable(why))
}

/// Counts of one prompt and contestant, of its first attempts or of its looks.
#[derive(Debug, Default)]
struct Row {
    attempts: u64,
    drawn: u64,
    words: BTreeMap<&'static str, u64>,
    /// Of the attempts whose tokens are known.
    tokens: Option<u64>,
    speeds: Vec<f64>,
    /// US dollars, and of how many attempts they are known.
    cost: (f64, u64),
}

/// The results of a run.
#[derive(Debug, Default)]
pub(super) struct RunSummary {
    /// By prompt, contestant, and whether they are looks.
    rows: BTreeMap<(usize, usize, bool), Row>,
    failed: u64,
    unchecked: u64,
    reasons: FailureReasons,
    unshown: u64,
}

impl RunSummary {
    pub(super) fn count(&mut self, news: &RunProgress<'_>) {
        self.unshown += u64::from(matches!(news, RunProgress::Unshown { .. }));
        let RunProgress::Finished(finished) = news else { return };
        let key = (finished.cell.prompt, finished.cell.contestant, finished.look.is_some());
        let row = self.rows.entry(key).or_default();
        row.attempts += 1;
        row.drawn += u64::from(finished.verdict == Some(Verdict::Drawn));
        let cancelled = finished.outcome == Outcome::Cancelled;
        let word = match finished.verdict {
            _ if cancelled => "cancelled",
            _ if finished.look.is_some_and(|look| look.done) => "done",
            Some(verdict) => verdict.words(),
            None if finished.unchecked.is_some() => "not checked",
            None => "failed",
        };
        *row.words.entry(word).or_default() += 1;
        if let Some(tokens) = finished.tokens {
            *row.tokens.get_or_insert_default() += tokens;
        }
        row.speeds.extend(finished.tokens_per_second);
        if let Some(cost) = finished.cost {
            row.cost = (row.cost.0 + cost, row.cost.1 + 1);
        }
        let broke = matches!(finished.outcome, Outcome::Error | Outcome::Cut);
        // Our failure and not the model's: its reply is here. One that was broken off is asked for anew.
        let whole = !broke && finished.outcome != Outcome::Cancelled;
        let unchecked = whole && finished.unchecked.is_some();
        self.unchecked += u64::from(unchecked);
        self.failed += u64::from(broke);
        if broke || unchecked {
            self.reasons.count(finished.cell.contestant, result(finished));
        }
    }

    /// The reasons why requests failed or replies could not be checked, contestant by contestant.
    pub(super) fn reasons(&self, run: &RunRecord) -> Vec<String> {
        let all = run.contestants.iter().enumerate();
        all.flat_map(|(index, who)| self.reasons.lines(index, &printable(&who.record.label))).collect()
    }

    /// Lines for the work that was left undone, and the command that does it, which is `resume`.
    pub(super) fn next(&self, resume: &str, interrupted: bool) -> Vec<String> {
        let command = format!("`{resume}`");
        if interrupted {
            return vec![format!("interrupted; {command} finishes it")];
        }
        let told = |count: u64, one: &str, more: &str| match count {
            0 => None,
            1 => Some(one.replace("COMMAND", &command)),
            _ => Some(format!("{count} {}", more.replace("COMMAND", &command))),
        };
        let failed = told(
            self.failed,
            "1 request failed; COMMAND asks it again",
            "requests failed; COMMAND asks them again",
        );
        let unchecked = told(
            self.unchecked,
            "1 reply could not be checked; COMMAND checks it, and asks nothing anew for it",
            "replies could not be checked; COMMAND checks them, and asks nothing anew for them",
        );
        [failed, unchecked].into_iter().flatten().collect()
    }

    /// Requests that failed.
    pub(super) fn failed(&self) -> u64 {
        self.failed
    }

    /// Counts earlier replies that could not be checked this time either.
    pub(super) fn add_unchecked(&mut self, replies: u64) {
        self.unchecked += replies;
    }

    /// Replies that came and could not be checked, for reasons of this machine.
    pub(super) fn unchecked(&self) -> u64 {
        self.unchecked
    }

    /// Looks that could not be asked for, since what they are to show is damaged.
    pub(super) fn unshown(&self) -> u64 {
        self.unshown
    }

    /// First attempts that were made.
    pub(super) fn attempts(&self) -> u64 {
        self.rows(false).map(|row| row.attempts).sum()
    }

    /// First attempts that drew something.
    pub(super) fn drawn(&self) -> u64 {
        self.rows(false).map(|row| row.drawn).sum()
    }

    /// Looks that were made.
    pub(super) fn looks(&self) -> u64 {
        self.rows(true).map(|row| row.attempts).sum()
    }

    /// Looks that drew something.
    pub(super) fn looks_drawn(&self) -> u64 {
        self.rows(true).map(|row| row.drawn).sum()
    }

    fn rows(&self, looks: bool) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |((.., are_looks), _)| *are_looks == looks).map(|(_, row)| row)
    }

    pub(super) fn print(&self, run: &RunRecord, index: Option<&Path>, interrupted: bool, resume: &str) {
        let mut lines = vec![
            ["prompt", "model", "drawn", "verdicts", "tokens", "tokens/s each", "cost"].map(String::from),
        ];
        for ((prompt, contestant, looks), row) in &self.rows {
            let verdicts: Vec<_> = row.words.iter().map(|(word, n)| format!("{n} {word}")).collect();
            let mut speeds = row.speeds.clone();
            speeds.sort_by(f64::total_cmp);
            lines.push([
                run.prompts[*prompt].id.clone(),
                printable(&run.contestants[*contestant].record.label).into_owned()
                    + if *looks { ", looks" } else { "" },
                format!("{}/{}", row.drawn, row.attempts),
                verdicts.join(", "),
                row.tokens.map_or(UNKNOWN.to_owned(), |tokens| tokens.to_string()),
                speeds.get(speeds.len() / 2).map_or(UNKNOWN.to_owned(), |median| format!("{median:.1}")),
                match row.cost {
                    (_, 0) => UNKNOWN.to_owned(),
                    (usd, known) if known == row.attempts => dollars(usd),
                    (usd, known) => format!("{} for {known}", dollars(usd)),
                },
            ]);
        }
        if lines.len() > 1 {
            leave_out_unknown(&mut lines);
            say_table(&text::table(&lines));
        } else {
            say("nothing was left to ask");
        }
        if self.looks() > 0 {
            let looks = text::plural(self.looks(), "look");
            say(&match self.attempts() {
                0 => format!("{looks}: first attempts alone are counted and ranked"),
                first => {
                    let drawings = text::plural(first, "first attempt");
                    format!("{drawings}, {looks}: only first attempts are counted and ranked")
                }
            });
        }
        say(&format!("run {}", run.id.as_str()));
        self.next(resume, interrupted).iter().for_each(|next| say_words(next));
        if let Some(index) = index {
            say(&format!("gallery {}", printable(&address(index))));
        }
    }
}

/// Empties the columns at the end of a table of which no row knows anything: it is to fit a narrow terminal.
fn leave_out_unknown(lines: &mut [[String; COLUMNS]]) {
    for column in (KNOWN..COLUMNS).rev() {
        if lines.iter().skip(1).any(|line| line[column] != UNKNOWN) {
            return;
        }
        lines.iter_mut().for_each(|line| line[column].clear());
    }
}

/// The page as an address that a terminal makes clickable.
pub(super) fn address(index: &Path) -> String {
    let absolute = std::path::absolute(index).unwrap_or_else(|_| index.to_owned());
    let path = absolute.to_string_lossy().replace('\\', "/");
    let mut url = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b':' | b'-' | b'_' | b'.' | b'~' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_could_not_be_checked_is_not_told_as_a_request_that_failed() {
        let next = |failed, unchecked| {
            RunSummary { failed, unchecked, ..RunSummary::default() }.next("again", false)
        };
        assert!(next(0, 0).is_empty());
        assert_eq!(next(2, 0), ["2 requests failed; `again` asks them again"]);
        let checks = "1 reply could not be checked; `again` checks it, and asks nothing anew for it";
        assert_eq!(next(0, 1), [checks]);
        assert_eq!(next(1, 1), ["1 request failed; `again` asks it again", checks]);
        assert!(next(0, 3)[0].starts_with("3 replies could not be checked; `again` checks them"));
    }
}
