//! A comparison for a terminal.

use pelicycle_text::{table, with_head};

use super::report::ComparisonReport;
use super::words;

/// The comparison as lines; a side's name may be anything, so whoever prints them makes them safe.
#[must_use]
pub fn text(report: &ComparisonReport) -> Vec<String> {
    let mut lines = vec![report.sentence.clone()];
    lines.extend(words::other_views(report));
    let commands = words::collecting(report);
    if !commands.is_empty() {
        lines.push("Judge pairs of the two sides, blind, until it is settled:".to_owned());
        lines.extend(commands.iter().map(|command| format!("  {command}")));
    }
    lines.push(String::new());
    lines.push(format!("{} → {}: {}", report.base, report.head, words::scope(report)));
    let conditions = report.conditions.words(&report.base, &report.head);
    if !conditions.is_empty() {
        lines.push("Besides the model differ:".to_owned());
        lines.extend(conditions.iter().map(|condition| format!("  {condition}")));
    }
    lines.push(String::new());
    let rows = report.answers.iter().map(|answer| {
        [
            words::marked_label(answer),
            words::verdict(answer).to_owned(),
            words::side(answer, &answer.base),
            words::side(answer, &answer.head),
            words::effect(&answer.effect),
        ]
    });
    let rows = words::preferred_row(report).into_iter().chain(rows);
    lines.extend(table(&with_head(["", "verdict", "base", "head", "change"], rows)));
    lines.push(String::new());
    lines.extend(words::outlooks(report));
    lines.extend(words::remarks(report));
    lines.push(words::rule(report));
    lines
}
