//! Carries a plan out: asks, checks, keeps, each sample as soon as it is over.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

use super::answer::Answer;
use super::budget::Budget;
use super::energy::{Meter, Metered};
use super::host;
use super::plan::{Cell, Plan};
use super::progress::{Finished, Progress};
use super::stop::Stop;
use super::tariff::{Taken, Tariff};
use pelicycle_drawing::{Pool, tool};
use pelicycle_provider::{Provider, Request};
use pelicycle_record::Inspection;
use pelicycle_record::{
    Attempt, EngineRecord, Origin, Outcome, RequestRecord, RunRecord, SCHEMA_VERSION, TextRecord, Usage,
};
use pelicycle_record::{Id, RandomError};
use pelicycle_store::{AttemptFiles, Store, StoreError};

/// The rooms that a run works in.
#[derive(Debug, Clone)]
pub struct Rooms {
    /// Where attempts are kept.
    pub store: Store,
    /// Where drawings are checked.
    pub pool: Arc<Pool>,
}

/// Why a run could not go on. What was finished before is kept.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RunError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error("{0}")]
    Model(String),
    #[error("a part of the run failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// Hears of all that happens, from any thread.
type Listener = Arc<Mutex<dyn FnMut(Progress<'_>) + Send>>;

/// Who answers for a contestant, and what that costs.
#[derive(Clone)]
pub struct Seat {
    /// Who answers.
    pub provider: Arc<dyn Provider>,
    /// What it costs.
    pub tariff: Tariff,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ended {
    /// US dollars spent, where the bound on them kept something from being asked.
    pub over_budget: Option<f64>,
}

/// Asks for every cell of the plan: `seats[i]` answers for the run's contestant `i`, and is there where the plan needs it.
/// No request is sent that could bring the cost over `max_cost` US dollars. Returns when all are over, or when what was
/// under way after `stop` is kept.
///
/// # Errors
/// When attempts can't be kept any more; the run ends there.
pub async fn execute(
    plan: Plan,
    seats: Vec<Option<Seat>>,
    max_cost: Option<f64>,
    rooms: Rooms,
    stop: Stop,
    listener: impl FnMut(Progress<'_>) + Send + 'static,
) -> Result<Ended, RunError> {
    let listener: Listener = Arc::new(Mutex::new(listener));
    let Plan { run, cells } = plan;
    tell(&listener, Progress::RunStarted { run: &run, cells: &cells });
    let run = Arc::new(run);
    let purse = Arc::new(Purse { budget: max_cost.map(Budget::new), meter: Meter::of_machine() });
    let mut tasks = JoinSet::new();
    for cell in cells {
        let Some(seat) = &seats[cell.contestant] else { continue };
        let task = Task {
            cell,
            run: Arc::clone(&run),
            seat: seat.clone(),
            purse: Arc::clone(&purse),
            rooms: rooms.clone(),
            stop: stop.clone(),
            listener: Arc::clone(&listener),
        };
        tasks.spawn(task.carry_out());
    }
    let mut first_error = None;
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended.map_err(RunError::from).flatten() {
            // What is under way can still be kept, perhaps; what has not begun would fail the same way.
            stop.ask();
            first_error.get_or_insert(error);
        }
    }
    match first_error {
        Some(error) => Err(error),
        None => Ok(Ended { over_budget: purse.budget.as_ref().and_then(Budget::refused) }),
    }
}

/// What is spent: money, and this machine's energy.
struct Purse {
    budget: Option<Budget>,
    meter: Meter,
}

fn tell(listener: &Listener, news: Progress<'_>) {
    let mut listener = listener.lock().unwrap_or_else(PoisonError::into_inner);
    listener(news);
}

/// One cell on its way.
struct Task {
    cell: Cell,
    run: Arc<RunRecord>,
    seat: Seat,
    purse: Arc<Purse>,
    rooms: Rooms,
    stop: Stop,
    listener: Listener,
}

/// What a request took, beside what the answer tells.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    /// The most that was set aside for it, in US dollars.
    reserved: f64,
    joules: Option<f64>,
}

impl Task {
    async fn carry_out(self) -> Result<(), RunError> {
        let place = tokio::select! {
            biased;
            () = self.stop.wait() => return Ok(()),
            place = self.seat.provider.lane().enter() => place,
        };
        let settings = self.cell.settings(&self.run);
        let reserved = tokio::select! {
            biased;
            () = self.stop.wait() => return Ok(()),
            reserved = self.reserve(&settings) => reserved,
        };
        let Some(reserved) = reserved else { return Ok(()) };
        let metered =
            matches!(self.seat.tariff, Tariff::Energy { .. }).then(|| self.purse.meter.begin()).flatten();
        let answer = self.ask(settings.clone(), metered.as_ref()).await;
        let spent = Spent { reserved, joules: metered.and_then(Metered::end) };
        drop(place);
        tokio::task::spawn_blocking(move || self.keep(&answer, settings, spent)).await?
    }

    /// Sets aside the most that the request may cost; `None` where that is more than is left.
    async fn reserve(&self, settings: &RequestRecord) -> Option<f64> {
        let Some(budget) = &self.purse.budget else { return Some(0.0) };
        if self.seat.provider.origin() != Origin::Asked {
            // It is there, and paid for where it was to be paid for.
            return Some(0.0);
        }
        let prompt = &self.run.prompts[self.cell.prompt].text;
        // Whoever set a bound was told before the run of what has no price.
        let most = self.seat.tariff.most(prompt, &settings.sampling, false).unwrap_or(0.0);
        budget.take(most).await.then_some(most)
    }

    async fn ask(&self, settings: RequestRecord, metered: Option<&Metered<'_>>) -> Answer {
        let prompt = &self.run.prompts[self.cell.prompt];
        let request = Request {
            prompt_id: prompt.id.clone(),
            prompt: prompt.text.clone(),
            pictures: Vec::new(),
            sample: self.cell.sample,
            settings,
        };
        tell(&self.listener, Progress::Asked(self.cell));
        let mut answer = Answer::begin();
        let mut events = self.seat.provider.ask(request);
        loop {
            let event = tokio::select! {
                biased;
                () = self.stop.wait() => {
                    answer.interrupt();
                    return answer;
                }
                event = events.recv() => event,
            };
            let Some(event) = event else {
                answer.end();
                return answer;
            };
            metered.inspect(|metered| metered.tick());
            if let Some((tokens, bytes)) = answer.hear(event) {
                tell(&self.listener, Progress::More { cell: self.cell, tokens, bytes });
            }
        }
    }

    /// Checks and writes what came of the request.
    fn keep(&self, answer: &Answer, settings: RequestRecord, spent: Spent) -> Result<(), RunError> {
        let engine = self.seat.provider.engine().map_err(RunError::Model)?;
        let prompt = &self.run.prompts[self.cell.prompt];
        let reply = answer.text.as_bytes();
        // A model that ended its turn without a word has answered; a request that failed has not.
        let has_reply =
            !reply.is_empty() || matches!(answer.done.outcome, Outcome::Complete | Outcome::Length);
        let mut error = answer.done.error.clone();
        let inspection = match has_reply.then(|| self.rooms.pool.inspect(reply, prompt.raster)) {
            None => None,
            Some(Ok(inspection)) => Some(inspection),
            Some(Err(worker)) => {
                // The reply is kept all the same; what is wrong with this machine is told.
                error = Some(format!("the reply could not be checked: {worker}"));
                None
            }
        };
        let timeline = answer.timeline.text();
        let counts = answer.account.experts.as_ref().map(|taken| taken.counts.to_png());
        let files = AttemptFiles {
            experts: counts.as_deref(),
            ..files(answer, inspection.as_ref(), has_reply, timeline.as_deref())
        };
        let mut attempt = self.attempt(answer, settings, engine, inspection.as_ref(), &files, error)?;
        let reported = attempt.service.as_ref().and_then(|service| service.cost);
        let batch = attempt.origin == Origin::Batch;
        let taken = Taken { usage: &attempt.usage, reported, joules: spent.joules, batch };
        attempt.cost = self.seat.tariff.record(taken);
        attempt.joules = spent.joules;
        if let Some(budget) = &self.purse.budget {
            // A request that failed before anything came of it is charged by nobody.
            let free = !has_reply && attempt.cost.is_none() && attempt.usage == Usage::default();
            budget.settle(
                spent.reserved,
                if free { Some(0.0) } else { attempt.cost.as_ref().map(|cost| cost.usd) },
            );
        }
        let folder = self.rooms.store.write(&attempt, &files)?;
        tell(
            &self.listener,
            Progress::Finished(Finished {
                cell: self.cell,
                id: attempt.id.as_str(),
                outcome: attempt.outcome,
                error: attempt.error.as_deref(),
                verdict: attempt.check.as_ref().map(|check| check.verdict),
                tokens: attempt.usage.output,
                tokens_per_second: attempt.timing.tokens_per_second,
                elapsed: answer.total(),
                cost: attempt.cost.as_ref().map(|cost| cost.usd),
                png: files.png,
                folder,
            }),
        );
        Ok(())
    }

    fn attempt(
        &self,
        answer: &Answer,
        settings: RequestRecord,
        engine: Option<EngineRecord>,
        inspection: Option<&Inspection>,
        files: &AttemptFiles<&[u8]>,
        error: Option<String>,
    ) -> Result<Attempt, RunError> {
        let mut contestant = self.run.contestants[self.cell.contestant].record.clone();
        contestant.served.clone_from(&answer.account.served);
        let mut service = answer.account.service.clone();
        if let Some(service) = &mut service {
            service.request = files.request.map(TextRecord::of);
        }
        Ok(Attempt {
            schema: SCHEMA_VERSION,
            id: Id::at(answer.started())?,
            run: self.run.id.clone(),
            tool: tool(),
            host: host::host(),
            prompt: self.run.prompts[self.cell.prompt].clone(),
            contestant,
            sample: self.cell.sample,
            request: settings,
            outcome: answer.done.outcome,
            error,
            origin: self.seat.provider.origin(),
            import: None,
            usage: answer.account.usage.clone(),
            cost: None,
            joules: None,
            timing: answer.timing(self.seat.provider.origin()),
            engine,
            service,
            experts: answer.account.experts.as_ref().zip(files.experts).map(|(taken, png)| taken.record(png)),
            reply: files.reply.map(TextRecord::of),
            thinking: files.thinking.map(TextRecord::of),
            timeline: files.timeline.map(TextRecord::of),
            check: inspection.map(|inspection| inspection.check.clone()),
        })
    }
}

fn files<'a>(
    answer: &'a Answer,
    inspection: Option<&'a Inspection>,
    has_reply: bool,
    timeline: Option<&'a [u8]>,
) -> AttemptFiles<&'a [u8]> {
    AttemptFiles {
        request: answer.body.as_deref(),
        timeline,
        reply: has_reply.then_some(answer.text.as_bytes()),
        thinking: (!answer.reasoning.is_empty()).then_some(answer.reasoning.as_bytes()),
        ..inspection.map(AttemptFiles::drawn).unwrap_or_default()
    }
}
