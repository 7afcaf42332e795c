//! A session in which a model looks at drawings one by one, holds each against its prompt's rubric, and what it says is kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelicycle_drawing::tool;
use pelicycle_judge::{read_rubric_reply, rubric_question};
use pelicycle_provider::ReplyRequest;
use pelicycle_record::measure::Rubric;
use pelicycle_record::{
    AskedPrompt, Attempt, EngineRecord, Id, JudgeKind, JudgeRecord, Outcome, ReadingRequest, RequestRecord,
    RubricReading, SCHEMA_VERSION, TextRecord,
};
use pelicycle_store::{AttemptListing, Store};
use pelicycle_text::plain_file;
use tokio::task::JoinSet;

use super::answer_shape::rubric_shape;
use super::comparison_request::AROUND;
use super::material::SIDE;
use super::session::TOGETHER;
use super::{JudgingForecast, ModelJudge, PngShrinker};
use crate::ask::{AnsweredRequest, RequestContext};
use crate::spending::Spending;
use crate::{RunError, StopSignal};

/// A drawing that a model has not held against its rubric yet.
#[derive(Debug, Clone)]
pub struct UnreadDrawing {
    attempt: Id,
    prompt: AskedPrompt,
    png: Option<PathBuf>,
    question: String,
    items: Vec<&'static str>,
}

impl UnreadDrawing {
    /// Those of `attempts` that drew and whose prompt has a rubric, less those that the judge of this name has answered in the
    /// same words. `rubric` is that of an attempt's prompt.
    #[must_use]
    pub fn all<'a>(
        listing: &AttemptListing,
        attempts: &[&Attempt],
        rubric: impl Fn(&Attempt) -> Option<&'a Rubric>,
        readings: &[RubricReading],
        judge: &str,
    ) -> Vec<UnreadDrawing> {
        let answered =
            readings.iter().filter(|reading| reading.judge.name == judge && reading.answers.is_some());
        // A person of the model's name was asked nothing.
        let answered: BTreeSet<(&Id, &str)> = answered
            .filter_map(|reading| Some((&reading.attempt, reading.asked.as_ref()?.question.hash.as_str())))
            .collect();
        let wanted: BTreeSet<&Id> =
            attempts.iter().filter(|attempt| attempt.is_drawn()).map(|attempt| &attempt.id).collect();
        let mut all = Vec::new();
        for stored in listing.attempts.iter().filter(|stored| wanted.contains(&stored.attempt.id)) {
            let attempt = &stored.attempt;
            let Some(rubric) = rubric(attempt).filter(|rubric| !rubric.items.is_empty()) else { continue };
            let items: Vec<&'static str> = rubric.items.iter().map(|item| item.words()).collect();
            let question = rubric_question(&attempt.prompt.text, &items);
            if answered.contains(&(&attempt.id, TextRecord::of(question.as_bytes()).hash.as_str())) {
                continue;
            }
            all.push(UnreadDrawing {
                attempt: attempt.id.clone(),
                prompt: AskedPrompt { id: attempt.prompt.id.clone(), hash: attempt.prompt.hash.clone() },
                png: stored.files.png.clone(),
                question,
                items,
            });
        }
        all
    }

    fn picture(&self, shrink: PngShrinker) -> Result<Vec<u8>, String> {
        let path: &Path = self.png.as_deref().ok_or("it is not kept")?;
        let png = plain_file::read(path, plain_file::KEPT_BYTES)
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        shrink(&png, SIDE).map_err(|why| format!("{} is no picture: {why}", path.display()))
    }
}

impl JudgingForecast {
    /// Forecasts the reading of so many drawings, one request each. Nothing is asked.
    #[must_use]
    pub fn of_readings(judge: &ModelJudge, drawings: &[UnreadDrawing]) -> JudgingForecast {
        let longest = drawings.iter().map(|drawing| drawing.question.len() as u64).max().unwrap_or(0);
        JudgingForecast::of_requests(judge, drawings.len() as u64, drawings.len() as u64, longest, 1)
    }
}

/// The outcome of a rubric session.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RubricSessionEnd {
    /// Replies that were read.
    pub read: u32,
    /// Replies that could not be read.
    pub unread: u32,
    /// Requests that failed.
    pub failed: u32,
    /// US dollars that it cost, as far as known.
    pub usd: f64,
    /// US dollars spent, where the bound on them kept a drawing from being shown.
    pub over_budget: Option<f64>,
}

/// All that a session of reading needs.
pub struct RubricSession<'a> {
    /// The model that looks.
    pub judge: &'a ModelJudge,
    /// The store that keeps readings.
    pub store: &'a Store,
    /// The function that makes pictures small.
    pub shrink: PngShrinker,
    /// The bound on its cost, in US dollars.
    pub max_cost: Option<f64>,
    /// The wish to end it early.
    pub stop: &'a StopSignal,
}

impl RubricSession<'_> {
    /// Shows drawings one by one, and keeps what the model says. Ends earlier when that is wished for, and before it could cost
    /// more than the bound.
    ///
    /// # Errors
    /// When a drawing can't be shown, or a reading can't be kept.
    pub async fn hold(
        &self,
        drawings: Vec<UnreadDrawing>,
        mut listener: impl FnMut(&RubricReading),
    ) -> Result<RubricSessionEnd, RunError> {
        let spending = Arc::new(Spending::unmetered(self.max_cost));
        let mut tasks: JoinSet<Result<Option<KeptReading>, RunError>> = JoinSet::new();
        let (mut end, mut waiting) = (RubricSessionEnd::default(), drawings.into_iter());
        loop {
            while tasks.len() < TOGETHER && !self.stop.asked() && spending.over_budget().is_none() {
                let Some(drawing) = waiting.next() else { break };
                let picture = drawing.picture(self.shrink).map_err(|why| RunError::Picture {
                    id: drawing.attempt.clone(),
                    store: self.store.root().to_owned(),
                    why,
                })?;
                let asked = RubricRequest { judge: self.judge.clone(), drawing, picture };
                tasks.spawn(asked.carry_out(Arc::clone(&spending), self.stop.clone()));
            }
            let Some(done) = tasks.join_next().await else { break };
            if let Some((reading, reply)) = done.map_err(RunError::from).flatten()? {
                self.store.write_reading(&reading, reply.as_deref())?;
                end.count(&reading);
                listener(&reading);
            }
        }
        end.over_budget = spending.over_budget();
        Ok(end)
    }
}

impl RubricSessionEnd {
    fn count(&mut self, reading: &RubricReading) {
        let asked = reading.asked.as_ref();
        match (&reading.answers, asked.map(|asked| asked.outcome)) {
            (Some(_), _) => self.read += 1,
            (None, Some(Outcome::Error | Outcome::Cut | Outcome::Cancelled)) => self.failed += 1,
            (None, _) => self.unread += 1,
        }
        self.usd += asked.and_then(|asked| asked.cost.as_ref()).map_or(0.0, |cost| cost.usd);
    }
}

/// A reading and the reply that it was read from, where one came.
type KeptReading = (RubricReading, Option<Vec<u8>>);

/// One drawing on its way to the model.
struct RubricRequest {
    judge: ModelJudge,
    drawing: UnreadDrawing,
    picture: Vec<u8>,
}

impl RubricRequest {
    /// Carries the request out, and returns what is kept of it, with the reply; nothing where the model was not asked
    /// to the end.
    async fn carry_out(
        self,
        spending: Arc<Spending>,
        stop: StopSignal,
    ) -> Result<Option<KeptReading>, RunError> {
        let settings = self.judge.settings()?;
        let backend = self.judge.backend(|| rubric_shape(self.drawing.items.len()));
        let input = self.drawing.question.len() as u64 + AROUND + self.judge.most_picture_tokens();
        // Whoever set a bound was told before of what has no price.
        let most = backend.tariff.most_after(input, &settings.sampling, false).unwrap_or(0.0);
        let request = || ReplyRequest {
            prompt_id: self.drawing.prompt.id.clone(),
            earlier: Vec::new(),
            prompt: self.drawing.question.clone(),
            pictures: vec![self.picture.clone()],
            sample: 1,
            settings: settings.clone(),
        };
        let asking = RequestContext { backend: &backend, spending: &spending, stop: &stop };
        let asked = asking.ask(request, most, |_| {}).await;
        match asked {
            Some(asked) if asked.answer.done.outcome != Outcome::Cancelled => {
                let engine = self.judge.engine().await?;
                self.kept(asked, settings, engine).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn kept(
        self,
        asked: AnsweredRequest,
        request: RequestRecord,
        engine: Option<EngineRecord>,
    ) -> Result<KeptReading, RunError> {
        let AnsweredRequest { answer, cost, .. } = asked;
        let seconds = answer.total().as_secs_f64();
        let answers = read_rubric_reply(&answer.text, &self.drawing.items);
        let reply = (!answer.text.is_empty()).then(|| answer.text.into_bytes());
        let reading = RubricReading {
            schema: SCHEMA_VERSION,
            id: Id::new()?,
            judged: jiff::Timestamp::now(),
            tool: tool(),
            judge: JudgeRecord { kind: JudgeKind::Model, name: self.judge.name },
            prompt: self.drawing.prompt,
            attempt: self.drawing.attempt,
            answers,
            seconds: Some(seconds),
            asked: Some(ReadingRequest {
                question: TextRecord::of(self.drawing.question.as_bytes()),
                picture: TextRecord::of(&self.picture),
                request,
                outcome: answer.done.outcome,
                error: answer.done.error,
                usage: answer.account.usage,
                cost,
                served: answer.account.served,
                service: answer.account.service,
                engine,
                reply: reply.as_deref().map(TextRecord::of),
            }),
        };
        Ok((reading, reply))
    }
}
