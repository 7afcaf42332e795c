//! An entry of the table of services: what is known of one service, and of its models.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::batch::BatchProtocol;
use super::protocol::ProtocolName;
use super::table::bundled;

/// An entry of one service: `[services.NAME]` of the bundled table, `[providers.NAME]` of pelicycle.toml.
/// Whatever is left out is as the protocol has it, or as the entry that is changed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceEntry {
    /// The known service that a new one is like.
    pub like: Option<String>,
    /// Its name for people.
    pub title: Option<String>,
    /// The protocol it speaks.
    #[serde(rename = "dialect")]
    pub protocol: Option<ProtocolName>,
    /// The address that the protocol's paths are added to.
    pub base_url: Option<String>,
    /// Environment variables that give another address; the first that is set counts.
    #[serde(default)]
    pub base_url_env: Vec<String>,
    /// A variable that gives a host and port in Ollama's way.
    pub host_env: Option<String>,
    /// The port where that variable names none.
    pub host_port: Option<u16>,
    /// A path that follows the address from the environment.
    pub base_path: Option<String>,
    /// Environment variables that may hold the key, in order.
    #[serde(default)]
    pub key_env: Vec<String>,
    /// The header that takes the bare key; `authorization: Bearer KEY` when nothing is said.
    pub key_header: Option<String>,
    /// Whether it can't be asked without a key; so when nothing is said and there are variables for it.
    pub key_needed: Option<bool>,
    /// The protocol of its batches, where it takes any.
    pub batch: Option<BatchProtocol>,
    /// Whether it runs on a machine of the user's: one request at a time, and patience while it loads a model.
    pub local: Option<bool>,
    /// The command that starts it, for people whom nobody answers there.
    pub start: Option<String>,
    /// The number of requests at the same time.
    pub concurrency: Option<usize>,
    /// The number of requests that may leave in a minute.
    pub requests_per_minute: Option<f64>,
    /// Seconds for a connection to stand; 10 when nothing is said, as the others are in docs/providers.md.
    pub connect_seconds: Option<f64>,
    /// Seconds until the first part of an answer.
    pub first_seconds: Option<f64>,
    /// Seconds of silence within an answer.
    pub idle_seconds: Option<f64>,
    /// Seconds for a whole answer.
    pub total_seconds: Option<f64>,
    /// The longest first wait before a request is sent again; it doubles with each try.
    pub backoff_seconds: Option<f64>,
    /// The most times that a request is sent.
    pub tries: Option<u32>,
    /// Headers of every request.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Headers whose values are in environment variables, where those are set.
    #[serde(default)]
    pub header_env: BTreeMap<String, String>,
    /// Places of settings in the body, as dotted paths; an empty one takes a setting away.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// The keys that every body has besides.
    #[serde(default)]
    pub body: Map<String, Value>,
    /// Keys of the body that it does not take.
    #[serde(default)]
    pub omit: Vec<String>,
    /// The bound on tokens where none is asked for; not sent when nothing is said.
    pub max_tokens: Option<u32>,
    /// Whether its models take pictures, by patterns of their ids of which the longest that fits counts; those that none fits
    /// may take them.
    #[serde(default)]
    pub pictures: BTreeMap<String, bool>,
    /// Rules of its models; the first whose pattern fits counts.
    #[serde(default)]
    pub models: Vec<ModelRule>,
    /// The configuration that says its address, where one does.
    #[serde(skip)]
    pub(super) address_from: Option<ConfigurationSource>,
}

/// A configuration that may change services.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationSource {
    /// Its name for people.
    pub name: String,
    /// Whether it is the user's own; one in a folder may be from somebody else.
    pub own: bool,
}

/// A rule of models: what they take.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelRule {
    /// Patterns of model ids; `*` at the end stands for any rest.
    pub ids: Vec<String>,
    /// The fragment of the body where neither thinking nor effort was asked for.
    pub default: Option<Map<String, Value>>,
    /// The fragment that asks for thinking.
    pub on: Option<Map<String, Value>>,
    /// The fragment that asks for none.
    pub off: Option<Map<String, Value>>,
    /// The fragment that says how hard to think: `$effort` is the word, `$EFFORT` the word in capitals.
    pub effort: Option<Map<String, Value>>,
    /// The words for effort that there are; any when the list is empty.
    #[serde(default)]
    pub efforts: Vec<String>,
    /// Whether sampling settings are accepted; so when nothing is said.
    pub sampling: Option<bool>,
    /// Headers that sampling settings need.
    #[serde(default)]
    pub sampling_headers: BTreeMap<String, String>,
}

impl ServiceEntry {
    /// A hint for the end of a message where nobody answers at its address; empty where no command is known that starts it.
    #[must_use]
    pub fn start_hint(&self) -> String {
        self.start
            .as_ref()
            .map(|command| format!("; is it running? `{command}` starts it"))
            .unwrap_or_default()
    }

    /// This entry with what `change` says.
    pub(super) fn changed(mut self, change: &ServiceEntry) -> ServiceEntry {
        macro_rules! take {
            ($($field:ident)*) => { $(if change.$field.is_some() { self.$field.clone_from(&change.$field); })* };
        }
        take!(title protocol batch base_url host_env host_port base_path key_header key_needed local start concurrency);
        take!(requests_per_minute max_tokens connect_seconds first_seconds idle_seconds total_seconds backoff_seconds tries);
        if change.base_url.is_some() {
            // An address that was written down is meant.
            self.base_url_env.clear();
            self.host_env = None;
        }
        for (list, new) in
            [(&mut self.base_url_env, &change.base_url_env), (&mut self.key_env, &change.key_env)]
        {
            if !new.is_empty() {
                list.clone_from(new);
            }
        }
        self.omit.extend(change.omit.iter().cloned());
        for (map, new) in [
            (&mut self.headers, &change.headers),
            (&mut self.header_env, &change.header_env),
            (&mut self.params, &change.params),
        ] {
            map.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        self.pictures.extend(change.pictures.iter().map(|(pattern, sees)| (pattern.clone(), *sees)));
        self.body.extend(change.body.iter().map(|(key, value)| (key.clone(), value.clone())));
        self.models.splice(0..0, change.models.iter().cloned());
        self
    }

    /// Whether it says something of the address.
    pub(super) fn says_address(&self) -> bool {
        self.base_url.is_some()
            || !self.base_url_env.is_empty()
            || self.host_env.is_some()
            || self.host_port.is_some()
            || self.base_path.is_some()
    }

    /// The protocol it speaks.
    pub(super) fn protocol(&self) -> ProtocolName {
        self.protocol.expect("entries without a dialect are refused where they are read")
    }

    /// The place of a setting in the body.
    pub(super) fn place(&self, setting: &str) -> Option<&str> {
        let of_protocol =
            || bundled().protocols.get(&self.protocol()).and_then(|protocol| protocol.params.get(setting));
        self.params.get(setting).or_else(of_protocol).map(String::as_str).filter(|place| !place.is_empty())
    }

    /// The keys that every body of its protocol has besides.
    pub(super) fn protocol_body(&self) -> Option<&'static Map<String, Value>> {
        bundled().protocols.get(&self.protocol()).map(|protocol| &protocol.body)
    }

    /// The rule for a model.
    pub(super) fn rule(&self, model: &str) -> Option<&ModelRule> {
        self.models.iter().find(|rule| rule.ids.iter().any(|pattern| fits(pattern, model)))
    }

    /// Whether a model may be shown pictures.
    pub(super) fn may_see(&self, model: &str) -> bool {
        let fitting = self.pictures.iter().filter(|(pattern, _)| fits(pattern, model));
        fitting.max_by_key(|(pattern, _)| pattern.len()).is_none_or(|(_, sees)| *sees)
    }

    /// Whether it can't be asked without a key.
    #[must_use]
    pub fn needs_key(&self) -> bool {
        self.key_needed.unwrap_or(!self.key_env.is_empty())
    }
}

fn fits(pattern: &str, model: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(begin) => model.starts_with(begin),
        None => pattern == model,
    }
}
