//! One reply of a service as far as it came, and the record of it.

use std::time::Instant;

use pelicycle_record::{Outcome, Remark, ServiceRecord};

use super::failure::shortened;
use super::protocol::ReplyState;
use super::same_model::is_same;
use crate::{ReplyDelta, ReplyMetadata, RequestEnd};

/// A reply as far as it came.
pub(super) struct ReplyBuilder {
    pub(super) state: ReplyState,
    /// Whether something of it was told.
    pub(super) content: bool,
    /// The bytes of text that were told.
    pub(super) told: usize,
    /// Whether it came as a stream.
    pub(super) streamed: bool,
    head: Instant,
    record: ServiceRecord,
    /// What was known when metadata was last given: whether the model that answers, and how many accounts of tokens.
    known: (bool, usize),
}

/// The way in which a reply ended after some of it was told.
pub(super) enum StreamEnd {
    /// The stream is over.
    Over,
    /// It broke.
    Broken(String),
    /// It said that it failed.
    Failed(String),
    /// It grew over a bound.
    Bound(String),
}

impl ReplyBuilder {
    /// A reply whose head has come; `record` has what is known by that.
    pub(super) fn new(head: Instant, record: ServiceRecord) -> ReplyBuilder {
        ReplyBuilder {
            state: ReplyState::default(),
            content: false,
            told: 0,
            streamed: true,
            head,
            record,
            known: (false, 0),
        }
    }

    /// The text that has come and was not taken yet.
    pub(super) fn take_text(&mut self) -> Option<ReplyDelta> {
        self.content |= self.state.has_content();
        let delta = ReplyDelta {
            text: std::mem::take(&mut self.state.text),
            reasoning: std::mem::take(&mut self.state.reasoning),
            ..ReplyDelta::default()
        };
        self.told += delta.text.len() + delta.reasoning.len();
        (delta != ReplyDelta::default()).then_some(delta)
    }

    /// The metadata, where more is known than when it was last given: should the request be broken off, what it has cost
    /// so far is not lost.
    pub(super) fn new_metadata(&mut self) -> Option<ReplyMetadata> {
        let known = (self.state.served.is_some(), self.state.accounts.len());
        (std::mem::replace(&mut self.known, known) != known).then(|| self.metadata())
    }

    fn metadata(&self) -> ReplyMetadata {
        ReplyMetadata {
            usage: self.state.usage.clone(),
            served: self.state.served.clone(),
            head: Some(self.head),
            experts: None,
            service: Some(self.record.clone()),
        }
    }

    /// Ends the reply to a request for the model `asked`: all that is known of it, and how it ended. `redact` takes the key
    /// out of a text.
    pub(super) fn finish(
        mut self,
        asked: &str,
        end: StreamEnd,
        redact: impl Fn(String) -> String,
    ) -> (ReplyMetadata, RequestEnd) {
        let (outcome, words) = outcome(&self.state, end);
        if !self.state.ended {
            // What was counted before the end is not the count of what came.
            self.state.usage.output = None;
            self.state.usage.reasoning = None;
        }
        self.fill(asked, outcome);
        (self.metadata(), RequestEnd { outcome, error: words.map(redact) })
    }

    /// Puts what is known of the answer into the record.
    fn fill(&mut self, asked: &str, outcome: Outcome) {
        let ReplyBuilder { state, record, streamed, .. } = self;
        record.response_id.clone_from(&state.id);
        record.stop = state.stop.as_ref().map(|stop| stop.raw.clone()).filter(|raw| !raw.is_empty());
        record.stop_detail = state.stop.as_ref().and_then(|stop| stop.detail.clone());
        record.tier.clone_from(&state.tier);
        record.upstream.clone_from(&state.upstream);
        record.cost = state.cost;
        record.usage.clone_from(&state.accounts);
        record.server_timing.clone_from(&state.server_timing);
        record.remarks.clone_from(&state.remarks);
        let mut remark = |code: &str, message: String| record.remarks.push(Remark::new(code, message));
        if !*streamed {
            let message = "The answer came whole instead of as a stream, so its times say little.";
            remark("not-streamed", message.to_owned());
        }
        if let Some(served) = state.served.as_deref().filter(|served| !is_same(asked, served)) {
            let message = format!("{asked} was asked for, and {served} says that it answered.");
            remark("served-other-model", message);
        }
        let ended = !matches!(outcome, Outcome::Cut | Outcome::Error | Outcome::Cancelled);
        if ended && state.usage.output.is_none() {
            remark("usage-missing", "The service did not say how many tokens the reply has.".to_owned());
        }
    }
}

/// The outcome of a request, by what was read and how the stream ended.
fn outcome(state: &ReplyState, end: StreamEnd) -> (Outcome, Option<String>) {
    match end {
        StreamEnd::Broken(words) => (Outcome::Cut, Some(words)),
        StreamEnd::Failed(words) => (Outcome::Error, Some(words)),
        StreamEnd::Bound(words) => (Outcome::Length, Some(words)),
        StreamEnd::Over => match &state.stop {
            Some(stop) if state.ended && !state.refusal.is_empty() => {
                let words = shortened(&state.refusal);
                let outcome = if stop.outcome == Outcome::Complete { Outcome::Refusal } else { stop.outcome };
                (outcome, Some(format!("the model declined: {words}")))
            }
            Some(stop) if state.ended => (stop.outcome, stop.words.clone()),
            _ => (Outcome::Cut, Some("the stream ended without its end mark".to_owned())),
        },
    }
}
