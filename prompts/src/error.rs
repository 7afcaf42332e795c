//! The faults of a prompt's file, and of the name of a prompt.

use std::io;
use std::path::PathBuf;

/// A prompt that cannot be used, with where and why.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The folder or a file in it could not be read.
    #[error("cannot read prompts from {}: {source}", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A folder without a single prompt.
    #[error("no prompt in {}: a prompt is a file that ends in .toml", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file that is no prompt.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// 1-based column, in characters.
        column: usize,
        /// The fault.
        message: String,
    },
    /// A field whose value cannot be.
    #[error("{}:{line}: `{field}` {message}", path.display())]
    Field {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// The field's name.
        field: &'static str,
        /// The fault, as the end of a sentence.
        message: String,
    },
    /// No prompt goes by this name.
    #[error("no prompt is called {name:?}{hint}")]
    Unknown {
        /// The name as given.
        name: String,
        /// The names that may have been meant, as the end of the sentence.
        hint: String,
    },
}

impl PromptError {
    /// Whether it is a mistake of the one who named the prompts or wrote them, and no failure.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        match self {
            PromptError::Read { source, .. } => {
                matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
            }
            _ => true,
        }
    }
}
