//! All services that are known, and those that were opened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_record::LOCAL;
use pelicycle_text::{did_you_mean, near};

use super::connection::{ServiceConnection, WireTrace};
use super::entry::{ConfigurationSource, ServiceEntry};
use super::model::ServiceModel;
use super::service_error::ServiceError;
use super::table::{EntryError, bundled_entries, changed};
use super::variable::VariableLookup;

/// All services that are known, and those that were opened.
pub struct Services {
    entries: BTreeMap<String, ServiceEntry>,
    variables: VariableLookup,
    /// Whether the user's own keys may go to addresses that a folder says.
    trusting: bool,
    trace: Option<WireTrace>,
    open: Mutex<BTreeMap<String, Arc<ServiceConnection>>>,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("names", &self.entries.keys()).finish_non_exhaustive()
    }
}

impl Services {
    /// The bundled services. The user's own keys go to no address that a folder says.
    #[must_use]
    pub fn new(variables: VariableLookup) -> Services {
        Services {
            entries: bundled_entries(),
            variables,
            trusting: false,
            trace: None,
            open: Mutex::default(),
        }
    }

    /// These services as a configuration has them, and those that it adds.
    ///
    /// # Errors
    /// For a change that can't be meant.
    pub fn changed(
        self,
        changes: &BTreeMap<String, ServiceEntry>,
        source: &ConfigurationSource,
    ) -> Result<Services, EntryError> {
        Ok(Services { entries: changed(&self.entries, changes, source)?, ..self })
    }

    /// Lets the user's own keys go to addresses that a folder says.
    #[must_use]
    pub fn trusting_folder(self, trusting: bool) -> Services {
        Services { trusting, ..self }
    }

    /// Tells `trace` what goes over the wire of all services that are opened from now on.
    #[must_use]
    pub fn traced(mut self, trace: WireTrace) -> Services {
        self.trace = Some(trace);
        self
    }

    /// All of them by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &ServiceEntry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// A model of a service, ready to be asked. Nothing is sent yet.
    ///
    /// # Errors
    /// For a service that is not known, whose key is missing, or whose address can't be used.
    pub fn model(&self, provider: &str, model: &str) -> Result<ServiceModel, ServiceError> {
        Ok(ServiceModel::new(self.connection(provider)?, model.to_owned()))
    }

    /// Gets a service ready to be asked, whatever model of it. Nothing is sent yet.
    ///
    /// # Errors
    /// As [`Services::model`].
    pub fn open(&self, provider: &str) -> Result<(), ServiceError> {
        self.connection(provider).map(drop)
    }

    pub(super) fn connection(&self, provider: &str) -> Result<Arc<ServiceConnection>, ServiceError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = open.get(provider) {
            return Ok(Arc::clone(connection));
        }
        let entry = self.entries.get(provider).ok_or_else(|| ServiceError::Unknown {
            name: provider.to_owned(),
            known: match did_you_mean(&near(provider, self.entries.keys().map(String::as_str).chain([LOCAL])))
            {
                none if none.is_empty() => {
                    format!(
                        "; there are local, {}.",
                        self.entries.keys().cloned().collect::<Vec<_>>().join(", ")
                    )
                }
                meant => meant,
            },
        })?;
        let connection = Arc::new(ServiceConnection::new(
            provider,
            entry,
            &self.variables,
            self.trusting,
            self.trace.clone(),
        )?);
        open.insert(provider.to_owned(), Arc::clone(&connection));
        Ok(connection)
    }
}
