//! One answer of a service as far as it came, and what is to be recorded of it.

use std::time::Instant;

use super::dialect::Reading;
use super::failure::shortened;
use super::served::is_same;
use crate::{Account, Delta, Done};
use pelicycle_record::{Outcome, Remark, ServiceRecord};

/// An answer as far as it came.
pub(super) struct Answer {
    pub(super) reading: Reading,
    /// Something of it was told.
    pub(super) content: bool,
    /// Bytes of text that were told.
    pub(super) told: usize,
    /// It came as a stream.
    pub(super) streamed: bool,
    head: Instant,
    record: ServiceRecord,
    /// What was known when an account was last given.
    known: (bool, usize),
}

/// How an answer came to its end after some of it was told.
pub(super) enum End {
    /// The stream is over.
    Over,
    /// It broke.
    Broken(String),
    /// It said that it failed.
    Failed(String),
    /// It grew over a bound.
    Bound(String),
}

impl Answer {
    /// An answer whose head has come; `record` has what is known by that.
    pub(super) fn new(head: Instant, record: ServiceRecord) -> Answer {
        Answer {
            reading: Reading::default(),
            content: false,
            told: 0,
            streamed: true,
            head,
            record,
            known: (false, 0),
        }
    }

    /// The text that has come and was not taken yet.
    pub(super) fn take_text(&mut self) -> Option<Delta> {
        self.content |= self.reading.has_content();
        let delta = Delta {
            text: std::mem::take(&mut self.reading.text),
            reasoning: std::mem::take(&mut self.reading.reasoning),
            ..Delta::default()
        };
        self.told += delta.text.len() + delta.reasoning.len();
        (delta != Delta::default()).then_some(delta)
    }

    /// An account where more is known than when one was last given: should the request be broken off, what it has cost
    /// so far is not lost.
    pub(super) fn news(&mut self) -> Option<Account> {
        let known = (self.reading.served.is_some(), self.reading.accounts.len());
        (std::mem::replace(&mut self.known, known) != known).then(|| self.account())
    }

    fn account(&self) -> Account {
        Account {
            usage: self.reading.usage.clone(),
            served: self.reading.served.clone(),
            head: Some(self.head),
            experts: None,
            service: Some(self.record.clone()),
        }
    }

    /// The answer to a request for `asked` is over: all that is known of it, and how it ended. `redact` takes the key
    /// out of a text.
    pub(super) fn finish(
        mut self,
        asked: &str,
        end: End,
        redact: impl Fn(String) -> String,
    ) -> (Account, Done) {
        let (outcome, words) = outcome(&self.reading, end);
        if !self.reading.ended {
            // What was counted before the end is not the count of what came.
            self.reading.usage.output = None;
            self.reading.usage.reasoning = None;
        }
        self.fill(asked, outcome);
        (self.account(), Done { outcome, error: words.map(redact) })
    }

    /// Puts what is known of the answer into the record.
    fn fill(&mut self, asked: &str, outcome: Outcome) {
        let Answer { reading, record, streamed, .. } = self;
        record.response_id.clone_from(&reading.id);
        record.stop = reading.stop.as_ref().map(|stop| stop.raw.clone()).filter(|raw| !raw.is_empty());
        record.stop_detail = reading.stop.as_ref().and_then(|stop| stop.detail.clone());
        record.tier.clone_from(&reading.tier);
        record.upstream.clone_from(&reading.upstream);
        record.cost = reading.cost;
        record.usage.clone_from(&reading.accounts);
        record.server_timing.clone_from(&reading.server_timing);
        record.remarks.clone_from(&reading.remarks);
        let mut remark = |code: &str, message: String| record.remarks.push(Remark::new(code, message));
        if !*streamed {
            let message = "The answer came whole instead of as a stream, so its times say little.";
            remark("not-streamed", message.to_owned());
        }
        if let Some(served) = reading.served.as_deref().filter(|served| !is_same(asked, served)) {
            let message = format!("{asked} was asked for, and {served} says that it answered.");
            remark("served-other-model", message);
        }
        let ended = !matches!(outcome, Outcome::Cut | Outcome::Error | Outcome::Cancelled);
        if ended && reading.usage.output.is_none() {
            remark("usage-missing", "The service did not say how many tokens the reply has.".to_owned());
        }
    }
}

/// How a request ended, by what was read and how the stream did.
fn outcome(reading: &Reading, end: End) -> (Outcome, Option<String>) {
    match end {
        End::Broken(words) => (Outcome::Cut, Some(words)),
        End::Failed(words) => (Outcome::Error, Some(words)),
        End::Bound(words) => (Outcome::Length, Some(words)),
        End::Over => match &reading.stop {
            Some(stop) if reading.ended && !reading.refusal.is_empty() => {
                let words = shortened(&reading.refusal);
                let outcome = if stop.outcome == Outcome::Complete { Outcome::Refusal } else { stop.outcome };
                (outcome, Some(format!("the model declined: {words}")))
            }
            Some(stop) if reading.ended => (stop.outcome, stop.words.clone()),
            _ => (Outcome::Cut, Some("the stream ended without its end mark".to_owned())),
        },
    }
}
