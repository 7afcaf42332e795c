//! Batches: many requests left with a service at once, to be answered within a day at a lower price.
//!
//! A protocol of batches says what is sent and how the answers lie; one client does the asking.

mod anthropic;
mod client;
mod openai;
mod protocol;
mod replies;
mod results;

pub use client::{BatchClient, BatchError};
pub use protocol::{BatchProtocol, BatchState};
pub use replies::BatchReplies;
