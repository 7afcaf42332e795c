//! A model that answers many requests at a time.

mod chat;
mod decode;
mod draft_planner;
mod error;
mod handle;
mod lookup;
mod reply;
mod scheduler;

pub use chat::{ChatEvent, ChatReply, ChatRequest, ChatStream};
pub(crate) use draft_planner::DraftPlanner;
pub use error::EngineError;
pub use handle::{Engine, EngineOptions, RenderedPrompt, Speculation};
pub(crate) use lookup::{LookupMatch, PromptLookup};
pub use reply::{ChatDelta, ChatProgress, ReplySummary};
pub(crate) use scheduler::PROMPT_STEP;
pub use scheduler::{FinishReason, GenerationEvent, GenerationRequest};
