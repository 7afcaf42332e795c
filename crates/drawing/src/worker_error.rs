//! The reasons why no worker checks a drawing.

use std::io;
use std::path::PathBuf;

/// The reason why there is no worker at all.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The program that would be the worker is not known.
    #[error("cannot tell which program is running, so no drawing worker can be started: {0}")]
    NoProgram(#[source] io::Error),
    /// The program could not be started.
    #[error("cannot start the drawing worker {}: {source}", program.display())]
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
    /// A worker was lost for reasons of this machine, and so was the one that looked again, alone.
    #[error("the drawing worker was lost again, for no fault of the drawing: {why}")]
    Lost {
        /// The way in which the second one ended, in words.
        why: String,
    },
}
