//! Conversations: the model's own template makes a prompt of them, and a reply is told from its reasoning.

mod channels;
mod error;
mod marks;
mod python;
mod reasoning;
mod tags;
mod template;

pub use error::ChatError;
pub use marks::{ReasoningMarks, Tags};
pub use reasoning::{Piece, ReasoningSplit};
pub use template::{ChatTemplate, MAX_OUTPUT_BYTES, MAX_STEPS, Message};
