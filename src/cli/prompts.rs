//! The prompts that a command knows: the bundled ones, and those of a folder.

use std::path::Path;

use crate::config::Config;
use crate::prompt::{Library, PromptError};

/// The bundled prompts with those of the folder that the command line names, or else the configuration.
pub(super) fn library(folder: Option<&Path>, config: &Config) -> Result<Library, PromptError> {
    match folder.or(config.prompts.as_deref()) {
        Some(folder) => Library::with_dir(folder),
        None => Ok(Library::bundled()),
    }
}
