//! The events of a request: what its provider tells while the reply comes.

use std::time::Instant;

use pelicycle_record::{ExpertsTaken, Outcome, ServiceRecord, Usage};
use tokio::sync::mpsc::UnboundedReceiver;

/// The events of one request, in order.
pub type ReplyStream = UnboundedReceiver<ReplyEvent>;

/// An event of a request, and when it happened.
#[derive(Debug)]
pub struct ReplyEvent {
    /// The moment, by the process's monotonic clock.
    pub at: Instant,
    /// The event itself.
    pub kind: ReplyEventKind,
}

/// An event of a request.
#[derive(Debug)]
pub enum ReplyEventKind {
    /// The request leaves now: times count from here. Comes again with each new try; nothing of the reply came before.
    Sent(SentRequest),
    /// More of the reply.
    Delta(ReplyDelta),
    /// All that is known of the request by now. Comes before the end, and earlier where much is known.
    Metadata(Box<ReplyMetadata>),
    /// The request is over; no event follows. A stream that ends without this was cut.
    End(RequestEnd),
}

/// A request on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRequest {
    /// The time of the wall clock at which it left.
    pub started: jiff::Timestamp,
    /// The exact body of the request to a service.
    pub body: Option<Vec<u8>>,
}

/// More of a reply. Any part may be empty: a token need not end a character.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyDelta {
    /// Text of the answer.
    pub text: String,
    /// Text of the reasoning.
    pub reasoning: String,
    /// The tokens that this is, where the provider counts them as they come.
    pub tokens: u32,
    /// The requests that were decoded in the same step, this one included; 0 where that is not known.
    pub batch: u32,
}

/// What a provider tells of a request beside the text of the reply.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplyMetadata {
    /// Tokens, as the provider counted them.
    pub usage: Usage,
    /// The model as the provider named it in its answer.
    pub served: Option<String>,
    /// The moment when the head of the answer was there.
    pub head: Option<Instant>,
    /// The record of the service that was asked, where one was.
    pub service: Option<ServiceRecord>,
    /// The experts that the reply took of a local Mixture-of-Experts model.
    pub experts: Option<ExpertsTaken>,
}

/// The end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestEnd {
    /// The outcome in one word.
    pub outcome: Outcome,
    /// What went wrong, or what cut the reply short.
    pub error: Option<String>,
}
