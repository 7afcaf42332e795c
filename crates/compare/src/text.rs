//! A comparison for a terminal.

use pelicycle_text::{table, with_head};

use super::report::ComparisonReport;
use super::words;

/// The comparison as lines; a side's name may be anything, so whoever prints them makes them safe.
#[must_use]
pub fn text(report: &ComparisonReport) -> Vec<String> {
    let mut lines =
        vec![format!("{} → {}: {}", report.base, report.head, words::scope(report)), String::new()];
    let rows = report.answers.iter().map(|answer| {
        [
            answer.label.to_owned(),
            words::verdict(answer).to_owned(),
            words::side(answer, &answer.base),
            words::side(answer, &answer.head),
            words::effect(&answer.effect),
        ]
    });
    lines.extend(table(&with_head(["", "verdict", "base", "head", "change"], rows)));
    lines.push(String::new());
    for answer in &report.answers {
        lines.push(format!("{}: {}", answer.label, words::outlook(answer)));
    }
    lines.push(String::new());
    lines.extend(words::remarks(report));
    lines.push(words::rule(report));
    lines
}
