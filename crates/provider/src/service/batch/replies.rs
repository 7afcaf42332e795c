//! A provider of the answers of batches that are over, told as if they came now.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use pelicycle_record::{BatchRecord, Outcome, ReplyOrigin, ServiceRecord};
use serde_json::Value;

use super::client::BatchClient;
use super::protocol::BatchResult;
use super::results::BatchResults;
use crate::service::halves::read_json;
use crate::service::reply_builder::{AskedBounds, ReplyBuilder, StreamEnd};
use crate::{
    Provider, ReplyEvent, ReplyEventKind, ReplyMetadata, ReplyRequest, ReplyStream, RequestEnd, RequestQueue,
    SentRequest, reply_channel,
};

/// The number of replies that are checked at the same time.
const SLOTS: usize = 4;

/// A provider of the answers of batches that are over.
#[derive(Debug)]
pub struct BatchReplies {
    queue: RequestQueue,
    service: BatchClient,
    batches: Vec<Over>,
    /// The batch and the number of the request, by prompt and sample.
    places: HashMap<(String, u32), (usize, usize)>,
}

/// A batch that is over.
#[derive(Debug)]
struct Over {
    record: BatchRecord,
    bodies: Vec<Vec<u8>>,
    results: Mutex<BatchResults>,
    /// The service's words for how it ended.
    words: String,
}

impl BatchReplies {
    pub(super) fn new(service: BatchClient) -> BatchReplies {
        BatchReplies {
            queue: RequestQueue::new(SLOTS, None),
            service,
            batches: Vec::new(),
            places: HashMap::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        record: BatchRecord,
        bodies: Vec<Vec<u8>>,
        results: BatchResults,
        words: String,
    ) {
        for (number, cell) in record.cells.iter().enumerate() {
            self.places.insert((cell.prompt.clone(), cell.sample), (self.batches.len(), number));
        }
        self.batches.push(Over { record, bodies, results: Mutex::new(results), words });
    }

    /// Tells what a batch has for a request.
    fn tell(&self, batch: &Over, number: usize, bounds: AskedBounds, tell: &mut impl FnMut(ReplyEventKind)) {
        tell(ReplyEventKind::Sent(SentRequest {
            started: batch.record.submitted,
            body: Some(batch.bodies[number].clone()),
        }));
        let connection = self.service.connection();
        let mut record = ServiceRecord {
            dialect: connection.entry.protocol().name().to_owned(),
            endpoint: batch.record.endpoint.clone(),
            batch: Some(batch.record.batch.clone()),
            ..ServiceRecord::default()
        };
        let failed = |record, words: String, tell: &mut dyn FnMut(ReplyEventKind)| {
            tell(ReplyEventKind::Metadata(Box::new(ReplyMetadata {
                service: Some(record),
                ..ReplyMetadata::default()
            })));
            tell(ReplyEventKind::End(RequestEnd {
                outcome: Outcome::Error,
                error: Some(connection.redact(words)),
            }));
        };
        let line = batch.results.lock().unwrap_or_else(PoisonError::into_inner).line(number);
        let line = match line {
            Ok(Some(line)) => String::from_utf8_lossy(&line).into_owned(),
            Ok(None) => {
                let words = format!("the service's batch ended without a result for this ({})", batch.words);
                return failed(record, words, tell);
            }
            Err(error) => {
                return failed(record, format!("the results of the batch can't be read: {error}"), tell);
            }
        };
        let (mut line, halves) = read_json(&line).unwrap_or((Value::Null, false));
        connection.secrets().redact_json(&mut line);
        let answer = match self.service.protocol().result(&line) {
            BatchResult::Answer(answer) => answer,
            BatchResult::None(words, status) => {
                record.status = status;
                return failed(record, words, tell);
            }
        };
        let mut reply = ReplyBuilder::new(Instant::now(), record.clone(), connection);
        if halves {
            reply.expect_halves();
        }
        let read = connection.entry.protocol().wire().read_whole(&answer, &mut reply.state);
        let end = match read {
            Ok(()) => StreamEnd::Over,
            Err(failure) if reply.state.has_content() => StreamEnd::Failed(failure.message),
            Err(failure) => return failed(record, failure.message, tell),
        };
        if let Some(delta) = reply.take_rest() {
            tell(ReplyEventKind::Delta(delta));
        }
        let (account, done) = reply.finish(self.service.model(), bounds, end);
        tell(ReplyEventKind::Metadata(Box::new(account)));
        tell(ReplyEventKind::End(done));
    }
}

impl Provider for BatchReplies {
    fn queue(&self) -> &RequestQueue {
        &self.queue
    }

    fn origin(&self) -> ReplyOrigin {
        ReplyOrigin::Batch
    }

    fn ask(&self, request: ReplyRequest) -> ReplyStream {
        let (events, stream) = reply_channel();
        let mut tell = |kind| {
            // The stream is still in our hands, so it takes the events.
            let _ = events.send(ReplyEvent { at: Instant::now(), kind });
        };
        let bounds = (&request.settings.sampling).into();
        match self.places.get(&(request.prompt_id, request.sample)) {
            Some(&(batch, number)) => self.tell(&self.batches[batch], number, bounds, &mut tell),
            None => tell(ReplyEventKind::End(RequestEnd {
                outcome: Outcome::Error,
                error: Some("no batch that is over asked for this".to_owned()),
            })),
        }
        stream
    }
}
