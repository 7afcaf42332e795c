//! The end of a worker, and whose doing that is.

use super::bounds::DrawingBounds;

/// The way in which a worker ended before its final answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WorkerDeath {
    /// Ended by the system at the bound on processor time.
    Processor,
    /// An allocation failed.
    Memory,
    /// The stack overflowed.
    Stack,
    /// It ended itself by a signal, in words.
    Crash(String),
    /// Killed at the clock's bound.
    Clock,
    /// Anything else, in words: killed from outside, ended without a reason, a broken pipe.
    Lost(String),
}

impl WorkerDeath {
    /// An answer that nobody understands.
    pub(super) fn garbled() -> Self {
        WorkerDeath::Lost("it gave a garbled answer".to_owned())
    }

    /// Whether the same drawing would end another worker in the same way, as far as one death can tell.
    pub(super) fn is_certain(&self) -> bool {
        matches!(self, WorkerDeath::Processor | WorkerDeath::Stack)
    }

    /// Whether a second death of this kind, of a worker that was alone, is the drawing's doing.
    pub(super) fn is_the_drawings(&self) -> bool {
        !matches!(self, WorkerDeath::Clock | WorkerDeath::Lost(_))
    }

    /// A sentence about the worker.
    pub(super) fn its_words(&self, bounds: &DrawingBounds) -> String {
        match self {
            WorkerDeath::Crash(how) | WorkerDeath::Lost(how) => how.clone(),
            _ => format!("it {}", self.words(bounds)),
        }
    }

    /// Words for what the drawing did, to follow its name.
    pub(super) fn words(&self, bounds: &DrawingBounds) -> String {
        match self {
            WorkerDeath::Processor => {
                let seconds = bounds.processor_seconds;
                format!("took more than {seconds} s of processor time (bound processor_seconds)")
            }
            WorkerDeath::Clock => {
                format!("did not end within {} s by the clock (bound clock_seconds)", bounds.clock_seconds)
            }
            WorkerDeath::Memory => {
                format!("needed more than {} MiB (bound memory_bytes)", bounds.memory_bytes >> 20)
            }
            WorkerDeath::Stack => "overflowed the stack".to_owned(),
            WorkerDeath::Crash(how) | WorkerDeath::Lost(how) => format!("ended the worker: {how}"),
        }
    }
}
