//! A whole text from an address: a price list, say.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::{BodyError, ClientOptions, Patience, client};

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(20);

/// Why a text could not be fetched.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum FetchError {
    #[error("no connection can be prepared: {0}")]
    Client(reqwest::Error),
    #[error("it could not be fetched: {0}")]
    Transfer(reqwest::Error),
    #[error("it could not be fetched: {0}")]
    Body(#[from] BodyError),
    #[error("the server gave no answer within {} s", .0.as_secs())]
    Late(Duration),
    #[error("the server answered {0}")]
    Status(reqwest::StatusCode),
    #[error("it is no text")]
    Text,
}

/// The text at an address, of `most` bytes at most, fetched within `within`.
///
/// # Errors
/// When it can't be had.
pub async fn fetch(url: &str, most: usize, within: Duration) -> Result<String, FetchError> {
    let deadline = Instant::now() + within;
    let options = ClientOptions { connect: CONNECT, idle: None, redirects: true, proxy: true };
    let client = client(&options).map_err(FetchError::Client)?;
    let asked = timeout_at(deadline, client.get(url).send()).await.map_err(|_| FetchError::Late(within))?;
    let response = asked.map_err(FetchError::Transfer)?;
    if !response.status().is_success() {
        return Err(FetchError::Status(response.status()));
    }
    let body = Patience::until(deadline).read(response, most).await?;
    String::from_utf8(body).map_err(|_| FetchError::Text)
}
