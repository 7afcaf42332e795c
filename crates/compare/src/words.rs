//! Answers in words, the same in every format.

use pelicycle_text::{count, plural, size};

use super::answer::{ComparisonVerdict, EffectSize, MeasureComparison, SideSummary};
use super::measure::MeasureRole;
use super::report::ComparisonReport;
pub(super) use super::sentence::verdict_sentence;
pub use super::sentence::{collecting, conditions, nothing_to_compare, other_views, preferred_row};

/// From so many times on a ratio is told as one, and no longer in percent.
const MANIFOLD: f64 = 4.0;

/// A measure's label, marked where its times are of a loaded host.
pub fn marked_label(answer: &MeasureComparison) -> String {
    match answer.loaded {
        (0, 0) => answer.label.to_owned(),
        _ => format!("{} (loaded host)", answer.label),
    }
}

/// A verdict in a word or two.
pub fn verdict(answer: &MeasureComparison) -> &'static str {
    let more = match answer.effect.kind {
        "ratio" => answer.effect.estimate > 1.0,
        _ => answer.effect.estimate > 0.0,
    };
    match answer.verdict {
        ComparisonVerdict::Better => "better",
        ComparisonVerdict::Worse => "worse",
        ComparisonVerdict::Differs => match (answer.role, more) {
            (MeasureRole::Item, true) => "more often",
            (MeasureRole::Item, false) => "less often",
            (_, true) => "more",
            (_, false) => "less",
        },
        ComparisonVerdict::CantTell => "can't tell",
    }
}

/// One side: `9 of 10 (90 %)`, or the median with its unit; where the two medians are the same, and the sides differ nevertheless, with
/// its mean.
pub fn side(answer: &MeasureComparison, side: &SideSummary) -> String {
    match side.hits {
        Some(hits) => format!("{hits} of {} ({:.0} %)", side.n, side.value * 100.0),
        None if answer.verdict != ComparisonVerdict::CantTell && answer.base.value == answer.head.value => {
            let (median, mean) = (number(side.value, answer.unit), number(side.mean, answer.unit));
            format!("{median} (mean {mean})")
        }
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

/// The size of a difference: `−12 % (−20 to −3)`, `×14.6 (12.3 to 17)`, or `+15 points (−14 to +29)`.
pub fn effect(effect: &EffectSize) -> String {
    let times = effect.kind == "ratio" && effect.estimate >= MANIFOLD;
    let one = |value: f64| match times {
        true => pelicycle_text::decimal((value * 10.0).round() / 10.0),
        false => change(effect.kind, value),
    };
    let (sign, unit) = match effect.kind {
        "points" => ("", " points"),
        "ratio" if times => ("×", ""),
        "ratio" => ("", " %"),
        _ => ("", ""),
    };
    let bounds = match (effect.low, effect.high) {
        (Some(low), Some(high)) => format!(" ({} to {})", one(low), one(high)),
        _ => String::new(),
    };
    format!("{sign}{}{unit}{bounds}", one(effect.estimate))
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

/// The measures that tell no difference, and what it would take to see one, of all measures at once.
pub fn outlooks(report: &ComparisonReport) -> Vec<String> {
    let mut takes: Vec<String> = Vec::new();
    let (mut out_of_reach, mut hopeless, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for answer in report.answers.iter().filter(|answer| answer.verdict == ComparisonVerdict::CantTell) {
        let label = answer.label;
        let shows = answer.smallest_down.is_some() || answer.smallest_up.is_some();
        match answer.needed {
            Some(needed) => takes.push(format!("{label} {}", count(needed))),
            None if shows => out_of_reach.push(label),
            None => hopeless.push(label),
        }
        if answer.p < super::answer::ALPHA {
            alone.push(label);
        }
    }
    let mut lines = Vec::new();
    if !takes.is_empty() {
        lines.push(format!("Can't tell, but so many drawings a side would settle it: {}.", takes.join(", ")));
    }
    if !out_of_reach.is_empty() {
        lines.push(format!(
            "Too near to each other for any number within reach: {}.",
            out_of_reach.join(", ")
        ));
    }
    if !hopeless.is_empty() {
        let hopeless = hopeless.join(", ");
        lines.push(format!(
            "Can't tell, since no difference could have shown in so few drawings: {hopeless}."
        ));
    }
    if !alone.is_empty() {
        lines.push(format!(
            "Alone it would count, among so many questions it does not: {}.",
            alone.join(", ")
        ));
    }
    lines
}

/// Stands in place of a table that would have no row.
pub(super) const NO_FIGURES: &str =
    "No figures: nobody has judged their drawings, and nothing else that was asked is told by both sides.";

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
    if report.of_all {
        remarks.push(
            "No contestant is on both sides, so all of the one are held against all of the other.".to_owned(),
        );
    }
    let loaded = report.answers.iter().map(|answer| answer.loaded).max().unwrap_or_default();
    if loaded != (0, 0) {
        remarks.push(format!(
            "Loaded host (*): in {} of {} and {} of {} other programs took more than a quarter of it, so the times say little.",
            plural(loaded.0 as u64, "attempt"),
            report.base,
            count(loaded.1 as u64),
            report.head
        ));
    }
    if report.answers.iter().any(|answer| answer.role == MeasureRole::Item) {
        remarks.push(
            "What rules read off drawings is told and decides nothing: they overlook parts that a person sees."
                .to_owned(),
        );
    }
    if !report.silent.is_empty() {
        remarks.push(format!("Not told by both sides, or always the same: {}.", report.silent.join(", ")));
    }
    remarks
}

/// The rule by which all of this is judged.
pub fn rule(report: &ComparisonReport) -> String {
    let percent = report.alpha * 100.0;
    let rest = match report.answers.len() as u64 {
        0 => String::new(),
        1 => format!(" the rest at {percent:.0} %;"),
        several => format!(" the rest at {percent:.0} % over all {several} questions together (Holm);"),
    };
    format!(
        "Preferred at {percent:.0} % false alarms however often one looks, no drawing counting for more than one pair;{rest} \
         intervals at 95 % each; \"would settle\" means a chance of 80 %."
    )
}
