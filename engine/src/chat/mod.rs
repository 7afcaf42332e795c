//! Conversations: the model's own template makes a prompt of them, and a reply is told from its reasoning.

mod channels;
mod error;
mod fallback;
mod limits;
mod marks;
mod python;
mod reasoning;
mod segment;
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
