//! Rankings as Markdown.

use pelicycle_text::{escape_markdown as escape, markdown_table, with_head};

use super::report::RankingReport;
use super::words;

/// Rankings as Markdown.
#[must_use]
pub fn markdown(report: &RankingReport) -> String {
    let mut out = String::new();
    for ranked in &report.rankings {
        out.push_str(&format!("### {}\n", escape(&words::by(ranked))));
        let rows = ranked.standings().iter().map(|placed| words::standing(placed, escape(&placed.label)));
        out.push('\n');
        out.push_str(&markdown_table(&with_head(words::STANDING_HEAD, rows)));
        if let Some(few) = words::few(ranked) {
            out.push_str(&format!("\n{}\n", escape(&few)));
        }
        out.push('\n');
    }
    if !report.judges.is_empty() {
        let rows = report.judges.iter().map(|judge| words::judge(judge, escape(&judge.name)));
        out.push_str(&markdown_table(&with_head(words::JUDGE_HEAD, rows)));
        out.push('\n');
    }
    for line in words::advice(report).into_iter().chain(words::remarks(report)) {
        out.push_str(&format!("{}\n", escape(&line)));
    }
    out.push_str(&format!("\n<sub>{}</sub>\n", words::RULE));
    out
}
