//! Runs by batches: what is left with the services, and what has come back from them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use pelicycle_provider::{BatchClient, BatchState};
use pelicycle_record::{BatchCell, BatchRecord, Id, SCHEMA_VERSION};
use pelicycle_store::Store;

use crate::{
    Backend, Notice, NoticeListener, PlanCell, PreparedRun, RunError, RunPlan, StopSignal, UsageError,
};

/// The first and the longest wait between two looks at a batch.
const LOOKS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];

/// Batches that are left with services when a run's command ends.
#[derive(Debug, Default)]
pub struct BatchesLeft {
    /// Batches that are under way.
    pub waiting: Vec<WaitingBatch>,
    /// Some were left just now, or are under way.
    pub begun: bool,
    /// They were all left just now: nobody has asked for them yet.
    fresh: bool,
    failed: bool,
}

/// A batch that is under way.
#[derive(Debug)]
pub struct WaitingBatch {
    /// Its record.
    pub record: BatchRecord,
    /// The service's word for that.
    pub words: String,
}

/// The state of a run's batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchesStatus {
    /// They were left as they were meant to be, or have all come back.
    Done,
    /// Some that were asked for are still under way.
    UnderWay,
    /// Some could not be left, looked at or fetched.
    Failed,
}

/// A batch with samples that have not come back.
struct OpenBatch {
    record: BatchRecord,
    contestant: usize,
    /// Its samples that have not come back and are still wanted.
    cells: Vec<PlanCell>,
    state: Option<BatchState>,
}

impl BatchesLeft {
    /// The state of the batches.
    #[must_use]
    pub fn status(&self) -> BatchesStatus {
        match (self.failed, self.waiting.is_empty() || self.fresh) {
            (true, _) => BatchesStatus::Failed,
            (false, true) => BatchesStatus::Done,
            (false, false) => BatchesStatus::UnderWay,
        }
    }
}

impl PreparedRun {
    /// Begins the run: writes a new one down. Of a run by batches, leaves what was not asked for yet with the services, and
    /// looks after what was; its plan is then what has come back, and its backends tell those replies.
    ///
    /// # Errors
    /// When it can't be written down, or batches of it could cost too much.
    pub async fn begin(
        &mut self,
        store: &Store,
        stop: &StopSignal,
        notices: &NoticeListener,
    ) -> Result<BatchesLeft, RunError> {
        if self.lock.is_none() {
            self.lock = Some(store.lock_run(&self.plan.run.id)?);
        }
        let run = &self.plan.run;
        let wanted = self.plan.cells.iter().copied().chain(self.plan.looks.iter().map(|looks| looks.cell));
        let places = wanted.map(|cell| {
            (run.prompts[cell.prompt].id.as_str(), run.contestants[cell.contestant].record.slug.as_str())
        });
        store.make_ready(places, &run.id)?;
        match self.plan.run.batch {
            true => BatchExchange { store, stop, notices }.exchange(self).await,
            false => {
                if !self.resumed {
                    store.write_run(&self.plan.run)?;
                }
                Ok(BatchesLeft::default())
            }
        }
    }

    /// Checks the bound on the cost before batches are left: all of a batch is asked for at once.
    fn check_batches_cost(&self, new: &[PlanCell]) -> Result<(), UsageError> {
        let Some(bound) = self.max_cost else { return Ok(()) };
        let run = &self.plan.run;
        let most: f64 = new
            .iter()
            .filter_map(|cell| {
                let backend = self.backends[cell.contestant].as_ref()?;
                backend.tariff.most(&run.prompts[cell.prompt].text, &cell.settings(run).sampling, true)
            })
            .sum();
        if most <= bound { Ok(()) } else { Err(UsageError::BatchesCost { most }) }
    }
}

fn key(cell: &PlanCell) -> (usize, usize, u32) {
    (cell.contestant, cell.prompt, cell.sample)
}

/// The batches of a run with samples that have not come back.
fn open_batches(store: &Store, plan: &RunPlan) -> Result<Vec<OpenBatch>, RunError> {
    let run = &plan.run;
    let records = store.batches(&run.id)?;
    let listing = store.list()?;
    // Also one that failed has come back.
    let back: BTreeSet<(&str, &str, u32)> = listing
        .attempts
        .iter()
        .map(|stored| &stored.attempt)
        .filter(|attempt| attempt.run == run.id)
        .filter_map(|attempt| {
            let batch = attempt.service.as_ref()?.batch.as_deref()?;
            Some((batch, attempt.prompt.id.as_str(), attempt.sample))
        })
        .collect();
    let wanted: BTreeMap<(&str, &str, u32), PlanCell> = plan
        .cells
        .iter()
        .map(|cell| {
            let slug = run.contestants[cell.contestant].record.slug.as_str();
            ((slug, run.prompts[cell.prompt].id.as_str(), cell.sample), *cell)
        })
        .collect();
    let mut all = Vec::new();
    for record in records {
        let cells: Vec<PlanCell> = record
            .cells
            .iter()
            .filter(|cell| !back.contains(&(record.batch.as_str(), cell.prompt.as_str(), cell.sample)))
            .filter_map(|cell| {
                wanted.get(&(record.contestant.as_str(), cell.prompt.as_str(), cell.sample)).copied()
            })
            .collect();
        if let Some(first) = cells.first() {
            all.push(OpenBatch { contestant: first.contestant, record, cells, state: None });
        }
    }
    Ok(all)
}

/// The means by which batches are exchanged with services: the store, the wish to end early, and who hears notices.
#[derive(Clone, Copy)]
struct BatchExchange<'a> {
    store: &'a Store,
    stop: &'a StopSignal,
    notices: &'a NoticeListener,
}

impl BatchExchange<'_> {
    async fn exchange(self, run: &mut PreparedRun) -> Result<BatchesLeft, RunError> {
        let mut open = match run.resumed {
            true => open_batches(self.store, &run.plan)?,
            false => Vec::new(),
        };
        let asked: BTreeSet<_> = open.iter().flat_map(|open| &open.cells).map(key).collect();
        let new: Vec<PlanCell> =
            run.plan.cells.iter().filter(|cell| !asked.contains(&key(cell))).copied().collect();
        run.check_batches_cost(&new)?;
        if !run.resumed {
            self.store.write_run(&run.plan.run)?;
        }
        let mut left = BatchesLeft {
            begun: !open.is_empty() || !new.is_empty(),
            fresh: !run.resumed && !run.wait,
            ..BatchesLeft::default()
        };
        let looked = !open.is_empty() || run.wait;
        // What was left before something failed stays.
        let submitted = self.submit(run, &new, &mut open).await;
        if looked {
            self.look(run, &mut open, &mut left).await;
        }
        self.collect(run, open, &mut left).await?;
        if let Err(error) = submitted {
            (self.notices)(&Notice::SubmissionFailed(&error));
            left.failed = true;
        }
        Ok(left)
    }

    /// Leaves samples with their services, and writes down what was left.
    async fn submit(
        self,
        run: &PreparedRun,
        new: &[PlanCell],
        open: &mut Vec<OpenBatch>,
    ) -> Result<(), RunError> {
        let contestants: BTreeSet<usize> = new.iter().map(|cell| cell.contestant).collect();
        for contestant in contestants {
            let Some(service) = &run.batches[contestant] else { continue };
            let own: Vec<PlanCell> =
                new.iter().filter(|cell| cell.contestant == contestant).copied().collect();
            self.leave(run, service, &own, open).await?;
        }
        Ok(())
    }

    /// Leaves samples of one contestant.
    async fn leave(
        self,
        prepared: &PreparedRun,
        service: &BatchClient,
        cells: &[PlanCell],
        open: &mut Vec<OpenBatch>,
    ) -> Result<(), RunError> {
        let run = &prepared.plan.run;
        let Some(contestant) = cells.first().map(|cell| cell.contestant) else { return Ok(()) };
        let body = |cell: &PlanCell| service.request(&run.prompts[cell.prompt].text, &cell.settings(run));
        let bodies = cells.iter().map(body).collect::<Result<Vec<_>, _>>().map_err(UsageError::from)?;
        for part in BatchClient::parts(&bodies) {
            if self.stop.asked() {
                return Err(RunError::Interrupted { run: run.id.clone() });
            }
            let (batch, endpoint) = service.submit(&bodies[part.clone()]).await?;
            let cells = &cells[part.clone()];
            let named = |cell: &PlanCell| BatchCell {
                prompt: run.prompts[cell.prompt].id.clone(),
                sample: cell.sample,
            };
            let record = BatchRecord {
                schema: SCHEMA_VERSION,
                id: Id::new()?,
                run: run.id.clone(),
                submitted: jiff::Timestamp::now(),
                contestant: run.contestants[contestant].record.slug.clone(),
                batch,
                endpoint,
                cells: cells.iter().map(named).collect(),
            };
            let provider = service.provider();
            self.store.write_batch(&record, &bodies[part]).map_err(|source| RunError::BatchUnwritten {
                provider: provider.to_owned(),
                batch: record.batch.clone(),
                source: Box::new(source),
            })?;
            (self.notices)(&Notice::BatchSubmitted { record: &record, provider });
            open.push(OpenBatch { record, contestant, cells: cells.to_vec(), state: None });
        }
        Ok(())
    }

    /// Looks after batches, once or until all are over.
    async fn look(self, run: &PreparedRun, open: &mut [OpenBatch], left: &mut BatchesLeft) {
        let [mut wait, longest] = LOOKS;
        loop {
            let mut under_way = false;
            for open in open.iter_mut().filter(|open| !matches!(open.state, Some(BatchState::Ended(_)))) {
                let Some(service) = &run.batches[open.contestant] else { continue };
                match service.look(&open.record).await {
                    Ok(state) => {
                        under_way |= matches!(state, BatchState::Waiting { .. });
                        open.state = Some(state);
                    }
                    Err(error) => {
                        // It is left as it is: the next look may find it.
                        (self.notices)(&Notice::LookFailed(&error));
                        left.failed = true;
                    }
                }
            }
            if !under_way || !run.wait || self.stop.asked() {
                return;
            }
            if self.stop.unless(tokio::time::sleep(wait)).await.is_none() {
                return;
            }
            wait = (wait * 2).min(longest);
        }
    }

    /// Makes those batches that are over what is to be carried out.
    async fn collect(
        self,
        run: &mut PreparedRun,
        open: Vec<OpenBatch>,
        left: &mut BatchesLeft,
    ) -> Result<(), RunError> {
        let mut over: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for open in open {
            match open.state {
                Some(BatchState::Ended(end)) => {
                    let bodies = self.store.batch_requests(&open.record)?;
                    over.entry(open.contestant).or_default().push((open.record, bodies, end, open.cells));
                }
                Some(BatchState::Waiting { word, over }) => {
                    let of = open.record.cells.len();
                    let words = over.map_or(word.clone(), |over| format!("{word}, {over} of {of} over"));
                    left.waiting.push(WaitingBatch { record: open.record, words });
                }
                None => {
                    let words = "with the service".to_owned();
                    left.waiting.push(WaitingBatch { record: open.record, words });
                }
            }
        }
        let mut cells = Vec::new();
        for (contestant, batches) in over {
            let Some(service) = &run.batches[contestant] else { continue };
            let mut own = Vec::new();
            let ended = batches.into_iter().map(|(record, bodies, end, cells)| {
                own.extend(cells);
                (record, bodies, end)
            });
            match service.fetch(ended.collect()).await {
                Ok(replies) => {
                    if let Some(backend) = &mut run.backends[contestant] {
                        *backend = Backend { provider: Arc::new(replies), tariff: backend.tariff.clone() };
                        cells.extend(own);
                    }
                }
                Err(error) => {
                    (self.notices)(&Notice::FetchFailed(&error));
                    left.failed = true;
                }
            }
        }
        cells.sort_by_key(|cell| (cell.prompt, cell.contestant, cell.sample));
        run.plan.cells = cells;
        Ok(())
    }
}
