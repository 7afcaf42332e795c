//! Who answers requests: one file a protocol, behind one small trait.
//!
//! A request goes in, a stream of events comes out; whoever drops the stream breaks the request off.

mod local;

use std::time::Instant;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::attempt::{EngineRecord, Outcome, Usage};

pub use local::{LocalModel, LocalOptions, check_sampling};

/// One request, settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The prompt's exact text.
    pub prompt: String,
    /// The settings; absent means "not sent".
    pub settings: crate::attempt::RequestRecord,
}

/// What happens to a request, and when.
#[derive(Debug)]
pub struct Event {
    /// When it happened, by the process's monotonic clock.
    pub at: Instant,
    /// What happened.
    pub kind: EventKind,
}

/// What happens to a request.
#[derive(Debug)]
pub enum EventKind {
    /// More of the reply.
    Delta(Delta),
    /// The request is over; no event follows. A stream that ends without this was cut.
    Done(Done),
}

/// More of a reply. Any part may be empty: a token need not end a character.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delta {
    /// Text of the answer.
    pub text: String,
    /// Text of the reasoning.
    pub reasoning: String,
    /// Tokens that this is, where the provider counts them as they come.
    pub tokens: u32,
    /// Requests that were decoded in the same step, this one included; 0 where that is not known.
    pub batch: u32,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// In one word.
    pub outcome: Outcome,
    /// What went wrong, or what cut the reply short.
    pub error: Option<String>,
    /// Tokens, as the provider counted them.
    pub usage: Usage,
    /// The model as the provider named it in its answer.
    pub served: Option<String>,
}

/// Events of one request, in order.
pub type EventStream = UnboundedReceiver<Event>;

/// Who answers requests.
pub trait Provider: Send + Sync {
    /// Requests that it may be asked at the same time.
    fn concurrency(&self) -> usize;

    /// The account that a local engine gives of itself; a service has none. May wait for it.
    ///
    /// # Errors
    /// When it can't be given, in words.
    fn engine(&self) -> Result<Option<EngineRecord>, String> {
        Ok(None)
    }

    /// Asks. Returns at once; every failure is an event.
    fn ask(&self, request: Request) -> EventStream;
}
