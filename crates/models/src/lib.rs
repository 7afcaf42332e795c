//! Model files on this machine: which there are, what their names mean, fetching and removing them.
//!
//! [`ModelFolders`] says where models lie; [`Inventory`] looks there and finds the one that a name means. Nothing is
//! recorded: names follow from the files in this project's folders, in the Hugging Face hub's cache, and where llama.cpp,
//! LM Studio and Ollama keep theirs. What those places say is checked, not trusted. [`hub`] fetches files into the hub's
//! cache, [`Removal`] takes them out of it.
//!
//! This crate knows nothing of running a model, of pelicycle's configuration, or of the terminal: what happens while a
//! file is fetched goes to a listener.
//!
//! Start reading at [`Inventory::find`], and at [`hub::Hub`] for the network.

mod file_name;
mod folders;
pub mod hub;
mod hub_cache;
mod inventory;
mod listing;
mod llama_cpp;
mod lm_studio;
mod model_file;
mod name_error;
mod ollama;
mod own_folders;
mod projector;
mod removal;
mod unusable;

pub use file_name::{ModelFileName, SplitPart};
pub use folders::ModelFolders;
pub(crate) use hub_cache::{is_commit, links, repo_folder};
pub use inventory::Inventory;
pub use model_file::{ModelFile, ModelSource};
pub use name_error::ModelNameError;
pub use projector::projectors_beside;
pub use removal::{Removal, RemovalError};
pub use unusable::UnusableModel;
