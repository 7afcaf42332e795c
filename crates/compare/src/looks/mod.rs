//! Do looks help, for whom, and at what price: each first attempt held against what its model made of it in the end.

use std::collections::{BTreeMap, BTreeSet};

use pelicycle_record::{Attempt, CalibrationRecord, Id, JudgementRecord};
use pelicycle_statistics::{Rate, exact_rates, holm, mean};
use serde::Serialize;

use super::answer::{ALPHA, ComparisonVerdict};
use super::preferred::PreferredSide;
use super::sides::{PairedSides, Stratum};

mod words;

pub use words::{markdown, text};

/// A first attempt and the looks at it.
#[derive(Debug, Clone)]
pub struct LookedAt<'a> {
    /// The first attempt.
    pub first: &'a Attempt,
    /// Its looks by their numbers; there is at least one.
    pub looks: Vec<&'a Attempt>,
}

/// First attempts with their looks, and what stands beside them.
#[derive(Debug, Clone, Default)]
pub struct LookedAtAttempts<'a> {
    /// By the first attempts' identifiers.
    pub pairs: Vec<LookedAt<'a>>,
    /// First attempts without looks, of contestants who looked at others.
    pub without: usize,
    /// Looks whose first attempt is not at hand.
    pub orphans: usize,
}

impl<'a> LookedAtAttempts<'a> {
    /// Those among some attempts. A look belongs to the first attempt that it names, if that is of the same contestant and
    /// prompt.
    #[must_use]
    pub fn new(attempts: &[&'a Attempt]) -> Self {
        let mut looks: BTreeMap<&Id, Vec<&'a Attempt>> = BTreeMap::new();
        for attempt in attempts {
            if let Some(look) = &attempt.look {
                looks.entry(&look.first).or_default().push(attempt);
            }
        }
        let (mut found, mut alone) = (Self::default(), Vec::new());
        let mut firsts: Vec<&'a Attempt> = attempts.iter().copied().filter(|one| one.is_first()).collect();
        firsts.sort_by(|a, b| a.id.cmp(&b.id));
        for first in firsts {
            let mut own: Vec<&Attempt> = Vec::new();
            if let Some(named) = looks.get_mut(&first.id) {
                own.extend(named.extract_if(.., |look| is_of(look, first)));
            }
            if own.is_empty() {
                alone.push(first);
                continue;
            }
            own.sort_by(|a, b| (a.look_number(), &a.id).cmp(&(b.look_number(), &b.id)));
            found.pairs.push(LookedAt { first, looks: own });
        }
        let looking: BTreeSet<&str> = found.pairs.iter().map(|one| slug(one.first)).collect();
        found.without = alone.iter().filter(|first| looking.contains(slug(first))).count();
        found.orphans = looks.values().map(Vec::len).sum();
        found
    }

    /// First attempts against what became of them, to be judged pair by pair: those that were left as they were are no pair.
    #[must_use]
    pub fn sides(&self) -> PairedSides<'a> {
        sides(self.pairs.iter())
    }
}

fn is_of(look: &Attempt, first: &Attempt) -> bool {
    let asked = |attempt: &Attempt| (attempt.prompt.id.clone(), attempt.prompt.hash.clone());
    slug(look) == slug(first) && asked(look) == asked(first)
}

fn slug(attempt: &Attempt) -> &str {
    &attempt.contestant.slug
}

fn sides<'a, 'b>(pairs: impl Iterator<Item = &'b LookedAt<'a>>) -> PairedSides<'a>
where
    'a: 'b,
{
    let strata = pairs.filter(|one| !one.is_unchanged()).filter_map(|one| {
        let last = one.last()?;
        let name =
            format!("{} · {} · no. {}", one.first.prompt.id, one.first.contestant.label, one.first.sample);
        Some(Stratum { name, base: vec![one.first], head: vec![last] })
    });
    PairedSides {
        by_contestant: true,
        of_all: false,
        strata: strata.collect(),
        unpaired: (0, 0),
        shared: 0,
        edited_prompts: Vec::new(),
    }
}

impl<'a> LookedAt<'a> {
    /// The attempt that stands in the end: the last conclusive look, or where the model said with it that it is done, the
    /// attempt that it was shown. None where no look is conclusive, since requests failed, or where what it was shown is not
    /// at hand.
    #[must_use]
    pub fn last(&self) -> Option<&'a Attempt> {
        let last = self.conclusive()?;
        if !is_done(last) {
            return Some(last);
        }
        let shown = last.look.as_ref().map(|look| &look.parent);
        let mut all = std::iter::once(self.first).chain(self.looks.iter().copied());
        all.find(|one| Some(&one.id) == shown && !is_done(one))
    }

    fn conclusive(&self) -> Option<&'a Attempt> {
        self.looks.iter().rev().find(|look| look.is_conclusive()).copied()
    }

    /// Whether the model said that it is done with an attempt that is not at hand, so that nobody knows what stands in the end.
    fn is_cut_off(&self) -> bool {
        self.conclusive().is_some() && self.last().is_none()
    }

    /// Whether the model left its first drawing as it was.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.last().is_some_and(|last| last.id == self.first.id)
    }
}

/// Whether the model said that it is done instead of drawing; a drawing that came all the same counts as one.
fn is_done(look: &Attempt) -> bool {
    look.look.as_ref().is_some_and(|look| look.done) && !look.is_drawn()
}

/// Whether looks help: plain data, the shape of `--format json`.
#[derive(Debug, Clone, Serialize)]
pub struct LooksReport {
    /// Version of this shape.
    pub schema: u32,
    /// The report in one sentence.
    pub sentence: String,
    /// The share of false alarms that is taken.
    pub alpha: f64,
    /// All contestants together.
    pub all: LooksSummary,
    /// Each contestant, by its label.
    pub contestants: Vec<LooksSummary>,
    /// First attempts without looks, of contestants who looked at others.
    pub without: usize,
    /// Looks whose first attempt is not here.
    pub orphans: usize,
    /// Versions of the texts that went with the pictures.
    pub texts: BTreeSet<String>,
    /// The most looks that runs allowed.
    pub bounds: BTreeSet<u32>,
    /// Further words that a command about these looks needs.
    #[serde(skip)]
    pub narrowing: Vec<String>,
}

/// The effect of looks on the drawings of one contestant, or of all.
#[derive(Debug, Clone, Serialize)]
pub struct LooksSummary {
    /// The contestant's slug; absent for all together.
    pub contestant: Option<String>,
    /// Its name for people.
    pub label: String,
    /// First attempts with looks.
    pub attempts: usize,
    /// The looks at them.
    pub looks: usize,
    /// First attempts that the model left as they were.
    pub unchanged: usize,
    /// First attempts of which nothing is known, since all requests for looks failed.
    pub failed: usize,
    /// First attempts of which nothing is known, since what the model said it is done with is not here.
    pub cut_off: usize,
    /// The preference between the first drawings and the last ones.
    pub preferred: PreferredSide,
    /// The numbers of those that drew before and after.
    pub drawn: DrawnChange,
    /// Tokens of prompts and replies.
    pub tokens: Option<PriceChange>,
    /// Cost in US dollars.
    pub cost: Option<PriceChange>,
    /// Seconds to the end of replies.
    pub seconds: Option<PriceChange>,
}

/// The numbers of attempts that drew something before looks and after.
#[derive(Debug, Clone, Serialize)]
pub struct DrawnChange {
    /// First attempts of which both are known.
    pub of: usize,
    /// Those that drew at first.
    pub before: usize,
    /// Those that have a drawing in the end.
    pub after: usize,
    /// Those that have one only since a look.
    pub gained: usize,
    /// Those that lost it by a look.
    pub lost: usize,
    /// Two-sided probability of so uneven gains and losses, were both as likely: McNemar's exact test.
    pub p: f64,
    /// The same, corrected for the number of contestants (Holm).
    pub p_corrected: f64,
    /// Whether more drew, or fewer.
    pub verdict: ComparisonVerdict,
}

/// The mean price of a drawing by itself, and with the looks at it, in tokens, money or time, over attempts of which
/// all of it is known.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PriceChange {
    /// The number of these attempts.
    pub of: usize,
    /// A first attempt's.
    pub first: f64,
    /// A first attempt's with its looks.
    pub with_looks: f64,
}

/// Judgements and the judges' calibrations, as all comparisons have them.
#[derive(Debug, Clone, Copy)]
pub struct JudgingRecords<'a> {
    /// All judgements.
    pub judgements: &'a [JudgementRecord],
    /// The judges' answers to the calibration set.
    pub calibrations: &'a [CalibrationRecord],
    /// The weight of a model's view beside a person's; apart without one.
    pub model_weight: Option<f64>,
}

impl LooksReport {
    /// Reports on these attempts and the looks at them; none where nobody looked.
    #[must_use]
    pub fn new(found: &LookedAtAttempts<'_>, judged: JudgingRecords<'_>) -> Option<LooksReport> {
        let mut by: BTreeMap<(&str, &str), Vec<&LookedAt<'_>>> = BTreeMap::new();
        for one in &found.pairs {
            by.entry((&one.first.contestant.label, slug(one.first))).or_default().push(one);
        }
        let looks = || found.pairs.iter().flat_map(|one| &one.looks).filter_map(|look| look.look.as_ref());
        let everything: Vec<&LookedAt<'_>> = found.pairs.iter().collect();
        let mut contestants: Vec<LooksSummary> = by
            .iter()
            .map(|((label, slug), pairs)| LooksSummary::new(Some(slug), label, pairs, judged))
            .collect();
        let corrected = holm(&contestants.iter().map(|one| one.drawn.p).collect::<Vec<_>>());
        for (one, p) in contestants.iter_mut().zip(corrected) {
            one.drawn.decide(p);
        }
        let mut report = LooksReport {
            schema: 1,
            sentence: String::new(),
            alpha: ALPHA,
            all: LooksSummary::new(None, "All", &everything, judged),
            contestants,
            without: found.without,
            orphans: found.orphans,
            texts: looks().map(|look| look.text.clone()).collect(),
            bounds: looks().map(|look| look.bound).collect(),
            narrowing: Vec::new(),
        };
        report.sentence = words::sentence(&report);
        (!found.pairs.is_empty()).then_some(report)
    }

    /// Whether looks make it worse, of all together: by what is preferred, or by how many have a drawing in the end.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        self.is_worse_in_judgements() || self.all.drawn.verdict == ComparisonVerdict::Worse
    }

    /// Whether nothing is known of what became of any first attempt: its looks failed, or are not here.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.all.failed + self.all.cut_off == self.all.attempts
    }

    /// Whether the last drawings are found worse, of all together.
    #[must_use]
    pub fn is_worse_in_judgements(&self) -> bool {
        self.all.preferred.verdict == ComparisonVerdict::Worse
    }
}

impl LooksSummary {
    fn new(slug: Option<&str>, label: &str, pairs: &[&LookedAt<'_>], judged: JudgingRecords<'_>) -> Self {
        let JudgingRecords { judgements, calibrations, model_weight } = judged;
        let sides = sides(pairs.iter().copied());
        let answered: Vec<&LookedAt<'_>> = pairs.iter().copied().filter(|one| one.last().is_some()).collect();
        let tokens =
            |attempt: &Attempt| Some(attempt.usage.input?.saturating_add(attempt.usage.output?) as f64);
        Self {
            contestant: slug.map(str::to_owned),
            label: label.to_owned(),
            attempts: pairs.len(),
            looks: pairs.iter().map(|one| one.looks.len()).sum(),
            unchanged: pairs.iter().filter(|one| one.is_unchanged()).count(),
            failed: pairs.iter().filter(|one| one.conclusive().is_none()).count(),
            cut_off: pairs.iter().filter(|one| one.is_cut_off()).count(),
            preferred: PreferredSide::new(&sides, judgements, calibrations, model_weight),
            drawn: DrawnChange::new(&answered),
            tokens: PriceChange::new(&answered, tokens),
            cost: PriceChange::new(&answered, |attempt| attempt.cost.as_ref().map(|cost| cost.usd)),
            seconds: PriceChange::new(&answered, |attempt| attempt.timing.total),
        }
    }
}

impl DrawnChange {
    fn new(answered: &[&LookedAt<'_>]) -> Self {
        let ends: Vec<(bool, bool)> = answered
            .iter()
            .filter(|one| one.first.is_conclusive())
            .filter_map(|one| Some((one.first.is_drawn(), one.last()?.is_drawn())))
            .collect();
        let count = |wanted: fn(&(bool, bool)) -> bool| ends.iter().filter(|ends| wanted(ends)).count();
        let (gained, lost) = (count(|ends| !ends.0 && ends.1), count(|ends| ends.0 && !ends.1));
        // In strata of one against one the exact test is McNemar's, of which pairs that are alike say nothing.
        let rate = |hit: bool| Rate { hits: u64::from(hit), of: 1 };
        let strata: Vec<(Rate, Rate)> =
            ends.iter().filter(|ends| ends.0 != ends.1).map(|ends| (rate(ends.0), rate(ends.1))).collect();
        let mut change = Self {
            of: ends.len(),
            before: count(|ends| ends.0),
            after: count(|ends| ends.1),
            gained,
            lost,
            p: exact_rates(&strata),
            p_corrected: 1.0,
            verdict: ComparisonVerdict::CantTell,
        };
        change.decide(change.p);
        change
    }

    fn decide(&mut self, p_corrected: f64) {
        self.p_corrected = p_corrected;
        self.verdict = match (p_corrected < ALPHA, self.gained > self.lost) {
            (false, _) => ComparisonVerdict::CantTell,
            (true, true) => ComparisonVerdict::Better,
            (true, false) => ComparisonVerdict::Worse,
        };
    }
}

impl PriceChange {
    fn new(answered: &[&LookedAt<'_>], read: impl Fn(&Attempt) -> Option<f64>) -> Option<Self> {
        let known: Vec<(f64, f64)> = answered
            .iter()
            .filter_map(|one| {
                let first = read(one.first)?;
                // Of a request that failed often nothing is known, and it took little.
                let of = |look: &&Attempt| read(look).or_else(|| (!look.is_conclusive()).then_some(0.0));
                let looks = one.looks.iter().map(of).sum::<Option<f64>>()?;
                Some((first, first + looks))
            })
            .collect();
        let mean_of = |part: fn(&(f64, f64)) -> f64| mean(&known.iter().map(part).collect::<Vec<_>>());
        Some(Self { of: known.len(), first: mean_of(|one| one.0)?, with_looks: mean_of(|one| one.1)? })
    }

    /// The factor by which looks raise it; none where it was nothing.
    #[must_use]
    pub fn times(&self) -> Option<f64> {
        (self.first > 0.0).then(|| self.with_looks / self.first)
    }
}
