//! All answers to a comparison.

use pelicycle_record::{Attempt, CalibrationRecord, JudgementRecord, Outcome};
use pelicycle_statistics::holm;
use serde::Serialize;

use super::answer::{ComparisonVerdict, MeasureComparison, MeasureTest};
use super::conditions::ConditionDifferences;
use super::measure::{Measure, MeasureRole, MeasuredDrawings};
use super::preferred::PreferredSide;
use super::sides::PairedSides;
use super::words;

/// The name of the measure that judgements make.
pub const PREFERRED: &str = "preferred";

/// A comparison, answered: plain data, the shape of `--format json`.
#[derive(Debug, Clone, Serialize)]
pub struct ComparisonReport {
    /// Version of this shape.
    pub schema: u32,
    /// The first side, as it was named.
    pub base: String,
    /// The second side, as it was named.
    pub head: String,
    /// Attempts of each side that are compared.
    pub attempts: (usize, usize),
    /// The numbers of those that have a drawing that shows something.
    pub drawn: (usize, usize),
    /// The numbers of those that tell nothing of the model, since their request failed or could not be checked.
    pub failed: (usize, usize),
    /// Of the failed, the numbers that the user broke off.
    pub broken_off: (usize, usize),
    /// Of the failed, the numbers that have a whole reply, which could not be checked.
    pub unchecked: (usize, usize),
    /// The names of the strata they are compared in: prompts, or prompts and contestants.
    pub strata: Vec<String>,
    /// Attempts of each side without a counterpart.
    pub unpaired: (usize, usize),
    /// Attempts that both sides hold, and that are counted to the first alone.
    pub shared: usize,
    /// The share of false alarms that is taken, over all questions together.
    pub alpha: f64,
    /// The comparison in one sentence.
    pub sentence: String,
    /// The verdict on the whole: whose drawings are preferred.
    pub verdict: ComparisonVerdict,
    /// The side whose drawings are preferred, by judgements.
    pub preferred: PreferredSide,
    /// The conditions of the sides: in what they differ besides the model.
    pub conditions: ConditionDifferences,
    /// Whether the sides were taken as wholes, since they have no contestant in common.
    pub of_all: bool,
    /// Further words that a command about these sides needs, as the user gave them.
    #[serde(skip)]
    pub narrowing: Vec<String>,
    /// The answers, in the order of the measures.
    pub answers: Vec<MeasureComparison>,
    /// Measures of which one side tells nothing, or which are all the same.
    pub silent: Vec<&'static str>,
}

/// The reason why an attempt tells nothing of its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inconclusive {
    Failed,
    BrokenOff,
    Unchecked,
}

fn inconclusive(attempt: &Attempt) -> Option<Inconclusive> {
    let why = match attempt.outcome {
        Outcome::Error | Outcome::Cut => Inconclusive::Failed,
        Outcome::Cancelled => Inconclusive::BrokenOff,
        Outcome::Complete | Outcome::Length | Outcome::Refusal | Outcome::Filtered => Inconclusive::Unchecked,
    };
    (!attempt.is_conclusive()).then_some(why)
}

/// Two sides that can't be compared, with the reason.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CompareError {
    #[error("{name} has no attempts")]
    Empty { name: String },
    #[error("every attempt of {head} is one of {base} as well, so there is nothing to compare")]
    Same { base: String, head: String },
    #[error("{base} and {head} have no prompt in common{hint}")]
    NothingInCommon { base: String, head: String, hint: &'static str },
}

/// Answers a comparison of two sides, which are called `base` and `head`; `measured` has what `measures` ask of drawings.
///
/// # Errors
/// When there is nothing to compare.
pub fn compare(
    base: &str,
    head: &str,
    sides: &PairedSides<'_>,
    measures: &[&'static Measure],
    measured: &MeasuredDrawings,
) -> Result<ComparisonReport, CompareError> {
    let attempts = sides.sizes();
    if sides.strata.is_empty() {
        let (base, head) = (base.to_owned(), head.to_owned());
        return Err(match sides.unpaired {
            (0, _) => CompareError::Empty { name: base },
            (_, 0) if sides.shared > 0 => CompareError::Same { base, head },
            (_, 0) => CompareError::Empty { name: head },
            _ => {
                let hint = match sides.by_contestant {
                    true => {
                        " that one contestant of both was asked: where a side has several, each is held against itself; \
                        name one with --contestant, or contestants as the sides"
                    }
                    false => "",
                };
                CompareError::NothingInCommon { base, head, hint }
            }
        });
    }
    let asked: Vec<Option<MeasureTest>> =
        measures.iter().map(|measure| MeasureTest::ask(measure, sides, measured)).collect();
    let silent = measures
        .iter()
        .zip(&asked)
        .filter(|(_, test)| test.is_none())
        .map(|(measure, _)| measure.name)
        .collect();
    let tests: Vec<MeasureTest> = asked.into_iter().flatten().collect();
    let corrected = holm(&tests.iter().map(|test| test.p).collect::<Vec<_>>());
    let count = tests.len();
    let report = ComparisonReport {
        schema: 1,
        base: base.to_owned(),
        head: head.to_owned(),
        attempts,
        drawn: sides.count(Attempt::is_drawn),
        failed: sides.count(|attempt| !attempt.is_conclusive()),
        broken_off: sides.count(|attempt| inconclusive(attempt) == Some(Inconclusive::BrokenOff)),
        unchecked: sides.count(|attempt| inconclusive(attempt) == Some(Inconclusive::Unchecked)),
        strata: sides.strata.iter().map(|stratum| stratum.name.clone()).collect(),
        unpaired: sides.unpaired,
        shared: sides.shared,
        alpha: super::answer::ALPHA,
        sentence: String::new(),
        verdict: ComparisonVerdict::CantTell,
        preferred: PreferredSide::new(sides, &[], &[], None),
        conditions: ConditionDifferences::of(sides),
        of_all: sides.of_all,
        narrowing: Vec::new(),
        answers: tests
            .into_iter()
            .zip(corrected)
            .map(|(test, corrected)| test.answer(corrected, count))
            .collect(),
        silent,
    };
    Ok(report.told())
}

impl ComparisonReport {
    /// The same with what judgements say: they decide on the whole. `model_weight` puts people and models together.
    #[must_use]
    pub fn judged(
        self,
        sides: &PairedSides<'_>,
        judgements: &[JudgementRecord],
        calibrations: &[CalibrationRecord],
        model_weight: Option<f64>,
    ) -> ComparisonReport {
        let preferred = PreferredSide::new(sides, judgements, calibrations, model_weight);
        ComparisonReport { verdict: preferred.verdict, preferred, ..self }.told()
    }

    /// The same with measures that count since they were asked for by name: of time, of cost, of what drawings are made of.
    /// Items that rules read count for themselves alone, never for the whole.
    #[must_use]
    pub fn counting(mut self, named: &[String]) -> ComparisonReport {
        for answer in &mut self.answers {
            let named = named.iter().any(|name| name == answer.measure);
            answer.counts |= named && answer.role != MeasureRole::Item;
        }
        self
    }

    /// Whether it is worse: by what is preferred, or by a measure that counts.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        self.verdict == ComparisonVerdict::Worse || self.answers.iter().any(MeasureComparison::fails)
    }

    /// Whether one thing is worse by itself: `preferred`, or a measure by its name.
    #[must_use]
    pub fn is_worse_in(&self, name: &str) -> bool {
        match name {
            PREFERRED => self.verdict == ComparisonVerdict::Worse,
            name => self.answers.iter().filter(|answer| answer.measure == name).any(|answer| {
                let fewer = answer.role == MeasureRole::Item && answer.effect.estimate < 0.0;
                match answer.verdict {
                    ComparisonVerdict::Worse => true,
                    ComparisonVerdict::Differs => fewer,
                    ComparisonVerdict::Better | ComparisonVerdict::CantTell => false,
                }
            }),
        }
    }

    fn told(mut self) -> ComparisonReport {
        self.sentence = words::verdict_sentence(&self);
        self
    }
}

impl MeasureComparison {
    /// Whether it makes the comparison fail.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.counts && self.verdict == ComparisonVerdict::Worse
    }
}
