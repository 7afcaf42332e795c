//! The catalogue of models that a service says it has.

use std::time::Duration;

use serde_json::Value;

use super::address::join;
use super::plain_request::text;
use super::protocol::ProtocolName;
use super::service_error::ServiceError;
use super::services::Services;

/// A service that takes longer to list its models can't be waited for by a person.
const PATIENCE: Duration = Duration::from_secs(10);

/// As much of a list as is read.
const MAX_BYTES: usize = 16 << 20;

/// The reason why a service did not list its models. No key is in the words.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CatalogError {
    #[error(transparent)]
    Service(#[from] ServiceError),
    #[error("its address can't be extended")]
    Address,
    #[error("{0}")]
    NoAnswer(String),
    /// Its answer has an HTTP status that says no.
    #[error("{0}")]
    Refused(String),
    #[error("its answer is no list of models")]
    NoList,
}

/// The path at which a protocol lists models, after the service's address.
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

impl Services {
    /// Asks a service which models it has.
    ///
    /// # Errors
    /// When it can't be asked, or does not answer with such a list.
    pub async fn catalog(&self, provider: &str) -> Result<Vec<String>, CatalogError> {
        let connection = self.connection(provider)?;
        let protocol = connection.entry.protocol();
        let url = join(&connection.base, path(protocol)).ok_or(CatalogError::Address)?;
        let request = connection.client.get(url);
        let answer = text(&connection, request, PATIENCE, MAX_BYTES).await.map_err(|failure| {
            let words = connection.redact(failure.message);
            if failure.status.is_some() {
                CatalogError::Refused(words)
            } else {
                CatalogError::NoAnswer(words)
            }
        })?;
        let answer: Value = serde_json::from_str(&answer).map_err(|_| CatalogError::NoList)?;
        ids(protocol, &answer).ok_or(CatalogError::NoList)
    }

    /// The address at which a service is asked, and what says it where that is not the table.
    ///
    /// # Errors
    /// In words, when it can't be asked.
    pub fn address(&self, provider: &str) -> Result<(String, Option<String>), String> {
        let connection = self.connection(provider).map_err(|error| error.to_string())?;
        Ok((super::address::recorded(&connection.base), connection.address_from.clone()))
    }
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
