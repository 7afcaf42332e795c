//! One worker as its parent sees it: a process, its pipes, and how it ended.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::bounds::InspectionOptions;
use super::limits::EndedBy;
use super::worker::WORKER_COMMAND;
use super::worker_death::WorkerDeath;
use super::{confinement, limits, wire};

/// A worker that runs; it is ended when this is dropped.
#[derive(Debug)]
pub(super) struct WorkerProcess {
    child: Child,
    /// The pipe that takes requests.
    pub(super) input: ChildStdin,
    frames: Receiver<io::Result<(u8, Vec<u8>)>>,
    said: Arc<Mutex<VecDeque<u8>>>,
}

impl WorkerProcess {
    /// Starts one, which is to keep to the bounds.
    pub(super) fn start(program: &Path, options: &InspectionOptions) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg(WORKER_COMMAND).env_clear();
        limits::detach(&mut command);
        // Windows programs do not load without it.
        if let Some(root) = std::env::var_os("SystemRoot") {
            command.env("SystemRoot", root);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        confinement::inherit_nothing();
        let mut child = command.spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let input = child.stdin.take().ok_or_else(missing)?;
        let output = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let (send, frames) = sync_channel(1);
        let said = Arc::new(Mutex::new(VecDeque::new()));
        let tail = said.clone();
        // From here on whatever fails ends the process too.
        let mut worker = Self { child, input, frames, said };
        thread("drawing answers", move || pass_frames(output, &send))?;
        thread("drawing errors", move || keep_tail(errors, &tail))?;
        let bounds = serde_json::to_vec(&options.bounds).map_err(io::Error::other)?;
        // A worker that ended already shows at the first request.
        let _ = wire::write(&mut worker.input, wire::BOUNDS, &[&bounds]);
        Ok(worker)
    }

    /// The next frame, or how the worker ended before it came.
    pub(super) fn frame(&mut self, deadline: Instant) -> Result<(u8, Vec<u8>), WorkerDeath> {
        match self.frames.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(error)) => Err(self.cause(&error.to_string())),
            Err(RecvTimeoutError::Timeout) => Err(WorkerDeath::Clock),
            Err(RecvTimeoutError::Disconnected) => Err(self.cause("it ended")),
        }
    }

    /// The reason why it ended. Of another process nothing better is known than its status and what its runtime wrote
    /// last.
    fn cause(&mut self, what: &str) -> WorkerDeath {
        let status = self.child.wait();
        let by = status.as_ref().map_or(EndedBy::Itself, |status| limits::ended_by(*status));
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        let said = self.said();
        if said.contains("memory allocation of") || said.contains("alloc") && said.contains("failed") {
            WorkerDeath::Memory
        } else if said.contains("overflowed its stack") {
            WorkerDeath::Stack
        } else {
            match by {
                EndedBy::ProcessorBound => WorkerDeath::Processor,
                EndedBy::Fault => WorkerDeath::Crash(format!("{what} ({status})")),
                EndedBy::Itself | EndedBy::Others => WorkerDeath::Lost(format!("{what} ({status})")),
            }
        }
    }

    /// The last that it wrote to its standard error.
    pub(super) fn said(&self) -> String {
        // Its thread reads until the pipe closes, a moment after the process has ended.
        let until = Instant::now() + Duration::from_millis(200);
        while Arc::strong_count(&self.said) > 1 && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(said.make_contiguous()).trim().to_owned()
    }

    /// Ends it, and waits until it is gone.
    pub(super) fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        self.end();
    }
}

/// Starts a thread that ends by itself.
fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

/// Passes on what a worker answers, up to its end or the first fault.
fn pass_frames(mut output: ChildStdout, send: &SyncSender<io::Result<(u8, Vec<u8>)>>) {
    loop {
        let frame = wire::read(&mut output).transpose();
        let last = !matches!(frame, Some(Ok(_)));
        if frame.is_none_or(|frame| send.send(frame).is_err()) || last {
            return;
        }
    }
}

/// Keeps the last that a worker writes to its standard error.
fn keep_tail(mut errors: ChildStderr, tail: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = errors.read(&mut buffer) {
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend(&buffer[..read]);
        let over = tail.len().saturating_sub(SAID);
        tail.drain(..over);
    }
}

/// Bytes that are kept of what a worker wrote to its standard error.
const SAID: usize = 4096;
