//! A comparison for a terminal.

use pelicycle_text::{table, with_head, wrapped};

use super::answer::MeasureComparison;
use super::measure::MeasureRole;
use super::report::ComparisonReport;
use super::words;

/// The widest paragraph, in columns.
const WIDTH: usize = 80;

/// The comparison as lines, its paragraphs for so many columns, 80 at most; a side's name may be anything, so whoever prints them makes them safe.
#[must_use]
pub fn text(report: &ComparisonReport, columns: usize) -> Vec<String> {
    let width = WIDTH.min(columns);
    let mut lines = vec![report.sentence.clone()];
    lines.extend(words::other_views(report));
    let commands = words::collecting(report);
    if !commands.is_empty() {
        lines.push("Judge pairs of the two sides, blind, until it is settled:".to_owned());
        lines.extend(commands.iter().map(|command| format!("  {command}")));
    }
    lines.push(String::new());
    let scope = format!("{} → {}: {}", report.base, report.head, words::scope(report));
    lines.extend(wrapped(&scope, width, 2));
    let (heading, conditions) = words::conditions(report);
    lines.push(heading.to_owned());
    lines.extend(conditions.iter().flat_map(|condition| wrapped(&format!("  {condition}"), width, 4)));
    lines.push(String::new());
    let row = |answer: &MeasureComparison| {
        // Labels that are marked would make the table wider than a terminal.
        let mark = if answer.loaded == (0, 0) { "" } else { "*" };
        [
            format!("{}{mark}", answer.label),
            words::verdict(answer).to_owned(),
            words::side(answer, &answer.base),
            words::side(answer, &answer.head),
            words::effect(&answer.effect).replace(" points", " pt"),
        ]
    };
    let by_rules = |answer: &&MeasureComparison| answer.role == MeasureRole::Item;
    let items: Vec<_> = report.answers.iter().filter(by_rules).map(row).collect();
    let heading = (!items.is_empty()).then(|| ["By rules:", "", "", "", ""].map(str::to_owned));
    let others = report.answers.iter().filter(|answer| !by_rules(answer)).map(row);
    let rows = words::preferred_row(report).into_iter().chain(others).chain(heading).chain(items);
    let rows: Vec<_> = rows.collect();
    match rows.is_empty() {
        true => lines.extend(wrapped(words::NO_FIGURES, width, 0)),
        false => lines.extend(figures(&rows, columns)),
    }
    lines.push(String::new());
    let notes =
        words::outlooks(report).into_iter().chain(words::remarks(report)).chain([words::rule(report)]);
    lines.extend(notes.flat_map(|note| wrapped(&note, width, 0)));
    lines
}

/// The rows of figures as a table; where that is wider than so many columns, the two sides of each on a line of their own.
fn figures(rows: &[[String; 5]], columns: usize) -> Vec<String> {
    let whole = table(&with_head(["", "verdict", "base", "head", "change"], rows.iter().cloned()));
    if whole.iter().all(|line| line.chars().count() <= columns) {
        return whole;
    }
    let sides = std::iter::once(String::from("  base → head"))
        .chain(rows.iter().map(|[_, _, base, head, _]| format!("  {base} → {head}")));
    let short = rows.iter().cloned().map(|[label, verdict, _, _, change]| [label, verdict, change]);
    let short = table(&with_head(["", "verdict", "change"], short));
    // A heading has no sides.
    short
        .into_iter()
        .zip(sides)
        .flat_map(|(row, sides)| [row, sides])
        .filter(|line| line.trim() != "→")
        .collect()
}
