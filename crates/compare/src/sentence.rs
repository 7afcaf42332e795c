//! The first words of a comparison: which side draws better, how to find out, what else differs.

use pelicycle_judge::SidePreference;
use pelicycle_text::{count, plural, shell_quoted};

use super::answer::ComparisonVerdict;
use super::preferred::PreferenceView;
use super::report::ComparisonReport;

/// Bounds of a share that lie no farther apart than this leave no room for a large difference where neither side is ahead.
const NEAR: f64 = 0.2;

/// The verdict in one sentence: which side draws better, how sure that is, on what evidence.
pub(super) fn verdict_sentence(report: &ComparisonReport) -> String {
    let ComparisonReport { base, head, preferred, .. } = report;
    let Some(view) = preferred.views.first() else { return unjudged(report) };
    let why = evidence(view, "it");
    match view.verdict {
        ComparisonVerdict::Better => format!("{head} draws better than {base}: {why}."),
        ComparisonVerdict::Worse => format!("{head} draws worse than {base}: {why}."),
        ComparisonVerdict::Differs | ComparisonVerdict::CantTell => {
            format!("Can't tell yet whether {head} draws better than {base}: {why}. {}", needed(view))
        }
    }
}

/// Who preferred `what` how often, and what that says of the true share.
pub(crate) fn evidence(view: &PreferenceView, what: &str) -> String {
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    format!(
        "{} preferred {what} in {} % of {} (true share {} to {} %, 95 % sure)",
        view.by,
        percent(view.share),
        plural(view.judgements as u64, "judgement"),
        percent(view.low),
        percent(view.high)
    )
}

/// The sentence where nobody has judged drawings of the one side against those of the other.
fn unjudged(report: &ComparisonReport) -> String {
    let ComparisonReport { base, head, preferred, .. } = report;
    let [bases, heads] = preferred.drawings;
    if preferred.most_independent == 0 {
        let sides = [Undrawn::of(report, base, |two| two.0), Undrawn::of(report, head, |two| two.1)];
        let without: Vec<String> = sides.iter().flatten().map(Undrawn::why).collect();
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

/// The reason why nothing was compared: a side tells nothing of its model, since every request of it failed, say.
/// None where both sides tell something.
#[must_use]
pub fn nothing_to_compare(report: &ComparisonReport) -> Option<String> {
    let base = Undrawn::of(report, &report.base, |two| two.0);
    let head = Undrawn::of(report, &report.head, |two| two.1);
    let silent = [base, head].into_iter().flatten().filter(Undrawn::is_silent);
    let why: Vec<String> = silent.map(|side| side.why()).collect();
    (!why.is_empty()).then(|| why.join(", and "))
}

/// A side that has no drawing: its attempts, and those of them that tell nothing of the model.
struct Undrawn<'a> {
    name: &'a str,
    attempts: u64,
    failed: u64,
    broken_off: u64,
    unchecked: u64,
}

impl<'a> Undrawn<'a> {
    fn of(report: &ComparisonReport, name: &'a str, side: impl Fn((usize, usize)) -> usize) -> Option<Self> {
        let [attempts, broken_off, unchecked, all] =
            [report.attempts, report.broken_off, report.unchecked, report.failed].map(|two| side(two) as u64);
        let failed = all - broken_off - unchecked;
        (side(report.drawn) == 0).then_some(Self { name, attempts, failed, broken_off, unchecked })
    }

    /// Whether none of its attempts tells anything of the model.
    fn is_silent(&self) -> bool {
        self.failed + self.broken_off + self.unchecked == self.attempts
    }

    fn why(&self) -> String {
        let Self { name, attempts, .. } = self;
        let all = |said: u64| said > 0 && said == *attempts;
        let requests = match attempts {
            1 => format!("the one request to {name}"),
            _ => format!("all {} requests to {name}", count(*attempts)),
        };
        let verb = if *attempts == 1 { "was" } else { "were" };
        if all(self.failed) {
            return format!("{requests} failed");
        }
        if all(self.broken_off) {
            return format!("{requests} {verb} broken off");
        }
        if all(self.unchecked) {
            return match attempts {
                1 => format!("the one reply of {name} could not be checked"),
                _ => format!("none of the {} replies of {name} could be checked", count(*attempts)),
            };
        }
        let parts = [
            (self.failed, "failed"),
            (self.broken_off, "broken off"),
            (self.unchecked, "could not be checked"),
        ];
        let parts = parts.into_iter().filter(|(n, _)| *n > 0);
        let parts: Vec<String> = parts.map(|(n, what)| format!("{} {what}", count(n))).collect();
        let of_which = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        format!("{name} drew nothing in {}{of_which}", plural(*attempts, "attempt"))
    }
}

/// `94 % (79 to 99)`: the share in which the second side is preferred, with its bounds at 95 %.
pub(super) fn share_with_bounds(view: &PreferenceView) -> String {
    let percent = |share: f64| format!("{:.0}", share * 100.0);
    format!("{} % ({} to {})", percent(view.share), percent(view.low), percent(view.high))
}

/// The judgements or drawings that would settle whose drawings are preferred, as a sentence.
pub(crate) fn needed(view: &PreferenceView) -> String {
    match (view.needed_judgements, view.needed_drawings) {
        (Some(needed), _) => format!("About {needed} more would settle it."),
        (None, Some(needed)) => format!(
            "These drawings do not suffice: about {needed} more of each side would settle it, judged once each."
        ),
        (None, None) => neither_ahead(view),
    }
}

/// The judgements that it would take where neither side is ahead: that no number settles it can't be said before much
/// was judged.
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

/// The differences besides the model: a line that says so, and a line each.
pub fn conditions(report: &ComparisonReport) -> (&'static str, Vec<String>) {
    let lines = report.conditions.words(&report.base, &report.head);
    match lines.is_empty() {
        true => ("Besides the model nothing that is recorded differs.", lines),
        false => ("What differs besides the model, or is not known:", lines),
    }
}

/// Notes on the view that decides, and other views, a line each.
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
    let words: Vec<String> = words.map(|word| shell_quoted(&word)).collect();
    let sides = words.join(" ");
    vec![
        format!("pelicycle vote --between {sides}"),
        format!("pelicycle judge -m PROVIDER/MODEL --between {sides}"),
    ]
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
