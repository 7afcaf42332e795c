//! What models are asked: one file a prompt, bundled or the user's own.

mod bundled;
mod definition;
mod error;
mod library;

pub use definition::{MAX_RASTER, MIN_RASTER, Prompt};
pub use error::PromptError;
pub use library::Library;
