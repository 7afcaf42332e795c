//! Which models a service says it has.

use std::time::Duration;

use serde_json::Value;

use super::address::join;
use super::dialect::DialectName;
use super::link::{RemoteError, Services};
use super::whole::text;

/// A service that takes longer to list its models can't be waited for by a person.
const PATIENCE: Duration = Duration::from_secs(10);

/// As much of a list as is read.
const MAX_BYTES: usize = 16 << 20;

/// Why a service did not list its models. No key is in the words.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CatalogError {
    #[error(transparent)]
    Service(#[from] RemoteError),
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

/// Where a protocol lists models, after the service's address.
fn path(dialect: DialectName) -> &'static str {
    match dialect {
        DialectName::Anthropic => "/v1/models?limit=1000",
        DialectName::Responses | DialectName::Chat => "/models",
        DialectName::Gemini => "/v1beta/models?pageSize=1000",
        DialectName::Ollama => "/api/tags",
    }
}

/// The ids of models in a list. Some servers send the list bare.
fn ids(dialect: DialectName, answer: &Value) -> Option<Vec<String>> {
    let (list, key, prefix) = match dialect {
        DialectName::Anthropic | DialectName::Responses | DialectName::Chat => ("data", "id", ""),
        DialectName::Gemini => ("models", "name", "models/"),
        DialectName::Ollama => ("models", "name", ""),
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
        let link = self.link(provider)?;
        let dialect = link.entry.dialect();
        let url = join(&link.base, path(dialect)).ok_or(CatalogError::Address)?;
        let answer = text(&link, link.client.get(url), PATIENCE, MAX_BYTES).await.map_err(|failure| {
            let words = link.redact(failure.message);
            if failure.status.is_some() {
                CatalogError::Refused(words)
            } else {
                CatalogError::NoAnswer(words)
            }
        })?;
        let answer: Value = serde_json::from_str(&answer).map_err(|_| CatalogError::NoList)?;
        ids(dialect, &answer).ok_or(CatalogError::NoList)
    }

    /// Where a service is asked.
    ///
    /// # Errors
    /// In words, when it can't be asked.
    pub fn address(&self, provider: &str) -> Result<String, String> {
        let link = self.link(provider).map_err(|error| error.to_string())?;
        Ok(super::address::recorded(&link.base))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_all_protocols_are_read() {
        let read = |dialect, text: &str| ids(dialect, &serde_json::from_str(text).unwrap());
        let one = |id: &str| Some(vec![id.to_owned()]);
        assert_eq!(read(DialectName::Chat, r#"{"object":"list","data":[{"id":"a"},{}]}"#), one("a"));
        assert_eq!(read(DialectName::Chat, r#"[{"id":"a/b"}]"#), one("a/b"));
        assert_eq!(read(DialectName::Gemini, r#"{"models":[{"name":"models/g"}]}"#), one("g"));
        assert_eq!(read(DialectName::Ollama, r#"{"models":[{"name":"q:8b","size":1}]}"#), one("q:8b"));
        assert_eq!(read(DialectName::Anthropic, r#"{"type":"error"}"#), None);
    }
}
