//! A comparison as JUnit XML, which test dashboards read: what got worse and counts has failed, what can't
//! be told was skipped.

use super::answer::ComparisonVerdict;
use super::report::{ComparisonReport, PREFERRED};
use super::words;

/// The comparison as JUnit XML.
#[must_use]
pub fn junit(report: &ComparisonReport) -> String {
    let cases = cases(report);
    let count = |end: fn(&CaseEnd) -> bool| cases.iter().filter(|case| end(&case.end)).count();
    let suite = format!("pelicycle compare {} {}", report.base, report.head);
    let attributes = format!(
        "name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
        escape(&suite),
        cases.len(),
        count(|end| *end == CaseEnd::Failed),
        count(|end| *end == CaseEnd::Skipped)
    );
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {attributes}>\n<testsuite {attributes}>\n"
    );
    let conditions = report.conditions.words(&report.base, &report.head);
    if !conditions.is_empty() {
        out.push_str("<properties>\n");
        for condition in &conditions {
            out.push_str(&format!("<property name=\"differs\" value=\"{}\"/>\n", escape(condition)));
        }
        out.push_str("</properties>\n");
    }
    for JunitCase { name, end, told } in &cases {
        out.push_str(&format!("<testcase classname=\"{}\" name=\"{name}\">", escape(&suite)));
        out.push_str(&match end {
            CaseEnd::Failed => format!("<failure type=\"worse\" message=\"{}\"/>", escape(told)),
            CaseEnd::Skipped => format!("<skipped message=\"{}\"/>", escape(told)),
            CaseEnd::Passed => format!("<system-out>{}</system-out>", escape(told)),
        });
        out.push_str("</testcase>\n");
    }
    out.push_str("</testsuite>\n</testsuites>\n");
    out
}

/// A test case.
struct JunitCase {
    name: &'static str,
    end: CaseEnd,
    /// The report's words on it.
    told: String,
}

/// The outcome of a test case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CaseEnd {
    Passed,
    Failed,
    Skipped,
}

/// The test cases: the preference, which is skipped where nobody judged, and each measure. A measure that is worse
/// and does not count has not failed: it is told.
fn cases(report: &ComparisonReport) -> Vec<JunitCase> {
    let preferred = JunitCase {
        name: PREFERRED,
        end: match report.verdict {
            ComparisonVerdict::Worse => CaseEnd::Failed,
            ComparisonVerdict::CantTell => CaseEnd::Skipped,
            ComparisonVerdict::Better | ComparisonVerdict::Differs => CaseEnd::Passed,
        },
        told: report.sentence.clone(),
    };
    let answers = report.answers.iter().map(|answer| JunitCase {
        name: answer.measure,
        end: match answer.verdict {
            ComparisonVerdict::Worse if answer.fails() => CaseEnd::Failed,
            ComparisonVerdict::CantTell => CaseEnd::Skipped,
            _ => CaseEnd::Passed,
        },
        told: format!(
            "{}: {} to {}, {}; {}",
            words::verdict(answer),
            words::side(answer, &answer.base),
            words::side(answer, &answer.head),
            words::effect(&answer.effect),
            words::outlook(answer)
        ),
    });
    std::iter::once(preferred).chain(answers).collect()
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
