//! A service that can be asked: its address, its key, its client and its queue, shared by all of its models.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pelicycle_net::ClientOptions;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Url};

use super::address::{address, is_own};
use super::api_key::ApiKey;
use super::entry::ServiceEntry;
use super::limits::ServiceLimits;
use super::model::ServiceModel;
use super::table::{EntryError, entries};
use crate::RequestQueue;

/// The number of requests at the same time to a service whose entry says nothing of it.
const CONCURRENCY: usize = 4;

/// A function that looks a variable of the environment up.
pub type VariableLookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A listener that hears each line of what goes over the wire, without keys.
pub type WireTrace = Arc<dyn Fn(&str) + Send + Sync>;

/// All services that are known, and those that were opened.
pub struct Services {
    entries: BTreeMap<String, ServiceEntry>,
    variables: VariableLookup,
    trace: Option<WireTrace>,
    open: Mutex<BTreeMap<String, Arc<ServiceConnection>>>,
}

/// The reason why a service can't be asked.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ServiceError {
    #[error(
        "no provider {name:?} is known; there are local, {known}; [providers.{name}] in pelicycle.toml adds one"
    )]
    Unknown { name: String, known: String },
    #[error("{provider} needs a key: set {variables}")]
    NoKey { provider: String, variables: String },
    #[error("the key in {variable} has characters that no key has, such as a line break within it")]
    BadKey { variable: String },
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
    pub(super) client: Client,
    /// The headers of every request, the key among them.
    pub(super) headers: HeaderMap,
    pub(super) key: Option<ApiKey>,
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
    /// The bundled services, as `changes` from pelicycle.toml has them.
    ///
    /// # Errors
    /// For a change that can't be meant.
    pub fn new(
        changes: &BTreeMap<String, ServiceEntry>,
        variables: VariableLookup,
    ) -> Result<Services, EntryError> {
        Ok(Services { entries: entries(changes)?, variables, trace: None, open: Mutex::default() })
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

    pub(super) fn connection(&self, provider: &str) -> Result<Arc<ServiceConnection>, ServiceError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = open.get(provider) {
            return Ok(Arc::clone(connection));
        }
        let entry = self.entries.get(provider).ok_or_else(|| ServiceError::Unknown {
            name: provider.to_owned(),
            known: self.entries.keys().cloned().collect::<Vec<_>>().join(", "),
        })?;
        let connection =
            Arc::new(ServiceConnection::new(provider, entry, &self.variables, self.trace.clone())?);
        open.insert(provider.to_owned(), Arc::clone(&connection));
        Ok(connection)
    }
}

impl ServiceConnection {
    fn new(
        provider: &str,
        entry: &ServiceEntry,
        variables: &VariableLookup,
        trace: Option<WireTrace>,
    ) -> Result<ServiceConnection, ServiceError> {
        let name = || provider.to_owned();
        let base = address(entry, variables.as_ref()).map_err(|(from, why)| ServiceError::Address {
            provider: name(),
            from,
            why,
        })?;
        let key = ApiKey::find(&entry.key_env, variables.as_ref());
        if key.is_none() && entry.needs_key() {
            return Err(ServiceError::NoKey { provider: name(), variables: entry.key_env.join(" or ") });
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
            headers: headers(provider, entry, key.as_ref(), variables)?,
            provider: name(),
            base,
            client,
            key,
            queue: RequestQueue::new(entry.concurrency.unwrap_or(slots), entry.requests_per_minute),
            limits,
            trace,
            entry: entry.clone(),
        })
    }

    /// Tells what goes over the wire, without the key, where somebody listens.
    pub(super) fn tell(&self, mark: &str, words: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            trace(&format!("{mark}{}", self.redact(words())));
        }
    }

    /// A text without the key, should it stand there.
    pub(super) fn redact(&self, text: String) -> String {
        match &self.key {
            Some(key) => key.redact(&text).into_owned(),
            None => text,
        }
    }
}

fn headers(
    provider: &str,
    entry: &ServiceEntry,
    key: Option<&ApiKey>,
    variables: &VariableLookup,
) -> Result<HeaderMap, ServiceError> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let from_environment =
        entry.header_env.iter().filter_map(|(header, variable)| Some((header, variables(variable)?)));
    let given = entry.headers.iter().map(|(header, value)| (header, value.clone())).chain(from_environment);
    for (header, value) in given.filter(|(_, value)| !value.is_empty()) {
        let bad = || ServiceError::Header { provider: provider.to_owned(), header: header.clone() };
        let name = HeaderName::try_from(header.as_str()).map_err(|_| bad())?;
        headers.insert(name, HeaderValue::try_from(value.as_str()).map_err(|_| bad())?);
    }
    if let Some(key) = key {
        let bad = || ServiceError::BadKey { variable: key.variable().to_owned() };
        let name = entry.key_header.as_deref().unwrap_or("authorization");
        let bad_name = |_| ServiceError::Header { provider: provider.to_owned(), header: name.to_owned() };
        let header = HeaderName::try_from(name).map_err(bad_name)?;
        headers.insert(header, key.header(entry.key_header.is_none()).ok_or_else(bad)?);
    }
    Ok(headers)
}
