//! Prompts, what models are asked to draw: one file each, bundled or the user's own.
//!
//! A [`Prompt`] is read from a TOML file, whose every fault is told with file and line. A [`PromptLibrary`] has the bundled
//! ones and those of a folder, and finds them by id or by family. A prompt's identity is its id with the hash of its text, so
//! that an edited text is another prompt; its rubric is no part of it.
//!
//! This crate knows no model, no results, and not what becomes of a rubric: that is read by `pelicycle_record::measure`.
//!
//! Start reading at [`Prompt::parse`]; the files themselves are in `prompts/bundled/`.

mod bundled;
mod error;
mod fresh;
mod library;
mod prompt;
mod seal;

pub use error::PromptError;
pub use fresh::{EDITION, FreshPrompt, MOST_FRESH, fresh, possible};
pub use library::PromptLibrary;
pub use prompt::{MAX_RASTER, MIN_RASTER, Prompt};
pub use seal::{opens, seal_hash, sealed_text};
