//! One reply of a service as far as it came, and the record of it.

use std::sync::Arc;
use std::time::Instant;

use pelicycle_record::{Outcome, Remark, SamplingSettings, ServiceRecord};
use serde_json::Value;

use super::connection::ServiceConnection;
use super::failure::{RequestFailure, shortened};
use super::protocol::{ProtocolName, ReplyState, StopMeaning, WireProtocol, meaning};
use super::reply_text::{ReplyText, SafeText};
use super::same_model::is_same;
use super::text_circle::TextCircle;
use crate::{ReplyDelta, ReplyMetadata, RequestEnd};

/// A reply as far as it came.
pub(super) struct ReplyBuilder {
    pub(super) state: ReplyState,
    /// Whether something of it was told.
    pub(super) content: bool,
    /// The bytes of all that the model said.
    pub(super) told: usize,
    /// Whether it came as a stream.
    pub(super) streamed: bool,
    head: Instant,
    record: ServiceRecord,
    connection: Arc<ServiceConnection>,
    text: ReplyText,
    circle: TextCircle,
    /// All that the model said when it declined, as far as it is sure to hold no secret.
    refusal: String,
    /// The facts that were known when metadata was last given: whether the model that answers, and how many accounts of
    /// tokens.
    known: (bool, usize),
}

/// The bounds that a request asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AskedBounds {
    /// On the tokens of the reply.
    pub(super) max_tokens: Option<u32>,
    /// On those of prompt and reply together.
    pub(super) context: Option<u32>,
}

impl From<&SamplingSettings> for AskedBounds {
    fn from(settings: &SamplingSettings) -> AskedBounds {
        AskedBounds { max_tokens: settings.max_tokens, context: settings.context }
    }
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
    pub(super) fn new(
        head: Instant,
        record: ServiceRecord,
        connection: &Arc<ServiceConnection>,
    ) -> ReplyBuilder {
        ReplyBuilder {
            state: ReplyState::default(),
            content: false,
            told: 0,
            streamed: true,
            head,
            record,
            connection: Arc::clone(connection),
            text: ReplyText::default(),
            circle: TextCircle::default(),
            refusal: String::new(),
            known: (false, 0),
        }
    }

    /// Takes an event of the stream in. After the end mark only what is told of the reply counts: text there is none of it.
    pub(super) fn read_event(
        &mut self,
        protocol: &dyn WireProtocol,
        frame: &Value,
    ) -> Result<(), RequestFailure> {
        if !self.state.ended {
            return protocol.read(frame, &mut self.state);
        }
        let before = self.state.said();
        let read = protocol.read(frame, &mut self.state);
        self.state.restore(before);
        read
    }

    /// Whether nothing of a reply came, so that JSON by itself may be all of one.
    pub(super) fn is_fresh(&self) -> bool {
        !self.content && !self.state.ended
    }

    /// Takes JSON in that is no event: an answer that came whole, or a chunk that somebody forgot to frame.
    pub(super) fn read_bare(
        &mut self,
        protocol: &dyn WireProtocol,
        json: &Value,
    ) -> Result<(), RequestFailure> {
        if self.is_fresh() && protocol.is_whole(json) {
            self.streamed = false;
            return protocol.read_whole(json, &mut self.state);
        }
        self.read_event(protocol, json)
    }

    /// Ends a reply whose body ended in order after the service had said why the reply ends.
    pub(super) fn end_with_body(&mut self, protocol: &dyn WireProtocol) {
        if protocol.has_end_mark() {
            let message = "The stream ended in order, without the end mark of its protocol.";
            self.state.remark("no-end-mark", message);
        }
        self.state.ended = true;
    }

    /// Ends a reply of which the service said why it ends, and then nothing more.
    pub(super) fn end_with_silence(&mut self) {
        self.state.remark("no-end-mark", "The service said why the reply ended, and left the stream open.");
        self.state.ended = true;
    }

    /// Ends a reply at the mark that ends a stream of Chat Completions.
    pub(super) fn end_with_mark(&mut self, protocol: &dyn WireProtocol) {
        if !self.state.ended && !protocol.ends_with_done() {
            let message = "The stream ended with the end mark of another protocol.";
            self.state.remark("no-end-mark", message);
        }
        self.state.ended = true;
    }

    /// Halves of characters have come: from now on they are joined.
    pub(super) fn expect_halves(&mut self) {
        self.text.expect_halves();
    }

    /// The text that has come and was not taken yet, as far as it is sure to hold no secret.
    pub(super) fn take_text(&mut self) -> Option<ReplyDelta> {
        self.content |= self.state.has_content();
        let pieces = std::mem::take(&mut self.state.pieces);
        for (_, text) in &pieces {
            self.told += text.len();
            self.circle.push(text);
        }
        let secrets = self.connection.secrets();
        let answer_was_reasoning = std::mem::take(&mut self.state.answer_was_reasoning);
        let mut out = SafeText::default();
        if answer_was_reasoning {
            self.text.answer_was_reasoning();
        }
        self.text.push(secrets, pieces, &mut out);
        self.refusal.push_str(&std::mem::take(&mut out.refusal));
        told(answer_was_reasoning, out)
    }

    /// The reply is over: the text that was not taken yet, and what was held back of it.
    pub(super) fn take_rest(&mut self) -> Option<ReplyDelta> {
        self.state.finish();
        let taken = self.take_text().unwrap_or_default();
        let mut out = SafeText { reasoning: taken.reasoning, answer: taken.text, ..SafeText::default() };
        let rest = self.text.finish(self.connection.secrets());
        self.refusal.push_str(&rest.refusal);
        out.reasoning.push_str(&rest.reasoning);
        out.answer.push_str(&rest.answer);
        told(taken.answer_was_reasoning, out)
    }

    /// Refuses an answer that is over by its end mark and has nothing, not even a reason: the service sent no reply.
    ///
    /// # Errors
    /// When that is so; asking again may help.
    pub(super) fn came_to_something(&self, end: Option<&StreamEnd>) -> Result<(), RequestFailure> {
        match (end, self.content || self.state.stop.is_some() || self.state.has_content()) {
            (Some(StreamEnd::Over), false) => Err(RequestFailure::connection(
                "the service ended the stream before anything of a reply came".to_owned(),
            )),
            _ => Ok(()),
        }
    }

    /// Whether the reply, which is not over, goes round in a circle.
    pub(super) fn loops(&mut self) -> bool {
        !self.state.ended && self.state.stop.is_none() && self.circle.closes()
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

    /// Ends the reply to a request for the model `asked`: all that is known of it, and how it ended.
    pub(super) fn finish(
        mut self,
        asked: &str,
        bounds: AskedBounds,
        end: StreamEnd,
    ) -> (ReplyMetadata, RequestEnd) {
        let (outcome, words) = outcome(&mut self.state, &self.refusal, self.content, end);
        if !self.state.ended {
            // What was counted before the end is not the count of what came.
            self.state.usage.output = None;
            self.state.usage.reasoning = None;
        }
        let words = words.map(|words| self.which_bound(words, outcome, bounds));
        let words = words.map(|words| self.without_rest(&words));
        self.hide_rest();
        self.fill(asked, outcome);
        let error = words.map(|words| self.connection.redact(words));
        (self.metadata(), RequestEnd { outcome, error })
    }

    /// Words that follow the reply, without the rest of a secret that began in it.
    fn without_rest(&self, words: &str) -> String {
        self.text.without_rest(self.connection.secrets(), words)
    }

    /// Takes the rest of a secret that began in the reply out of what the service says beside it.
    fn hide_rest(&mut self) {
        let mut stop = self.state.stop.take();
        if let Some(stop) = &mut stop {
            stop.raw = self.without_rest(&stop.raw);
            if let Some(detail) = &mut stop.detail {
                self.hide_rest_in(detail);
            }
        }
        self.state.stop = stop;
        let mut remarks = std::mem::take(&mut self.state.remarks);
        remarks.iter_mut().for_each(|remark| remark.message = self.without_rest(&remark.message));
        self.state.remarks = remarks;
    }

    fn hide_rest_in(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.without_rest(text),
            Value::Array(list) => list.iter_mut().for_each(|value| self.hide_rest_in(value)),
            Value::Object(map) => map.values_mut().for_each(|value| self.hide_rest_in(value)),
            _ => {}
        }
    }

    /// Says which bound a reply came to that its service calls too long: many call a full context so as well.
    fn which_bound(&mut self, words: String, outcome: Outcome, bounds: AskedBounds) -> String {
        let named =
            self.state.stop.as_ref().is_some_and(|stop| meaning(&stop.raw) == Some(StopMeaning::Bound));
        if outcome != Outcome::Length || !named {
            return words;
        }
        let usage = &self.state.usage;
        let short = |bound: u32| usage.output.is_some_and(|output| output < u64::from(bound));
        if bounds.max_tokens.is_some_and(|bound| !short(bound)) {
            return "the bound on tokens was reached".to_owned();
        }
        let all = usage.input.zip(usage.output).map(|(input, output)| input.saturating_add(output));
        let full = bounds.context.zip(all).is_some_and(|(context, all)| all >= u64::from(context));
        let entry = &self.connection.entry;
        // A server of the user's has no bound of its own but its context; another service may have.
        let local = entry.local == Some(true) || entry.protocol() == ProtocolName::Ollama;
        if !full && !local && bounds.max_tokens.is_none() {
            return words;
        }
        let words = "the server's context is full";
        self.state.remark("context-full", &format!("No bound that was asked for was reached: {words}."));
        words.to_owned()
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

/// The piece of a reply to tell; none where there is nothing in it.
fn told(answer_was_reasoning: bool, safe: SafeText) -> Option<ReplyDelta> {
    let delta = ReplyDelta {
        answer_was_reasoning,
        text: safe.answer,
        reasoning: safe.reasoning,
        ..ReplyDelta::default()
    };
    (delta != ReplyDelta::default()).then_some(delta)
}

/// The outcome of a request, by what was read and how the stream ended.
fn outcome(
    state: &mut ReplyState,
    refusal: &str,
    content: bool,
    end: StreamEnd,
) -> (Outcome, Option<String>) {
    match end {
        StreamEnd::Broken(words) => (Outcome::Cut, Some(words)),
        StreamEnd::Failed(words) => (Outcome::Error, Some(words)),
        StreamEnd::Bound(words) => (Outcome::Length, Some(words)),
        StreamEnd::Over => match &state.stop {
            Some(stop) if state.ended && !refusal.is_empty() => {
                let words = shortened(refusal);
                let outcome = if stop.outcome == Outcome::Complete { Outcome::Refusal } else { stop.outcome };
                (outcome, Some(format!("the model declined: {words}")))
            }
            Some(stop) if state.ended => (stop.outcome, stop.words.clone()),
            None if state.ended && content => {
                state.remark(
                    "no-stop-reason",
                    "The service ended the stream and did not say why the reply ended.",
                );
                (Outcome::Complete, None)
            }
            _ => (Outcome::Cut, Some("the stream ended without its end mark".to_owned())),
        },
    }
}
