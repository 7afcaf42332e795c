//! How long a service is waited for, and how much it may say.

use std::time::Duration;

use pelicycle_net::BackoffPolicy;

use super::table::ServiceEntry;

/// Bytes of an answer's text and reasoning, at most: as much as is ever checked.
const MAX_TEXT: usize = 16 << 20;

/// Bytes of a stream, at most: the frames around small pieces of text are far longer than it.
const MAX_STREAM: usize = 512 << 20;

/// Bytes of an answer that is no stream, such as an error.
const MAX_ERROR: usize = 1 << 20;

/// The times that a request is sent in all, where the service's entry does not say.
const TRIES: u32 = 4;

/// Longest wait that a service may ask for.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// Longest wait before a try where the service names none.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// How long a service is waited for, and how much it may say.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// For a connection to stand.
    pub(super) connect: Duration,
    /// From the request to the first part of the answer's body. A local server may have to load the model.
    pub(super) first: Duration,
    /// Between parts of the body; comments that keep a connection alive are such.
    pub(super) idle: Duration,
    /// From the request to the end of the answer.
    pub(super) total: Duration,
    /// When a request is sent again.
    pub(super) backoff: BackoffPolicy,
    /// Bytes of text and reasoning.
    pub(super) text: usize,
    /// Bytes of a stream. One frame may be as long as the text.
    pub(super) stream: usize,
    /// Bytes of an error.
    pub(super) error: usize,
}

impl Bounds {
    /// The bounds for a service.
    pub(super) fn of(entry: &ServiceEntry) -> Bounds {
        let local = entry.local == Some(true);
        let seconds = |given: Option<f64>, default| Duration::from_secs_f64(given.unwrap_or(default));
        Bounds {
            connect: seconds(entry.connect_seconds, 10.0),
            first: seconds(entry.first_seconds, if local { 600.0 } else { 120.0 }),
            idle: seconds(entry.idle_seconds, 120.0),
            total: seconds(entry.total_seconds, 1800.0),
            backoff: BackoffPolicy {
                retries: entry.tries.unwrap_or(TRIES).saturating_sub(1),
                first: seconds(entry.backoff_seconds, 0.5),
                longest: LONGEST_BACKOFF,
                longest_asked: LONGEST_WAIT,
            },
            text: MAX_TEXT,
            stream: MAX_STREAM,
            error: MAX_ERROR,
        }
    }
}
