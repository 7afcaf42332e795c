//! Rankings in words, the same in every format.

use pelicycle_record::JudgeKind;

use super::RateWithInterval;
use super::calibration::{CalibrationReport, CalibrationVerdict};
use super::report::{ContestantStanding, FEW_VOTES, JudgeReport, JudgedRanking, RankingReport};

/// A place, or the places that it may be: `1`, `2–4`.
pub fn places(placed: &ContestantStanding) -> String {
    match placed.best == placed.worst {
        true => placed.best.to_string(),
        false => format!("{}–{}", placed.best, placed.worst),
    }
}

/// `62 %`.
fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The chance against a middling contestant: `62 %`.
pub fn strength(placed: &ContestantStanding) -> String {
    percent(placed.chance)
}

/// Its interval: `48 to 75`.
pub fn interval(placed: &ContestantStanding) -> String {
    format!("{:.0} to {:.0}", placed.low * 100.0, placed.high * 100.0)
}

/// The share of its pairs that it won: `62 %`; a dash where it was in none.
pub fn share_won(placed: &ContestantStanding) -> String {
    placed.share_won.map_or_else(|| "–".to_owned(), percent)
}

/// The number of its votes, with a mark where they are few: `7*`.
pub fn votes(placed: &ContestantStanding) -> String {
    format!("{}{}", placed.votes, if placed.few { FEW_MARK } else { "" })
}

/// The mark of those with few votes.
const FEW_MARK: &str = "*";

/// The meaning of that mark; none where nobody has it.
pub fn few(ranked: &JudgedRanking) -> Option<String> {
    let any = ranked.standings().iter().any(|placed| placed.few);
    any.then(|| format!("{FEW_MARK} fewer than {FEW_VOTES} votes: little is known of it yet."))
}

/// `12–3–1`: won, lost, tied; half a pair where a judge was of two minds.
pub fn record(placed: &ContestantStanding) -> String {
    let number = |value: f64| {
        let text = format!("{value:.1}");
        text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
    };
    format!("{}–{}–{}", number(placed.won), number(placed.lost), number(placed.tied))
}

/// The number of its attempts that drew at all, out of how many: no judgement of drawings says that.
pub fn drawn(placed: &ContestantStanding) -> String {
    format!("{} of {}", placed.drawn, placed.attempts)
}

/// The head of a table of standings.
pub(super) const STANDING_HEAD: [&str; 8] =
    ["place", "contestant", "strength (95 %)", "votes", "drawings", "won", "won–lost–tied", "drew"];

/// A contestant's row of that table; `name` is its label as the format has it.
pub(super) fn standing(placed: &ContestantStanding, name: String) -> [String; 8] {
    let strength = format!("{} ({})", strength(placed), interval(placed));
    let (votes, drawings) = (votes(placed).replace('*', "\\*"), placed.drawings.to_string());
    [places(placed), name, strength, votes, drawings, share_won(placed), record(placed), drawn(placed)]
}

/// The head of the table of those who judged.
pub(super) const JUDGE_HEAD: [&str; 7] = [
    "judge",
    "votes",
    "took the left",
    "same both ways round",
    "same again",
    "agrees with people",
    "calibration",
];

/// A judge's row of that table; `name` is its name as the format has it.
pub(super) fn judge(judge: &JudgeReport, name: String) -> [String; 7] {
    [
        name,
        judge.votes.to_string(),
        side(judge),
        share(&judge.turned),
        share(&judge.again),
        people(judge),
        calibrated(judge),
    ]
}

/// A judge's result on the calibration set: `23 of 24 (96 %, 80 to 99)`; a dash for a person.
pub fn calibrated(judge: &JudgeReport) -> String {
    match (&judge.calibration, judge.kind) {
        (None, JudgeKind::Person) => "–".to_owned(),
        (None, JudgeKind::Model) if judge.calibrated_otherwise => "not measured as it judged".to_owned(),
        (None, JudgeKind::Model) => "not measured".to_owned(),
        (Some(found), _) => {
            let said = match found.verdict {
                CalibrationVerdict::Passed => "",
                CalibrationVerdict::Failed => ": fails",
                CalibrationVerdict::Unfinished => ": not finished",
            };
            format!("{}{said}", share(&found.right))
        }
    }
}

/// A judge's reliability, a line each.
pub fn trust_lines(judge: &JudgeReport) -> Vec<String> {
    let [_, votes, figures @ ..] = self::judge(judge, String::new());
    let head = JUDGE_HEAD[2..].iter().zip(figures);
    let more = judge.calibration.is_none() && judge.kind == JudgeKind::Model;
    let lines = head.map(|(head, figure)| format!("  {head}: {figure}"));
    std::iter::once(format!("  votes: {votes}"))
        .chain(lines)
        .chain(more.then(|| format!("  `pelicycle judge --calibrate -m {}` measures the last", judge.name)))
        .collect()
}

/// A judge's result on the calibration set, a line each.
pub fn calibration_lines(found: &CalibrationReport) -> Vec<String> {
    let mut lines = vec![
        format!("right both ways round: {}", share(&found.right)),
        format!("  with the wheels taken away: {}", share(&found.wheels_away)),
        format!("  with the parts lying about: {}", share(&found.shuffled)),
        format!("called a tie what is as good: {}", share(&found.ties)),
        format!("took the first of two that are as good: {}", share(&found.first)),
    ];
    if found.unread > 0 {
        lines.push(format!("replies that name no choice, each counted as wrong: {}", found.unread));
    }
    lines.push(
        match found.verdict {
            CalibrationVerdict::Passed => "it passes: the whole interval lies above one half",
            CalibrationVerdict::Failed => {
                "it fails: the interval does not lie above one half, so its rankings say little; they are marked"
            }
            CalibrationVerdict::Unfinished => "not all of the set was shown: the same command goes on",
        }
        .to_owned(),
    );
    lines
}

/// The judges of a ranking, and how much they judged: `By 3 people (214 votes on pairs of drawings)`.
pub fn by(ranked: &JudgedRanking) -> String {
    // Several judges may have seen one pair.
    let judged = match (ranked.pairs, ranked.weights.len()) {
        (1, _) => "1 pair of drawings".to_owned(),
        (pairs, 0..=1) => format!("{pairs} pairs of drawings"),
        (votes, _) => format!("{votes} votes on pairs of drawings"),
    };
    let fails = match ranked.failing.as_slice() {
        [] => String::new(),
        [one] if ranked.weights.len() == 1 && ranked.by == *one => ", which fails the calibration".to_owned(),
        several => format!(
            "; {} fail{} the calibration",
            several.join(" and "),
            if several.len() == 1 { "s" } else { "" }
        ),
    };
    format!("By {} ({judged}){fails}", ranked.by)
}

/// `7 of 10 (70 %, 40 to 89)`, or that it was never tried.
pub fn share(share: &RateWithInterval) -> String {
    let Some((low, high)) = share.interval else { return "not measured".to_owned() };
    let percent = |value: f64| format!("{:.0}", value * 100.0);
    let middle = percent(share.hits as f64 / share.of as f64);
    format!("{} of {} ({middle} %, {} to {})", share.hits, share.of, percent(low), percent(high))
}

/// Whether a judge prefers a side.
pub fn side(judge: &JudgeReport) -> String {
    let lean = match judge.left.interval {
        Some((low, _)) if low > 0.5 => ": prefers the left",
        Some((_, high)) if high < 0.5 => ": prefers the right",
        _ => "",
    };
    format!("{}{lean}", share(&judge.left))
}

/// That a judge looks at the side where a drawing stands more than at the drawing; none where it does not, or too little is known.
#[must_use]
pub fn one_sided(name: &str, left: &RateWithInterval) -> Option<String> {
    let (low, high) = left.interval?;
    let (side, took) = match (low > ONE_SIDED, high < 1.0 - ONE_SIDED) {
        (true, _) => ("left", left.hits),
        (_, true) => ("right", left.of - left.hits),
        _ => return None,
    };
    Some(format!(
        "{name} took the drawing on the {side} {took} times of {}, whichever stood there: that says little of the drawings.",
        left.of
    ))
}

/// A judge's agreement with people.
pub fn people(judge: &JudgeReport) -> String {
    let Some(same) = &judge.people else { return "not measured".to_owned() };
    match judge.kappa {
        Some(kappa) => format!("{}, κ {}", share(same), format!("{kappa:.2}").replace('-', "−")),
        None => share(same),
    }
}

/// Advice on how to measure what is not known of the judges.
pub fn advice(report: &RankingReport) -> Vec<String> {
    let models = || report.judges.iter().filter(|judge| judge.kind == JudgeKind::Model);
    let mut advice = Vec::new();
    for judge in models().filter(|judge| judge.calibration.is_none()) {
        let name = &judge.name;
        let command = format!("`pelicycle judge --calibrate -m {name}`");
        advice.push(match judge.calibrated_otherwise {
            true => format!(
                "Whether {name} sees what is plain was measured with other weights, another projector, other settings or \
                 another question than it judged with, which does not count: {command}."
            ),
            false => format!("Whether {name} sees what is plain was not measured: {command}."),
        });
    }
    if models().any(|judge| judge.people.is_none()) {
        advice.push(
            "How a model agrees with people is not known before people judge the same pairs: `pelicycle vote`.".to_owned(),
        );
    }
    advice
}

/// A judge whose share of one side is above this at 95 % is named.
const ONE_SIDED: f64 = 0.75;

/// Remarks on judges, and on what was left aside, a line each.
pub fn remarks(report: &RankingReport) -> Vec<String> {
    let plural = |n: usize| if n == 1 { "1 judgement".to_owned() } else { format!("{n} judgements") };
    let own = |name: &String| format!("{name} also judged drawings of its own.");
    let mut remarks: Vec<String> =
        report.judges.iter().filter_map(|judge| one_sided(&judge.name, &judge.left)).collect();
    remarks.extend(report.own.iter().map(own));
    if report.rankings.is_empty() {
        remarks
            .push("Nobody is ranked: no judgement here is between drawings of two contestants.".to_owned());
    }
    if report.absent > 0 {
        remarks.push(format!("Left aside: {} of drawings that are not among these.", plural(report.absent)));
    }
    if report.of_looks > 0 {
        let ranks = if report.of_looks == 1 { "ranks" } else { "rank" };
        remarks.push(format!("Left aside: {}, which {ranks} nobody.", judged_looks(report.of_looks)));
    }
    if report.unread > 0 {
        remarks.push(format!("Came to nothing: {}.", plural(report.unread)));
    }
    remarks
}

/// Judgements of looks, and what counts them: `3 judgements of looks (`pelicycle compare --looks` counts them)`.
#[must_use]
pub fn judged_looks(number: usize) -> String {
    let judgements = if number == 1 { "judgement" } else { "judgements" };
    let it = if number == 1 { "it" } else { "them" };
    format!("{number} {judgements} of looks (`pelicycle compare --looks` counts {it})")
}

/// The rule by which contestants are ranked.
pub const RULE: &str = "Strength is the chance that a typical drawing is preferred to a middling contestant's, by Bradley and \
     Terry's model with ties (Davidson). Drawings vary about their contestant and contestants about the middle, so few votes leave \
     it near 50 % and its interval wide. Intervals of strengths and of places leave out 5 %, each for itself. A judge counts once for a pair; \"both bad\" is a \
     tie.";
