//! Chatting with a model: messages and settings in, a stream of text out.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::mpsc;

use super::error::EngineError;
use super::handle::{Engine, RenderedPrompt};
use super::reply::{ChatProgress, ReplyDecoder, ReplySummary};
use super::scheduler::{FinishReason, GenerationEvent, GenerationRequest};
use crate::chat::ChatMessage;
use crate::form::{FormReader, JsonShape};
use crate::sample::Sampling;

/// A conversation that the model is to answer, and the settings of the reply; made by [`Engine::chat`].
///
/// It asks nothing before one of [`stream`](ChatRequest::stream), [`reply`](ChatRequest::reply) and
/// [`start`](ChatRequest::start) is called. Requests of one engine are answered together, and those whose prompts begin
/// alike share what is computed for them.
#[derive(Debug, Clone)]
#[must_use = "a request asks nothing before it is streamed"]
pub struct ChatRequest<'a> {
    engine: &'a Engine,
    messages: &'a [ChatMessage],
    thinking: Option<bool>,
    sampling: Option<Sampling>,
    seed: Option<u64>,
    max_tokens: usize,
    context: usize,
    shape: Option<JsonShape>,
}

impl Engine {
    /// A request to answer a conversation; nothing is asked before it is [streamed](ChatRequest::stream).
    pub fn chat<'a>(&'a self, messages: &'a [ChatMessage]) -> ChatRequest<'a> {
        let (max_tokens, context) = (usize::MAX, usize::MAX);
        ChatRequest {
            engine: self,
            messages,
            thinking: None,
            sampling: None,
            seed: None,
            max_tokens,
            context,
            shape: None,
        }
    }
}

impl ChatRequest<'_> {
    /// Sets the choice of tokens; without it, it is [what the file recommends](Engine::recommended_sampling).
    pub fn sampling(self, sampling: Sampling) -> Self {
        ChatRequest { sampling: Some(sampling), ..self }
    }

    /// Sets the seed of the random numbers, and leaves the rest of the sampling as it is. The same seed gives the same
    /// reply.
    pub fn seed(self, seed: u64) -> Self {
        ChatRequest { seed: Some(seed), ..self }
    }

    /// Asks for reasoning or forbids it, in models whose template knows of it; `None` leaves it to the template.
    /// (gpt-oss always reasons: forbidden, it takes little effort.)
    pub fn thinking(self, thinking: impl Into<Option<bool>>) -> Self {
        ChatRequest { thinking: thinking.into(), ..self }
    }

    /// Bounds the tokens of the reply; without it, the model's context is the bound.
    pub fn max_tokens(self, max_tokens: usize) -> Self {
        ChatRequest { max_tokens, ..self }
    }

    /// Bounds the tokens of prompt and reply together, as a smaller context of the model would.
    pub fn context(self, context: usize) -> Self {
        ChatRequest { context, ..self }
    }

    /// Holds the reply to JSON of a shape: whatever the model is like, its answer is that and nothing else, and ends within the
    /// bound on tokens. Reasoning may stand before it, and is ended in time.
    pub fn shape(self, shape: impl Into<Option<JsonShape>>) -> Self {
        ChatRequest { shape: shape.into(), ..self }
    }

    /// Hands in the request. `on_event` is called on the engine's thread for each event, and ends the reply early by
    /// breaking; it is dropped after the last event.
    ///
    /// # Errors
    /// When the request can't be taken; `on_event` was not called then.
    pub fn start(
        self,
        mut on_event: impl FnMut(ChatProgress) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), EngineError> {
        let ChatRequest { engine, messages, thinking, sampling, seed, max_tokens, context, shape } = self;
        let prompt = engine.prompt(messages, thinking)?;
        let room = context.saturating_sub(prompt.tokens.len());
        if room == 0 {
            return Err(EngineError::PromptTooLong { prompt: prompt.tokens.len(), context });
        }
        let mut sampling = sampling.unwrap_or_else(|| engine.recommended_sampling());
        sampling.seed = seed.unwrap_or(sampling.seed);
        let split = engine.split_reply(&prompt);
        let form = shape.map(|shape| engine.reply_form(&shape, &prompt, thinking)).transpose()?;
        let reader = form.clone().map(FormReader::new);
        let mut decoder = ReplyDecoder::new(engine.shared_tokenizer(), split, prompt.tokens.len(), reader);
        let RenderedPrompt { tokens, pictures, .. } = prompt;
        let request =
            GenerationRequest { tokens, pictures, sampling, max_tokens: max_tokens.min(room), form };
        let full = room <= max_tokens;
        engine.submit(request, move |event| {
            let event = match event {
                GenerationEvent::Finished { why: FinishReason::MaxTokens, experts } if full => {
                    GenerationEvent::Finished { why: FinishReason::ContextFull, experts }
                }
                event => event,
            };
            decoder.take(event, &mut on_event)
        })
    }

    /// Hands in the request: the reply, as it comes.
    ///
    /// # Errors
    /// When the request can't be taken.
    pub fn stream(self) -> Result<ChatStream, EngineError> {
        let (send, events) = mpsc::channel();
        self.start(move |event| match send.send(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(mpsc::SendError(_)) => ControlFlow::Break(()),
        })?;
        Ok(ChatStream { events, waiting: VecDeque::new(), over: false })
    }

    /// Hands in the request and waits for the whole reply.
    ///
    /// # Errors
    /// When the request can't be taken, or the engine stops.
    pub fn reply(self) -> Result<ChatReply, EngineError> {
        let (mut reasoning, mut text) = (String::new(), String::new());
        for event in self.stream()? {
            match event? {
                ChatEvent::Reasoning(more) => reasoning.push_str(&more),
                ChatEvent::AnswerWasReasoning => reasoning.push_str(&std::mem::take(&mut text)),
                ChatEvent::Text(more) => text.push_str(&more),
                ChatEvent::Finished(summary) => return Ok(ChatReply { reasoning, text, summary }),
            }
        }
        Err(EngineError::Stopped)
    }
}

/// A part of a reply, in the order in which they come.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatEvent {
    /// Text of the model's reasoning.
    Reasoning(String),
    /// All of the answer that came before was reasoning: the mark that ends it came without one that begins it.
    AnswerWasReasoning,
    /// Text of the answer.
    Text(String),
    /// The end; no event follows.
    Finished(ReplySummary),
}

/// A whole reply.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ChatReply {
    /// The model's reasoning; empty where it does none.
    pub reasoning: String,
    /// The answer.
    pub text: String,
    /// Its summary.
    pub summary: ReplySummary,
}

/// A reply as it comes. Each step waits for more of it; dropping the stream breaks the reply off.
///
/// The last event is [`ChatEvent::Finished`], or [`EngineError::Stopped`] when the engine ended before the reply did.
#[derive(Debug)]
pub struct ChatStream {
    events: mpsc::Receiver<ChatProgress>,
    /// The events that came with the one given last.
    waiting: VecDeque<ChatEvent>,
    over: bool,
}

impl Iterator for ChatStream {
    type Item = Result<ChatEvent, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            if let Some(event) = self.waiting.pop_front() {
                return Some(Ok(event));
            }
            match self.events.recv() {
                Ok(ChatProgress::Looking(_)) => {}
                Ok(ChatProgress::Delta(delta)) => {
                    let turned = delta.answer_was_reasoning.then_some(ChatEvent::AnswerWasReasoning);
                    let reasoning = Some(delta.reasoning).filter(|text| !text.is_empty());
                    let text = Some(delta.text).filter(|text| !text.is_empty());
                    self.waiting.extend(turned);
                    self.waiting.extend(reasoning.map(ChatEvent::Reasoning));
                    self.waiting.extend(text.map(ChatEvent::Text));
                }
                Ok(ChatProgress::Finished(summary)) => {
                    self.over = true;
                    return Some(Ok(ChatEvent::Finished(summary)));
                }
                Err(mpsc::RecvError) => {
                    self.over = true;
                    return Some(Err(EngineError::Stopped));
                }
            }
        }
        None
    }
}

impl std::iter::FusedIterator for ChatStream {}
