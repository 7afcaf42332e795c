//! What is told while a model is fetched.

use std::sync::Arc;
use std::time::Duration;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
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
        /// All its bytes.
        bytes: u64,
        /// Bytes that are there already.
        from: u64,
    },
    /// Bytes came in.
    Arrived(u64),
    /// What came in of the file is thrown away, and it is fetched from its beginning.
    StartedOver {
        /// Why.
        why: String,
    },
    /// A request failed in a way that passes; it is made again after a pause.
    TryingAgain {
        /// What failed.
        why: String,
        /// How long it is waited.
        pause: Duration,
    },
    /// A file is whole, its sum is right, and it is in the cache.
    Finished {
        /// Its name in the repository.
        file: String,
    },
}

/// Hears [`News`], from several tasks.
pub type Listener = Arc<dyn Fn(News) + Send + Sync>;
