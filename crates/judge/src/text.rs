//! Rankings for a terminal.

use super::report::Report;
use super::words;
use pelicycle_text::table;

/// Rankings as lines; a name may be anything, so whoever prints them makes them safe.
#[must_use]
pub fn text(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for ranked in &report.rankings {
        lines.push(words::by(ranked));
        for (index, group) in ranked.groups.iter().enumerate() {
            if index > 0 {
                lines.push("No judgement joins these to those above:".to_owned());
            }
            lines.push(String::new());
            let head = ["place", "contestant", "preferred", "won–lost–tied", "drawings", "drew"];
            let rows = group.standings.iter().map(|placed| {
                [
                    words::places(placed),
                    placed.label.clone(),
                    words::chance(placed),
                    words::record(placed),
                    placed.drawings.to_string(),
                    words::drawn(placed),
                ]
            });
            lines.extend(table(&std::iter::once(head.map(str::to_owned)).chain(rows).collect::<Vec<_>>()));
            lines.push(String::new());
            lines.extend(words::doubts(group));
        }
        lines.push(String::new());
    }
    if !report.judges.is_empty() {
        lines.push("Those who judged".to_owned());
        lines.push(String::new());
        let head =
            ["judge", "votes", "took the left", "same both ways round", "same again", "agrees with people"];
        let rows = report.judges.iter().map(|judge| {
            [
                judge.name.clone(),
                judge.votes.to_string(),
                words::side(judge),
                words::share(&judge.turned),
                words::share(&judge.again),
                words::people(judge),
            ]
        });
        lines.extend(table(&std::iter::once(head.map(str::to_owned)).chain(rows).collect::<Vec<_>>()));
        lines.push(String::new());
    }
    lines.extend(words::advice(report));
    lines.extend(words::remarks(report));
    lines.push(words::RULE.to_owned());
    lines
}
