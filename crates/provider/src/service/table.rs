//! The table of services: the bundled one, and what pelicycle.toml changes or adds.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::batch::BatchProtocol;
use super::protocol::ProtocolName;

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
    /// Rules of its models; the first whose pattern fits counts.
    #[serde(default)]
    pub models: Vec<ModelRule>,
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

/// The bundled table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceTable {
    pub(super) errors: ErrorWords,
    #[serde(rename = "dialects")]
    protocols: BTreeMap<ProtocolName, ProtocolEntry>,
    services: BTreeMap<String, ServiceEntry>,
}

/// The words of errors that decide whether to ask again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorWords {
    pub(super) never: Vec<String>,
    pub(super) retry: Vec<String>,
}

/// An entry of one protocol: what all services that speak it have alike.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProtocolEntry {
    #[serde(default)]
    params: BTreeMap<String, String>,
    #[serde(default)]
    body: Map<String, Value>,
}

/// The reason why an entry of pelicycle.toml can't be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum EntryError {
    #[error("providers.{name}: a provider's name has only a-z, 0-9, '-' and '_', and is not \"local\"")]
    Name { name: String },
    #[error("providers.{name}: no service {like:?} is known that it could be like; known are {known}")]
    Like { name: String, like: String, known: String },
    #[error("providers.{name}: {what}")]
    Lacks { name: String, what: &'static str },
    #[error(
        "providers.{name}: the key of a service belongs into an environment variable that key_env names, not into header {header:?}"
    )]
    KeyInHeader { name: String, header: String },
    #[error("providers.{name}: params names {setting:?}, which is no setting; there are {known}")]
    Setting { name: String, setting: String, known: String },
    #[error("providers.{name}: {what} is {value}; it must be above 0, and at most a billion")]
    Number { name: String, what: &'static str, value: f64 },
}

/// The settings that may have a place in a body.
pub(super) const SETTINGS: [&str; 7] =
    ["max_tokens", "temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed"];

/// Headers that carry keys.
const KEY_HEADERS: [&str; 6] =
    ["authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie", "proxy-authorization"];

/// The bundled table, read once.
pub(super) fn bundled() -> &'static ServiceTable {
    static TABLE: LazyLock<ServiceTable> = LazyLock::new(|| {
        toml::from_str(include_str!("services.toml")).expect("the bundled table is valid: a test reads it")
    });
    &TABLE
}

/// All services by name: the bundled ones as `changes` has them, and those that it adds.
pub(super) fn entries(
    changes: &BTreeMap<String, ServiceEntry>,
) -> Result<BTreeMap<String, ServiceEntry>, EntryError> {
    let bundled = &bundled().services;
    let mut all = bundled.clone();
    for (name, change) in changes {
        check(name, change)?;
        let base = match (&change.like, bundled.get(name)) {
            (Some(like), _) => bundled.get(like).ok_or_else(|| EntryError::Like {
                name: name.clone(),
                like: like.clone(),
                known: bundled.keys().cloned().collect::<Vec<_>>().join(", "),
            })?,
            (None, Some(known)) => known,
            (None, None) => &ServiceEntry::default(),
        };
        // Another server that is like a known one is not found by that one's variables.
        let base = match change.like {
            Some(_) => ServiceEntry {
                base_url: None,
                base_url_env: Vec::new(),
                host_env: None,
                host_port: None,
                base_path: None,
                key_env: Vec::new(),
                header_env: BTreeMap::new(),
                title: None,
                ..base.clone()
            },
            None => base.clone(),
        };
        let entry = base.changed(change);
        let lacks = |what| EntryError::Lacks { name: name.clone(), what };
        if entry.protocol.is_none() {
            return Err(lacks(
                "say which dialect it speaks (anthropic, responses, chat, gemini or ollama), or which known service it is like",
            ));
        }
        if entry.base_url.is_none() && entry.base_url_env.is_empty() && entry.host_env.is_none() {
            return Err(lacks("say where it is: base_url = \"http://127.0.0.1:8000/v1\""));
        }
        all.insert(name.clone(), entry);
    }
    Ok(all)
}

fn check(name: &str, change: &ServiceEntry) -> Result<(), EntryError> {
    let name = name.to_owned();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(fits) || name == pelicycle_record::LOCAL {
        return Err(EntryError::Name { name });
    }
    let headers = change.headers.keys().chain(change.header_env.keys());
    if let Some(header) = headers.into_iter().find(|h| KEY_HEADERS.contains(&h.to_ascii_lowercase().as_str()))
    {
        return Err(EntryError::KeyInHeader { name, header: header.clone() });
    }
    if let Some(setting) = change.params.keys().find(|setting| !SETTINGS.contains(&setting.as_str())) {
        return Err(EntryError::Setting { name, setting: setting.clone(), known: SETTINGS.join(", ") });
    }
    let numbers = [
        ("requests_per_minute", change.requests_per_minute),
        ("connect_seconds", change.connect_seconds),
        ("first_seconds", change.first_seconds),
        ("idle_seconds", change.idle_seconds),
        ("total_seconds", change.total_seconds),
        ("backoff_seconds", change.backoff_seconds),
        ("tries", change.tries.map(f64::from)),
        ("concurrency", change.concurrency.map(|n| n as f64)),
    ];
    for (what, value) in numbers {
        if let Some(value) = value.filter(|value| !(*value > 0.0 && *value <= 1e9)) {
            return Err(EntryError::Number { name, what, value });
        }
    }
    Ok(())
}

impl ServiceEntry {
    /// This entry with what `change` says.
    fn changed(mut self, change: &ServiceEntry) -> ServiceEntry {
        macro_rules! take {
            ($($field:ident)*) => { $(if change.$field.is_some() { self.$field.clone_from(&change.$field); })* };
        }
        take!(title protocol batch base_url host_env host_port base_path key_header key_needed local concurrency);
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
        self.body.extend(change.body.iter().map(|(key, value)| (key.clone(), value.clone())));
        self.models.splice(0..0, change.models.iter().cloned());
        self
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

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str) -> Result<BTreeMap<String, ServiceEntry>, EntryError> {
        entries(&toml::from_str(text).unwrap())
    }

    #[test]
    fn every_bundled_entry_can_be_used() {
        for (name, entry) in entries(&BTreeMap::new()).unwrap() {
            check(&name, &entry).unwrap();
            assert!(entry.protocol.is_some() && entry.title.is_some(), "{name}");
            assert!(entry.base_url.is_some() || !entry.base_url_env.is_empty(), "{name}");
            assert!(!entry.key_env.is_empty(), "{name}");
            assert!(entry.models.iter().all(|rule| !rule.ids.is_empty()), "{name}");
        }
    }

    #[test]
    fn the_first_pattern_that_fits_gives_the_rule() {
        let all = entries(&BTreeMap::new()).unwrap();
        let anthropic = &all["anthropic"];
        let rule = |model: &str| anthropic.rule(model).unwrap();
        assert_eq!(rule("claude-opus-5-5").off, None, "it always thinks");
        assert!(rule("claude-opus-5").off.is_some());
        assert_eq!(rule("claude-opus-4-7").sampling, Some(false));
        assert_eq!(rule("claude-haiku-4-5-20251001").sampling_headers.len(), 1);
        assert!(rule("claude-next").on.is_some());
    }

    #[test]
    fn a_file_changes_known_services_and_adds_others() {
        let all = changed(
            "[openai]\nconcurrency = 9\n[box]\nlike = \"vllm\"\nbase_url = \"http://box:8000/v1\"\n\
             [mine]\ndialect = \"chat\"\nbase_url = \"http://127.0.0.1:9/v1\"\nkey_env = [\"MINE\"]\n",
        )
        .unwrap();
        assert_eq!(all["openai"].concurrency, Some(9));
        assert_eq!(all["openai"].key_env, ["OPENAI_API_KEY"]);
        assert_eq!((all["box"].local, all["box"].key_env.len()), (Some(true), 0), "vLLM's key stays vLLM's");
        assert_eq!(all["box"].place("min_p"), Some("min_p"));
        assert!(all["mine"].needs_key() && !all["box"].needs_key());
        assert_eq!(all["mine"].place("min_p"), None);
    }

    #[test]
    fn what_can_not_be_meant_is_refused_in_words() {
        let words = |text: &str| changed(text).unwrap_err().to_string();
        assert!(words("[local]\n").contains("is not \"local\""));
        assert!(words("[a]\nbase_url = \"http://x\"\n").contains("which dialect"));
        assert!(words("[a]\ndialect = \"chat\"\n").contains("base_url"));
        assert!(words("[a]\nlike = \"b\"\n").contains("vllm"));
        assert!(words("[openai]\nheaders = { Authorization = \"x\" }\n").contains("key_env"));
        assert!(words("[openai]\nparams = { heat = \"t\" }\n").contains("temperature"));
        assert!(words("[openai]\nrequests_per_minute = 0.0\n").contains("above 0"));
        assert!(toml::from_str::<BTreeMap<String, ServiceEntry>>("[a]\nkeys = 1\n").is_err());
    }
}
