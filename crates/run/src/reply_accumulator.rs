//! The reply to one request, put together from its events, with its times.

use std::time::{Duration, Instant};

use pelicycle_provider::{ReplyDelta, ReplyEvent, ReplyEventKind, ReplyMetadata, RequestEnd};
use pelicycle_record::{Outcome, ReplyOrigin, Timeline, Timing};

use crate::load::LoadMeter;

/// Pieces that come nearer to each other came together.
const MOMENT: Duration = Duration::from_millis(5);
/// Moments at which something must have come for it to have been a stream.
const MOMENTS: u32 = 3;

/// The reply to a request as far as it came.
#[derive(Debug)]
pub(crate) struct ReplyAccumulator {
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
    /// Moments at which something came that was not there a moment before, and the last of them.
    moments: (u32, Duration),
    /// The host's load since the request was sent, and what it was at the end.
    load: LoadMeter,
    host_load: Option<f64>,
    total: Option<Duration>,
    /// Tokens that were counted as they came.
    tokens: u64,
    batch: u32,
}

impl ReplyAccumulator {
    /// A request that is sent now.
    pub(crate) fn begin() -> ReplyAccumulator {
        ReplyAccumulator {
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
            moments: (0, Duration::ZERO),
            load: LoadMeter::begin(),
            host_load: None,
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
                self.load = LoadMeter::begin();
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
                self.host_load = self.load.share();
                None
            }
        }
    }

    fn more(&mut self, delta: &ReplyDelta, at: Duration) -> (u32, usize) {
        if delta.answer_was_reasoning {
            self.reasoning.push_str(&std::mem::take(&mut self.text));
            self.timeline.answer_was_thinking();
            self.first_text = None;
        }
        self.text.push_str(&delta.text);
        self.reasoning.push_str(&delta.reasoning);
        self.tokens += u64::from(delta.tokens);
        self.batch = self.batch.max(delta.batch);
        let bytes = delta.text.len() + delta.reasoning.len();
        if delta.tokens > 0 || bytes > 0 {
            self.first.get_or_insert(at);
            self.last = Some(at);
            let (moments, before) = self.moments;
            if moments == 0 || at.saturating_sub(before) >= MOMENT {
                self.moments = (moments + 1, at);
            }
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

    /// Ends it as broken off by the user.
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
        self.host_load = self.host_load.or_else(|| self.load.share());
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
            host_load: self.host_load,
        }
    }

    /// Tokens a second between the first and the last that were seen.
    fn speed(&self) -> Option<f64> {
        let usage = &self.account.usage;
        let tokens = match (self.tokens, &self.account.service) {
            (0, Some(service)) => {
                // What came in one piece, or all at once, has no speed.
                service.remarks.iter().all(|remark| remark.code != "not-streamed").then_some(())?;
                (self.moments.0 >= MOMENTS).then_some(())?;
                match (usage.reasoning, self.reasoning.is_empty()) {
                    // Reasoning that was not shown came before all that was.
                    (Some(hidden), true) => usage.output?.checked_sub(hidden)?,
                    _ => usage.output?,
                }
            }
            (counted, _) => counted,
        };
        let (first, last) = (self.first?.as_secs_f64(), self.last?.as_secs_f64());
        let speed = (last > first && tokens > 1).then(|| (tokens - 1) as f64 / (last - first))?;
        (self.account.service.is_none() || Timing::is_stream(first, last, speed)).then_some(speed)
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_provider::SentRequest;
    use pelicycle_record::{ServiceRecord, Usage};

    use super::*;

    /// The speed of a service's reply of a thousand tokens whose pieces came at these milliseconds.
    fn speed(pieces: &[u64]) -> Option<f64> {
        let begin = Instant::now();
        let mut reply = ReplyAccumulator::begin();
        let mut hear = |ms: u64, kind| {
            reply.hear(ReplyEvent { at: begin + Duration::from_millis(ms), kind });
        };
        hear(0, ReplyEventKind::Sent(SentRequest { started: jiff::Timestamp::now(), body: None }));
        for ms in pieces {
            hear(*ms, ReplyEventKind::Delta(ReplyDelta { text: "<svg".to_owned(), ..ReplyDelta::default() }));
        }
        let account = ReplyMetadata {
            usage: Usage { output: Some(1001), ..Usage::default() },
            service: Some(ServiceRecord::default()),
            ..ReplyMetadata::default()
        };
        hear(30_000, ReplyEventKind::Metadata(Box::new(account)));
        reply.timing(ReplyOrigin::Asked).tokens_per_second
    }

    #[test]
    fn an_answer_that_turns_out_to_be_reasoning_is_kept_as_that() {
        let begin = Instant::now();
        let mut reply = ReplyAccumulator::begin();
        let sent = ReplyEventKind::Sent(SentRequest { started: jiff::Timestamp::now(), body: None });
        reply.hear(ReplyEvent { at: begin, kind: sent });
        let mut hear = |ms: u64, answer_was_reasoning, text: &str, reasoning: &str| {
            let (text, reasoning) = (text.to_owned(), reasoning.to_owned());
            let delta = ReplyDelta { answer_was_reasoning, text, reasoning, ..ReplyDelta::default() };
            reply.hear(ReplyEvent {
                at: begin + Duration::from_millis(ms),
                kind: ReplyEventKind::Delta(delta),
            });
        };
        hear(100, false, "so: ", "");
        hear(200, true, "<svg/>", "hm");
        assert_eq!((reply.text.as_str(), reply.reasoning.as_str()), ("<svg/>", "so: hm"));
        assert_eq!(reply.timing(ReplyOrigin::Asked).first_text, Some(0.2));
        assert_eq!(reply.timeline, Timeline { reply: vec![(200, 6)], thinking: vec![(100, 4), (200, 6)] });
    }

    #[test]
    fn a_reply_that_comes_in_one_burst_has_no_speed() {
        assert_eq!(speed(&[1000, 2000, 3000]), Some(500.0));
        assert_eq!(speed(&[20_000, 20_000, 20_001, 20_001, 20_002]), None);
        assert_eq!(speed(&[20_000, 20_001, 20_300, 20_301]), None, "two bursts are no stream");
        assert_eq!(speed(&[20_000, 20_020, 20_040, 20_060]), None, "nor is a slow network after a long wait");
        assert_eq!(speed(&[20_000]), None);
    }
}
