//! A service that can be asked: its address, its key, its client and its queue, shared by all of its models.

use std::sync::Arc;

use pelicycle_net::ClientOptions;
use pelicycle_secrets::Secrets;
use reqwest::header::HeaderMap;
use reqwest::{Client, Url};

use super::address::{address, is_own, recorded};
use super::api_key::ApiKey;
use super::entry::ServiceEntry;
use super::header::ServiceHeaders;
use super::limits::ServiceLimits;
use super::service_error::ServiceError;
use super::variable::VariableLookup;
use crate::RequestQueue;

/// The number of requests at the same time to a service whose entry says nothing of it.
const CONCURRENCY: usize = 4;

/// A listener that hears each line of what goes over the wire, without keys.
pub type WireTrace = Arc<dyn Fn(&str) + Send + Sync>;

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

impl ServiceConnection {
    pub(super) fn new(
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
