//! Rankings for a terminal.

use pelicycle_text::{table, with_head};

use super::report::RankingReport;
use super::words;

/// Rankings as lines; a name may be anything, so whoever prints them makes them safe.
#[must_use]
pub fn text(report: &RankingReport) -> Vec<String> {
    let mut lines = Vec::new();
    for ranked in &report.rankings {
        lines.push(words::by(ranked));
        for (index, group) in ranked.groups.iter().enumerate() {
            if index > 0 {
                lines.push("No judgement joins these to those above:".to_owned());
            }
            lines.push(String::new());
            let rows = group.standings.iter().map(|placed| words::standing(placed, placed.label.clone()));
            lines.extend(table(&with_head(words::standing_head("preferred"), rows)));
            lines.push(String::new());
            lines.extend(words::doubts(group));
        }
        lines.push(String::new());
    }
    if !report.judges.is_empty() {
        lines.push("Those who judged".to_owned());
        lines.push(String::new());
        let rows = report.judges.iter().map(|judge| words::judge(judge, judge.name.clone()));
        lines.extend(table(&with_head(words::JUDGE_HEAD, rows)));
        lines.push(String::new());
    }
    lines.extend(words::advice(report));
    lines.extend(words::remarks(report));
    lines.push(words::RULE.to_owned());
    lines
}
