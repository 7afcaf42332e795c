//! A session in which a judge is shown pairs of which it is known which is better.

use std::collections::BTreeSet;
use std::sync::Arc;

use pelicycle_drawing::{rasterize_trusted, tool};
use pelicycle_judge::{
    CALIBRATION_PROMPT, CALIBRATION_SET, JudgeSetup, calibration_counts, calibration_set, question,
};
use pelicycle_record::{
    CalibrationRecord, DrawingChange, Id, JudgeKind, JudgeRecord, Outcome, SCHEMA_VERSION,
};
use pelicycle_store::Store;
use tokio::task::JoinSet;

use super::comparison_request::{ComparisonAnswer, ComparisonRequest};
use super::material::SIDE;
use super::session::TOGETHER;
use super::{JudgingForecast, ModelJudge};
use crate::spending::Spending;
use crate::{RunError, StopSignal};

/// A pair of the calibration set, one way round, that a judge was not shown yet.
#[derive(Debug, Clone)]
pub struct CalibrationShowing {
    pair: String,
    change: DrawingChange,
    /// Whether the changed drawing comes first.
    turned: bool,
    /// As SVG, in the order in which they are shown.
    drawings: [String; 2],
}

impl CalibrationShowing {
    /// All showings of the set, both ways round, less those that the judge of this name has answered as it is set up.
    #[must_use]
    pub fn all(records: &[CalibrationRecord], judge: &str, setup: &JudgeSetup) -> Vec<CalibrationShowing> {
        let answered = records.iter().filter(|record| calibration_counts(record, judge, setup));
        let answered: BTreeSet<(&str, bool)> =
            answered.map(|record| (record.pair.as_str(), record.turned)).collect();
        let mut all = Vec::new();
        for pair in calibration_set() {
            for turned in [false, true] {
                if !answered.contains(&(pair.name.as_str(), turned)) {
                    let mut drawings = [pair.whole.clone(), pair.changed.clone()];
                    drawings.rotate_left(usize::from(turned));
                    all.push(CalibrationShowing {
                        pair: pair.name.clone(),
                        change: pair.change,
                        turned,
                        drawings,
                    });
                }
            }
        }
        all
    }

    fn pictures(&self) -> Result<[Vec<u8>; 2], RunError> {
        let [Some(first), Some(second)] = self.drawings.each_ref().map(|svg| rasterize_trusted(svg, SIDE))
        else {
            return Err(RunError::CalibrationPicture { pair: self.pair.clone() });
        };
        Ok([first, second])
    }
}

impl JudgingForecast {
    /// Forecasts the showing of so many pairs of the calibration set. Nothing is asked.
    #[must_use]
    pub fn of_calibration(judge: &ModelJudge, showings: &[CalibrationShowing]) -> JudgingForecast {
        let pairs: BTreeSet<&str> = showings.iter().map(|showing| showing.pair.as_str()).collect();
        let length = question(CALIBRATION_PROMPT).len() as u64;
        JudgingForecast::of_requests(judge, pairs.len() as u64, showings.len() as u64, length, 2)
    }
}

/// The outcome of a calibration session.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct CalibrationEnd {
    /// Answers that were kept, be it that they name no choice.
    pub answered: u32,
    /// Requests that failed.
    pub failed: u32,
    /// US dollars that it cost, as far as known.
    pub usd: f64,
    /// US dollars spent, where the bound on them kept a pair from being shown.
    pub over_budget: Option<f64>,
}

/// All that a session needs.
pub struct CalibrationSession<'a> {
    /// The judge.
    pub judge: &'a ModelJudge,
    /// The store that keeps answers.
    pub store: &'a Store,
    /// The bound on its cost, in US dollars.
    pub max_cost: Option<f64>,
    /// The wish to end it early.
    pub stop: &'a StopSignal,
}

/// An answer and the reply that it was read from, where one came.
type KeptCalibration = (CalibrationRecord, Option<Vec<u8>>);

impl CalibrationSession<'_> {
    /// Shows pairs, and keeps what the judge says of each as soon as it is said. Ends earlier when that is wished for, and
    /// before it could cost more than the bound.
    ///
    /// # Errors
    /// When a drawing can't be shown, or an answer can't be kept.
    pub async fn hold(
        &self,
        showings: Vec<CalibrationShowing>,
        mut listener: impl FnMut(&CalibrationRecord),
    ) -> Result<CalibrationEnd, RunError> {
        let spending = Arc::new(Spending::unmetered(self.max_cost));
        let mut tasks: JoinSet<Result<Option<KeptCalibration>, RunError>> = JoinSet::new();
        let (mut end, mut waiting) = (CalibrationEnd::default(), showings.into_iter());
        loop {
            while tasks.len() < TOGETHER && !self.stop.asked() && spending.over_budget().is_none() {
                let Some(showing) = waiting.next() else { break };
                let (judge, spending, stop) = (self.judge.clone(), Arc::clone(&spending), self.stop.clone());
                tasks.spawn(async move { carry_out(showing, judge, &spending, &stop).await });
            }
            let Some(done) = tasks.join_next().await else { break };
            if let Some((record, reply)) = done.map_err(RunError::from).flatten()? {
                self.store.write_calibration(&record, reply.as_deref())?;
                match record.asked.outcome {
                    Outcome::Error | Outcome::Cut if record.preference.is_none() => end.failed += 1,
                    _ => end.answered += 1,
                }
                end.usd += record.asked.cost.as_ref().map_or(0.0, |cost| cost.usd);
                listener(&record);
            }
        }
        end.over_budget = spending.over_budget();
        Ok(end)
    }
}

/// Shows one pair one way round; none where the judge was not asked to the end.
async fn carry_out(
    showing: CalibrationShowing,
    judge: ModelJudge,
    spending: &Spending,
    stop: &StopSignal,
) -> Result<Option<KeptCalibration>, RunError> {
    let (pictures, question) = (showing.pictures()?, question(CALIBRATION_PROMPT));
    let asking = ComparisonRequest {
        judge: &judge,
        prompt_id: "calibration",
        question: &question,
        pictures: &pictures,
    };
    let Some(answer) = asking.ask(spending, stop).await? else { return Ok(None) };
    let ComparisonAnswer { preference, seconds, asked, reply } = answer;
    let record = CalibrationRecord {
        schema: SCHEMA_VERSION,
        id: Id::new()?,
        judged: jiff::Timestamp::now(),
        tool: tool(),
        judge: JudgeRecord { kind: JudgeKind::Model, name: judge.name },
        set: CALIBRATION_SET.to_owned(),
        pair: showing.pair,
        change: showing.change,
        turned: showing.turned,
        preference,
        seconds: Some(seconds),
        asked,
    };
    Ok(Some((record, reply)))
}
