//! One model of a service: asks, waits and asks again, and tells what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use pelicycle_net::{Backoff, NextTry};
use pelicycle_record::{Outcome, RequestRecord, ServiceRecord, Try};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::sleep;

use super::address::{is_own, join, recorded};
use super::batch::Batches;
use super::body::{Body, SettingError, body};
use super::bounds::LONGEST_WAIT;
use super::exchange::Exchange;
use super::failure::{Again, Failure};
use super::link::Link;
use crate::{Account, Done, Event, EventKind, EventStream, Lane, Provider, Request, Sent};

/// How long a server that is loading its model is left alone before it is asked again.
const LOADING_WAIT: Duration = Duration::from_millis(500);

/// One model of a service.
#[derive(Clone)]
pub struct Remote {
    link: Arc<Link>,
    model: String,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{} at {}", self.link.provider, self.model, self.link.base)
    }
}

impl Remote {
    pub(super) fn new(link: Arc<Link>, model: String) -> Remote {
        Remote { link, model }
    }

    /// The service's address.
    #[must_use]
    pub fn address(&self) -> String {
        recorded(&self.link.base)
    }

    /// Whether it runs on this machine.
    #[must_use]
    pub fn is_own(&self) -> bool {
        is_own(&self.link.base)
    }

    /// The settings that a request is sent with where these are wanted: none is added but a bound on tokens that the
    /// service must have.
    ///
    /// # Errors
    /// For a setting that the model can't be asked with.
    pub fn settle(&self, wanted: &RequestRecord) -> Result<RequestRecord, SettingError> {
        let has_seed = self.link.entry.place("seed").is_some();
        let mut settled = RequestRecord { run_seed: wanted.run_seed.filter(|_| has_seed), ..wanted.clone() };
        settled.sampling.max_tokens = wanted.sampling.max_tokens.or(self.link.entry.max_tokens);
        self.body("", &[], &settled)?;
        Ok(settled)
    }

    /// Its batches, where the service takes any.
    #[must_use]
    pub fn batches(&self) -> Option<Batches> {
        Some(Batches::new(self.clone(), self.link.entry.batch?))
    }

    pub(super) fn link(&self) -> &Arc<Link> {
        &self.link
    }

    pub(super) fn model(&self) -> &str {
        &self.model
    }

    pub(super) fn body(
        &self,
        prompt: &str,
        pictures: &[Vec<u8>],
        settings: &RequestRecord,
    ) -> Result<Body, SettingError> {
        let link = &self.link;
        let encode = |picture: &Vec<u8>| base64::engine::general_purpose::STANDARD.encode(picture);
        let pictures: Vec<String> = pictures.iter().map(encode).collect();
        let begin = link.entry.dialect().dialect().body(&self.model, prompt, &pictures);
        body(&link.provider, &link.entry, &self.model, begin, settings)
    }

    /// Asks until there is an answer, or asking again makes no sense.
    async fn answer(self, request: Request, events: UnboundedSender<Event>) {
        let tell = |kind| {
            // Where nobody listens any more, this task is being ended.
            let _ = events.send(Event { at: Instant::now(), kind });
        };
        let failed = |error: String| EventKind::Done(Done { outcome: Outcome::Error, error: Some(error) });
        let link = &self.link;
        let dialect = link.entry.dialect();
        let body = match self.body(&request.prompt, &request.pictures, &request.settings) {
            Ok(body) => body,
            Err(error) => return tell(failed(error.to_string())),
        };
        let Some(url) = join(&link.base, &dialect.dialect().path(&self.model)) else {
            return tell(failed(format!("{:?} can't be part of an address", self.model)));
        };
        let bytes = body.json.to_string().into_bytes();
        let mut record = ServiceRecord {
            dialect: dialect.name().to_owned(),
            endpoint: recorded(&url),
            ..ServiceRecord::default()
        };
        let patience = Instant::now() + link.bounds.first;
        let mut backoff = Backoff::new(link.bounds.backoff);
        let mut tries = 0;
        loop {
            link.lane.turn().await;
            let (begin, started) = (Instant::now(), jiff::Timestamp::now());
            tell(EventKind::Sent(Sent { started, body: Some(bytes.clone()) }));
            tell(account(&record));
            let exchange = Exchange {
                link,
                model: &self.model,
                url: &url,
                headers: &body.headers,
                body: &bytes,
                events: &events,
            };
            let failure = match exchange.run(&mut record).await {
                Ok(()) => return,
                Err(failure) => failure,
            };
            tries += u32::from(failure.again != Again::Loading);
            let (wait, why) = wait(&failure, &mut backoff, patience);
            let error = match why {
                Some(why) => format!("{}; {why}", link.redact(failure.message)),
                None => link.redact(failure.message),
            };
            note(&mut record, begin, started, failure.status, &error, wait);
            tell(account(&record));
            let Some(wait) = wait else {
                let times = if tries > 1 { format!(" (tried {tries} times)") } else { String::new() };
                return tell(failed(format!("{error}{times}")));
            };
            if failure.status == Some(429) {
                link.lane.pause(wait);
            }
            sleep(wait).await;
        }
    }
}

/// The wait before the next try, none where there is to be none; and why, where that needs words.
fn wait(failure: &Failure, backoff: &mut Backoff, patience: Instant) -> (Option<Duration>, Option<String>) {
    let asked = match failure.again {
        Again::No => return (None, None),
        Again::Loading => return ((Instant::now() < patience).then_some(LOADING_WAIT), None),
        Again::After(asked) => asked,
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

/// What is known where no answer has come.
fn account(record: &ServiceRecord) -> EventKind {
    EventKind::Account(Box::new(Account { service: Some(record.clone()), ..Account::default() }))
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
    record.tries.push(Try { started, seconds, status, error: error.to_owned(), waited });
}

impl Provider for Remote {
    fn lane(&self) -> &Lane {
        &self.link.lane
    }

    fn ask(&self, request: Request) -> EventStream {
        let (events, stream) = unbounded_channel();
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
