//! Fetching a whole text from an address: a price list, say.

use std::time::Duration;

use reqwest::{StatusCode, Url};
use tokio::time::{Instant, timeout_at};

use crate::{BodyError, BodyLimits, ClientOptions, innermost, read_certificates};

/// The reason why a text could not be fetched.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum FetchError {
    #[error("no connection can be prepared: {0}")]
    Client(reqwest::Error),
    #[error("it could not be fetched: {0}")]
    Transfer(String),
    #[error("it could not be fetched: not all of it came within {} s", .0.as_secs())]
    Late(Duration),
    #[error("the server answered {0}")]
    Status(StatusCode),
    #[error("it is longer than {} MiB", .0 >> 20)]
    TooLong(u64),
    #[error("it is no text")]
    NoText,
}

/// Fetches the text at an address, of at most `bytes` bytes, which must be there whole `within` a time.
///
/// # Errors
/// When it can't be had.
pub async fn fetch(url: &str, bytes: u64, within: Duration) -> Result<String, FetchError> {
    let deadline = Instant::now() + within;
    let options = ClientOptions { connect: within, idle: None, redirects: true, proxy: true };
    let client = options.build().map_err(FetchError::Client)?;
    if let Ok(url) = Url::parse(url) {
        read_certificates(&url).await.map_err(|error| FetchError::Transfer(error.to_string()))?;
    }
    let sent = timeout_at(deadline, client.get(url).send()).await.map_err(|_| FetchError::Late(within))?;
    let response = sent.map_err(|error| FetchError::Transfer(innermost(&error)))?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status()));
    }
    let limits = BodyLimits { deadline, idle: None, bytes };
    let body = limits.read(response).await.map_err(|error| match error {
        BodyError::Late => FetchError::Late(within),
        BodyError::TooLong(bytes) => FetchError::TooLong(bytes),
        BodyError::Broken(why) => FetchError::Transfer(why),
        BodyError::Write(error) => FetchError::Transfer(error.to_string()),
    })?;
    String::from_utf8(body).map_err(|_| FetchError::NoText)
}
