//! The errors of opening a model and of asking it.

use thiserror::Error;

use crate::chat::ChatError;
use crate::form::FormError;
use crate::gguf::GgufError;
use crate::model::ModelError;
use crate::sample::SamplingError;
use crate::tokenizer::TokenizerError;
use crate::vision::{PictureError, PlacingError};

/// An error of opening a model or of asking it.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the messages say it")]
#[non_exhaustive]
pub enum EngineError {
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    #[error(transparent)]
    Chat(#[from] ChatError),
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    #[error(transparent)]
    Form(#[from] FormError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Placing(#[from] PlacingError),
    #[error("the pictures of the request do not stand in its tokens as the projector says: {why}")]
    Misplaced { why: &'static str },
    #[error(
        "a picture can't be shown to the model: no projector was opened with it; give the mmproj file that was made \
         for it, or ask with text alone"
    )]
    NoProjector,
    #[error("the prompt is empty: the chat template rendered no token; give another template in its place")]
    EmptyPrompt,
    #[error("the prompt of {prompt} tokens leaves no room in the context of {context}")]
    PromptTooLong { prompt: usize, context: usize },
    #[error("the system refused a thread for the engine: {0}")]
    Thread(std::io::Error),
    #[error("the engine has stopped")]
    Stopped,
}

impl From<GgufError> for EngineError {
    fn from(error: GgufError) -> EngineError {
        ModelError::from(error).into()
    }
}
