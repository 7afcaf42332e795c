//! Small requests whose answer is no stream: lists, batches, files.

use std::io::Write;
use std::time::Duration;

use pelicycle_net::{BodyError, BodyLimits, innermost, read_certificates};
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout_at};

use super::connection::ServiceConnection;
use super::failure::RequestFailure;

/// Sends a request of a service's and gives the text of its answer, without the key, up to `bound` bytes.
///
/// # Errors
/// When none came in time, it says that it is none, or is longer.
pub(super) async fn text(
    connection: &ServiceConnection,
    request: RequestBuilder,
    within: Duration,
    bound: usize,
) -> Result<String, RequestFailure> {
    let mut bytes = Vec::new();
    copy(connection, request, within, bound as u64, &mut bytes).await?;
    let text = connection.redact(String::from_utf8_lossy(&bytes).into_owned());
    connection.tell("< ", || text.clone());
    Ok(text)
}

/// Sends a request of a service's and writes the body of its answer as it comes, up to `bound` bytes.
///
/// # Errors
/// As [`text`]; and when it can't be written.
pub(super) async fn copy(
    connection: &ServiceConnection,
    request: RequestBuilder,
    within: Duration,
    bound: u64,
    to: &mut impl Write,
) -> Result<(), RequestFailure> {
    let deadline = Instant::now() + within;
    let late = || RequestFailure::connection(format!("no whole answer within {} s", within.as_secs()));
    let broke = |error: reqwest::Error| RequestFailure::connection(innermost(&error));
    let mut request = request.build().map_err(broke)?;
    for (name, value) in &connection.headers {
        // A form says itself what it is.
        request.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    // Without, it would be asked again in vain.
    read_certificates(request.url()).await.map_err(|error| RequestFailure::senseless(error.to_string()))?;
    connection.tell("> ", || format!("{} {}", request.method(), request.url()));
    let response =
        timeout_at(deadline, connection.client.execute(request)).await.map_err(|_| late())?.map_err(broke)?;
    connection.tell("< ", || {
        format!("{:?} {} from {}", response.version(), response.status(), response.url().path())
    });
    if !response.status().is_success() {
        return Err(refused(connection, response, deadline).await);
    }
    let limits = BodyLimits { deadline, idle: None, bytes: bound };
    limits.copy(response, to).await.map_err(|error| match error {
        BodyError::Late => late(),
        BodyError::Broken(why) => RequestFailure::connection(why),
        BodyError::TooLong(_) | BodyError::Write(_) => RequestFailure::senseless(error.to_string()),
    })
}

/// The failure of an answer whose status says that it is none.
async fn refused(connection: &ServiceConnection, response: Response, deadline: Instant) -> RequestFailure {
    let (status, headers) = (response.status(), response.headers().clone());
    let limits = BodyLimits { deadline, idle: None, bytes: connection.limits.error as u64 };
    let body = limits.read_some(response).await;
    let body = connection.redact(String::from_utf8_lossy(&body).into_owned());
    connection.tell("< ", || body.clone());
    RequestFailure::of_answer(status.as_u16(), &headers, &body)
}
