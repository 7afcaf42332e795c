//! The parent's side: workers that are kept warm, watched, and replaced when one dies.

use std::path::PathBuf;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pelicycle_record::Inspection;
use pelicycle_record::measure::{Measures, Rubric};

use super::bounds::InspectionOptions;
use super::encoding;
use super::inspect::{died, over_reply_bound};
use super::measuring::MeasureError;
use super::wire;
use super::worker_death::WorkerDeath;
use super::worker_error::WorkerError;
use super::worker_process::WorkerProcess;

/// Inspects replies in worker processes, so that no drawing can harm the caller.
///
/// A worker that dies is replaced. Where the drawing is what ended it (its memory, its stack, its processor time, a crash
/// that comes again), what it could tell before is the answer. Anything else is this machine's failure: the reply is looked
/// at again by a fresh worker while no other works, or by an idle one where the system gives a fresh one too little; if that is
/// lost too, there is no verdict but an error.
#[derive(Debug)]
pub struct WorkerPool {
    program: Option<PathBuf>,
    most: usize,
    options: InspectionOptions,
    state: Mutex<PoolState>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct PoolState {
    idle: Vec<WorkerProcess>,
    busy: usize,
    /// Requests that wait for the pool to be empty, or have it for themselves.
    alone: usize,
    /// Busy ones that could start no worker, and wait for another's.
    without: usize,
}

impl WorkerPool {
    /// A pool of at most `workers` processes of this very program; the first starts with the first request.
    #[must_use]
    pub fn new(workers: usize, options: InspectionOptions) -> Self {
        Self::make(None, workers, options)
    }

    /// A pool whose workers run another program, for tests.
    #[must_use]
    pub fn with_program(program: impl Into<PathBuf>, workers: usize, options: InspectionOptions) -> Self {
        Self::make(Some(program.into()), workers, options)
    }

    fn make(program: Option<PathBuf>, workers: usize, options: InspectionOptions) -> Self {
        let most = workers.max(1);
        Self { program, most, options, state: Mutex::default(), freed: Condvar::new() }
    }

    /// Inspects one reply; waits for a free worker. `raster` is the longest side of the picture.
    ///
    /// # Errors
    /// When no worker can be started, or two in turn are lost for reasons of this machine; whatever is in the reply, it is
    /// never the reason.
    pub fn inspect(&self, reply: &[u8], raster: u32) -> Result<Inspection, WorkerError> {
        self.inspect_thought(reply, b"", raster)
    }

    /// As [`WorkerPool::inspect`], of a reply whose reasoning came apart from it: drawings in that are drafts. Reasoning
    /// over the bound of a reply is not looked through.
    ///
    /// # Errors
    /// As [`WorkerPool::inspect`].
    pub fn inspect_thought(
        &self,
        reply: &[u8],
        thinking: &[u8],
        raster: u32,
    ) -> Result<Inspection, WorkerError> {
        let most = self.options.bounds.reply_bytes;
        if reply.len() > most {
            return Ok(over_reply_bound(&self.options.bounds));
        }
        let thinking = if thinking.len() > most { b"" } else { thinking };
        let length = (thinking.len() as u64).to_le_bytes();
        let request = [&raster.to_le_bytes()[..], &length, thinking, reply];
        let text = encoding::utf8(reply);
        let answer = self.ask(wire::REQUEST, &request, |worker| self.answer(worker, &text))?;
        Ok(answer.unwrap_or_else(|lost| {
            died(lost.partial.map(|partial| *partial), &lost.death, &self.options.bounds)
        }))
    }

    /// Measures a kept drawing; waits for a free worker.
    ///
    /// # Errors
    /// As [`WorkerPool::inspect`], and when the drawing can't be measured within the bounds.
    pub fn measure(&self, svg: &[u8], rubric: &Rubric) -> Result<Measures, MeasureError> {
        let bounds = &self.options.bounds;
        if svg.len() > bounds.svg_bytes {
            let message = format!("the drawing has more than {} bytes (bound svg_bytes)", bounds.svg_bytes);
            return Err(MeasureError::Drawing(message));
        }
        let (length, rubric) = wire::rubric(rubric);
        let measured = self.ask(wire::MEASURE, &[&length, &rubric, svg], |worker| self.measures(worker))?;
        measured
            .unwrap_or_else(|lost| Err(format!("measuring this drawing {}", lost.death.words(bounds))))
            .map_err(MeasureError::Drawing)
    }

    /// Has a request answered, once more alone where this machine may have failed; a worker is lost in the answer only
    /// where the drawing is what ended it.
    fn ask<T>(
        &self,
        tag: u8,
        parts: &[&[u8]],
        answer: impl Fn(&mut WorkerProcess) -> Result<T, LostWorker>,
    ) -> Result<Result<T, LostWorker>, WorkerError> {
        match self.request(tag, parts, &answer)? {
            Err(lost) if !lost.death.is_certain() => {}
            settled => return Ok(settled),
        }
        let again = self.alone(|| {
            let once = |mut worker: WorkerProcess| {
                let sent = wire::write(&mut worker.input, tag, parts);
                let answer = sent.map(|()| answer(&mut worker));
                worker.end();
                answer.map_err(|error| WorkerError::Lost { why: format!("it took no request: {error}") })
            };
            let answered = self.start().and_then(once);
            // A fresh one may lack what the system gives no more of, such as a thread; one that is idle has it.
            let lost = matches!(&answered, Err(_) | Ok(Err(LostWorker { death: WorkerDeath::Lost(_), .. })));
            match if lost { self.idle() } else { None } {
                Some(idle) => once(idle),
                None => answered,
            }
        })?;
        match again {
            Err(lost) if !lost.death.is_the_drawings() => {
                Err(WorkerError::Lost { why: lost.death.its_words(&self.options.bounds) })
            }
            settled => Ok(settled),
        }
    }

    /// Does something while no worker of this pool works.
    fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.alone += 1;
        while state.busy > 0 {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        // The lone worker counts as busy, so that others who want to be alone wait too.
        state.busy += 1;
        drop(state);
        // Dropped in turn, on a panic too: others are let in again before they are told of the free place.
        let _slot = Slot { pool: self, worker: None };
        let _alone = AloneGuard(self);
        work()
    }

    /// Sends a request to a worker and has its answer read.
    fn request<T>(
        &self,
        tag: u8,
        parts: &[&[u8]],
        answer: impl Fn(&mut WorkerProcess) -> Result<T, LostWorker>,
    ) -> Result<Result<T, LostWorker>, WorkerError> {
        let mut slot = Slot { pool: self, worker: self.take() };
        // A worker that was killed while idle gets one successor.
        for _ in 0..2 {
            let mut worker = match slot.worker.take() {
                Some(worker) => worker,
                None => self.start().or_else(|error| self.wait_for_another().ok_or(error))?,
            };
            if wire::write(&mut worker.input, tag, parts).is_err() {
                worker.end();
                continue;
            }
            let answer = answer(&mut worker);
            match answer {
                Ok(_) => slot.worker = Some(worker),
                Err(_) => worker.end(),
            }
            return Ok(answer);
        }
        let mut worker = self.start()?;
        worker.end();
        Err(WorkerError::Useless { program: self.program().unwrap_or_default(), said: worker.said() })
    }

    /// Waits for an inspection.
    fn answer(&self, worker: &mut WorkerProcess, reply: &[u8]) -> Result<Inspection, LostWorker> {
        let deadline = self.deadline();
        let mut partial = None;
        let death = loop {
            match worker.frame(deadline) {
                Ok((tag @ (wire::FINAL | wire::PARTIAL), payload)) => {
                    match (wire::parse_answer(&payload, reply), tag) {
                        (Some(inspection), wire::FINAL) => return Ok(inspection),
                        (Some(inspection), _) => partial = Some(Box::new(inspection)),
                        (None, _) => break WorkerDeath::garbled(),
                    }
                }
                Ok(_) => break WorkerDeath::garbled(),
                Err(death) => break death,
            }
        };
        Err(LostWorker { partial, death })
    }

    /// Waits for measures, or for the words why there are none.
    fn measures(&self, worker: &mut WorkerProcess) -> Result<Result<Measures, String>, LostWorker> {
        let lost = |death| LostWorker { partial: None, death };
        match worker.frame(self.deadline()).map_err(lost)? {
            (wire::FINAL, payload) => {
                wire::parse_measures(&payload).ok_or_else(|| lost(WorkerDeath::garbled()))
            }
            _ => Err(lost(WorkerDeath::garbled())),
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_secs_f64(self.options.bounds.clock_seconds.clamp(0.01, 3600.0))
    }

    fn take(&self) -> Option<WorkerProcess> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.busy >= self.most || state.alone > 0 {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy += 1;
        state.idle.pop()
    }

    /// The worker that another request is done with, for one that could start none: a system that starts no more
    /// processes or threads has fewer workers. None where nobody else has one.
    fn wait_for_another(&self) -> Option<WorkerProcess> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.without += 1;
        let found = loop {
            match state.idle.pop() {
                None if state.busy > state.without => {
                    state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                found => break found,
            }
        };
        state.without -= 1;
        found
    }

    fn idle(&self) -> Option<WorkerProcess> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).idle.pop()
    }

    fn program(&self) -> Result<PathBuf, WorkerError> {
        match &self.program {
            Some(program) => Ok(program.clone()),
            None => std::env::current_exe().map_err(WorkerError::NoProgram),
        }
    }

    fn start(&self) -> Result<WorkerProcess, WorkerError> {
        let program = self.program()?;
        WorkerProcess::start(&program, &self.options).map_err(|source| WorkerError::Start { program, source })
    }
}

/// A worker that ended before its final answer.
struct LostWorker {
    /// The last that it told.
    partial: Option<Box<Inspection>>,
    death: WorkerDeath,
}

/// Has the pool for itself, until it is dropped.
struct AloneGuard<'a>(&'a WorkerPool);

impl Drop for AloneGuard<'_> {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).alone -= 1;
    }
}

/// A place in the pool, given back with its worker, if that still runs, however the inspection ended.
struct Slot<'a> {
    pool: &'a WorkerPool,
    worker: Option<WorkerProcess>,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.busy -= 1;
        state.idle.extend(self.worker.take());
        // Some wait for a place, some for an empty pool.
        self.pool.freed.notify_all();
    }
}
