//! The errors of rendering a conversation.

use thiserror::Error;

use super::limits::{MAX_OUTPUT_BYTES, MAX_STEPS};
use crate::gguf::GgufError;

/// An error of rendering a conversation.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages are the documentation")]
#[non_exhaustive]
pub enum ChatError {
    #[error(transparent)]
    File(#[from] GgufError),
    /// The template's own words.
    #[error("the chat template refuses this conversation: {0}")]
    Refused(String),
    #[error(
        "the chat template takes more than {MAX_STEPS} steps; it does not seem to come to an end; \
         give another in its place"
    )]
    TooManySteps,
    #[error(
        "the chat template writes more than {MAX_OUTPUT_BYTES} bytes; it does not seem to come to an end; \
         give another in its place"
    )]
    TooMuchOutput,
    #[error("the chat template can't be used: {0}")]
    Trial(String),
    #[error("the chat template is not valid: {0}; give another in its place")]
    Syntax(minijinja::Error),
    #[error("the chat template failed: {0}; give another in its place")]
    Render(minijinja::Error),
}
