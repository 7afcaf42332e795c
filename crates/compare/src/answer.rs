//! The answer to one question: how a measure differs between two sides.

use pelicycle_statistics::{
    BlockSamples, Interval, Rate, block_test, detectable_rate, detectable_score, exact_rates, growth, mean,
    mean_difference, median, rank_test, rate_gap, shift,
};
use serde::Serialize;

use super::measure::{BetterDirection, Measure, MeasureRole, MeasureScale, MeasuredDrawings};
use super::sides::PairedSides;

/// The share of false alarms that is taken, over all questions together.
pub(super) const ALPHA: f64 = 0.05;
/// Samples that are so many times larger are told as out of reach.
const OUT_OF_REACH: f64 = 100.0;

/// The verdict on a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonVerdict {
    /// The second side is better.
    Better,
    /// The second side is worse.
    Worse,
    /// They differ in a measure of which neither more nor less is better.
    Differs,
    /// The sample does not tell.
    CantTell,
}

/// One side in one measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SideSummary {
    /// The number of attempts that tell the measure.
    pub n: usize,
    /// The share of a rate, else the median; over several strata the mean of theirs.
    pub value: f64,
    /// The mean; over several strata the mean of theirs.
    pub mean: f64,
    /// The number of hits of a rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hits: Option<u64>,
}

/// The size of a difference: how far the second side is from the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EffectSize {
    /// `points` (1 is 100 %), `ratio` (second over first) or `difference`.
    pub kind: &'static str,
    /// The estimate.
    pub estimate: f64,
    /// The lower bound at 95 %, for this question alone; absent where the sample is too small to have one.
    pub low: Option<f64>,
    /// The upper bound, likewise.
    pub high: Option<f64>,
}

/// The answer to one question: how one measure differs between the sides.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureComparison {
    /// The measure's name.
    pub measure: &'static str,
    /// The measure in a few words, for people.
    pub label: &'static str,
    /// The unit of its values; empty where they have none.
    pub unit: &'static str,
    /// The kind of the measure, which decides what follows from it.
    pub role: MeasureRole,
    /// Whether it is one of those that make a comparison fail: what a reply is, and what was asked for by name.
    pub counts: bool,
    /// The verdict.
    pub verdict: ComparisonVerdict,
    /// Attempts of each side that tell the measure and ran on a loaded host, for a measure of time; else none.
    pub loaded: (usize, usize),
    /// The first side in this measure.
    pub base: SideSummary,
    /// The second side in this measure.
    pub head: SideSummary,
    /// The size of the difference.
    pub effect: EffectSize,
    /// Two-sided probability of so large a difference, under none.
    pub p: f64,
    /// The same, corrected for the number of questions (Holm).
    pub p_corrected: f64,
    /// The test behind it.
    pub method: &'static str,
    /// The smallest effect downwards that this sample would have shown with a chance of 80 %, in the kind of `effect`;
    /// absent where it would have shown none.
    pub smallest_down: Option<f64>,
    /// The smallest effect upwards, likewise.
    pub smallest_up: Option<f64>,
    /// Drawings on each side that would settle a difference as large as this one; absent where it is settled, or where
    /// that is out of reach.
    pub needed: Option<u64>,
}

/// The test of one measure, before its p-value is corrected for the number of tests.
pub(super) struct MeasureTest {
    measure: &'static Measure,
    loaded: (usize, usize),
    strata: Vec<BlockSamples>,
    found: Found,
    pub(super) p: f64,
}

/// The result of a test.
struct Found {
    effect: EffectSize,
    method: &'static str,
    /// Standard error of the difference, of scores.
    spread: Option<f64>,
    /// The least probability that so many numbers can have.
    least_p: f64,
}

impl MeasureTest {
    /// Asks; nothing where one side does not tell, or all numbers are the same.
    pub(super) fn ask(
        measure: &'static Measure,
        sides: &PairedSides<'_>,
        measured: &MeasuredDrawings,
    ) -> Option<Self> {
        let read = |attempts: &[&pelicycle_record::Attempt]| -> Vec<f64> {
            attempts.iter().filter_map(|attempt| measure.of(attempt, measured)).collect()
        };
        let mut strata: Vec<BlockSamples> = sides
            .strata
            .iter()
            .map(|stratum| BlockSamples { base: read(&stratum.base), head: read(&stratum.head) })
            .filter(|block| !block.base.is_empty() && !block.head.is_empty())
            .collect();
        let all = || strata.iter().flat_map(|block| block.base.iter().chain(&block.head));
        let first = *all().next()?;
        if all().all(|x| *x == first) && measure.scale != MeasureScale::Rate {
            return None;
        }
        let logarithmic = measure.scale == MeasureScale::Ratio && all().all(|x| *x > 0.0);
        if measure.scale == MeasureScale::Rate {
            let (found, p) = rates(&strata)?;
            return Some(Self { measure, loaded: (0, 0), strata, found, p });
        }
        let values = strata.clone();
        if logarithmic {
            for block in &mut strata {
                block.base.iter_mut().chain(&mut block.head).for_each(|x| *x = x.ln());
            }
        }
        let (found, p) = scores(&strata, logarithmic)?;
        Some(Self { measure, loaded: loaded(measure, sides, measured), strata: values, found, p })
    }

    /// The answer, once it is known how many questions were asked.
    pub(super) fn answer(self, p_corrected: f64, questions: usize) -> MeasureComparison {
        let Self { measure, loaded, strata, found, p } = self;
        let alpha = ALPHA / questions.max(1) as f64;
        let up = match found.effect.kind {
            "ratio" => found.effect.estimate > 1.0,
            _ => found.effect.estimate > 0.0,
        };
        let verdict = match (p_corrected < ALPHA, measure.better) {
            (false, _) => ComparisonVerdict::CantTell,
            (true, BetterDirection::Neither) => ComparisonVerdict::Differs,
            (true, BetterDirection::Higher) => {
                if up {
                    ComparisonVerdict::Better
                } else {
                    ComparisonVerdict::Worse
                }
            }
            (true, BetterDirection::Lower) => {
                if up {
                    ComparisonVerdict::Worse
                } else {
                    ComparisonVerdict::Better
                }
            }
        };
        let is_rate = measure.scale == MeasureScale::Rate;
        let (base, head) = (
            summary(strata.iter().map(|b| &b.base), is_rate),
            summary(strata.iter().map(|b| &b.head), is_rate),
        );
        let Reached { down, up, needed } = reach(&found, (&base, &head), strata.len(), alpha);
        MeasureComparison {
            measure: measure.name,
            label: measure.label,
            unit: measure.unit,
            role: measure.role,
            counts: measure.role == MeasureRole::Reply,
            verdict,
            loaded,
            base,
            head,
            effect: found.effect,
            p,
            p_corrected,
            method: found.method,
            smallest_down: down,
            smallest_up: up,
            needed: needed.filter(|_| verdict == ComparisonVerdict::CantTell),
        }
    }
}

/// Attempts of each side whose times another program may have made longer.
fn loaded(measure: &Measure, sides: &PairedSides<'_>, measured: &MeasuredDrawings) -> (usize, usize) {
    if !measure.is_of_time() {
        return (0, 0);
    }
    let [base, head] = sides.both().map(|attempts| {
        let loaded = attempts.iter().filter(|attempt| attempt.timing.is_loaded());
        loaded.filter(|attempt| measure.of(attempt, measured).is_some()).count()
    });
    (base, head)
}

fn summary<'a>(strata: impl Iterator<Item = &'a Vec<f64>> + Clone, is_rate: bool) -> SideSummary {
    let n = strata.clone().map(Vec::len).sum();
    let overall = |of: &dyn Fn(&Vec<f64>) -> Option<f64>| {
        mean(&strata.clone().filter_map(of).collect::<Vec<_>>()).unwrap_or(f64::NAN)
    };
    let average = overall(&|numbers| mean(numbers));
    let value = if is_rate { average } else { overall(&|numbers| median(numbers.iter().copied())) };
    let hits = is_rate.then(|| strata.flatten().filter(|x| **x > 0.5).count() as u64);
    SideSummary { n, value, mean: average, hits }
}

fn rates(strata: &[BlockSamples]) -> Option<(Found, f64)> {
    let rate = |numbers: &[f64]| numbers.iter().map(|x| *x > 0.5).collect::<Rate>();
    let pairs: Vec<(Rate, Rate)> = strata.iter().map(|b| (rate(&b.base), rate(&b.head))).collect();
    let (estimate, Interval { low, high }) = mean_difference(&pairs)?;
    let method = match pairs.len() {
        1 => "Fisher's exact test, Newcombe's interval",
        _ => "exact test within strata (Cochran, Mantel and Haenszel), square-and-add interval",
    };
    let p = exact_rates(&pairs);
    // The most unlikely outcome: all hits on one side.
    let extreme: Vec<(Rate, Rate)> = pairs
        .iter()
        .map(|(base, head)| (Rate { hits: base.of, ..*base }, Rate { hits: 0, ..*head }))
        .collect();
    let least_p = exact_rates(&extreme);
    let effect = EffectSize { kind: "points", estimate, low: Some(low), high: Some(high) };
    Some((Found { effect, method, spread: None, least_p }, p))
}

fn scores(strata: &[BlockSamples], logarithmic: bool) -> Option<(Found, f64)> {
    let blocks = block_test(strata, ALPHA)?;
    let (estimate, interval, p, method) = match strata {
        [one] => {
            let (test, shift) = (rank_test(&one.base, &one.head)?, shift(&one.base, &one.head, ALPHA)?);
            let method = match test.exact {
                true => "exact Mann-Whitney test, Hodges-Lehmann shift",
                false => "Mann-Whitney test, Hodges-Lehmann shift",
            };
            (shift.estimate, shift.interval, test.p, method)
        }
        _ => {
            let method = match blocks.exact {
                true => "exact permutation within prompts",
                false => "permutation within prompts, 20,000 ways",
            };
            (blocks.difference, blocks.interval, blocks.p, method)
        }
    };
    let kind = if logarithmic { "ratio" } else { "difference" };
    let back = |x: f64| if logarithmic { x.exp() } else { x };
    let effect = EffectSize {
        kind,
        estimate: back(estimate),
        low: interval.map(|interval| back(interval.low)),
        high: interval.map(|interval| back(interval.high)),
    };
    Some((Found { effect, method, spread: Some(blocks.spread), least_p: blocks.least_p }, p))
}

struct Reached {
    down: Option<f64>,
    up: Option<f64>,
    needed: Option<u64>,
}

/// The smallest differences that the sample could have shown, and how large one would have to be for this one.
fn reach(found: &Found, (base, head): (&SideSummary, &SideSummary), strata: usize, alpha: f64) -> Reached {
    let (n, m) = (base.n as u64, head.n as u64);
    let ratio = found.effect.kind == "ratio";
    let (down, up, part) = match found.spread {
        None => {
            let near = detectable_rate(base.value, n, m, alpha);
            let down = near.lower.map(|rate| rate - base.value);
            let up = near.upper.map(|rate| rate - base.value);
            (down, up, rate_gap((base.value, n), (head.value, m), alpha))
        }
        Some(spread) => {
            let smallest = detectable_score(spread, alpha);
            let estimate = if ratio { found.effect.estimate.ln() } else { found.effect.estimate };
            let back = |x: f64| if ratio { x.exp() } else { x };
            let told = spread > 0.0;
            (told.then(|| back(-smallest)), told.then(|| back(smallest)), estimate.abs() / smallest)
        }
    };
    // With too few drawings even the largest difference proves nothing.
    let hopeless = found.least_p >= alpha;
    let each = 2.0 / (1.0 / n as f64 + 1.0 / m as f64);
    let needed = growth(part).filter(|factor| *factor <= OUT_OF_REACH).map(|factor| {
        let for_power = (each * factor).ceil() as u64;
        for_power.max(fewest(strata, alpha))
    });
    Reached { down: down.filter(|_| !hopeless), up: up.filter(|_| !hopeless), needed }
}

/// The fewest drawings on each side with which any difference at all is told.
fn fewest(strata: usize, alpha: f64) -> u64 {
    let strata = strata.max(1);
    let fewest = (1..=64u32).find(|each| {
        // One stratum with so many on each side can be dealt out in (2n choose n) ways.
        let ways = (1..=*each).fold(1.0, |ways, i| ways * f64::from(each + i) / f64::from(i));
        2.0 / ways.powi(i32::try_from(strata).unwrap_or(i32::MAX)) < alpha
    });
    u64::from(fewest.unwrap_or(64)) * strata as u64
}
