//! One model of a service as a provider: it asks, waits and asks again, and tells what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use pelicycle_net::{Backoff, NextTry, read_certificates};
use pelicycle_record::{FailedTry, Outcome, RequestRecord, ServiceRecord};
use reqwest::Url;
use tokio::time::sleep;

use super::address::{is_own, join, recorded};
use super::batch::BatchClient;
use super::connection::ServiceConnection;
use super::exchange::Exchange;
use super::failure::{RequestFailure, RetryAdvice};
use super::limits::LONGEST_WAIT;
use super::protocol::WireMessage;
use super::request_body::{RequestBody, SettingError, body};
use crate::{
    EarlierTurn, Provider, ReplyEvent, ReplyEventKind, ReplyMetadata, ReplyRequest, ReplySender, ReplyStream,
    RequestEnd, RequestQueue, SentRequest, reply_channel,
};

/// The time that a server which is loading its model is left alone before it is asked again.
const LOADING_WAIT: Duration = Duration::from_millis(500);

/// One model of a service.
#[derive(Clone)]
pub struct ServiceModel {
    connection: Arc<ServiceConnection>,
    model: String,
}

/// A request as it is sent, however often.
struct PreparedRequest {
    url: Url,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl std::fmt::Debug for ServiceModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} at {}", self.connection.provider, self.model, self.connection.base)
    }
}

impl ServiceModel {
    pub(super) fn new(connection: Arc<ServiceConnection>, model: String) -> ServiceModel {
        ServiceModel { connection, model }
    }

    /// The service's address.
    #[must_use]
    pub fn address(&self) -> String {
        recorded(&self.connection.base)
    }

    /// The source of the address in words, where that is not the table of known services.
    #[must_use]
    pub fn address_from(&self) -> Option<&str> {
        self.connection.address_from.as_deref()
    }

    /// Whether it runs on this machine.
    #[must_use]
    pub fn is_own(&self) -> bool {
        is_own(&self.connection.base)
    }

    /// The settings that a request is sent with where these are wanted: none is added but a bound on tokens that the
    /// service must have.
    ///
    /// # Errors
    /// For a setting that the model can't be asked with.
    pub fn settle(&self, wanted: &RequestRecord) -> Result<RequestRecord, SettingError> {
        let has_seed = self.connection.entry.place("seed").is_some();
        let mut settled = RequestRecord { run_seed: wanted.run_seed.filter(|_| has_seed), ..wanted.clone() };
        settled.sampling.max_tokens = wanted.sampling.max_tokens.or(self.connection.entry.max_tokens);
        self.body(&[], "", &[], &settled)?;
        Ok(settled)
    }

    /// Its batches, where the service takes any.
    #[must_use]
    pub fn batches(&self) -> Option<BatchClient> {
        Some(BatchClient::new(self.clone(), self.connection.entry.batch?))
    }

    /// Whether it can be shown pictures, as far as the table of services knows; a service may still refuse them.
    #[must_use]
    pub fn may_see(&self) -> bool {
        self.connection.entry.may_see(&self.model)
    }

    pub(super) fn connection(&self) -> &Arc<ServiceConnection> {
        &self.connection
    }

    pub(super) fn model(&self) -> &str {
        &self.model
    }

    pub(super) fn body(
        &self,
        earlier: &[EarlierTurn],
        prompt: &str,
        pictures: &[Vec<u8>],
        settings: &RequestRecord,
    ) -> Result<RequestBody, SettingError> {
        let connection = &self.connection;
        let encode = |picture: &Vec<u8>| base64::engine::general_purpose::STANDARD.encode(picture);
        let pictures: Vec<String> = pictures.iter().map(encode).collect();
        let before = earlier.iter().flat_map(|turn| {
            [
                WireMessage::user(&turn.prompt, &[]),
                WireMessage { is_reply: true, ..WireMessage::user(&turn.reply, &[]) },
            ]
        });
        let messages: Vec<_> = before.chain([WireMessage::user(prompt, &pictures)]).collect();
        let begin = connection.entry.protocol().wire().body(&self.model, &messages);
        body(&connection.provider, &connection.entry, &self.model, begin, settings)
    }

    /// Puts a request together.
    ///
    /// # Errors
    /// In words, when it can't be sent.
    fn prepare(&self, request: &ReplyRequest) -> Result<PreparedRequest, String> {
        let RequestBody { json, headers } = self
            .body(&request.earlier, &request.prompt, &request.pictures, &request.settings)
            .map_err(|error| error.to_string())?;
        let path = self.connection.entry.protocol().wire().path(&self.model);
        let url = join(&self.connection.base, &path)
            .ok_or_else(|| format!("{:?} can't be part of an address", self.model))?;
        Ok(PreparedRequest { url, headers, body: json.to_string().into_bytes() })
    }

    /// Asks until there is an answer, or asking again makes no sense.
    async fn answer(self, request: ReplyRequest, events: ReplySender) {
        let tell = |kind| {
            // Where nobody listens any more, this task is being ended.
            let _ = events.send(ReplyEvent { at: Instant::now(), kind });
        };
        let failed =
            |error: String| ReplyEventKind::End(RequestEnd { outcome: Outcome::Error, error: Some(error) });
        let connection = &self.connection;
        let prepared = match self.prepare(&request) {
            Ok(prepared) => prepared,
            Err(error) => return tell(failed(error)),
        };
        // Within the first request, that would count as time of the service's.
        if let Err(error) = read_certificates(&prepared.url).await {
            return tell(failed(error.to_string()));
        }
        let mut record = ServiceRecord {
            dialect: connection.entry.protocol().name().to_owned(),
            endpoint: recorded(&prepared.url),
            ..ServiceRecord::default()
        };
        let patience = Instant::now() + connection.limits.first;
        let mut backoff = Backoff::new(connection.limits.backoff);
        let mut tries = 0;
        loop {
            connection.queue.wait_turn().await;
            let (begin, started) = (Instant::now(), jiff::Timestamp::now());
            tell(ReplyEventKind::Sent(SentRequest { started, body: Some(prepared.body.clone()) }));
            tell(metadata(&record));
            let exchange = Exchange {
                connection,
                model: &self.model,
                bounds: (&request.settings.sampling).into(),
                url: &prepared.url,
                headers: &prepared.headers,
                body: &prepared.body,
                events: &events,
            };
            let failure = match exchange.run(&mut record).await {
                Ok(()) => return,
                Err(failure) => failure,
            };
            tries += u32::from(failure.again != RetryAdvice::Loading);
            let (wait, why) = wait(&failure, &mut backoff, patience);
            let error = match why {
                Some(why) => format!("{}; {why}", connection.redact(failure.message)),
                None => connection.redact(failure.message),
            };
            note(&mut record, begin, started, failure.status, &error, wait);
            tell(metadata(&record));
            let Some(wait) = wait else {
                let times = if tries > 1 { format!(" (tried {tries} times)") } else { String::new() };
                return tell(failed(format!("{error}{times}")));
            };
            if failure.status == Some(429) {
                connection.queue.pause(wait);
            }
            sleep(wait).await;
        }
    }
}

/// The wait before the next try, none where there is to be none; and why, where that needs words.
fn wait(
    failure: &RequestFailure,
    backoff: &mut Backoff,
    patience: Instant,
) -> (Option<Duration>, Option<String>) {
    let asked = match failure.again {
        RetryAdvice::No => return (None, None),
        RetryAdvice::Loading => return ((Instant::now() < patience).then_some(LOADING_WAIT), None),
        RetryAdvice::After(asked) => asked,
    };
    match backoff.next(asked) {
        NextTry::After(wait) => (Some(wait), None),
        NextTry::GiveUp => (None, None),
        NextTry::AskedTooLong => {
            let (asked, most) = (asked.unwrap_or_default().as_secs(), LONGEST_WAIT.as_secs());
            (None, Some(format!("the service asks to wait {asked} s, longer than {most} s")))
        }
    }
}

/// The metadata of a request that no answer has come to.
fn metadata(record: &ServiceRecord) -> ReplyEventKind {
    ReplyEventKind::Metadata(Box::new(ReplyMetadata {
        service: Some(record.clone()),
        ..ReplyMetadata::default()
    }))
}

/// Keeps a try that failed. A server that loads its model says so again and again; that is one try.
fn note(
    record: &mut ServiceRecord,
    begin: Instant,
    started: jiff::Timestamp,
    status: Option<u16>,
    error: &str,
    wait: Option<Duration>,
) {
    let seconds = begin.elapsed().as_secs_f64();
    let waited = wait.map(|wait| wait.as_secs_f64());
    if status == Some(503)
        && wait == Some(LOADING_WAIT)
        && let Some(last) = record.tries.last_mut().filter(|last| last.error == error)
    {
        last.seconds += seconds;
        last.waited = last.waited.map(|before| before + waited.unwrap_or(0.0));
        return;
    }
    record.tries.push(FailedTry { started, seconds, status, error: error.to_owned(), waited });
}

impl Provider for ServiceModel {
    fn queue(&self) -> &RequestQueue {
        &self.connection.queue
    }

    fn ask(&self, request: ReplyRequest) -> ReplyStream {
        let (events, stream) = reply_channel();
        let asked = self.clone();
        tokio::spawn(async move {
            let gone = events.clone();
            tokio::select! {
                // Whoever drops the stream breaks the request off.
                () = gone.closed() => {}
                () = asked.answer(request, events) => {}
            }
        });
        stream
    }
}
