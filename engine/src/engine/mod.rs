//! A model that answers many requests at a time.

mod chat;
mod error;
mod handle;
mod reply;
mod scheduler;

pub use chat::{ChatEvent, ChatReply, ChatRequest, ChatStream};
pub use error::EngineError;
pub use handle::{Engine, EngineOptions, RenderedPrompt};
pub use reply::{ChatDelta, ChatProgress, ReplySummary};
pub(crate) use scheduler::PROMPT_STEP;
pub use scheduler::{FinishReason, GenerationEvent, GenerationRequest};
