//! A model that answers many requests at a time.

mod chat;
mod decode;
mod draft_planner;
mod error;
mod handle;
mod lookup;
mod options;
mod reply;
mod row_share;
mod scheduler;
mod speculation;

pub use chat::{ChatEvent, ChatReply, ChatRequest, ChatStream};
pub(crate) use draft_planner::DraftPlanner;
pub use error::EngineError;
pub use handle::{Engine, RenderedPrompt};
pub(crate) use lookup::{LookupMatch, PromptLookup};
pub use options::EngineOptions;
pub use reply::{ChatDelta, ChatProgress, ReplySummary};
pub(crate) use row_share::row_share;
pub(crate) use scheduler::PROMPT_STEP;
pub use scheduler::{FinishReason, GenerationEvent, GenerationRequest};
pub use speculation::Speculation;
