//! Carries a plan out: asks, checks, keeps, each sample as soon as it is over.

use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_drawing::{WorkerPool, tool};
use pelicycle_provider::ReplyRequest;
use pelicycle_record::{
    Attempt, EngineRecord, Id, Inspection, RequestRecord, RunRecord, SCHEMA_VERSION, TextRecord,
};
use pelicycle_store::{AttemptFiles, Store};
use tokio::task::JoinSet;

use crate::ask::{AnsweredRequest, RequestContext, RequestNews};
use crate::received_reply::ReceivedReply;
use crate::spending::Spending;
use crate::{Backend, FinishedAttempt, PlanCell, RunError, RunPlan, RunProgress, Stop, host};

/// Where a run keeps attempts and has drawings checked.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Where attempts are kept.
    pub store: Store,
    /// Where drawings are checked.
    pub pool: Arc<WorkerPool>,
}

/// Hears of all that happens, from any thread.
type Listener = Arc<Mutex<dyn FnMut(RunProgress<'_>) + Send>>;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RunEnd {
    /// US dollars spent, where the bound on them kept something from being asked.
    pub over_budget: Option<f64>,
}

/// Asks for every cell of the plan: `backends[i]` answers for the run's contestant `i`, and is there where the plan needs
/// it. No request is sent that could bring the cost over `max_cost` US dollars. Returns when all are over, or when what was
/// under way after `stop` is kept.
///
/// # Errors
/// When attempts can't be kept any more; the run ends there.
pub async fn execute(
    plan: RunPlan,
    backends: Vec<Option<Backend>>,
    max_cost: Option<f64>,
    workspace: Workspace,
    stop: Stop,
    listener: impl FnMut(RunProgress<'_>) + Send + 'static,
) -> Result<RunEnd, RunError> {
    let listener: Listener = Arc::new(Mutex::new(listener));
    let RunPlan { run, cells } = plan;
    tell(&listener, RunProgress::RunStarted { run: &run, cells: &cells });
    let run = Arc::new(run);
    let spending = Arc::new(Spending::metered(max_cost));
    let mut tasks = JoinSet::new();
    for cell in cells {
        let Some(backend) = &backends[cell.contestant] else { continue };
        let task = Task {
            cell,
            run: Arc::clone(&run),
            backend: backend.clone(),
            spending: Arc::clone(&spending),
            workspace: workspace.clone(),
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
        None => Ok(RunEnd { over_budget: spending.over_budget() }),
    }
}

fn tell(listener: &Listener, news: RunProgress<'_>) {
    let mut listener = listener.lock().unwrap_or_else(PoisonError::into_inner);
    listener(news);
}

/// One cell on its way.
struct Task {
    cell: PlanCell,
    run: Arc<RunRecord>,
    backend: Backend,
    spending: Arc<Spending>,
    workspace: Workspace,
    stop: Stop,
    listener: Listener,
}

impl Task {
    async fn carry_out(self) -> Result<(), RunError> {
        let settings = self.cell.settings(&self.run);
        let prompt = &self.run.prompts[self.cell.prompt];
        // Whoever set a bound was told before the run of what has no price.
        let most = self.backend.tariff.most(&prompt.text, &settings.sampling, false).unwrap_or(0.0);
        let request = || ReplyRequest {
            prompt_id: prompt.id.clone(),
            earlier: Vec::new(),
            prompt: prompt.text.clone(),
            pictures: Vec::new(),
            sample: self.cell.sample,
            settings: settings.clone(),
        };
        let asking = RequestContext { backend: &self.backend, spending: &self.spending, stop: &self.stop };
        let asked = asking.ask(request, most, |news| self.tell(news)).await;
        let Some(asked) = asked else { return Ok(()) };
        tokio::task::spawn_blocking(move || self.keep(&asked, settings)).await?
    }

    fn tell(&self, news: RequestNews) {
        let cell = self.cell;
        let news = match news {
            RequestNews::Sent => RunProgress::Asked(cell),
            RequestNews::More { tokens, bytes } => RunProgress::More { cell, tokens, bytes },
        };
        tell(&self.listener, news);
    }

    /// Checks and writes what came of the request.
    fn keep(&self, asked: &AnsweredRequest, settings: RequestRecord) -> Result<(), RunError> {
        let answer = &asked.answer;
        let engine = self.backend.provider.engine().map_err(RunError::EngineRecord)?;
        let prompt = &self.run.prompts[self.cell.prompt];
        let inspect = || {
            let (text, thinking) = (answer.text.as_bytes(), answer.reasoning.as_bytes());
            self.workspace.pool.inspect_thought(text, thinking, prompt.raster)
        };
        // A reply that could not be checked is kept all the same; what is wrong with this machine is told.
        let (inspection, unchecked) = match answer.has_reply().then(inspect).transpose() {
            Ok(inspection) => (inspection, None),
            Err(worker) => (None, Some(worker.to_string())),
        };
        let timeline = answer.timeline.text();
        let counts = answer.account.experts.as_ref().map(|taken| taken.counts.to_png());
        let files = AttemptFiles {
            experts: counts.as_deref(),
            ..files(answer, inspection.as_ref(), timeline.as_deref())
        };
        let attempt = self.attempt(asked, settings, engine, inspection.as_ref(), &files, unchecked)?;
        let folder = self.workspace.store.write(&attempt, &files)?;
        tell(
            &self.listener,
            RunProgress::Finished(FinishedAttempt {
                cell: self.cell,
                id: attempt.id.as_str(),
                outcome: attempt.outcome,
                error: attempt.error.as_deref(),
                verdict: attempt.check.as_ref().map(|check| check.verdict),
                unchecked: attempt.unchecked.as_deref(),
                tokens: attempt.usage.output,
                tokens_per_second: attempt.speed(),
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
        asked: &AnsweredRequest,
        settings: RequestRecord,
        engine: Option<EngineRecord>,
        inspection: Option<&Inspection>,
        files: &AttemptFiles<&[u8]>,
        unchecked: Option<String>,
    ) -> Result<Attempt, RunError> {
        let answer = &asked.answer;
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
            look: None,
            request: settings,
            outcome: answer.done.outcome,
            error: answer.done.error.clone(),
            origin: self.backend.provider.origin(),
            import: None,
            usage: answer.account.usage.clone(),
            cost: asked.cost.clone(),
            joules: asked.joules,
            timing: answer.timing(self.backend.provider.origin()),
            engine,
            service,
            experts: answer.account.experts.as_ref().zip(files.experts).map(|(taken, png)| taken.record(png)),
            reply: files.reply.map(TextRecord::of),
            thinking: files.thinking.map(TextRecord::of),
            timeline: files.timeline.map(TextRecord::of),
            check: inspection.map(|inspection| inspection.check.clone()),
            unchecked,
            rechecked: None,
        })
    }
}

fn files<'a>(
    answer: &'a ReceivedReply,
    inspection: Option<&'a Inspection>,
    timeline: Option<&'a [u8]>,
) -> AttemptFiles<&'a [u8]> {
    AttemptFiles {
        request: answer.body.as_deref(),
        timeline,
        reply: answer.has_reply().then_some(answer.text.as_bytes()),
        thinking: (!answer.reasoning.is_empty()).then_some(answer.reasoning.as_bytes()),
        ..inspection.map(AttemptFiles::drawn).unwrap_or_default()
    }
}
