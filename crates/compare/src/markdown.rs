//! A comparison as Markdown, for a pull request.

use pelicycle_text::{escape_markdown, escape_markdown_sentence as escape, markdown_table, with_head};

use super::answer::ComparisonVerdict;
use super::report::ComparisonReport;
use super::words;

/// The comparison as Markdown.
#[must_use]
pub fn markdown(report: &ComparisonReport) -> String {
    let mut out = format!("### {}\n\n", escape(&report.sentence));
    for view in words::other_views(report) {
        out.push_str(&format!("{}  \n", escape(&view)));
    }
    let commands = words::collecting(report);
    if !commands.is_empty() {
        out.push_str("Judge pairs of the two sides, blind, until it is settled:\n\n");
        commands.iter().for_each(|command| out.push_str(&format!("- {}\n", code(command))));
        out.push('\n');
    }
    let (base, head) = (escape_markdown(&report.base), escape_markdown(&report.head));
    out.push_str(&format!("{base} → {head}: {}.\n\n", escape(&words::scope(report))));
    let (heading, conditions) = words::conditions(report);
    out.push_str(&format!("{heading}\n\n"));
    conditions.iter().for_each(|condition| out.push_str(&format!("- {}\n", escape(condition))));
    out.push_str(if conditions.is_empty() { "" } else { "\n" });
    let strong = |verdict: &str, told: bool| if told { format!("**{verdict}**") } else { verdict.to_owned() };
    let rows = report.answers.iter().map(|answer| {
        let verdict = words::verdict(answer);
        [
            words::marked_label(answer),
            strong(verdict, answer.verdict != ComparisonVerdict::CantTell),
            words::side(answer, &answer.base),
            words::side(answer, &answer.head),
            words::effect(&answer.effect),
        ]
    });
    let preferred = words::preferred_row(report).map(|[label, verdict, base, head, share]| {
        let verdict = strong(&verdict, report.verdict != ComparisonVerdict::CantTell);
        [label, verdict, base, head, share]
    });
    let rows = preferred.into_iter().chain(rows);
    out.push_str(&markdown_table(&with_head(["", "verdict", "base", "head", "change (95 %)"], rows)));
    out.push('\n');
    for line in words::outlooks(report).into_iter().chain(words::remarks(report)) {
        out.push_str(&format!("{}\n", escape(&line)));
    }
    out.push_str(&format!("\n<sub>{}</sub>\n", words::rule(report)));
    out
}

/// A command as code; one with a name in it that could end the code or act in it as text.
pub(crate) fn code(command: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " -_./:@+,='".contains(c);
    match command.chars().all(plain) {
        true => format!("`{command}`"),
        false => escape(command),
    }
}
