//! The answers of batches that are over, told as if they came now.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;

use super::client::Batches;
use super::protocol::Outcome as Found;
use super::results::Results;
use crate::service::answer::{Answer, End};
use crate::{Account, Done, Event, EventKind, EventStream, Lane, Provider, Request, Sent};
use pelicycle_record::{BatchRecord, Outcome, ReplyOrigin, ServiceRecord};

/// Replies that are checked at the same time.
const SLOTS: usize = 4;

/// The answers of batches that are over.
#[derive(Debug)]
pub struct BatchReplies {
    lane: Lane,
    service: Batches,
    batches: Vec<Over>,
    /// By prompt and sample: which batch, and which of its requests.
    places: HashMap<(String, u32), (usize, usize)>,
}

/// A batch that is over.
#[derive(Debug)]
struct Over {
    record: BatchRecord,
    bodies: Vec<Vec<u8>>,
    results: Mutex<Results>,
    /// How it ended, in the service's words.
    words: String,
}

impl BatchReplies {
    pub(super) fn new(service: Batches) -> BatchReplies {
        BatchReplies { lane: Lane::new(SLOTS, None), service, batches: Vec::new(), places: HashMap::new() }
    }

    pub(super) fn add(&mut self, record: BatchRecord, bodies: Vec<Vec<u8>>, results: Results, words: String) {
        for (number, cell) in record.cells.iter().enumerate() {
            self.places.insert((cell.prompt.clone(), cell.sample), (self.batches.len(), number));
        }
        self.batches.push(Over { record, bodies, results: Mutex::new(results), words });
    }

    /// What a batch has for a request, told to `tell`.
    fn tell(&self, batch: &Over, number: usize, tell: &mut impl FnMut(EventKind)) {
        tell(EventKind::Sent(Sent {
            started: batch.record.submitted,
            body: Some(batch.bodies[number].clone()),
        }));
        let link = self.service.link();
        let mut record = ServiceRecord {
            dialect: link.entry.dialect().name().to_owned(),
            endpoint: batch.record.endpoint.clone(),
            batch: Some(batch.record.batch.clone()),
            ..ServiceRecord::default()
        };
        let failed = |record, words: String, tell: &mut dyn FnMut(EventKind)| {
            tell(EventKind::Account(Box::new(Account { service: Some(record), ..Account::default() })));
            tell(EventKind::Done(Done { outcome: Outcome::Error, error: Some(link.redact(words)) }));
        };
        let line = batch.results.lock().unwrap_or_else(PoisonError::into_inner).line(number);
        let line = match line {
            Ok(Some(line)) => link.redact(String::from_utf8_lossy(&line).into_owned()),
            Ok(None) => {
                let words = format!("the service's batch ended without a result for this ({})", batch.words);
                return failed(record, words, tell);
            }
            Err(error) => {
                return failed(record, format!("the results of the batch can't be read: {error}"), tell);
            }
        };
        let line: Value = serde_json::from_str(&line).unwrap_or_default();
        let answer = match self.service.protocol().result(&line) {
            Found::Answer(answer) => answer,
            Found::None(words, status) => {
                record.status = status;
                return failed(record, words, tell);
            }
        };
        let mut reply = Answer::new(Instant::now(), record.clone());
        let read = link.entry.dialect().dialect().read_whole(&answer, &mut reply.reading);
        let end = match read {
            Ok(()) => End::Over,
            Err(failure) if reply.reading.has_content() => End::Failed(failure.message),
            Err(failure) => return failed(record, failure.message, tell),
        };
        reply.reading.finish();
        if let Some(delta) = reply.take_text() {
            tell(EventKind::Delta(delta));
        }
        let (account, done) = reply.finish(self.service.model(), end, |text| link.redact(text));
        tell(EventKind::Account(Box::new(account)));
        tell(EventKind::Done(done));
    }
}

impl Provider for BatchReplies {
    fn lane(&self) -> &Lane {
        &self.lane
    }

    fn origin(&self) -> ReplyOrigin {
        ReplyOrigin::Batch
    }

    fn ask(&self, request: Request) -> EventStream {
        let (events, stream) = unbounded_channel();
        let mut tell = |kind| {
            // The stream is still in our hands, so it takes the events.
            let _ = events.send(Event { at: Instant::now(), kind });
        };
        match self.places.get(&(request.prompt_id, request.sample)) {
            Some(&(batch, number)) => self.tell(&self.batches[batch], number, &mut tell),
            None => tell(EventKind::Done(Done {
                outcome: Outcome::Error,
                error: Some("no batch that is over asked for this".to_owned()),
            })),
        }
        stream
    }
}
