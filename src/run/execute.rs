//! Carries a plan out: asks, checks, keeps, each sample as soon as it is over.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::host;
use super::plan::{Cell, Plan};
use super::progress::{Finished, Progress};
use super::stop::Stop;
use crate::attempt::{
    Attempt, EngineRecord, Outcome, RequestRecord, RunRecord, SCHEMA_VERSION, TextRecord, Timing, Usage,
};
use crate::drawing::{Inspection, Pool};
use crate::id::{Id, RandomError};
use crate::provider::{Done, EventKind, Provider, Request};
use crate::store::{Files, Store, StoreError};

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

/// Asks for every cell of the plan: `providers[i]` answers for the run's contestant `i`. Returns when all are over, or when what was under way after `stop` is kept.
///
/// # Errors
/// When attempts can't be kept any more; the run ends there.
pub async fn execute(
    plan: Plan,
    providers: Vec<Arc<dyn Provider>>,
    rooms: Rooms,
    stop: Stop,
    listener: impl FnMut(Progress<'_>) + Send + 'static,
) -> Result<(), RunError> {
    let listener: Listener = Arc::new(Mutex::new(listener));
    let Plan { run, cells } = plan;
    tell(&listener, Progress::RunStarted { run: &run, cells: &cells });
    let run = Arc::new(run);
    let slots: Vec<Arc<Semaphore>> =
        providers.iter().map(|p| Arc::new(Semaphore::new(p.concurrency()))).collect();
    let mut tasks = JoinSet::new();
    for cell in cells {
        let task = Task {
            cell,
            run: Arc::clone(&run),
            provider: Arc::clone(&providers[cell.contestant]),
            rooms: rooms.clone(),
            stop: stop.clone(),
            listener: Arc::clone(&listener),
        };
        tasks.spawn(task.carry_out(Arc::clone(&slots[cell.contestant])));
    }
    let mut first_error = None;
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended.map_err(RunError::from).flatten() {
            // What is under way can still be kept, perhaps; what has not begun would fail the same way.
            stop.ask();
            first_error.get_or_insert(error);
        }
    }
    first_error.map_or(Ok(()), Err)
}

fn tell(listener: &Listener, news: Progress<'_>) {
    let mut listener = listener.lock().unwrap_or_else(PoisonError::into_inner);
    listener(news);
}

/// One cell on its way.
struct Task {
    cell: Cell,
    run: Arc<RunRecord>,
    provider: Arc<dyn Provider>,
    rooms: Rooms,
    stop: Stop,
    listener: Listener,
}

/// What came of a request.
struct Answer {
    started: jiff::Timestamp,
    text: String,
    reasoning: String,
    done: Done,
    first: Option<Duration>,
    last: Option<Duration>,
    total: Duration,
    tokens: u64,
    batch: u32,
}

impl Task {
    async fn carry_out(self, slots: Arc<Semaphore>) -> Result<(), RunError> {
        let permit = tokio::select! {
            biased;
            () = self.stop.wait() => return Ok(()),
            permit = slots.acquire() => permit,
        };
        let settings = RequestRecord {
            seed: Some(self.cell.seed),
            ..self.run.contestants[self.cell.contestant].request.clone()
        };
        let answer = self.ask(settings.clone()).await;
        drop(permit);
        tokio::task::spawn_blocking(move || self.keep(&answer, settings)).await?
    }

    async fn ask(&self, settings: RequestRecord) -> Answer {
        let started = jiff::Timestamp::now();
        let begin = Instant::now();
        let prompt = self.run.prompts[self.cell.prompt].text.clone();
        tell(&self.listener, Progress::Asked(self.cell));
        let mut events = self.provider.ask(Request { prompt, settings });
        let mut answer = Answer {
            started,
            text: String::new(),
            reasoning: String::new(),
            done: Done {
                outcome: Outcome::Cut,
                error: Some("the reply ended without its end mark".to_owned()),
                usage: Usage::default(),
                served: None,
            },
            first: None,
            last: None,
            total: Duration::ZERO,
            tokens: 0,
            batch: 0,
        };
        loop {
            let event = tokio::select! {
                biased;
                () = self.stop.wait() => {
                    answer.done.outcome = Outcome::Cancelled;
                    answer.done.error = Some("the run was interrupted".to_owned());
                    answer.done.usage.output = Some(answer.tokens);
                    break;
                }
                event = events.recv() => event,
            };
            let Some(event) = event else { break };
            let at = event.at.saturating_duration_since(begin);
            match event.kind {
                EventKind::Delta(delta) => {
                    answer.text.push_str(&delta.text);
                    answer.reasoning.push_str(&delta.reasoning);
                    answer.tokens += u64::from(delta.tokens);
                    answer.batch = answer.batch.max(delta.batch);
                    if delta.tokens > 0 {
                        answer.first.get_or_insert(at);
                        answer.last = Some(at);
                        tell(&self.listener, Progress::Tokens { cell: self.cell, tokens: delta.tokens });
                    }
                }
                EventKind::Done(done) => {
                    answer.done = done;
                    answer.total = at;
                    return answer;
                }
            }
        }
        answer.total = begin.elapsed();
        answer
    }

    /// Checks and writes what came of the request.
    fn keep(&self, answer: &Answer, settings: RequestRecord) -> Result<(), RunError> {
        let engine = self.provider.engine().map_err(RunError::Model)?;
        let prompt = &self.run.prompts[self.cell.prompt];
        let reply = answer.text.as_bytes();
        let has_reply =
            !(reply.is_empty() && matches!(answer.done.outcome, Outcome::Error | Outcome::Cancelled));
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
        let attempt = self.attempt(answer, settings, engine, inspection.as_ref(), has_reply, error)?;
        let folder = self.rooms.store.write(&attempt, &files(answer, inspection.as_ref(), has_reply))?;
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
                elapsed: answer.total,
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
        has_reply: bool,
        error: Option<String>,
    ) -> Result<Attempt, RunError> {
        let mut contestant = self.run.contestants[self.cell.contestant].record.clone();
        contestant.served = answer.done.served.clone();
        let decoding = answer.last.zip(answer.first).map(|(last, first)| (last - first).as_secs_f64());
        Ok(Attempt {
            schema: SCHEMA_VERSION,
            id: Id::at(answer.started)?,
            run: self.run.id.clone(),
            tool: host::tool(),
            host: host::host(),
            prompt: self.run.prompts[self.cell.prompt].clone(),
            contestant,
            sample: self.cell.sample,
            request: settings,
            outcome: answer.done.outcome,
            error,
            usage: answer.done.usage.clone(),
            timing: Timing {
                started: answer.started,
                first_token: answer.first.map(|first| first.as_secs_f64()),
                total: answer.total.as_secs_f64(),
                tokens_per_second: decoding
                    .filter(|seconds| *seconds > 0.0)
                    .map(|seconds| (answer.tokens - 1) as f64 / seconds),
                batch: (answer.batch > 0).then_some(answer.batch),
            },
            engine,
            reply: has_reply.then(|| TextRecord::of(answer.text.as_bytes())),
            thinking: (!answer.reasoning.is_empty()).then(|| TextRecord::of(answer.reasoning.as_bytes())),
            check: inspection.map(|inspection| inspection.check.clone()),
        })
    }
}

fn files<'a>(answer: &'a Answer, inspection: Option<&'a Inspection>, has_reply: bool) -> Files<'a> {
    let repaired = inspection.and_then(|i| i.repaired.as_ref());
    Files {
        reply: has_reply.then_some(answer.text.as_bytes()),
        thinking: (!answer.reasoning.is_empty()).then_some(answer.reasoning.as_bytes()),
        svg: inspection.and_then(|i| i.svg.as_deref()),
        active: inspection.is_some_and(|i| i.active),
        png: inspection.and_then(|i| i.png.as_deref()),
        repaired_svg: repaired.map(|r| r.svg.as_slice()),
        repaired_png: repaired.map(|r| r.png.as_slice()),
    }
}
