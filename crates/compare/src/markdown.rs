//! A comparison as Markdown, for a pull request.

use pelicycle_text::{escape_markdown as escape, markdown_table, with_head};

use super::answer::ComparisonVerdict;
use super::report::ComparisonReport;
use super::words;

/// The comparison as Markdown.
#[must_use]
pub fn markdown(report: &ComparisonReport) -> String {
    let worse = report.answers.iter().filter(|answer| answer.verdict == ComparisonVerdict::Worse).count();
    let better = report.answers.iter().filter(|answer| answer.verdict == ComparisonVerdict::Better).count();
    let sum = match (better, worse) {
        (0, 0) => "no verdict".to_owned(),
        (better, 0) => format!("{better} better"),
        (0, worse) => format!("{worse} worse"),
        (better, worse) => format!("{worse} worse, {better} better"),
    };
    let mut out = format!("### {} → {}: {sum}\n\n", escape(&report.base), escape(&report.head));
    out.push_str(&format!("{}.\n\n", escape(&words::scope(report))));
    let rows = report.answers.iter().map(|answer| {
        let verdict = words::verdict(answer);
        [
            answer.label.to_owned(),
            if answer.verdict == ComparisonVerdict::CantTell {
                verdict.to_owned()
            } else {
                format!("**{verdict}**")
            },
            words::side(answer, &answer.base),
            words::side(answer, &answer.head),
            words::effect(&answer.effect),
            words::outlook(answer),
        ]
    });
    let head = ["", "verdict", "base", "head", "change (95 %)", ""];
    out.push_str(&markdown_table(&with_head(head, rows)));
    out.push('\n');
    for remark in words::remarks(report) {
        out.push_str(&format!("{}\n", escape(&remark)));
    }
    out.push_str(&format!("\n<sub>{}</sub>\n", words::rule(report)));
    out
}
