//! Which model files are on this machine, and which of them a name means.
//!
//! Nothing is recorded: names follow from the files that lie in this project's folders, in the Hugging Face hub's
//! cache, and where llama.cpp, LM Studio and Ollama keep theirs. What those places say is checked, not trusted.

mod error;
mod file_name;
mod found;
pub mod hub;
mod hub_cache;
mod listing;
mod llama_cpp;
mod lm_studio;
mod ollama;
mod places;
mod remove;
mod shelf;

pub use error::NameError;
pub use file_name::{FileName, Part};
pub use found::{Found, Origin};
pub use places::Places;
pub use remove::{Removal, RemoveError};
pub use shelf::{PassedOver, Shelf};

pub(crate) use hub_cache::{is_commit, links, repo_folder};
