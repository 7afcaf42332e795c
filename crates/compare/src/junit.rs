//! A comparison as JUnit XML, which test dashboards read: what got worse has failed, what can't be told was skipped.

use super::answer::ComparisonVerdict;
use super::report::ComparisonReport;
use super::words;

/// The comparison as JUnit XML.
#[must_use]
pub fn junit(report: &ComparisonReport) -> String {
    let count = |verdict| report.answers.iter().filter(|answer| answer.verdict == verdict).count();
    let suite = format!("pelicycle compare {} {}", report.base, report.head);
    let attributes = format!(
        "name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
        escape(&suite),
        report.answers.len(),
        count(ComparisonVerdict::Worse),
        count(ComparisonVerdict::CantTell)
    );
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {attributes}>\n<testsuite {attributes}>\n"
    );
    for answer in &report.answers {
        let told = format!(
            "{}: {} to {}, {}; {}",
            words::verdict(answer),
            words::side(answer, &answer.base),
            words::side(answer, &answer.head),
            words::effect(&answer.effect),
            words::outlook(answer)
        );
        out.push_str(&format!("<testcase classname=\"{}\" name=\"{}\">", escape(&suite), answer.measure));
        out.push_str(&match answer.verdict {
            ComparisonVerdict::Worse => format!("<failure type=\"worse\" message=\"{}\"/>", escape(&told)),
            ComparisonVerdict::CantTell => format!("<skipped message=\"{}\"/>", escape(&told)),
            ComparisonVerdict::Better | ComparisonVerdict::Differs => {
                format!("<system-out>{}</system-out>", escape(&told))
            }
        });
        out.push_str("</testcase>\n");
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

/// Text in XML 1.0, which has no words for most control characters.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
