//! Fetches a published price list.

use std::time::Duration;

/// As much of a list as is read: LiteLLM's is some 3 MB.
const MAX_BYTES: usize = 64 << 20;

/// The whole of it has to be there by then.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a list could not be fetched.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum FetchError {
    #[error("no connection can be prepared: {0}")]
    Client(reqwest::Error),
    #[error("it could not be fetched: {0}")]
    Transfer(reqwest::Error),
    #[error("the server answered {0}")]
    Status(reqwest::StatusCode),
    #[error("it is longer than {} MiB", MAX_BYTES >> 20)]
    Long,
    #[error("it is no text")]
    Text,
}

/// The text at an address.
///
/// # Errors
/// When it can't be had.
pub async fn fetch(url: &str) -> Result<String, FetchError> {
    // Ours is the only choice of cryptography; that it was made before is no fault.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .user_agent(concat!("pelicycle/", env!("CARGO_PKG_VERSION")))
        .timeout(PATIENCE)
        .build()
        .map_err(FetchError::Client)?;
    let mut response = client.get(url).send().await.map_err(FetchError::Transfer)?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status()));
    }
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(FetchError::Transfer)? {
        body.extend_from_slice(&piece);
        if body.len() > MAX_BYTES {
            return Err(FetchError::Long);
        }
    }
    String::from_utf8(body).map_err(|_| FetchError::Text)
}
