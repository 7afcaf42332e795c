//! What is asked of a provider, and what it tells.

use std::time::Instant;

use tokio::sync::mpsc::UnboundedReceiver;

use super::Lane;
use pelicycle_record::{
    EngineRecord, ExpertsTaken, Outcome, ReplyOrigin, RequestRecord, ServiceRecord, Usage,
};

/// One request, settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The prompt's id, for those whose replies lie ready.
    pub prompt_id: String,
    /// The prompt's exact text.
    pub prompt: String,
    /// Pictures that go before it, as PNG.
    pub pictures: Vec<Vec<u8>>,
    /// Which sample it is, from 1.
    pub sample: u32,
    /// The settings; absent means "not sent".
    pub settings: RequestRecord,
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
    /// The request leaves now: times count from here. Comes again with each new try; nothing of the reply came before.
    Sent(Sent),
    /// More of the reply.
    Delta(Delta),
    /// What is known of the request by now, all of it. Comes before the end, and earlier where much is known.
    Account(Box<Account>),
    /// The request is over; no event follows. A stream that ends without this was cut.
    Done(Done),
}

/// A request on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Wall-clock time.
    pub started: jiff::Timestamp,
    /// The exact body of the request to a service.
    pub body: Option<Vec<u8>>,
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

/// What a provider tells of a request beside the reply.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Account {
    /// Tokens, as the provider counted them.
    pub usage: Usage,
    /// The model as the provider named it in its answer.
    pub served: Option<String>,
    /// When the head of the answer was there.
    pub head: Option<Instant>,
    /// What else a service tells.
    pub service: Option<ServiceRecord>,
    /// What the reply took of a local Mixture-of-Experts model.
    pub experts: Option<ExpertsTaken>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// In one word.
    pub outcome: Outcome,
    /// What went wrong, or what cut the reply short.
    pub error: Option<String>,
}

/// Events of one request, in order.
pub type EventStream = UnboundedReceiver<Event>;

/// Who answers requests.
pub trait Provider: Send + Sync {
    /// Where its requests queue. Providers of the same service share one.
    fn lane(&self) -> &Lane;

    /// The account that a local engine gives of itself; a service has none. May wait for it.
    ///
    /// # Errors
    /// When it can't be given, in words.
    fn engine(&self) -> Result<Option<EngineRecord>, String> {
        Ok(None)
    }

    /// How its replies are had.
    fn origin(&self) -> ReplyOrigin {
        ReplyOrigin::Asked
    }

    /// Asks. Returns at once; every failure is an event. Is called within the run's runtime.
    fn ask(&self, request: Request) -> EventStream;
}
