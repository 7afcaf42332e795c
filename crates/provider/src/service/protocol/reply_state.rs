//! The state of a reply: what is known of it by the frames that have come.

use pelicycle_reasoning::{ReasoningSplit, ReplySegment};
use pelicycle_record::{Outcome, Remark, Usage};
use serde_json::Value;

use super::super::failure::{RequestFailure, shortened};
use super::stop_words::{StopMeaning, meaning};
use crate::LOOPS;

/// The number of accounts of tokens that are kept; of more, the first ones and the last are.
const MAX_ACCOUNTS: usize = 4;

/// The bytes of a JSON value of the service's that is kept as it came, at most. A record must not grow by what a service likes to say.
const MAX_VALUE: usize = 8 << 10;

/// The part of the reply that a text belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum TextPart {
    /// The model's reasoning.
    Reasoning,
    /// Its answer.
    Answer,
    /// What it says when it declines.
    Refusal,
}

impl TextPart {
    pub(in super::super) const ALL: [TextPart; 3] =
        [TextPart::Reasoning, TextPart::Answer, TextPart::Refusal];
}

/// The state of a reply: what is known of it by the frames that have come.
#[derive(Debug, Default)]
pub(in super::super) struct ReplyState {
    /// Text that was not taken yet, in the order in which it came. None is empty.
    pub(in super::super) pieces: Vec<(TextPart, String)>,
    /// All of the answer that was taken was reasoning, as it turned out since.
    pub(in super::super) answer_was_reasoning: bool,
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
    /// The text of the answer that was read by now, where the protocol tells texts again when they are whole.
    pub(super) spoken: SpokenText,
    /// The reasoning that was read by now, likewise.
    pub(super) thought: SpokenText,
    /// Whether reasoning has come by parts, so that the whole of it is told again.
    pub(super) reasoned: bool,
    /// Whether the model's refusal has come as a stream.
    pub(super) refused: bool,
    /// The splitter of reasoning that a server left in the answer between marks.
    pub(super) marked: ReasoningSplit,
}

/// What a model has said and the state of its reading, to go back to.
#[derive(Debug)]
pub(in super::super) struct SaidSoFar {
    pieces: Vec<(TextPart, String)>,
    answer_was_reasoning: bool,
    stop: Option<StopReason>,
    marked: ReasoningSplit,
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

/// A text that is told in pieces and then again, by parts and whole.
#[derive(Debug, Default)]
pub(super) struct SpokenText {
    all: String,
    /// The beginning of the part that was last said to begin.
    begin: usize,
    /// The beginning of the pieces that come now: there, or behind what was last told whole.
    part: usize,
}

impl SpokenText {
    /// Takes a piece of it.
    pub(super) fn piece(&mut self, piece: &str) {
        self.all.push_str(piece);
    }

    /// Begins another part: pieces from here on are of it.
    pub(super) fn next_part(&mut self) {
        self.part = self.all.len();
        self.begin = self.part;
    }

    /// A part of it, or several, now that they are whole: gives what of them was not told in pieces.
    pub(super) fn part<'a>(&mut self, whole: &'a str) -> &'a str {
        let told = &self.all[self.part..];
        let new = match whole.strip_prefix(told) {
            Some(_) if !whole.is_empty() && self.all[self.begin..].ends_with(whole) => "",
            Some(rest) => rest,
            // Told already, or told otherwise: what came first stays.
            None => "",
        };
        self.all.push_str(new);
        self.part = self.all.len();
        new
    }

    /// All of it: gives what was not told in pieces.
    pub(super) fn whole<'a>(&mut self, whole: &'a str) -> &'a str {
        let new = whole.strip_prefix(self.all.as_str()).unwrap_or_default();
        self.all.push_str(new);
        self.part = self.all.len();
        new
    }
}

impl ReplyState {
    /// Whether anything of the answer came: then asking again would bill it twice.
    pub(in super::super) fn has_content(&self) -> bool {
        !self.pieces.is_empty() || self.marked.holds_text()
    }

    /// Takes down what the model has said by now and why it ended, to go back to.
    pub(in super::super) fn said(&mut self) -> SaidSoFar {
        SaidSoFar {
            pieces: std::mem::take(&mut self.pieces),
            answer_was_reasoning: self.answer_was_reasoning,
            stop: self.stop.clone(),
            marked: std::mem::take(&mut self.marked),
        }
    }

    /// Forgets what was said since then.
    pub(in super::super) fn restore(&mut self, said: SaidSoFar) {
        self.pieces = said.pieces;
        self.answer_was_reasoning = said.answer_was_reasoning;
        self.stop = said.stop;
        self.marked = said.marked;
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

    /// Notes an end by a word that is none of the protocol's own.
    ///
    /// # Errors
    /// When it says that the service broke the reply off.
    pub(super) fn other_stop(&mut self, raw: &str) -> Result<(), RequestFailure> {
        let (outcome, words) = match meaning(raw) {
            Some(StopMeaning::Turn) => (Outcome::Complete, None),
            Some(StopMeaning::Bound) => (Outcome::Length, Some("the bound on tokens was reached")),
            Some(StopMeaning::Context) => (Outcome::Length, Some("the model's context is full")),
            Some(StopMeaning::Circle) => (Outcome::Length, Some(LOOPS)),
            Some(StopMeaning::Filter) => (Outcome::Filtered, Some("the service's filter stopped the reply")),
            Some(StopMeaning::Refusal) => (Outcome::Refusal, Some("the model declined")),
            Some(StopMeaning::Broken) => {
                let words = format!("the service broke the reply off: {}", shortened(raw));
                return Err(RequestFailure::senseless(words));
            }
            None => {
                self.unknown_stop(raw);
                return Ok(());
            }
        };
        self.stop(outcome, raw, words);
        Ok(())
    }

    /// Notes an end by a word that is not known at all: the model is taken to have ended its turn.
    fn unknown_stop(&mut self, raw: &str) {
        let raw = shortened(raw);
        self.stop(Outcome::Complete, &raw, None);
        self.remark(
            "unknown-stop",
            &format!("The service says that the reply ended by {raw:?}, a word that is not known here."),
        );
    }

    /// Remarks on the answer, once.
    pub(in super::super) fn remark(&mut self, code: &str, message: &str) {
        if self.remarks.iter().all(|remark| remark.code != code) {
            self.remarks.push(Remark::new(code, message.to_owned()));
        }
    }

    /// More text of the answer.
    pub(super) fn answer(&mut self, text: &str) {
        self.say(TextPart::Answer, text);
    }

    /// More text of the reasoning.
    pub(super) fn reasoning(&mut self, text: &str) {
        self.say(TextPart::Reasoning, text);
    }

    /// More of what the model says when it declines.
    pub(super) fn refusal(&mut self, text: &str) {
        if !text.is_empty() {
            // What was held back of the answer came before it.
            let held = self.marked.switch_off();
            self.split(held);
            self.say(TextPart::Refusal, text);
        }
    }

    fn say(&mut self, part: TextPart, text: &str) {
        match self.pieces.last_mut() {
            _ if text.is_empty() => {}
            Some((last, said)) if *last == part => said.push_str(text),
            _ => self.pieces.push((part, text.to_owned())),
        }
    }

    /// More text of the answer, in which a server may have left the reasoning between marks.
    pub(super) fn marked_text(&mut self, text: &str) {
        let segments = self.marked.push(text);
        self.split(segments);
    }

    fn split(&mut self, segments: Vec<ReplySegment>) {
        for segment in segments {
            match segment {
                ReplySegment::Answer(text) => self.answer(&text),
                ReplySegment::Reasoning(text) => self.reasoning(&text),
                ReplySegment::AnswerWasReasoning => {
                    self.answer_was_reasoning = true;
                    let answers = self.pieces.iter_mut().filter(|piece| piece.0 == TextPart::Answer);
                    answers.for_each(|piece| piece.0 = TextPart::Reasoning);
                }
            }
        }
    }

    /// Reasoning that came in a field of its own.
    pub(super) fn apart(&mut self, reasoning: &str) {
        if !reasoning.is_empty() {
            // What was held back of the answer came before it.
            let held = self.marked.switch_off();
            self.split(held);
            self.reasoning(reasoning);
        }
    }

    /// Ends the stream: what was held back is text.
    pub(in super::super) fn finish(&mut self) {
        let rest = self.marked.finish();
        self.split(rest);
        if self.marked.found() {
            let message = "The reasoning came within the answer, between marks as <think> and </think>, and was taken apart here.";
            self.remark("thinking-in-text", message);
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

    use super::super::{WireProtocol, is_error};
    use super::{ReplyState, TextPart};
    use crate::service::failure::RequestFailure;

    impl ReplyState {
        /// The answer that was not taken yet.
        pub(in super::super) fn text(&self) -> String {
            self.said_in(TextPart::Answer)
        }

        /// The reasoning that was not taken yet.
        pub(in super::super) fn thoughts(&self) -> String {
            self.said_in(TextPart::Reasoning)
        }

        /// The refusal that was not taken yet.
        pub(in super::super) fn declined(&self) -> String {
            self.said_in(TextPart::Refusal)
        }

        fn said_in(&self, part: TextPart) -> String {
            self.pieces.iter().filter(|piece| piece.0 == part).map(|piece| piece.1.as_str()).collect()
        }
    }

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
                let frame = serde_json::from_str(frame).unwrap();
                if is_error(&frame) {
                    return Err(RequestFailure::of_event(&frame));
                }
                protocol.read(&frame, &mut state)?;
            }
        }
        state.finish();
        Ok(state)
    }

    /// The outcome of a stream, with the service's own word for its end.
    pub(in super::super) fn last(state: &ReplyState) -> (Outcome, &str) {
        let stop = state.stop.as_ref().unwrap();
        (stop.outcome, &stop.raw)
    }
}
