//! The events of a request: what its provider tells while the reply comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use pelicycle_record::{ExpertsTaken, Outcome, ServiceRecord, Usage};
use tokio::sync::Notify;
use tokio::sync::mpsc::error::{SendError, TryRecvError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The most events that wait for their listener before a reader that asks for room has to wait.
const MAX_WAITING: usize = 256;

/// Words for the end of a reply that goes round in a circle.
pub const LOOPS: &str = "the reply goes round in a circle: it says the same again and again";

/// The events of one request, in order.
#[derive(Debug)]
pub struct ReplyStream {
    events: UnboundedReceiver<ReplyEvent>,
    waiting: Arc<WaitingEvents>,
}

/// The end of a stream of events at which they are told. Clones tell the same stream.
#[derive(Debug, Clone)]
pub struct ReplySender {
    events: UnboundedSender<ReplyEvent>,
    waiting: Arc<WaitingEvents>,
}

/// The events that were told and not heard yet.
#[derive(Debug, Default)]
struct WaitingEvents {
    count: AtomicUsize,
    heard: Notify,
}

/// The two ends of a stream of events.
#[must_use]
pub fn reply_channel() -> (ReplySender, ReplyStream) {
    let (sender, receiver) = unbounded_channel();
    let waiting = Arc::<WaitingEvents>::default();
    (ReplySender { events: sender, waiting: Arc::clone(&waiting) }, ReplyStream { events: receiver, waiting })
}

impl ReplyStream {
    /// The next event; none when no more come.
    pub async fn recv(&mut self) -> Option<ReplyEvent> {
        let event = self.events.recv().await?;
        self.waiting.hear();
        Some(event)
    }

    /// The next event that has been told already.
    ///
    /// # Errors
    /// When none waits.
    pub fn try_recv(&mut self) -> Result<ReplyEvent, TryRecvError> {
        let event = self.events.try_recv()?;
        self.waiting.hear();
        Ok(event)
    }
}

impl WaitingEvents {
    fn hear(&self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
        self.heard.notify_one();
    }
}

impl ReplySender {
    /// Whether nobody listens any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.events.is_closed()
    }

    /// Tells an event.
    ///
    /// # Errors
    /// When nobody listens any more.
    pub fn send(&self, event: ReplyEvent) -> Result<(), SendError<ReplyEvent>> {
        self.waiting.count.fetch_add(1, Ordering::Relaxed);
        self.events.send(event)
    }

    /// Waits until few events are left that were not heard: whoever tells faster than is listened must not fill the memory.
    pub async fn room(&self) {
        while self.waiting.count.load(Ordering::Relaxed) >= MAX_WAITING {
            self.waiting.heard.notified().await;
        }
    }

    /// Waits until nobody listens any more.
    pub async fn closed(&self) {
        self.events.closed().await;
    }
}

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
    /// All of the answer that came before was reasoning, as it turns out now.
    pub answer_was_reasoning: bool,
    /// Text of the answer.
    pub text: String,
    /// Text of the reasoning.
    pub reasoning: String,
    /// The tokens that this is, where the provider counts them as they come.
    pub tokens: u32,
    /// The requests that were decoded in the same step, this one included; 0 where that is not known.
    pub batch: u32,
}

/// A provider's account of a request, beside the text of the reply.
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
    /// The error, or the reason why the reply was cut short, in words.
    pub error: Option<String>,
}
