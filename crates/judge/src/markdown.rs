//! Rankings as Markdown.

use super::report::Report;
use super::words;
use pelicycle_text::escape_markdown as escape;

/// Rankings as Markdown.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    for ranked in &report.rankings {
        out.push_str(&format!("### {}\n", escape(&words::by(ranked))));
        for (index, group) in ranked.groups.iter().enumerate() {
            if index > 0 {
                out.push_str("\nNo judgement joins these to those above:\n");
            }
            out.push_str("\n| place | contestant | preferred (95 %) | won–lost–tied | drawings | drew |\n");
            out.push_str("| --- | --- | --- | --- | --- | --- |\n");
            for placed in &group.standings {
                out.push_str(&format!(
                    "| {} | {} | {} | {} | {} | {} |\n",
                    words::places(placed),
                    escape(&placed.label),
                    words::chance(placed),
                    words::record(placed),
                    placed.drawings,
                    words::drawn(placed)
                ));
            }
            for doubt in words::doubts(group) {
                out.push_str(&format!("\n{}\n", escape(&doubt)));
            }
        }
        out.push('\n');
    }
    if !report.judges.is_empty() {
        out.push_str(
            "| judge | votes | took the left | same both ways round | same again | agrees with people |\n",
        );
        out.push_str("| --- | --- | --- | --- | --- | --- |\n");
        for judge in &report.judges {
            out.push_str(&format!(
                "| {} | {} | {} | {} | {} | {} |\n",
                escape(&judge.name),
                judge.votes,
                words::side(judge),
                words::share(&judge.turned),
                words::share(&judge.again),
                words::people(judge)
            ));
        }
        out.push('\n');
    }
    for line in words::advice(report).into_iter().chain(words::remarks(report)) {
        out.push_str(&format!("{}\n", escape(&line)));
    }
    out.push_str(&format!("\n<sub>{}</sub>\n", words::RULE));
    out
}
