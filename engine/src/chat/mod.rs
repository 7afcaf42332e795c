//! Conversations: the model's own template makes a prompt of them, and a reply is told from its reasoning.

mod arguments;
mod channels;
mod environment;
mod error;
mod fallback;
mod filters;
mod globals;
mod json;
mod limits;
mod marks;
mod methods;
mod printf;
mod python;
mod reasoning;
mod remainder;
mod segment;
mod source;
mod string_methods;
mod tag_token;
mod tags;
mod template;
mod trial;

pub use error::ChatError;
pub use limits::{MAX_OUTPUT_BYTES, MAX_STEPS};
pub use marks::{ReasoningMarks, ReasoningTags};
pub use reasoning::ReasoningSplit;
pub use segment::ReplySegment;
pub use template::{ChatMessage, ChatTemplate};
pub use trial::{TemplateGuard, TemplateTrial, guard_templates};
