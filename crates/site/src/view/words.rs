//! Verdicts and outcomes in words.

use pelicycle_record::{Attempt, Check, Finding, Outcome, Verdict};
use pelicycle_text as text;

/// The result of an attempt, in words.
#[derive(Debug)]
pub(super) struct AttemptResult {
    /// Its name, of one or two words.
    pub(super) name: &'static str,
    /// A sentence that explains them.
    pub(super) meaning: String,
    /// The finding or error behind a failure.
    pub(super) reason: Option<String>,
    /// Whether there is a drawing to see.
    pub(super) drawn: bool,
}

/// The result of an attempt.
pub(super) fn result(attempt: &Attempt) -> AttemptResult {
    let error = attempt.error.as_deref().map(text::sentence);
    if attempt.look.as_ref().is_some_and(|look| look.done) && !attempt.is_drawn() {
        let meaning =
            "Shown its drawing, the model said that it is done. The drawing that it was shown stands.";
        return AttemptResult { name: "Done", meaning: meaning.to_owned(), reason: None, drawn: false };
    }
    let Some(check) = &attempt.check else {
        let error = attempt.unchecked.as_deref().map(text::sentence).or(error);
        let (name, meaning) = match attempt.is_unchecked() {
            true => (
                "Not checked",
                "The reply could not be checked, for reasons of this machine. It counts for nothing until it is: pelicycle check --again.",
            ),
            false => no_reply(attempt.outcome),
        };
        return AttemptResult { name, meaning: meaning.to_owned(), reason: error, drawn: false };
    };
    let (mut name, meaning) = verdict(check.verdict);
    if check.is_against_policy() {
        name = "Against policy";
    }
    let drawn = check.verdict == Verdict::Drawn;
    let mut meaning = meaning.to_owned();
    // How the request ended explains a drawing that did not: a model that was stopped did not fail by itself.
    if let Some(ending) = (!drawn).then(|| ending(attempt)).flatten() {
        meaning = format!("{meaning} {ending}");
    }
    let reason = (!drawn).then(|| cause(check).map(located)).flatten().or(error);
    AttemptResult { name, meaning, reason, drawn }
}

/// A verdict's name and what it says.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Drawn => ("Drawn", "It draws something that can be seen."),
        Verdict::Blank => ("Blank", "It is a drawing, but nothing in it can be seen."),
        Verdict::Unrenderable => {
            ("Unrenderable", "Well-formed XML, but without an SVG root or a size to draw by.")
        }
        Verdict::Malformed => ("Malformed", "A whole drawing that is not well-formed XML."),
        Verdict::Truncated => ("Truncated", "The reply ends before the drawing does."),
        Verdict::Refused => (
            "Over a bound of ours",
            "It asks for more than pelicycle allows a drawing, in size or in content, so it was not drawn.",
        ),
        Verdict::NoSvg => ("No SVG", "Nothing in the reply is an SVG."),
    }
}

fn no_reply(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Error => ("Failed", "The request failed, so there is no reply."),
        Outcome::Cancelled => ("Cancelled", "The user stopped the request."),
        Outcome::Refusal => ("Declined", "The model declined to answer."),
        Outcome::Filtered => ("Filtered", "The service's filter took the answer."),
        Outcome::Cut => ("Cut off", "The connection ended before the reply did."),
        Outcome::Length => ("No answer", "The limit of tokens was reached before an answer began."),
        Outcome::Complete => ("No answer", "The model ended its turn without an answer."),
    }
}

fn ending(attempt: &Attempt) -> Option<String> {
    match attempt.outcome {
        Outcome::Length => Some(match attempt.request.sampling.max_tokens {
            Some(bound) => format!("The reply was stopped at {}.", text::plural(u64::from(bound), "token")),
            None => "The reply was stopped at its limit.".to_owned(),
        }),
        Outcome::Cancelled => Some("The user stopped the reply.".to_owned()),
        Outcome::Cut => Some("The connection ended before the reply did.".to_owned()),
        Outcome::Filtered => Some("The service's filter stopped the reply.".to_owned()),
        Outcome::Error => Some("The request failed before the reply ended.".to_owned()),
        Outcome::Refusal => Some("The model declined to go on.".to_owned()),
        Outcome::Complete => None,
    }
}

/// The outcome of a request in words, for the table of facts.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Complete => "the model ended its turn",
        Outcome::Length => "stopped at the limit of tokens",
        Outcome::Cancelled => "stopped by the user",
        Outcome::Error => "failed",
        Outcome::Cut => "the stream ended early",
        Outcome::Refusal => "the model declined",
        Outcome::Filtered => "taken by the service's filter",
    }
}

/// The finding that a verdict rests on; others may stand before it.
fn cause(check: &Check) -> Option<&Finding> {
    let codes: &[&str] = match check.verdict {
        Verdict::Drawn => &[],
        Verdict::Blank => &["empty-drawing", "missing-reference", "reference-cycle"],
        Verdict::Unrenderable => {
            &["wrong-root", "wrong-namespace", "missing-xmlns", "bad-size", "bad-viewbox"]
        }
        Verdict::Malformed => &[
            "unescaped-ampersand",
            "duplicate-attribute",
            "undeclared-prefix",
            "undefined-entity",
            "bad-comment",
            "mismatched-tag",
            "unquoted-attribute",
            "bad-character",
            "bad-markup",
            "invalid-utf8",
        ],
        Verdict::Truncated => &["truncated"],
        Verdict::Refused => &["resource-limit", "dtd-refused"],
        Verdict::NoSvg => &["empty-reply", "escaped-container", "draft-in-thinking", "unclosed-thinking"],
    };
    check.findings.iter().find(|finding| codes.contains(&finding.code.as_str()))
}

fn located(finding: &Finding) -> String {
    let message = text::sentence(&finding.message);
    match finding.line {
        Some(line) => format!("Line {line}: {message}"),
        None => message,
    }
}
