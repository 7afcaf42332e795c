//! Conversations: the model's own template makes a prompt of them, and a reply is told from its reasoning.

mod error;
mod python;
mod reasoning;
mod template;

pub use error::ChatError;
pub use reasoning::{Piece, ReasoningSplit};
pub use template::{ChatTemplate, MAX_OUTPUT_BYTES, MAX_STEPS, Message};
