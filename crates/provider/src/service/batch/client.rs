//! The client of batches: it leaves them with a service, looks after them, and fetches their results.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use pelicycle_net::{Backoff, NextTry};
use pelicycle_record::{BatchRecord, RequestRecord};
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Url};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::protocol::{BatchProtocol, BatchState, EndedBatch, identifier};
use super::replies::BatchReplies;
use super::results::{BatchResults, MAX_BYTES};
use super::{anthropic, openai};
use crate::service::address::{join, recorded};
use crate::service::connection::ServiceConnection;
use crate::service::failure::{RequestFailure, RetryAdvice};
use crate::service::model::ServiceModel;
use crate::service::plain_request::{copy, text};
use crate::service::request_body::SettingError;

/// The most requests of one batch: the least bound of all services.
const MAX_REQUESTS: usize = 50_000;

/// The most bytes of one batch's requests, with what is put around each.
const MAX_BATCH_BYTES: usize = 180 << 20;

/// The most bytes that are put around a request.
const ENVELOPE: usize = 128;

/// The longest answer that says how far a batch is.
const MAX_STATE: usize = 4 << 20;

/// The time for an upload or a download of results.
const TRANSFER: Duration = Duration::from_secs(30 * 60);

/// The time for any other request.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client for the batches of one model of a service.
#[derive(Clone)]
pub struct BatchClient {
    model: ServiceModel,
    protocol: BatchProtocol,
}

/// The reason why a batch could not be left or fetched. No key is in the words.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{service}: {what}: {words}")]
pub struct BatchError {
    service: String,
    what: String,
    words: String,
}

impl std::fmt::Debug for BatchClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "batches of {:?}", self.model)
    }
}

impl BatchClient {
    pub(in super::super) fn new(model: ServiceModel, protocol: BatchProtocol) -> BatchClient {
        BatchClient { model, protocol }
    }

    pub(super) fn connection(&self) -> &Arc<ServiceConnection> {
        self.model.connection()
    }

    pub(super) fn model(&self) -> &str {
        self.model.model()
    }

    pub(super) fn protocol(&self) -> BatchProtocol {
        self.protocol
    }

    /// The service's name.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.connection().provider
    }

    /// The body of a request as part of a batch: that of a stream, without what asks for one.
    ///
    /// # Errors
    /// For a setting that the model can't be asked with.
    pub fn request(&self, prompt: &str, settings: &RequestRecord) -> Result<Vec<u8>, SettingError> {
        let mut body = self.model.body(&[], prompt, &[], settings)?.json;
        if let Value::Object(body) = &mut body {
            body.remove("stream");
            body.remove("stream_options");
        }
        Ok(body.to_string().into_bytes())
    }

    /// Cuts requests into as many batches as the service needs.
    #[must_use]
    pub fn parts(bodies: &[Vec<u8>]) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut bytes = 0;
        for (index, body) in bodies.iter().enumerate() {
            let length = body.len() + ENVELOPE;
            match parts.last_mut() {
                Some(part) if part.len() < MAX_REQUESTS && bytes + length <= MAX_BATCH_BYTES => {
                    part.end = index + 1;
                    bytes += length;
                }
                _ => {
                    parts.push(index..index + 1);
                    bytes = length;
                }
            }
        }
        parts
    }

    /// Leaves requests with the service; gives its identifier of the batch, and where it was left.
    ///
    /// # Errors
    /// When it does not take them.
    pub async fn submit(&self, bodies: &[Vec<u8>]) -> Result<(String, String), BatchError> {
        let failed = self.failed("the batch was not taken");
        let refused = |failure: RequestFailure| failed(failure.message);
        let (connection, client) = (self.connection(), &self.connection().client);
        let answer = match self.protocol {
            BatchProtocol::Anthropic => {
                let url = self.url(anthropic::PATH).map_err(&failed)?;
                let body = anthropic::body(bodies, name);
                self.ask(TRANSFER, || client.post(url.clone()).body(body.clone())).await.map_err(refused)?
            }
            BatchProtocol::Openai => {
                let protocol = connection.entry.protocol().wire();
                // The file names its requests' place as the service itself does, whatever address it is reached by.
                let path = format!("/v1{}", protocol.path(self.model()));
                let file = openai::file(&path, bodies, name);
                let url = self.url(openai::FILES).map_err(&failed)?;
                let upload = || {
                    let part = Part::bytes(file.clone()).file_name("requests.jsonl");
                    let form = Form::new().text("purpose", "batch").part("file", part);
                    client.post(url.clone()).multipart(form)
                };
                let answer = self.ask(TRANSFER, upload).await.map_err(refused)?;
                let file = identifier(&answer, "id")
                    .ok_or_else(|| failed("the answer to the upload names no file".to_owned()))?;
                let body = openai::body(&file, &path).to_string();
                let url = self.url(openai::BATCHES).map_err(&failed)?;
                self.ask(PATIENCE, || client.post(url.clone()).body(body.clone())).await.map_err(refused)?
            }
        };
        let id = identifier(&answer, "id").ok_or_else(|| failed("its answer names no batch".to_owned()))?;
        Ok((id, recorded(&self.url(self.path()).map_err(&failed)?)))
    }

    /// The state of a batch. One that the service does not know any more is over, without results.
    ///
    /// # Errors
    /// When the service does not tell.
    pub async fn look(&self, batch: &BatchRecord) -> Result<BatchState, BatchError> {
        let failed = self.failed(&format!("nothing could be learned of batch {}", batch.batch));
        let url = self.url(&format!("{}/{}", self.path(), batch.batch)).map_err(&failed)?;
        match self.ask(PATIENCE, || self.connection().client.get(url.clone())).await {
            Ok(answer) => self.protocol.state(&answer).map_err(&failed),
            Err(gone) if matches!(gone.status, Some(404 | 410)) => {
                Ok(BatchState::Ended(EndedBatch { results: Vec::new(), words: gone.message }))
            }
            Err(failure) => Err(failed(failure.message)),
        }
    }

    /// Fetches the results of batches that are over.
    ///
    /// # Errors
    /// When results can't be had; they stay with the service.
    pub async fn fetch(
        &self,
        over: Vec<(BatchRecord, Vec<Vec<u8>>, EndedBatch)>,
    ) -> Result<BatchReplies, BatchError> {
        let mut replies = BatchReplies::new(self.clone());
        for (record, bodies, end) in over {
            let failed = self.failed(&format!("the results of batch {} could not be fetched", record.batch));
            let unwritten = |error: std::io::Error| failed(format!("no room for them: {error}"));
            let mut results = BatchResults::default();
            for path in &end.results {
                let url = self.url(path).map_err(&failed)?;
                let mut file = tempfile::tempfile().map_err(unwritten)?;
                self.download(&url, &mut file).await.map_err(|failure| failed(failure.message))?;
                results.add(file, |named| number(named).filter(|n| *n < bodies.len())).map_err(unwritten)?;
            }
            replies.add(record, bodies, results, end.words);
        }
        Ok(replies)
    }

    async fn download(&self, url: &Url, file: &mut std::fs::File) -> Result<(), RequestFailure> {
        let connection = self.connection();
        copy(connection, connection.client.get(url.clone()), TRANSFER, MAX_BYTES, file).await
    }

    /// Asks until there is an answer, or asking again makes no sense. A request that may have been taken is not sent
    /// again: a batch must not be left twice.
    async fn ask(
        &self,
        within: Duration,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Value, RequestFailure> {
        let connection = self.connection();
        let deadline = Instant::now() + within;
        let mut backoff = Backoff::new(connection.limits.backoff);
        let answer = loop {
            let failure = match text(connection, request(), within, MAX_STATE).await {
                Ok(answer) => break answer,
                Err(failure) => failure,
            };
            let RetryAdvice::After(asked) = failure.again else { return Err(failure) };
            match backoff.next(asked) {
                NextTry::After(wait) if failure.status.is_some() && Instant::now() + wait <= deadline => {
                    sleep(wait).await;
                }
                _ => return Err(failure),
            }
        };
        serde_json::from_str(&answer)
            .map_err(|error| RequestFailure::senseless(format!("its answer is no JSON: {error}")))
    }

    fn path(&self) -> &'static str {
        match self.protocol {
            BatchProtocol::Anthropic => anthropic::PATH,
            BatchProtocol::Openai => openai::BATCHES,
        }
    }

    fn url(&self, path: &str) -> Result<Url, String> {
        join(&self.connection().base, path).ok_or_else(|| "its address can't be extended".to_owned())
    }

    fn failed(&self, what: &str) -> impl Fn(String) -> BatchError + use<> {
        let (connection, what) = (Arc::clone(self.connection()), what.to_owned());
        move |words| BatchError {
            service: connection.provider.clone(),
            what: what.clone(),
            words: connection.redact(words),
        }
    }
}

/// The name of a request within its batch.
fn name(number: usize) -> String {
    format!("sample-{number}")
}

/// The number of the request of this name.
fn number(name: &str) -> Option<usize> {
    name.strip_prefix("sample-")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_batch_has_more_than_a_service_takes() {
        let bodies = vec![vec![0; 100]; 50_001];
        assert_eq!(BatchClient::parts(&bodies), [0..50_000, 50_000..50_001]);
        let bodies = vec![vec![0; 100 << 20]; 3];
        assert_eq!(BatchClient::parts(&bodies), [0..1, 1..2, 2..3]);
        assert!(BatchClient::parts(&[]).is_empty());
        assert_eq!((number(&name(7)), number("x-7"), number("sample-")), (Some(7), None, None));
    }
}
