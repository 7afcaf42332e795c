//! What a comparison says first, in words: which side draws better, how to find out, what else differs.

use pelicycle_judge::SidePreference;
use pelicycle_text::{count, plural};

use super::answer::ComparisonVerdict;
use super::preferred::PreferenceView;
use super::report::ComparisonReport;

/// Bounds of a share that lie no farther apart than this leave no room for a large difference where neither side is ahead.
const NEAR: f64 = 0.2;

/// What the comparison says in one sentence: which side draws better, how sure that is, on what evidence.
pub fn verdict_sentence(report: &ComparisonReport) -> String {
    let ComparisonReport { base, head, preferred, .. } = report;
    let Some(view) = preferred.views.first() else { return unjudged(report) };
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    let why = format!(
        "{} preferred it in {} % of {} (true share {} to {} %, 95 % sure)",
        view.by,
        percent(view.share),
        plural(view.judgements as u64, "judgement"),
        percent(view.low),
        percent(view.high)
    );
    match view.verdict {
        ComparisonVerdict::Better => format!("{head} draws better than {base}: {why}."),
        ComparisonVerdict::Worse => format!("{head} draws worse than {base}: {why}."),
        ComparisonVerdict::Differs | ComparisonVerdict::CantTell => {
            format!("Can't tell yet whether {head} draws better than {base}: {why}. {}", needed(view))
        }
    }
}

/// The sentence where nobody has judged drawings of the one side against those of the other.
fn unjudged(report: &ComparisonReport) -> String {
    let ComparisonReport { base, head, preferred, .. } = report;
    let [bases, heads] = preferred.drawings;
    if preferred.most_independent == 0 {
        let (attempts, drawn, failed) = (report.attempts, report.drawn, report.failed);
        let sides = [(base, drawn.0, attempts.0, failed.0), (head, drawn.1, attempts.1, failed.1)];
        let without: Vec<String> = sides.into_iter().filter(|side| side.1 == 0).map(undrawn).collect();
        let why = match without.is_empty() {
            true => "there are no two drawings to hold together".to_owned(),
            false => without.join(", and "),
        };
        return format!("Can't tell whether {head} draws better than {base}: {why}.");
    }
    let takes = match preferred.needed_at_all {
        Some(needed) => format!("about {needed} judgements settle it if nine of ten go one way"),
        None if preferred.most_independent < SidePreference::FEWEST => format!(
            "{} of {base} and {} of {head} are too few to settle it, which takes {} of each",
            plural(bases as u64, "drawing"),
            count(heads as u64),
            SidePreference::FEWEST
        ),
        None => format!("{} judgements settle it if all go one way", SidePreference::FEWEST),
    };
    format!("Can't tell whether {head} draws better than {base}: nobody has judged their drawings; {takes}.")
}

/// Why a side tells nothing of its model, so that nothing was compared: every request of it failed. None where both tell something.
#[must_use]
pub fn nothing_to_compare(report: &ComparisonReport) -> Option<String> {
    let (attempts, failed) = (report.attempts, report.failed);
    let sides = [(&report.base, attempts.0, failed.0), (&report.head, attempts.1, failed.1)];
    let silent = sides.into_iter().filter(|(_, attempts, failed)| attempts == failed);
    let why: Vec<String> =
        silent.map(|(name, attempts, failed)| undrawn((name, 0, attempts, failed))).collect();
    (!why.is_empty()).then(|| why.join(", and "))
}

/// Why a side of so many attempts, of which some failed, has no drawing.
fn undrawn((name, _, attempts, failed): (&String, usize, usize, usize)) -> String {
    let attempts = attempts as u64;
    match failed as u64 {
        0 => format!("{name} drew nothing in {}", plural(attempts, "attempt")),
        1 if attempts == 1 => format!("the one request to {name} failed"),
        failed if failed == attempts => format!("all {} requests to {name} failed", count(failed)),
        failed => format!(
            "{name} drew nothing in {}, of which {} failed",
            plural(attempts, "attempt"),
            plural(failed, "request")
        ),
    }
}

/// `94 % (79 to 99)`: the share in which the second side is preferred, with its bounds at 95 %.
pub fn share_with_bounds(view: &PreferenceView) -> String {
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    format!("{} % ({} to {})", percent(view.share), percent(view.low), percent(view.high))
}

/// What it would take to settle whose drawings are preferred, as a sentence.
pub(crate) fn needed(view: &PreferenceView) -> String {
    match (view.needed_judgements, view.needed_drawings) {
        (Some(needed), _) => format!("About {needed} more would settle it."),
        (None, Some(needed)) => format!(
            "These drawings do not suffice: about {needed} more of each side would settle it, judged once each."
        ),
        (None, None) => neither_ahead(view),
    }
}

/// What it would take where neither side is ahead: that no number settles it can't be said before much was judged.
fn neither_ahead(view: &PreferenceView) -> String {
    match view.fewest_judgements {
        Some(fewest) if view.high - view.low > NEAR => {
            format!("Neither is ahead so far: {fewest} more that all go one way could settle it, no fewer.")
        }
        None if view.high - view.low > NEAR => {
            "Neither is ahead so far, and too few drawings are left to judge: more of each side are needed."
                .to_owned()
        }
        _ => "They are so near to each other that 2,000 more would hardly settle it.".to_owned(),
    }
}

/// What differs besides the model: a line that says so, and a line each.
pub fn conditions(report: &ComparisonReport) -> (&'static str, Vec<String>) {
    let lines = report.conditions.words(&report.base, &report.head);
    match lines.is_empty() {
        true => ("Besides the model nothing that is recorded differs.", lines),
        false => ("What differs besides the model, or is not known:", lines),
    }
}

/// What to know of the view that decides, and other views, a line each.
pub fn other_views(report: &ComparisonReport) -> Vec<String> {
    let word = |view: &PreferenceView| match view.verdict {
        ComparisonVerdict::Better => "better",
        ComparisonVerdict::Worse => "worse",
        ComparisonVerdict::Differs | ComparisonVerdict::CantTell => "can't tell",
    };
    let others = report.preferred.views.iter().skip(1).map(|view| {
        let judgements = plural(view.judgements as u64, "judgement");
        format!("{} alone: {}, {} by {judgements}.", view.by, word(view), share_with_bounds(view))
    });
    report.preferred.one_sided.iter().cloned().chain(others).collect()
}

/// The commands that collect more judgements, where it is not settled and there is something to judge.
pub fn collecting(report: &ComparisonReport) -> Vec<String> {
    let settled = matches!(report.verdict, ComparisonVerdict::Better | ComparisonVerdict::Worse);
    if settled || report.preferred.most_independent == 0 {
        return Vec::new();
    }
    let words =
        [report.base.clone(), report.head.clone()].into_iter().chain(report.narrowing.iter().cloned());
    let words: Vec<String> = words.map(|word| quoted(&word)).collect();
    let sides = words.join(" ");
    vec![
        format!("pelicycle vote --between {sides}"),
        format!("pelicycle judge -m PROVIDER/MODEL --between {sides}"),
    ]
}

/// A word as a shell takes it.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+,=".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// The row of what is preferred: its verdict, how often each side won, the share; none where nobody judged.
pub fn preferred_row(report: &ComparisonReport) -> Option<[String; 5]> {
    let view = report.preferred.views.first()?;
    let number = |value: f64| {
        let text = format!("{value:.1}");
        text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
    };
    let verdict = match view.verdict {
        ComparisonVerdict::Better => "better",
        ComparisonVerdict::Worse => "worse",
        ComparisonVerdict::Differs | ComparisonVerdict::CantTell => "can't tell",
    };
    let won = |won: f64| format!("{} of {}", number(won), view.judgements);
    Some(["Preferred".to_owned(), verdict.to_owned(), won(view.lost), won(view.won), share_with_bounds(view)])
}
