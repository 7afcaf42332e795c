//! Which models a service says it has.

use std::time::Duration;

use reqwest::Url;
use serde_json::Value;

use super::address::join;
use super::connection::{ServiceConnection, Services};
use super::failure::RequestFailure;
use super::plain_request::text;
use super::protocol::ProtocolName;

/// A service that takes longer to list its models can't be waited for by a person.
const PATIENCE: Duration = Duration::from_secs(10);

/// As much of a list as is read.
const MAX_BYTES: usize = 16 << 20;

/// Where a protocol lists models, after the service's address.
fn path(protocol: ProtocolName) -> &'static str {
    match protocol {
        ProtocolName::Anthropic => "/v1/models?limit=1000",
        ProtocolName::Responses | ProtocolName::Chat => "/models",
        ProtocolName::Gemini => "/v1beta/models?pageSize=1000",
        ProtocolName::Ollama => "/api/tags",
    }
}

/// The ids of models in a list. Some servers send the list bare.
fn ids(protocol: ProtocolName, answer: &Value) -> Option<Vec<String>> {
    let (list, key, prefix) = match protocol {
        ProtocolName::Anthropic | ProtocolName::Responses | ProtocolName::Chat => ("data", "id", ""),
        ProtocolName::Gemini => ("models", "name", "models/"),
        ProtocolName::Ollama => ("models", "name", ""),
    };
    let list = answer.get(list).or(Some(answer))?.as_array()?;
    let id = |model: &Value| {
        let id = model.get(key)?.as_str()?;
        Some(id.strip_prefix(prefix).unwrap_or(id).to_owned())
    };
    Some(list.iter().filter_map(id).collect())
}

/// The reason why a service did not list its models. No key is in its words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct CatalogError {
    /// The HTTP status of its refusal; none where it could not be asked, or what came was no refusal and no list.
    pub status: Option<u16>,
    words: String,
}

impl CatalogError {
    fn new(words: impl Into<String>) -> CatalogError {
        CatalogError { status: None, words: words.into() }
    }
}

impl Services {
    /// Asks a service which models it has.
    ///
    /// # Errors
    /// When it can't be asked or does not answer with a list.
    pub async fn catalog(&self, provider: &str) -> Result<Vec<String>, CatalogError> {
        let connection = self.connection(provider).map_err(|error| CatalogError::new(error.to_string()))?;
        let protocol = connection.entry.protocol();
        let url = join(&connection.base, path(protocol))
            .ok_or_else(|| CatalogError::new("its address can't be extended"))?;
        list(&connection, protocol, url).await
    }

    /// The address at which a service is asked.
    ///
    /// # Errors
    /// In words, when it can't be asked.
    pub fn address(&self, provider: &str) -> Result<String, String> {
        let connection = self.connection(provider).map_err(|error| error.to_string())?;
        Ok(super::address::recorded(&connection.base))
    }
}

async fn list(
    connection: &ServiceConnection,
    protocol: ProtocolName,
    url: Url,
) -> Result<Vec<String>, CatalogError> {
    let refused = |failure: RequestFailure| CatalogError {
        status: failure.status,
        words: connection.redact(failure.message),
    };
    let answer = text(connection, connection.client.get(url), PATIENCE, MAX_BYTES).await.map_err(refused)?;
    let no_list = || CatalogError::new("its answer is no list of models");
    let answer: Value = serde_json::from_str(&answer).map_err(|_| no_list())?;
    ids(protocol, &answer).ok_or_else(no_list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_all_protocols_are_read() {
        let read = |protocol, text: &str| ids(protocol, &serde_json::from_str(text).unwrap());
        let one = |id: &str| Some(vec![id.to_owned()]);
        assert_eq!(read(ProtocolName::Chat, r#"{"object":"list","data":[{"id":"a"},{}]}"#), one("a"));
        assert_eq!(read(ProtocolName::Chat, r#"[{"id":"a/b"}]"#), one("a/b"));
        assert_eq!(read(ProtocolName::Gemini, r#"{"models":[{"name":"models/g"}]}"#), one("g"));
        assert_eq!(read(ProtocolName::Ollama, r#"{"models":[{"name":"q:8b","size":1}]}"#), one("q:8b"));
        assert_eq!(read(ProtocolName::Anthropic, r#"{"type":"error"}"#), None);
    }
}
