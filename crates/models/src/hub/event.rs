//! The events of fetching a model.

use std::sync::Arc;
use std::time::Duration;

/// An event of fetching a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PullEvent {
    /// A file is in the cache already.
    Present {
        /// Its name in the repository.
        file: String,
    },
    /// Another program is fetching the file; it is waited for.
    Waiting {
        /// Its name in the repository.
        file: String,
    },
    /// Fetching a file begins, or goes on.
    Started {
        /// Its name in the repository.
        file: String,
        /// The length of the whole file.
        bytes: u64,
        /// The bytes that are there already.
        from: u64,
    },
    /// Bytes came in.
    Arrived(u64),
    /// The bytes that came in of the file are thrown away, and it is fetched from its beginning.
    StartedOver {
        /// The reason.
        why: String,
    },
    /// A request failed in a way that passes; it is made again after a pause.
    TryingAgain {
        /// The failure, in words.
        why: String,
        /// The pause.
        pause: Duration,
    },
    /// A file is whole, its sum is right, and it is in the cache.
    Finished {
        /// Its name in the repository.
        file: String,
    },
}

/// A listener that hears each [`PullEvent`], from several tasks.
pub type PullListener = Arc<dyn Fn(PullEvent) + Send + Sync>;
