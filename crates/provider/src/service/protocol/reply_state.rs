//! The state of a reply: what is known of it by the frames that have come.

use pelicycle_record::{Outcome, Remark, Usage};
use pelicycle_text::reasoning::ReasoningSplitter;
use serde_json::Value;

use super::super::failure::shortened;

/// The number of accounts of tokens that are kept; of more, the first ones and the last are.
const MAX_ACCOUNTS: usize = 4;

/// The bytes of a JSON value of the service's that is kept as it came, at most. A record must not grow by what a service likes to say.
const MAX_VALUE: usize = 8 << 10;

/// The state of a reply: what is known of it by the frames that have come.
#[derive(Debug, Default)]
pub(in super::super) struct ReplyState {
    /// Text of the answer that was not taken yet.
    pub(in super::super) text: String,
    /// Text of the reasoning that was not taken yet.
    pub(in super::super) reasoning: String,
    /// All that the model said when it declined.
    pub(in super::super) refusal: String,
    /// The counts of tokens.
    pub(in super::super) usage: Usage,
    /// Accounts of tokens, as received.
    pub(in super::super) accounts: Vec<Value>,
    pub(in super::super) served: Option<String>,
    pub(in super::super) id: Option<String>,
    pub(in super::super) upstream: Option<String>,
    pub(in super::super) tier: Option<String>,
    pub(in super::super) cost: Option<f64>,
    pub(in super::super) server_timing: Option<Value>,
    /// The reason why the answer ended, where that was said.
    pub(in super::super) stop: Option<StopReason>,
    /// Whether the end mark has come.
    pub(in super::super) ended: bool,
    pub(in super::super) remarks: Vec<Remark>,
    /// Whether text has come as a stream, so that a final account of the whole text is none of it.
    pub(super) streamed: bool,
    /// The splitter of reasoning that a server left in the answer between marks.
    pub(super) marked: ReasoningSplitter,
}

/// The reason why a reply ended.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct StopReason {
    /// The outcome that follows from it.
    pub(in super::super) outcome: Outcome,
    /// The service's own word.
    pub(in super::super) raw: String,
    /// The service's details.
    pub(in super::super) detail: Option<Value>,
    /// An explanation, where it was not the model that ended its turn.
    pub(in super::super) words: Option<String>,
}

impl ReplyState {
    /// Whether anything of the answer came: then asking again would bill it twice.
    pub(in super::super) fn has_content(&self) -> bool {
        !self.text.is_empty()
            || !self.reasoning.is_empty()
            || !self.refusal.is_empty()
            || self.marked.holds_text()
    }

    /// Keeps an account of tokens as it was received.
    pub(super) fn account(&mut self, usage: &Value) {
        if self.accounts.last() == Some(usage) || kept(usage).is_none() {
            return;
        }
        if self.accounts.len() == MAX_ACCOUNTS {
            self.accounts.pop();
        }
        self.accounts.push(usage.clone());
    }

    /// Notes the model that answers, its identifier of the answer.
    pub(super) fn identify(&mut self, served: Option<&str>, id: Option<&str>) {
        let known = |text: Option<&str>| text.filter(|t| !t.is_empty()).map(shortened);
        self.served = self.served.take().or_else(|| known(served));
        self.id = self.id.take().or_else(|| known(id));
    }

    /// Notes why the answer ended.
    pub(super) fn stop(&mut self, outcome: Outcome, raw: &str, words: Option<&str>) {
        self.stop =
            Some(StopReason { outcome, raw: shortened(raw), detail: None, words: words.map(shortened) });
    }

    /// Notes an end by a word that is not known here: the model is taken to have ended its turn.
    pub(super) fn unknown_stop(&mut self, raw: &str) {
        let raw = shortened(raw);
        self.stop(Outcome::Complete, &raw, None);
        self.remarks.push(Remark::new(
            "unknown-stop",
            format!("The service says that the reply ended by {raw:?}, a word that is not known here."),
        ));
    }

    /// More text of the answer, in which a server may have left the reasoning between marks.
    pub(super) fn marked_text(&mut self, text: &str) {
        let split = self.marked.push(text);
        self.text.push_str(&split.answer);
        self.reasoning.push_str(&split.reasoning);
    }

    /// Reasoning that came in a field of its own.
    pub(super) fn apart(&mut self, reasoning: &str) {
        if !reasoning.is_empty() {
            self.reasoning.push_str(reasoning);
            self.marked.switch_off();
        }
    }

    /// The stream is over: what was held back is text.
    pub(in super::super) fn finish(&mut self) {
        let rest = self.marked.finish();
        self.text.push_str(&rest.answer);
        self.reasoning.push_str(&rest.reasoning);
        if self.marked.found() {
            self.remarks.push(Remark::new(
                "thinking-in-text",
                "The reasoning came within the answer, between <think> and </think>, and was taken apart here."
                    .to_owned(),
            ));
        }
    }
}

/// The value as it came, where it is not too long to be kept.
pub(super) fn kept(value: &Value) -> Option<Value> {
    (value.to_string().len() <= MAX_VALUE).then(|| value.clone())
}

#[cfg(test)]
pub(super) mod tests_support {
    use pelicycle_record::Outcome;

    use super::super::WireProtocol;
    use super::ReplyState;
    use crate::service::failure::RequestFailure;

    /// Reads the frames of a stream to its end.
    pub(in super::super) fn read(
        protocol: &dyn WireProtocol,
        frames: &[&str],
    ) -> Result<ReplyState, RequestFailure> {
        let mut state = ReplyState::default();
        for frame in frames {
            if protocol.is_end(frame) {
                state.ended = true;
            } else {
                protocol.read(&serde_json::from_str(frame).unwrap(), &mut state)?;
            }
        }
        state.finish();
        Ok(state)
    }

    /// How it ended.
    pub(in super::super) fn last(state: &ReplyState) -> (Outcome, &str) {
        let stop = state.stop.as_ref().unwrap();
        (stop.outcome, &stop.raw)
    }
}
