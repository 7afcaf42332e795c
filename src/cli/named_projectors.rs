//! The projectors that the command line and pelicycle.toml name, for commands that look at models and run none.

use std::path::{Path, PathBuf};

use pelicycle_run::{Config, ConfigurationFault, Projectors};

/// Reads the file of `--projector`: one that is not there is told of before anything is asked, also where no picture is shown.
pub(super) fn projector_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_file() { Ok(path) } else { Err(format!("no file at {text}")) }
}

/// The projectors that somebody named. A contestant that names one where there can be none is a fault beside them: it keeps
/// nobody from looking at models. Then those of pelicycle.toml are left out.
pub(super) fn named_projectors(
    config: &Config,
    given: Option<&Path>,
) -> (Projectors, Option<ConfigurationFault>) {
    match Projectors::new(config, given) {
        Ok(projectors) => (projectors, None),
        Err(fault) => (Projectors::new(&Config::default(), given).unwrap_or_default(), Some(fault)),
    }
}

/// As [`named_projectors`], with the fault told as a warning.
pub(super) fn projectors_or_warning(config: &Config, given: Option<&Path>) -> Projectors {
    let (projectors, fault) = named_projectors(config, given);
    if let Some(fault) = fault {
        super::output::say_error(&format!("warning: {fault}"));
    }
    projectors
}
