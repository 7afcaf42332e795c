//! Runs by batches: what is left with the services, and what has come back from them.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;

use super::settle::Settled;
use super::{RunArgs, UNDER_WAY, json, say, say_error};
use crate::cli::opener::Refusal;
use crate::cli::terminal::printable;
use pelicycle_provider::{BatchState, Batches};
use pelicycle_record::Id;
use pelicycle_record::{BatchCell, BatchRecord, RunRecord, SCHEMA_VERSION};
use pelicycle_run::{Cell, Plan, Seat, Stop};
use pelicycle_store::Store;
use pelicycle_text::dollars;

/// The first and the longest wait between two looks at a batch.
const LOOKS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];

/// What is left with services when a run's command ends.
#[derive(Debug, Default)]
pub(super) struct Left {
    /// Batches that are under way, with the service's word for that.
    waiting: Vec<(BatchRecord, String)>,
    /// Some were left just now, or are under way.
    begun: bool,
    /// They were all left just now: nobody has asked for them yet.
    fresh: bool,
    failed: bool,
}

/// A batch with samples that have not come back.
struct Open {
    record: BatchRecord,
    contestant: usize,
    /// Its samples that have not come back and are still wanted.
    cells: Vec<Cell>,
    state: Option<BatchState>,
}

impl Left {
    /// Whether there is anything to tell of.
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        match (self.failed, self.waiting.is_empty() || self.fresh) {
            (true, _) => ExitCode::FAILURE,
            (false, true) => ExitCode::SUCCESS,
            (false, false) => ExitCode::from(UNDER_WAY),
        }
    }

    /// Tells what is under way.
    pub(super) fn tell(&self, args: &RunArgs, run: &RunRecord) {
        for (record, words) in &self.waiting {
            if args.json {
                json::batch("batch-waiting", record);
            } else if !args.quiet {
                let (batch, count) = (printable(&record.batch), record.cells.len());
                say(&format!(
                    "batch {batch} of {}: {count} samples, {}",
                    record.contestant,
                    printable(words)
                ));
            }
        }
        if !self.waiting.is_empty() && !args.json && !args.quiet {
            say(&format!(
                "`pelicycle run --resume {}` fetches what has come back; add --wait to wait for it",
                run.id.as_str()
            ));
        }
    }
}

/// Leaves what was not asked for yet with the services, and looks after what was. `settled` is then what has come back:
/// its cells, and those who tell their replies.
pub(super) fn exchange(
    store: &Store,
    args: &RunArgs,
    settled: &mut Settled,
    stop: &Stop,
) -> Result<Left, Refusal> {
    let fresh = args.resume.is_none();
    let mut open = if fresh { Vec::new() } else { open(store, &settled.plan)? };
    let asked: BTreeSet<_> = open.iter().flat_map(|open| &open.cells).map(key).collect();
    let new: Vec<Cell> =
        settled.plan.cells.iter().filter(|cell| !asked.contains(&key(cell))).copied().collect();
    affordable(settled, &new)?;
    if fresh {
        store.write_run(&settled.plan.run).map_err(anyhow::Error::from)?;
    }
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(anyhow::Error::from)?;
    let mut left =
        Left { begun: !open.is_empty() || !new.is_empty(), fresh: fresh && !args.wait, ..Left::default() };
    let looked = !open.is_empty() || args.wait;
    let (submitted, trouble) = runtime.block_on(submit(store, args, settled, &new, stop));
    open.extend(submitted);
    if looked {
        runtime.block_on(look(&settled.batches, &mut open, args, stop, &mut left));
    }
    runtime.block_on(collect(store, settled, open, &mut left))?;
    if let Some(error) = trouble {
        say_error(&format!("error: {error:#}"));
        left.failed = true;
    }
    if settled.plan.cells.is_empty() {
        left.tell(args, &settled.plan.run);
    }
    Ok(left)
}

fn key(cell: &Cell) -> (usize, usize, u32) {
    (cell.contestant, cell.prompt, cell.sample)
}

/// The batches of a run with samples that have not come back.
fn open(store: &Store, plan: &Plan) -> Result<Vec<Open>, Refusal> {
    let run = &plan.run;
    let records = store.batches(&run.id).map_err(anyhow::Error::from)?;
    let listing = store.list().map_err(anyhow::Error::from)?;
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
    let wanted: BTreeMap<(&str, &str, u32), Cell> = plan
        .cells
        .iter()
        .map(|cell| {
            let slug = run.contestants[cell.contestant].record.slug.as_str();
            ((slug, run.prompts[cell.prompt].id.as_str(), cell.sample), *cell)
        })
        .collect();
    let mut all = Vec::new();
    for record in records {
        let cells: Vec<Cell> = record
            .cells
            .iter()
            .filter(|cell| !back.contains(&(record.batch.as_str(), cell.prompt.as_str(), cell.sample)))
            .filter_map(|cell| {
                wanted.get(&(record.contestant.as_str(), cell.prompt.as_str(), cell.sample)).copied()
            })
            .collect();
        if let Some(first) = cells.first() {
            all.push(Open { contestant: first.contestant, record, cells, state: None });
        }
    }
    Ok(all)
}

/// All of a batch is asked for at once, so a bound on the cost is held before.
fn affordable(settled: &Settled, new: &[Cell]) -> Result<(), Refusal> {
    let Some(bound) = settled.max_cost else { return Ok(()) };
    let run = &settled.plan.run;
    let most: f64 = new
        .iter()
        .filter_map(|cell| {
            let seat = settled.seats[cell.contestant].as_ref()?;
            seat.tariff.most(&run.prompts[cell.prompt].text, &cell.settings(run).sampling, true)
        })
        .sum();
    match most <= bound {
        true => Ok(()),
        false => Err(Refusal::Usage(format!(
            "these batches could cost up to {}, more than --max-cost, so nothing was sent; ask for fewer samples or bound \
             their length with --max-tokens",
            dollars(most)
        ))),
    }
}

/// Leaves samples with their services, and writes down what was left. What was left before something failed stays.
async fn submit(
    store: &Store,
    args: &RunArgs,
    settled: &Settled,
    new: &[Cell],
    stop: &Stop,
) -> (Vec<Open>, Option<anyhow::Error>) {
    let mut open = Vec::new();
    let contestants: BTreeSet<usize> = new.iter().map(|cell| cell.contestant).collect();
    for contestant in contestants {
        let cells: Vec<Cell> = new.iter().filter(|cell| cell.contestant == contestant).copied().collect();
        if let Err(error) = leave(store, args, settled, &cells, stop, &mut open).await {
            return (open, Some(error));
        }
    }
    (open, None)
}

/// Leaves samples of one contestant.
async fn leave(
    store: &Store,
    args: &RunArgs,
    settled: &Settled,
    cells: &[Cell],
    stop: &Stop,
    open: &mut Vec<Open>,
) -> anyhow::Result<()> {
    let run = &settled.plan.run;
    let Some(first) = cells.first() else { return Ok(()) };
    let service = settled.batches[first.contestant].as_ref().context("a contestant has no batches")?;
    let body = |cell: &Cell| service.request(&run.prompts[cell.prompt].text, &cell.settings(run));
    let bodies = cells.iter().map(body).collect::<Result<Vec<_>, _>>()?;
    for part in Batches::parts(&bodies) {
        if stop.asked() {
            anyhow::bail!(
                "interrupted; what was not left yet is left by `pelicycle run --resume {}`",
                run.id.as_str()
            );
        }
        let (batch, endpoint) = service.submit(&bodies[part.clone()]).await?;
        let cells = &cells[part.clone()];
        let record = BatchRecord {
            schema: SCHEMA_VERSION,
            id: Id::new()?,
            run: run.id.clone(),
            submitted: jiff::Timestamp::now(),
            contestant: run.contestants[first.contestant].record.slug.clone(),
            batch,
            endpoint,
            cells: cells
                .iter()
                .map(|cell| BatchCell { prompt: run.prompts[cell.prompt].id.clone(), sample: cell.sample })
                .collect(),
        };
        store.write_batch(&record, &bodies[part]).with_context(|| {
            let (provider, batch) = (service.provider(), &record.batch);
            format!("{provider} took batch {batch}, which could not be written down; cancel it there")
        })?;
        if args.json {
            json::batch("batch-submitted", &record);
        } else if !args.quiet {
            say(&format!(
                "left {} samples with {} as batch {}",
                cells.len(),
                service.provider(),
                record.batch
            ));
        }
        open.push(Open { record, contestant: first.contestant, cells: cells.to_vec(), state: None });
    }
    Ok(())
}

/// Looks after batches, once or until all are over.
async fn look(services: &[Option<Batches>], open: &mut [Open], args: &RunArgs, stop: &Stop, left: &mut Left) {
    let [mut wait, longest] = LOOKS;
    loop {
        let mut under_way = false;
        for open in open.iter_mut().filter(|open| !matches!(open.state, Some(BatchState::Ended(_)))) {
            let Some(service) = &services[open.contestant] else { continue };
            match service.look(&open.record).await {
                Ok(state) => {
                    under_way |= matches!(state, BatchState::Waiting { .. });
                    open.state = Some(state);
                }
                Err(error) => {
                    // It is left as it is: the next look may find it.
                    say_error(&format!("error: {error}"));
                    left.failed = true;
                }
            }
        }
        if !under_way || !args.wait || stop.asked() {
            return;
        }
        tokio::select! {
            () = stop.wait() => return,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(longest),
        }
    }
}

/// Makes those batches that are over what is to be carried out.
async fn collect(
    store: &Store,
    settled: &mut Settled,
    open: Vec<Open>,
    left: &mut Left,
) -> Result<(), Refusal> {
    let mut over: BTreeMap<usize, Vec<_>> = BTreeMap::new();
    let mut cells = Vec::new();
    for open in open {
        match open.state {
            Some(BatchState::Ended(end)) => {
                let bodies = store.batch_requests(&open.record).map_err(anyhow::Error::from)?;
                over.entry(open.contestant).or_default().push((open.record, bodies, end, open.cells));
            }
            Some(BatchState::Waiting { word, over }) => {
                let of = open.record.cells.len();
                let words = over.map_or(word.clone(), |over| format!("{word}, {over} of {of} over"));
                left.waiting.push((open.record, words));
            }
            None => left.waiting.push((open.record, "with the service".to_owned())),
        }
    }
    for (contestant, batches) in over {
        let Some(service) = &settled.batches[contestant] else { continue };
        let mut own = Vec::new();
        let ended = batches.into_iter().map(|(record, bodies, end, cells)| {
            own.extend(cells);
            (record, bodies, end)
        });
        match service.fetch(ended.collect()).await {
            Ok(replies) => {
                if let Some(seat) = &mut settled.seats[contestant] {
                    *seat = Seat { provider: Arc::new(replies), tariff: seat.tariff.clone() };
                    cells.extend(own);
                }
            }
            Err(error) => {
                say_error(&format!("error: {error}; `pelicycle run --resume` asks for them again"));
                left.failed = true;
            }
        }
    }
    cells.sort_by_key(|cell| (cell.prompt, cell.contestant, cell.sample));
    settled.plan.cells = cells;
    Ok(())
}
