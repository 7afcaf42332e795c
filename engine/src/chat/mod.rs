//! Conversations: the model's own template makes a prompt of them, and a reply is told from its reasoning.

mod channels;
mod error;
mod limits;
mod marks;
mod piece;
mod python;
mod reasoning;
mod tags;
mod template;

pub use error::ChatError;
pub use limits::{MAX_OUTPUT_BYTES, MAX_STEPS};
pub use marks::{ReasoningMarks, Tags};
pub use piece::Piece;
pub use reasoning::ReasoningSplit;
pub use template::{ChatTemplate, Message};
