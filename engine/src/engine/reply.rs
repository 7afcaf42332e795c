//! A reply on its way from tokens to text, its reasoning told from its answer.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::scheduler::{FinishReason, GenerationEvent};
use crate::chat::{ReasoningSplit, ReplySegment};
use crate::form::FormReader;
use crate::model::ExpertUse;
use crate::tokenizer::{Tokenizer, Utf8Stream};
use crate::vision::PictureProgress;

/// An event of a reply: text, or the end.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatProgress {
    /// A picture of the conversation is looked at, so far: comes many times, and never for one that was seen before.
    Looking(PictureProgress),
    /// A token came, with the text that is certain by now.
    Delta(ChatDelta),
    /// The reply is over; no event follows.
    Finished(ReplySummary),
}

/// The text that became certain with a token; both parts may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatDelta {
    /// All of the answer that came before was reasoning, as it turns out now.
    pub answer_was_reasoning: bool,
    /// Text of the reasoning.
    pub reasoning: String,
    /// Text of the answer.
    pub text: String,
    /// Tokens that came with it: one, or none for text that was held back until the reply was over.
    pub tokens: usize,
    /// Requests that were decoded in the token's step, this one included.
    pub batch: usize,
}

/// The summary of a reply that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplySummary {
    /// The reason why it ended.
    pub finish: FinishReason,
    /// Tokens of the prompt.
    pub prompt_tokens: usize,
    /// Tokens of the reply, reasoning included and the end mark left out.
    pub reply_tokens: usize,
    /// Tokens of the reply that brought text of the reasoning.
    pub reasoning_tokens: usize,
    /// The experts that the reply took; `None` in a model without experts.
    pub experts: Option<ExpertUse>,
}

/// Turns the tokens of one reply into text.
pub(super) struct ReplyDecoder {
    tokenizer: Arc<Tokenizer>,
    text: Utf8Stream,
    split: ReasoningSplit,
    /// Tells where the answer begins, if it is held to a form.
    form: Option<FormReader>,
    prompt_tokens: usize,
    reply_tokens: usize,
    reasoning_tokens: usize,
}

impl ReplyDecoder {
    pub(super) fn new(
        tokenizer: Arc<Tokenizer>,
        split: ReasoningSplit,
        prompt_tokens: usize,
        form: Option<FormReader>,
    ) -> ReplyDecoder {
        ReplyDecoder {
            tokenizer,
            text: Utf8Stream::new(),
            split,
            form,
            prompt_tokens,
            reply_tokens: 0,
            reasoning_tokens: 0,
        }
    }

    /// Takes an event of the request in and tells `on_event` what it means for the reply.
    pub(super) fn take(
        &mut self,
        event: GenerationEvent,
        on_event: &mut impl FnMut(ChatProgress) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        match event {
            GenerationEvent::Looking(progress) => on_event(ChatProgress::Looking(progress)),
            GenerationEvent::Started => ControlFlow::Continue(()),
            GenerationEvent::Token { id, batch } => {
                let bytes = self.tokenizer.token_bytes(id).to_vec();
                let delta = ChatDelta { tokens: 1, batch, ..self.read(&bytes) };
                self.reply_tokens += 1;
                if delta.answer_was_reasoning {
                    self.reasoning_tokens = self.reply_tokens;
                } else {
                    self.reasoning_tokens += usize::from(!delta.reasoning.is_empty());
                }
                on_event(ChatProgress::Delta(delta))
            }
            GenerationEvent::Finished { why, experts } => {
                let rest = self.rest();
                if rest != ChatDelta::default() {
                    on_event(ChatProgress::Delta(rest))?;
                }
                on_event(ChatProgress::Finished(ReplySummary {
                    finish: why,
                    prompt_tokens: self.prompt_tokens,
                    reply_tokens: self.reply_tokens,
                    reasoning_tokens: self.reasoning_tokens,
                    experts,
                }))
            }
        }
    }

    /// The text that becomes certain with the bytes of a token.
    fn read(&mut self, bytes: &[u8]) -> ChatDelta {
        let Some(form) = &mut self.form else {
            return delta(self.split.push(&self.text.push(bytes)));
        };
        let began = form.answers();
        let (before, answer) = form.cut(bytes);
        let begins = form.answers() && !began;
        let mut reasoning = String::new();
        if !began {
            // What a form lets come before the answer is reasoning, whatever other marks say.
            let text = self.text.push(before);
            reasoning = everything(self.split.push(&text));
            if begins {
                let rest = self.held_back();
                reasoning.push_str(&everything(rest));
            }
        }
        ChatDelta { reasoning, text: self.text.push(answer), ..ChatDelta::default() }
    }

    /// The text that was held back when the reply ends.
    fn rest(&mut self) -> ChatDelta {
        match &self.form {
            Some(form) if form.answers() => {
                ChatDelta { text: std::mem::take(&mut self.text).finish(), ..ChatDelta::default() }
            }
            Some(_) => ChatDelta { reasoning: everything(self.held_back()), ..ChatDelta::default() },
            None => delta(self.held_back()),
        }
    }

    /// The rest of text that was held back: the beginning of a character, or of a mark.
    fn held_back(&mut self) -> Vec<ReplySegment> {
        let tail = std::mem::take(&mut self.text).finish();
        let mut segments = self.split.push(&tail);
        segments.extend(self.split.finish());
        segments
    }
}

/// The text of all segments; blanks alone are none.
fn everything(segments: Vec<ReplySegment>) -> String {
    let text = |segment| match segment {
        ReplySegment::Answer(text) | ReplySegment::Reasoning(text) => text,
        ReplySegment::AnswerWasReasoning => String::new(),
    };
    let all: String = segments.into_iter().map(text).collect();
    if all.trim().is_empty() { String::new() } else { all }
}

fn delta(segments: Vec<ReplySegment>) -> ChatDelta {
    let mut delta = ChatDelta::default();
    for segment in segments {
        match segment {
            ReplySegment::Answer(text) => delta.text.push_str(&text),
            ReplySegment::Reasoning(text) => delta.reasoning.push_str(&text),
            ReplySegment::AnswerWasReasoning => {
                delta.answer_was_reasoning = true;
                let before = std::mem::take(&mut delta.text);
                delta.reasoning.push_str(&before);
            }
        }
    }
    delta
}
