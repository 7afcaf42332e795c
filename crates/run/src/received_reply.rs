//! What came of one request, put together from its events, with its times.

use std::time::{Duration, Instant};

use pelicycle_provider::{ReplyDelta, ReplyEvent, ReplyEventKind, ReplyMetadata, RequestEnd};
use pelicycle_record::{Outcome, ReplyOrigin, Timeline, Timing};

/// The longest time between parts of a reply that came at once.
const SAME_MOMENT: Duration = Duration::from_millis(5);

/// The moments at which something of a service's reply must have come for a speed to mean something: a gateway that gathers
/// a reply and gives it away in a burst or two tells how fast it sends, not how fast the model writes.
const MOMENTS: u32 = 3;

/// What came of a request.
#[derive(Debug)]
pub(crate) struct ReceivedReply {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) account: ReplyMetadata,
    pub(crate) done: RequestEnd,
    pub(crate) timeline: Timeline,
    /// The exact body of the request.
    pub(crate) body: Option<Vec<u8>>,
    started: jiff::Timestamp,
    /// When the request was sent: all times count from here.
    begin: Instant,
    first: Option<Duration>,
    first_text: Option<Duration>,
    last: Option<Duration>,
    /// The moments, each well apart from the one before, at which something of it came.
    moments: u32,
    total: Option<Duration>,
    /// Tokens that were counted as they came.
    tokens: u64,
    batch: u32,
}

impl ReceivedReply {
    /// A request that is sent now.
    pub(crate) fn begin() -> ReceivedReply {
        ReceivedReply {
            text: String::new(),
            reasoning: String::new(),
            account: ReplyMetadata::default(),
            done: RequestEnd {
                outcome: Outcome::Cut,
                error: Some("the reply ended without its end mark".to_owned()),
            },
            timeline: Timeline::default(),
            body: None,
            started: jiff::Timestamp::now(),
            begin: Instant::now(),
            first: None,
            first_text: None,
            last: None,
            moments: 0,
            total: None,
            tokens: 0,
            batch: 0,
        }
    }

    /// Takes an event in. Where it brought more of the reply, says how many tokens and bytes.
    pub(crate) fn hear(&mut self, event: ReplyEvent) -> Option<(u32, usize)> {
        let at = event.at.saturating_duration_since(self.begin);
        match event.kind {
            ReplyEventKind::Sent(sent) => {
                self.begin = event.at;
                self.started = sent.started;
                self.body = sent.body;
                None
            }
            ReplyEventKind::Delta(delta) => Some(self.more(&delta, at)),
            ReplyEventKind::Metadata(account) => {
                self.account = *account;
                None
            }
            ReplyEventKind::End(done) => {
                self.done = done;
                self.total = Some(at);
                None
            }
        }
    }

    fn more(&mut self, delta: &ReplyDelta, at: Duration) -> (u32, usize) {
        self.text.push_str(&delta.text);
        self.reasoning.push_str(&delta.reasoning);
        self.tokens += u64::from(delta.tokens);
        self.batch = self.batch.max(delta.batch);
        let bytes = delta.text.len() + delta.reasoning.len();
        if delta.tokens > 0 || bytes > 0 {
            self.first.get_or_insert(at);
            if self.last.is_none_or(|last| at.saturating_sub(last) > SAME_MOMENT) {
                self.moments += 1;
            }
            self.last = Some(at);
        }
        let ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
        if !delta.text.is_empty() {
            self.first_text.get_or_insert(at);
            self.timeline.reply(ms, self.text.len() as u64);
        }
        if !delta.reasoning.is_empty() {
            self.timeline.thinking(ms, self.reasoning.len() as u64);
        }
        (delta.tokens, bytes)
    }

    /// The user broke it off.
    pub(crate) fn interrupt(&mut self) {
        self.done =
            RequestEnd { outcome: Outcome::Cancelled, error: Some("the run was interrupted".to_owned()) };
        // What a service counted before the end is not the count of what came.
        self.account.usage.output = self.account.service.is_none().then_some(self.tokens);
        self.end();
    }

    /// Nothing more comes.
    pub(crate) fn end(&mut self) {
        self.total.get_or_insert_with(|| self.begin.elapsed());
    }

    /// Whether there is a reply. A model that ended its turn without a word has answered; a request that failed has not.
    pub(crate) fn has_reply(&self) -> bool {
        !self.text.is_empty() || matches!(self.done.outcome, Outcome::Complete | Outcome::Length)
    }

    /// Wall-clock time of the moment when the request was sent.
    pub(crate) fn started(&self) -> jiff::Timestamp {
        self.started
    }

    /// From the request to the end of the reply.
    pub(crate) fn total(&self) -> Duration {
        self.total.unwrap_or_default()
    }

    /// All times.
    pub(crate) fn timing(&self, origin: ReplyOrigin) -> Timing {
        if origin != ReplyOrigin::Asked {
            return Timing { started: self.started, ..Timing::default() };
        }
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
        let head = self.account.head.map(|head| head.saturating_duration_since(self.begin));
        Timing {
            started: self.started,
            head: seconds(head),
            first_token: seconds(self.first),
            first_text: seconds(self.first_text),
            last_token: seconds(self.last),
            total: Some(self.total().as_secs_f64()),
            tokens_per_second: self.speed(),
            batch: (self.batch > 0).then_some(self.batch),
        }
    }

    /// Tokens a second between the first and the last that were seen.
    fn speed(&self) -> Option<f64> {
        let usage = &self.account.usage;
        let tokens = match (self.tokens, &self.account.service) {
            (0, Some(service)) => {
                // What came in one piece has no speed.
                let streamed = service.remarks.iter().all(|remark| remark.code != "not-streamed");
                (streamed && self.moments >= MOMENTS).then_some(())?;
                match (usage.reasoning, self.reasoning.is_empty()) {
                    // Reasoning that was not shown came before all that was.
                    (Some(hidden), true) => usage.output?.checked_sub(hidden)?,
                    _ => usage.output?,
                }
            }
            (counted, _) => counted,
        };
        let seconds = (self.last? - self.first?).as_secs_f64();
        (seconds > 0.0 && tokens > 1).then(|| (tokens - 1) as f64 / seconds)
    }
}
