//! The ways to services: by the table, the user's own configuration, and what the working folder says.
//!
//! The user's keys go to no address that the folder says, unless the user trusts it: a folder may be from somebody else.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelicycle_provider::{ConfigurationSource, Services};

use crate::{
    CONFIG_FILE, Config, ConfigurationFault, Environment, KeyCommands, OwnConfig, RunError, UsageError,
    VariableError, own_config_file,
};

/// Services, and the environment that their keys come from.
#[derive(Debug)]
pub struct ServiceAccess {
    /// The services.
    pub services: Services,
    /// The environment.
    pub environment: Arc<Environment>,
}

impl ServiceAccess {
    /// Services as `config` has them, which was read from `file` or else from the working folder. `warn` hears of variables
    /// that can't be had.
    ///
    /// # Errors
    /// When a configuration can't be read or meant.
    pub fn new(
        config: &Config,
        file: Option<&Path>,
        trusting: bool,
        warn: impl Fn(&VariableError) + Send + Sync + 'static,
    ) -> Result<ServiceAccess, RunError> {
        let own = OwnConfig::load()?;
        let is_own = file.is_some_and(|file| !is_of_folder(file));
        let mut commands = KeyCommands { own: own.keys, trusting, ..KeyCommands::default() };
        if is_own { &mut commands.own } else { &mut commands.folder }.extend(config.keys.clone());
        let environment = Arc::new(Environment::load(Path::new("."), commands)?);
        environment.passed_over().into_iter().for_each(&warn);
        let lookup = Arc::clone(&environment).lookup(warn);
        let fault = |file: PathBuf| {
            |fault| UsageError::Configuration { file, fault: ConfigurationFault::Service(fault) }
        };
        let own_file = own_config_file().unwrap_or_default();
        let own_source = ConfigurationSource { name: own_file.display().to_string(), own: true };
        let file = file.unwrap_or(Path::new(CONFIG_FILE));
        let source = ConfigurationSource { name: file.display().to_string(), own: is_own };
        let services = Services::new(lookup)
            .changed(&own.providers, &own_source)
            .map_err(fault(own_file))?
            .changed(&config.providers, &source)
            .map_err(fault(file.to_owned()))?;
        Ok(ServiceAccess { services: services.trusting_folder(trusting), environment })
    }
}

/// Whether a file lies in the working folder: then it is of whoever made that, though the user named it.
fn is_of_folder(file: &Path) -> bool {
    let (Ok(file), Ok(folder)) = (file.canonicalize(), Path::new(".").canonicalize()) else { return true };
    let own = own_config_file().and_then(|own| own.canonicalize().ok());
    file.starts_with(folder) && own.as_deref() != Some(&file)
}
