//! The prompts that a command knows: the bundled ones, and those of a folder.

use std::path::Path;

use pelicycle_prompt::{PromptError, PromptLibrary};
use pelicycle_run::config::Config;

/// The bundled prompts with those of the folder that the command line names, or else the configuration.
pub(super) fn library(folder: Option<&Path>, config: &Config) -> Result<PromptLibrary, PromptError> {
    match folder.or(config.prompts.as_deref()) {
        Some(folder) => PromptLibrary::with_dir(folder),
        None => Ok(PromptLibrary::bundled()),
    }
}
