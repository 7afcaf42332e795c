//! The projectors that the command line and pelicycle.toml name, for commands that look at models and run none.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use pelicycle_run::{Config, ProjectorChoice};

use super::output::say_error;

/// Reads the file of `--projector`: one that is not there is told of before anything is asked, also where no picture is shown.
pub(super) fn projector_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path.is_file() {
        true => Ok(path),
        false => Err(format!("no file at {}", path.display())),
    })
}

/// The projectors that somebody named, and what is wrong with others: it keeps nobody from looking at models.
pub(super) fn named_projectors(config: &Config, given: Option<&Path>) -> (ProjectorChoice, Vec<String>) {
    match ProjectorChoice::new(config, given) {
        Ok(projectors) => {
            let faults = projectors.faults().map(ToString::to_string).collect();
            (projectors, faults)
        }
        Err(fault) => {
            let alone = ProjectorChoice::new(&Config::default(), given).unwrap_or_default();
            (alone, vec![fault.to_string()])
        }
    }
}

/// As [`named_projectors`], with what is wrong told as warnings.
pub(super) fn projectors_or_warning(config: &Config, given: Option<&Path>) -> ProjectorChoice {
    let (projectors, faults) = named_projectors(config, given);
    faults.iter().for_each(|fault| say_error(&format!("warning: {fault}")));
    projectors
}
