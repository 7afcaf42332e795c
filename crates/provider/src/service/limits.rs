//! The limits of a service: how long it is waited for, and how much it may say.

use std::time::Duration;

use pelicycle_net::BackoffPolicy;

use super::entry::ServiceEntry;

/// The most bytes of an answer's text and reasoning: as much as is ever checked.
const MAX_TEXT: usize = 16 << 20;

/// The most bytes of a stream: the frames around small pieces of text are far longer than it.
const MAX_STREAM: usize = 512 << 20;

/// The most bytes of an answer that is no stream, such as an error.
const MAX_ERROR: usize = 1 << 20;

/// The times that a request is sent in all, where the service's entry does not say.
const TRIES: u32 = 4;

/// The longest wait that a service may ask for.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The longest wait before a try where the service names none.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);

/// The limits of a service: how long it is waited for, and how much it may say.
#[derive(Debug, Clone)]
pub(super) struct ServiceLimits {
    /// The time until a connection must stand.
    pub(super) connect: Duration,
    /// The time from the request to the first part of the answer's body. A local server may have to load the model.
    pub(super) first: Duration,
    /// The time between parts of the body; comments that keep a connection alive are such.
    pub(super) idle: Duration,
    /// The time from the request to the end of the answer.
    pub(super) total: Duration,
    /// The rules by which a request is sent again.
    pub(super) backoff: BackoffPolicy,
    /// The most bytes of text and reasoning.
    pub(super) text: usize,
    /// The most bytes of a stream. One frame may be as long as the text.
    pub(super) stream: usize,
    /// The most bytes of an error.
    pub(super) error: usize,
}

impl ServiceLimits {
    /// The limits of a service.
    pub(super) fn of(entry: &ServiceEntry) -> ServiceLimits {
        let local = entry.local == Some(true);
        let seconds = |given: Option<f64>, default| Duration::from_secs_f64(given.unwrap_or(default));
        ServiceLimits {
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
