//! Answers in words, the same in every format.

use pelicycle_text::{count, plural, size};

use super::answer::{ComparisonVerdict, EffectSize, MeasureComparison, SideSummary};
use super::report::ComparisonReport;

/// A verdict in a word or two.
pub fn verdict(answer: &MeasureComparison) -> &'static str {
    let more = match answer.effect.kind {
        "ratio" => answer.effect.estimate > 1.0,
        _ => answer.effect.estimate > 0.0,
    };
    match answer.verdict {
        ComparisonVerdict::Better => "better",
        ComparisonVerdict::Worse => "worse",
        ComparisonVerdict::Differs if more => "more",
        ComparisonVerdict::Differs => "less",
        ComparisonVerdict::CantTell => "can't tell",
    }
}

/// One side: `9 of 10 (90 %)`, or the median with its unit.
pub fn side(answer: &MeasureComparison, side: &SideSummary) -> String {
    match side.hits {
        Some(hits) => format!("{hits} of {} ({:.0} %)", side.n, side.value * 100.0),
        None => number(side.value, answer.unit),
    }
}

/// A number with its unit.
fn number(value: f64, unit: &str) -> String {
    let digits = |value: f64| -> String {
        let size = value.abs();
        if size >= 1000.0 {
            let sign = if value < 0.0 { "−" } else { "" };
            return sign.to_owned() + &count(size.round() as u64);
        }
        let places = match size {
            _ if size.fract() == 0.0 || size >= 100.0 => 0,
            _ if size >= 1.0 => 1,
            _ => 2,
        };
        format!("{value:.places$}").replace('-', "−")
    };
    match unit {
        "" => digits(value),
        "bytes" => size::words(value.round().max(0.0) as u64),
        "USD" => pelicycle_text::dollars(value),
        unit => format!("{} {unit}", digits(value)),
    }
}

/// The size of a difference: `−12 % (−20 to −3)`, or `+15 points (−14 to +29)`.
pub fn effect(effect: &EffectSize) -> String {
    let one = |value: f64| change(effect.kind, value);
    let unit = match effect.kind {
        "points" => " points",
        "ratio" => " %",
        _ => "",
    };
    let bounds = match (effect.low, effect.high) {
        (Some(low), Some(high)) => format!(" ({} to {})", one(low), one(high)),
        _ => String::new(),
    };
    format!("{}{unit}{bounds}", one(effect.estimate))
}

/// One change as a signed number, in points, percent, or as it is.
fn change(kind: &str, value: f64) -> String {
    let shown = match kind {
        "points" => value * 100.0,
        "ratio" => (value - 1.0) * 100.0,
        _ => value,
    };
    let places = usize::from(kind == "difference" && shown.abs() < 10.0);
    let text = format!("{:.places$}", shown.abs());
    if text.trim_start_matches(['0', '.']).is_empty() {
        "0".to_owned()
    } else if shown < 0.0 {
        format!("−{text}")
    } else {
        format!("+{text}")
    }
}

/// The outlook: what the sample would have shown, and what it would take; for a measure that it does not tell.
pub fn outlook(answer: &MeasureComparison) -> String {
    let kind = answer.effect.kind;
    let unit = match kind {
        "points" => " points",
        "ratio" => " %",
        _ => "",
    };
    let near: Vec<String> = [answer.smallest_down, answer.smallest_up]
        .into_iter()
        .flatten()
        .map(|value| format!("{}{unit}", change(kind, value)))
        .collect();
    let seen = match near.is_empty() {
        true => "no difference could have shown in so few drawings".to_owned(),
        false => format!("would have shown {}", near.join(" or ")),
    };
    if answer.verdict != ComparisonVerdict::CantTell {
        return seen;
    }
    let alone = if answer.p < super::answer::ALPHA {
        "; alone it would count, among so many questions it does not"
    } else {
        ""
    };
    match answer.needed {
        None if near.is_empty() => format!("{seen}, nor do they tell how many it takes"),
        Some(needed) => format!("{seen}{alone}; {} a side would settle it", plural(needed, "drawing")),
        None => format!("{seen}{alone}; no reachable number of drawings would settle so small a difference"),
    }
}

/// The scope of a comparison in one line: how many attempts, within what.
pub fn scope(report: &ComparisonReport) -> String {
    let (base, head) = report.attempts;
    let within = match report.strata.len() {
        1 => format!("on {}", report.strata[0]),
        // More names than that are no line any more.
        2..=4 => format!("within each of {}", report.strata.join(", ")),
        strata => format!("within each of {strata} matched sets"),
    };
    format!("{} against {}, {within}", plural(base as u64, "attempt"), count(head as u64))
}

/// Remarks on what was left aside, a line each.
pub fn remarks(report: &ComparisonReport) -> Vec<String> {
    let mut remarks = Vec::new();
    let (base, head) = report.unpaired;
    if base + head > 0 {
        remarks.push(format!(
            "Left aside: {} of {} and {} of {} have no counterpart on the other side.",
            plural(base as u64, "attempt"),
            report.base,
            count(head as u64),
            report.head
        ));
    }
    if report.shared > 0 {
        let shared = plural(report.shared as u64, "attempt");
        remarks.push(format!("{shared} on both sides counted to {} alone.", report.base));
    }
    if !report.silent.is_empty() {
        remarks.push(format!("Not told by both sides, or always the same: {}.", report.silent.join(", ")));
    }
    remarks
}

/// The rule by which all of this is judged.
pub fn rule(report: &ComparisonReport) -> String {
    let questions = plural(report.answers.len() as u64, "question");
    format!(
        "Verdicts at {:.0} % false alarms over all {questions} together (Holm); intervals at 95 % each; \"would have shown\" and \
         \"would settle\" mean a chance of 80 %.",
        report.alpha * 100.0
    )
}
