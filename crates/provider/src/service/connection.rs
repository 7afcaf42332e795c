//! A service that can be asked: its address, its key, its client and its queue, shared by all of its models.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_net::ClientOptions;
use pelicycle_record::LOCAL;
use pelicycle_text::{did_you_mean, near};
use reqwest::header::HeaderMap;
use reqwest::{Client, Url};

use super::address::{address, is_own, recorded};
use super::api_key::ApiKey;
use super::entry::{ConfigurationSource, ServiceEntry};
use super::header::ServiceHeaders;
use super::limits::ServiceLimits;
use super::model::ServiceModel;
use super::secrets::Secrets;
use super::table::{EntryError, bundled_entries, changed};
use super::variable::VariableLookup;
use crate::RequestQueue;

/// The number of requests at the same time to a service whose entry says nothing of it.
const CONCURRENCY: usize = 4;

/// A listener that hears each line of what goes over the wire, without keys.
pub type WireTrace = Arc<dyn Fn(&str) + Send + Sync>;

/// All services that are known, and those that were opened.
pub struct Services {
    entries: BTreeMap<String, ServiceEntry>,
    variables: VariableLookup,
    /// Whether the user's own keys may go to addresses that a folder says.
    trusting: bool,
    trace: Option<WireTrace>,
    open: Mutex<BTreeMap<String, Arc<ServiceConnection>>>,
}

/// The reason why a service can't be asked.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ServiceError {
    #[error("no provider {name:?} is known{known} [providers.{name}] in pelicycle.toml adds one")]
    Unknown { name: String, known: String },
    #[error("{provider} needs a key: set {variables}")]
    NoKey { provider: String, variables: String },
    #[error("the key in {variable} has characters that no key has, such as a line break within it")]
    BadKey { variable: String },
    #[error(
        "{provider} would be asked at {address} (by {from}), with the value of {variable}, which is yours and not \
         this folder's; if that address may have it, give --trust-folder or say the address in your own \
         configuration file (docs/providers.md#keys)"
    )]
    Foreign { provider: String, address: String, from: String, variable: String },
    #[error("the address of {provider}, from {from}, can't be used: {why}")]
    Address { provider: String, from: String, why: String },
    #[error("a header of {provider} can't be sent: {header:?}")]
    Header { provider: String, header: String },
    #[error("no connection to {provider} can be prepared: {why}")]
    Client { provider: String, why: String },
}

/// A service that was opened, shared by all of its models.
pub(super) struct ServiceConnection {
    pub(super) provider: String,
    pub(super) entry: ServiceEntry,
    pub(super) base: Url,
    /// The source of the address, in words; none where it is the table's own.
    pub(super) address_from: Option<String>,
    pub(super) client: Client,
    /// The headers of every request, the key among them.
    pub(super) headers: HeaderMap,
    secrets: Secrets,
    pub(super) queue: RequestQueue,
    pub(super) limits: ServiceLimits,
    pub(super) trace: Option<WireTrace>,
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

impl ServiceConnection {
    fn new(
        provider: &str,
        entry: &ServiceEntry,
        variables: &VariableLookup,
        trusting: bool,
        trace: Option<WireTrace>,
    ) -> Result<ServiceConnection, ServiceError> {
        let name = || provider.to_owned();
        let (base, source) = address(entry, variables.as_ref())
            .map_err(|(from, why)| ServiceError::Address { provider: name(), from, why })?;
        let key = ApiKey::find(&entry.key_env, variables.as_ref());
        if key.is_none() && entry.needs_key() {
            return Err(ServiceError::NoKey { provider: name(), variables: entry.key_env.join(" or ") });
        }
        let mut secrets = Secrets::default();
        let headers = ServiceHeaders::new(provider, entry, key.as_ref(), variables, &mut secrets)?;
        if source.foreign
            && !trusting
            && let Some(variable) = headers.own_variable
        {
            let from = source.words.unwrap_or_default();
            return Err(ServiceError::Foreign { provider: name(), address: recorded(&base), from, variable });
        }
        let limits = ServiceLimits::of(entry);
        let slots = if entry.local == Some(true) { 1 } else { CONCURRENCY };
        let options = ClientOptions {
            connect: limits.connect,
            idle: None,
            // A redirect would take the key to whoever it names.
            redirects: false,
            proxy: !is_own(&base),
        };
        let client = options
            .build()
            .map_err(|error| ServiceError::Client { provider: name(), why: error.to_string() })?;
        Ok(ServiceConnection {
            headers: headers.map,
            secrets,
            provider: name(),
            base,
            address_from: source.words,
            client,
            queue: RequestQueue::new(entry.concurrency.unwrap_or(slots), entry.requests_per_minute),
            limits,
            trace,
            entry: entry.clone(),
        })
    }

    /// Tells what goes over the wire, without the key, where somebody listens.
    pub(super) fn tell(&self, mark: &str, words: impl FnOnce() -> String) {
        if self.is_traced() {
            self.tell_safe(mark, &self.redact(words()));
        }
    }

    /// Tells what the key was taken out of before.
    pub(super) fn tell_safe(&self, mark: &str, words: &str) {
        if let Some(trace) = &self.trace {
            trace(&format!("{mark}{words}"));
        }
    }

    /// Whether somebody listens to what goes over the wire.
    pub(super) fn is_traced(&self) -> bool {
        self.trace.is_some()
    }

    /// The secrets that are searched for in all that the service says.
    pub(super) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A whole text without the secrets that stand in it.
    pub(super) fn redact(&self, text: String) -> String {
        self.secrets.redact(text)
    }
}
