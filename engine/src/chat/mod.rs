//! Conversations: the model's own template makes a prompt of them, and a reply is told from its reasoning.

mod arguments;
mod environment;
mod error;
mod fallback;
mod filters;
mod globals;
mod json;
mod limits;
mod message;
mod methods;
mod printf;
mod python;
mod remainder;
mod source;
mod string_methods;
mod tag_token;
mod template;
mod trial;
mod trial_run;

pub use error::ChatError;
pub use limits::{MAX_OUTPUT_BYTES, MAX_STEPS};
pub use message::{ChatMessage, MessageContent, MessagePart};
pub use pelicycle_reasoning::{ReasoningMarks, ReasoningSplit, ReasoningTags, ReplySegment};
pub use template::ChatTemplate;
pub use trial::{TemplateGuard, TemplateTrial, guard_templates};
