//! The table of services: the bundled one, and what pelicycle.toml changes or adds.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::entry::{ConfigurationSource, ServiceEntry};
use super::header::names_secret;
use super::protocol::ProtocolName;

/// The bundled table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceTable {
    pub(super) errors: ErrorWords,
    #[serde(rename = "dialects")]
    pub(super) protocols: BTreeMap<ProtocolName, ProtocolEntry>,
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
pub(super) struct ProtocolEntry {
    #[serde(default)]
    pub(super) params: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) body: Map<String, Value>,
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
    #[error(
        "providers.{name}: the key of a service belongs into an environment variable that key_env names, not into body.{key}: bodies are kept with the results"
    )]
    KeyInBody { name: String, key: String },
    /// The text that stands there is not repeated: it may be the key itself.
    #[error(
        "providers.{name}: key_env, base_url_env, host_env and header_env name environment variables, and one of them names something else; a key itself must not stand there"
    )]
    Variable { name: String },
    #[error("providers.{name}: params names {setting:?}, which is no setting; there are {known}")]
    Setting { name: String, setting: String, known: String },
    #[error("providers.{name}: {what} is {value}; it must be above 0, and at most a billion")]
    Number { name: String, what: &'static str, value: f64 },
}

/// The settings that may have a place in a body.
pub(super) const SETTINGS: [&str; 8] =
    ["max_tokens", "context", "temperature", "top_p", "top_k", "min_p", "repeat_penalty", "seed"];

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

/// The bundled services by name.
pub(super) fn bundled_entries() -> BTreeMap<String, ServiceEntry> {
    bundled().services.clone()
}

/// Services by name: the `known` ones as `changes` has them, and those that it adds.
pub(super) fn changed(
    known: &BTreeMap<String, ServiceEntry>,
    changes: &BTreeMap<String, ServiceEntry>,
    source: &ConfigurationSource,
) -> Result<BTreeMap<String, ServiceEntry>, EntryError> {
    let mut all = known.clone();
    for (name, change) in changes {
        check(name, change)?;
        let mut entry = base(name, change, known)?.changed(change);
        if change.says_address() {
            entry.address_from = Some(source.clone());
        }
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

/// The entry that a change is made to: the known one that it names, the one of its own name, or an empty one.
fn base(
    name: &str,
    change: &ServiceEntry,
    bundled: &BTreeMap<String, ServiceEntry>,
) -> Result<ServiceEntry, EntryError> {
    let Some(like) = &change.like else { return Ok(bundled.get(name).cloned().unwrap_or_default()) };
    let known = bundled.get(like).ok_or_else(|| EntryError::Like {
        name: name.to_owned(),
        like: like.clone(),
        known: bundled.keys().cloned().collect::<Vec<_>>().join(", "),
    })?;
    // Another server that is like a known one is not found by that one's variables.
    Ok(ServiceEntry {
        base_url: None,
        base_url_env: Vec::new(),
        host_env: None,
        host_port: None,
        base_path: None,
        key_env: Vec::new(),
        header_env: BTreeMap::new(),
        address_from: None,
        title: None,
        start: None,
        ..known.clone()
    })
}

/// Refuses a change that can't be meant.
fn check(name: &str, change: &ServiceEntry) -> Result<(), EntryError> {
    let name = name.to_owned();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(fits) || name == pelicycle_record::LOCAL {
        return Err(EntryError::Name { name });
    }
    let variables = change.key_env.iter().chain(&change.base_url_env).chain(change.header_env.values());
    if !variables.chain(&change.host_env).all(|variable| is_variable(variable)) {
        return Err(EntryError::Variable { name });
    }
    if let Some(key) = secret_field(&change.body) {
        return Err(EntryError::KeyInBody { name, key });
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

/// Whether this can be the name of a variable.
fn is_variable(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(fits)
}

/// A field of a body whose name says that it holds a secret.
fn secret_field(body: &Map<String, Value>) -> Option<String> {
    body.iter().find_map(|(key, value)| {
        if value.is_string() && names_secret(key) {
            return Some(key.clone());
        }
        secret_field(value.as_object()?).map(|inner| format!("{key}.{inner}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(
        changes: &BTreeMap<String, ServiceEntry>,
    ) -> Result<BTreeMap<String, ServiceEntry>, EntryError> {
        let source = ConfigurationSource { name: "pelicycle.toml".to_owned(), own: true };
        super::changed(&bundled_entries(), changes, &source)
    }

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
        for text in [
            "[openai]\nkey_env = [\"sk-planted-1\"]\n",
            "[openai]\nheader_env = { x-auth = \"sk-planted-1\" }\n",
            "[openai]\nbody = { extra = { api_key = \"sk-planted-1\" } }\n",
        ] {
            assert!(words(text).contains("key") && !words(text).contains("planted"), "{}", words(text));
        }
        assert!(changed("[openai]\nbody = { prompt_cache_key = \"x\", max_tokens = 3 }\n").is_ok());
        assert!(words("[openai]\nparams = { heat = \"t\" }\n").contains("temperature"));
        assert!(words("[openai]\nrequests_per_minute = 0.0\n").contains("above 0"));
        assert!(toml::from_str::<BTreeMap<String, ServiceEntry>>("[a]\nkeys = 1\n").is_err());
    }
}
