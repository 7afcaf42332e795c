//! A model that answers many requests at a time.

mod error;
mod handle;
mod scheduler;

pub use error::EngineError;
pub use handle::{Engine, EngineOptions, RenderedPrompt};
pub(crate) use scheduler::PROMPT_STEP;
pub use scheduler::{FinishReason, GenerationEvent, GenerationRequest};
