//! The parent's side: workers that are kept warm, watched, and replaced when one dies.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pelicycle_record::Inspection;
use pelicycle_record::measure::{Measures, Rubric};

use super::bounds::{DrawingBounds, InspectionOptions};
use super::inspect::{died, over_reply_bound};
use super::measuring::MeasureError;
use super::worker::WORKER_COMMAND;
use super::{limits, wire};

/// The reason why there is no worker at all.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The program that would be the worker is not known.
    #[error("cannot tell which program is running, so no drawing worker can be started")]
    NoProgram(#[source] io::Error),
    /// The program could not be started.
    #[error("cannot start the drawing worker {program}")]
    Start {
        /// The program's path.
        program: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The program starts, and ends before it takes a request.
    #[error("the drawing worker {program} ends at once: {said}")]
    Useless {
        /// The program's path.
        program: PathBuf,
        /// The text that it wrote to its standard error.
        said: String,
    },
}

/// Inspects replies in worker processes, so that no drawing can harm the caller.
///
/// A worker that dies or takes too long is replaced; what it could tell before is the answer.
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
    idle: Vec<Worker>,
    busy: usize,
}

#[derive(Debug)]
struct Worker {
    child: Child,
    input: ChildStdin,
    frames: Receiver<io::Result<(u8, Vec<u8>)>>,
    said: Arc<Mutex<VecDeque<u8>>>,
}

/// The way in which a worker ended before its final answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WorkerDeath {
    /// Killed at the wall clock's bound.
    Time,
    /// An allocation failed.
    Memory,
    /// The stack overflowed.
    Stack,
    /// Anything else, in words.
    Crash(String),
}

impl WorkerDeath {
    fn garbled() -> Self {
        WorkerDeath::Crash("it gave a garbled answer".to_owned())
    }

    /// Words for what the drawing did, to follow its name.
    pub(super) fn words(&self, bounds: &DrawingBounds) -> String {
        match self {
            WorkerDeath::Time => format!("took longer than {} s (bound seconds)", bounds.seconds),
            WorkerDeath::Memory => {
                format!("needed more than {} MiB (bound memory_bytes)", bounds.memory_bytes >> 20)
            }
            WorkerDeath::Stack => "overflowed the stack".to_owned(),
            WorkerDeath::Crash(how) => format!("ended the worker: {how}"),
        }
    }
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
    /// Only when no worker can be started at all; whatever is in the reply, there is an answer.
    pub fn inspect(&self, reply: &[u8], raster: u32) -> Result<Inspection, WorkerError> {
        if reply.len() > self.options.bounds.reply_bytes {
            return Ok(over_reply_bound(&self.options.bounds));
        }
        let request = [&raster.to_le_bytes()[..], reply];
        self.request(wire::REQUEST, &request, |worker| self.answer(worker, reply))
    }

    /// Measures a kept drawing; waits for a free worker.
    ///
    /// # Errors
    /// When no worker can be started, or the drawing can't be measured within the bounds.
    pub fn measure(&self, svg: &[u8], rubric: &Rubric) -> Result<Measures, MeasureError> {
        let bounds = &self.options.bounds;
        if svg.len() > bounds.svg_bytes {
            let message = format!("the drawing has more than {} bytes (bound svg_bytes)", bounds.svg_bytes);
            return Err(MeasureError::Drawing(message));
        }
        let (length, rubric) = wire::rubric(rubric);
        let measured =
            self.request(wire::MEASURE, &[&length, &rubric, svg], |worker| match self.last_frame(worker) {
                Ok(payload) => match wire::parse_measures(&payload) {
                    Some(measures) => (measures, true),
                    None => (Err("its worker gave a garbled answer".to_owned()), false),
                },
                Err(death) => (Err(format!("measuring this drawing {}", death.words(bounds))), false),
            });
        measured?.map_err(MeasureError::Drawing)
    }

    /// Sends a request to a worker and has its answer read, which tells whether the worker is still good.
    fn request<T>(
        &self,
        tag: u8,
        parts: &[&[u8]],
        answer: impl FnOnce(&mut Worker) -> (T, bool),
    ) -> Result<T, WorkerError> {
        let mut slot = Slot { pool: self, worker: self.take() };
        // A worker that was killed while idle gets one successor.
        for _ in 0..2 {
            let mut worker = match slot.worker.take() {
                Some(worker) => worker,
                None => self.start()?,
            };
            if wire::write(&mut worker.input, tag, parts).is_err() {
                worker.end();
                continue;
            }
            let (answer, alive) = answer(&mut worker);
            match alive {
                true => slot.worker = Some(worker),
                false => worker.end(),
            }
            return Ok(answer);
        }
        let mut worker = self.start()?;
        worker.end();
        Err(WorkerError::Useless { program: self.program().unwrap_or_default(), said: worker.said() })
    }

    /// Waits for the answer; tells whether the worker is still good.
    fn answer(&self, worker: &mut Worker, reply: &[u8]) -> (Inspection, bool) {
        let deadline = self.deadline();
        let mut partial = None;
        let death = loop {
            match worker.frame(deadline) {
                Ok((tag @ (wire::FINAL | wire::PARTIAL), payload)) => {
                    match (wire::parse_answer(&payload, reply), tag) {
                        (Some(inspection), wire::FINAL) => return (inspection, true),
                        (Some(inspection), _) => partial = Some(inspection),
                        (None, _) => break WorkerDeath::garbled(),
                    }
                }
                Ok(_) => break WorkerDeath::garbled(),
                Err(death) => break death,
            }
        };
        (died(partial, &death, &self.options.bounds), false)
    }

    /// The only frame of an answer that has no other.
    fn last_frame(&self, worker: &mut Worker) -> Result<Vec<u8>, WorkerDeath> {
        match worker.frame(self.deadline())? {
            (wire::FINAL, payload) => Ok(payload),
            _ => Err(WorkerDeath::garbled()),
        }
    }

    fn deadline(&self) -> Instant {
        Instant::now() + Duration::from_secs_f64(self.options.bounds.seconds.clamp(0.01, 3600.0))
    }

    fn take(&self) -> Option<Worker> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.busy >= self.most {
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.busy += 1;
        state.idle.pop()
    }

    fn program(&self) -> Result<PathBuf, WorkerError> {
        match &self.program {
            Some(program) => Ok(program.clone()),
            None => std::env::current_exe().map_err(WorkerError::NoProgram),
        }
    }

    fn start(&self) -> Result<Worker, WorkerError> {
        let program = self.program()?;
        Worker::start(&program, &self.options).map_err(|source| WorkerError::Start { program, source })
    }
}

/// A place in the pool, given back with its worker, if that still runs, however the inspection ended.
struct Slot<'a> {
    pool: &'a WorkerPool,
    worker: Option<Worker>,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.busy -= 1;
        state.idle.extend(self.worker.take());
        self.pool.freed.notify_one();
    }
}

impl Worker {
    fn start(program: &Path, options: &InspectionOptions) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(WORKER_COMMAND).env_clear();
        limits::detach(&mut command);
        // Windows programs do not load without it.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let input = child.stdin.take().ok_or_else(missing)?;
        let mut output = child.stdout.take().ok_or_else(missing)?;
        let mut errors = child.stderr.take().ok_or_else(missing)?;
        let (send, frames) = sync_channel(1);
        std::thread::Builder::new().name("drawing answers".to_owned()).spawn(move || {
            loop {
                let frame = wire::read(&mut output).transpose();
                let last = !matches!(frame, Some(Ok(_)));
                if frame.is_none_or(|frame| send.send(frame).is_err()) || last {
                    return;
                }
            }
        })?;
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let tail = said.clone();
        std::thread::Builder::new().name("drawing errors".to_owned()).spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = errors.read(&mut buffer) {
                let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
                tail.extend(&buffer[..read]);
                let over = tail.len().saturating_sub(SAID);
                tail.drain(..over);
            }
        })?;
        let mut worker = Self { child, input, frames, said };
        let bounds = serde_json::to_vec(&options.bounds).map_err(io::Error::other)?;
        // A worker that ended already shows at the first request.
        let _ = wire::write(&mut worker.input, wire::BOUNDS, &[&bounds]);
        Ok(worker)
    }

    /// The next frame, or how the worker ended before it came.
    fn frame(&mut self, deadline: Instant) -> Result<(u8, Vec<u8>), WorkerDeath> {
        match self.frames.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(error)) => Err(self.cause(&error.to_string())),
            Err(RecvTimeoutError::Timeout) => Err(WorkerDeath::Time),
            Err(RecvTimeoutError::Disconnected) => Err(self.cause("it ended")),
        }
    }

    /// The reason why it ended. Of another process nothing better is known than its status and what its runtime wrote
    /// last.
    fn cause(&mut self, what: &str) -> WorkerDeath {
        let status = self.child.wait().map(|status| status.to_string()).unwrap_or_default();
        let said = self.said();
        if said.contains("memory allocation of") || said.contains("alloc") && said.contains("failed") {
            WorkerDeath::Memory
        } else if said.contains("overflowed its stack") {
            WorkerDeath::Stack
        } else if status.contains("SIGXCPU") {
            WorkerDeath::Time
        } else {
            WorkerDeath::Crash(format!("{what} ({status})"))
        }
    }

    fn said(&self) -> String {
        // Its thread reads until the pipe closes, a moment after the process has ended.
        let until = Instant::now() + Duration::from_millis(200);
        while Arc::strong_count(&self.said) > 1 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(said.make_contiguous()).trim().to_owned()
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

/// Bytes that are kept of what a worker wrote to its standard error.
const SAID: usize = 4096;
