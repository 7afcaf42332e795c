//! The survey of services and local servers that can be asked now: `doctor` tells it and `init` builds on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use pelicycle_provider::{CatalogError, Services};
use pelicycle_run::Environment;
use pelicycle_text::{self as text, plural};
use serde::Serialize;
use tokio::task::JoinSet;

use super::runtime::runtime;

/// One service.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ServiceFinding {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) local: bool,
    /// It has to work.
    pub(super) wanted: bool,
    pub(super) state: ServiceState,
    pub(super) words: String,
    /// The variable that the key is in, and what set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    /// The source of the address, where that is not the table of known services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) address_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) models: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ServiceState {
    /// It answers.
    Ok,
    /// It was not asked.
    NotAsked,
    /// It needs a key that is not set.
    NoKey,
    /// Nobody answers there.
    Away,
    /// It can't be asked, or refuses.
    Fault,
}

impl ServiceFinding {
    pub(super) fn is_fault(&self) -> bool {
        match self.state {
            ServiceState::Ok | ServiceState::NotAsked => false,
            ServiceState::NoKey | ServiceState::Away => self.wanted,
            ServiceState::Fault => true,
        }
    }
}

/// Asks each service for its models, all at once. Services are before local servers, each by name.
///
/// # Errors
/// When no runtime can be had.
pub(super) fn survey(
    services: &Arc<Services>,
    environment: &Arc<Environment>,
    names: Vec<String>,
    wanted: &BTreeSet<String>,
    offline: bool,
) -> anyhow::Result<Vec<ServiceFinding>> {
    Ok(runtime()?.block_on(ask_all(services, environment, names, wanted, offline)))
}

async fn ask_all(
    services: &Arc<Services>,
    environment: &Arc<Environment>,
    names: Vec<String>,
    wanted: &BTreeSet<String>,
    offline: bool,
) -> Vec<ServiceFinding> {
    let mut tasks = JoinSet::new();
    for name in names {
        let (services, environment) = (Arc::clone(services), Arc::clone(environment));
        let wanted = wanted.contains(&name);
        tasks.spawn(async move { examine(&services, &environment, name, wanted, offline).await });
    }
    let mut found = tasks.join_all().await;
    found.sort_by(|a, b| (a.local, &a.name).cmp(&(b.local, &b.name)));
    found
}

async fn examine(
    services: &Services,
    environment: &Environment,
    name: String,
    wanted: bool,
    offline: bool,
) -> ServiceFinding {
    let entry = services.entries().find(|(known, _)| *known == name).map(|(_, entry)| entry.clone());
    let entry = entry.unwrap_or_default();
    let set = entry.key_env.iter().find_map(|variable| {
        let (_, setter) = environment.get(variable).ok().flatten()?;
        Some(format!("{variable} from {setter}"))
    });
    let mut found = ServiceFinding {
        title: entry.title.clone().unwrap_or_else(|| name.clone()),
        local: entry.local == Some(true),
        wanted,
        state: ServiceState::NotAsked,
        words: "not asked".to_owned(),
        key: set,
        address: None,
        address_from: None,
        models: Vec::new(),
        name,
    };
    if found.key.is_none() && entry.needs_key() {
        found.state = ServiceState::NoKey;
        let unread = entry.key_env.iter().find_map(|variable| environment.get(variable).err());
        found.words = match unread {
            Some(error) => error.to_string(),
            None => format!("no key: set {}", entry.key_env.join(" or ")),
        };
        return found;
    }
    match services.address(&found.name) {
        Ok((address, from)) => (found.address, found.address_from) = (Some(address), from),
        Err(words) => {
            (found.state, found.words) = (ServiceState::Fault, words);
            return found;
        }
    }
    if offline {
        return found;
    }
    let begin = std::time::Instant::now();
    match services.catalog(&found.name).await {
        Ok(models) => {
            found.state = ServiceState::Ok;
            found.words = format!(
                "{} in {}",
                plural(models.len() as u64, "model"),
                text::seconds(begin.elapsed().as_secs_f64())
            );
            found.models = models;
        }
        // A server of one's own that is not running is the usual state of most of them.
        Err(error) if (found.local || !entry.needs_key()) && !matches!(error, CatalogError::Refused(_)) => {
            found.state = ServiceState::Away;
            let address = found.address.as_deref().unwrap_or("its address");
            found.words = format!("nobody answers at {address}{}", entry.start_hint());
        }
        Err(error) => (found.state, found.words) = (ServiceState::Fault, error.to_string()),
    }
    found
}
