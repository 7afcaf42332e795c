//! The engine: it opens a model, makes prompts and takes requests.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::JoinHandle;

use super::error::EngineError;
use super::options::EngineOptions;
use super::scheduler::{GenerationEvent, GenerationRequest, QueuedRequest, Scheduler};
use crate::bundled;
use crate::chat::{ChatMessage, ChatTemplate, ReasoningMarks, ReasoningSplit};
use crate::form::{FormGuide, FormVocabulary, JsonShape, ReplyForm};
use crate::gguf::Gguf;
use crate::model::{Model, ModelError};
use crate::sample::{Sampler, Sampling};
use crate::tokenizer::Tokenizer;
use crate::vision::{Picture, PictureLimits, PlacedPicture, Projector, place_pictures};

/// A conversation as the model reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedPrompt {
    /// The rendered text.
    pub text: String,
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// The pictures that stand in the place of some tokens, in order.
    pub pictures: Vec<PlacedPicture>,
}

/// A model that answers many requests at a time, on a thread of its own.
#[derive(Debug)]
pub struct Engine {
    model: Arc<Model>,
    tokenizer: Arc<Tokenizer>,
    template: ChatTemplate,
    projector: OnceLock<Arc<Projector>>,
    picture_limits: PictureLimits,
    marks: ReasoningMarks,
    /// Made for the first reply that is held to a form.
    form_vocabulary: OnceLock<Arc<FormVocabulary>>,
    jobs: Option<mpsc::Sender<QueuedRequest>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Opens a model file, its tokenizer and its chat template, with the default options.
    ///
    /// # Errors
    /// When the file can't be read or lacks a part.
    pub fn open(path: impl AsRef<Path>) -> Result<Engine, EngineError> {
        Engine::open_with(path, &EngineOptions::default())
    }

    /// As [`Engine::open`], with these options.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with(path: impl AsRef<Path>, options: &EngineOptions) -> Result<Engine, EngineError> {
        Engine::new(Gguf::open(path.as_ref())?, options)
    }

    /// Opens [the model that ships with the engine](bundled::hatchling), with the default options.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub fn bundled() -> Result<Engine, EngineError> {
        Engine::new(Gguf::from_bytes(bundled::hatchling())?, &EngineOptions::default())
    }

    /// Makes an engine of an open model file.
    ///
    /// # Errors
    /// When the file lacks a part.
    pub fn new(gguf: Gguf, options: &EngineOptions) -> Result<Engine, EngineError> {
        let gguf = Arc::new(gguf);
        let model = Arc::new(Model::new(Arc::clone(&gguf), options.threads, options.arithmetic)?);
        let tokenizer = Arc::new(Tokenizer::from_gguf(&gguf)?);
        let template = match &options.template {
            Some(source) => ChatTemplate::for_gguf(source, &gguf)?,
            None => ChatTemplate::from_gguf(&gguf)?,
        };
        let marks = ReasoningMarks::of(template.source(), |text| tokenizer.special(text).is_some());
        let (jobs, inbox) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let scheduler =
            Scheduler::new(Arc::clone(&model), Arc::clone(&tokenizer), options, Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("engine".into())
            .spawn(move || scheduler.serve(&inbox))
            .map_err(EngineError::Thread)?;
        let engine = Engine {
            model,
            tokenizer,
            template,
            projector: OnceLock::new(),
            picture_limits: options.picture_limits,
            marks,
            form_vocabulary: OnceLock::new(),
            jobs: Some(jobs),
            stop,
            thread: Some(thread),
        };
        options.projector.as_deref().map_or(Ok(()), |path| engine.open_projector(path))?;
        Ok(engine)
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The model's tokenizer.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    pub(super) fn shared_tokenizer(&self) -> Arc<Tokenizer> {
        Arc::clone(&self.tokenizer)
    }

    /// Opens the projector with which the model sees pictures from now on. Where it has one, that stays.
    ///
    /// # Errors
    /// When the file can't be read, is no projector that the engine knows, or was not made for this model.
    pub fn open_projector(&self, path: &Path) -> Result<(), EngineError> {
        match self.sees() {
            true => Ok(()),
            false => self.see_with(Arc::new(Projector::open(path, self.picture_limits)?)),
        }
    }

    /// As [`Engine::open_projector`], with one that is open; its own limits hold.
    ///
    /// # Errors
    /// When it was not made for this model.
    pub fn see_with(&self, projector: Arc<Projector>) -> Result<(), EngineError> {
        projector.check_model(&self.model)?;
        self.projector.get_or_init(|| projector);
        Ok(())
    }

    /// Whether the model sees pictures: a projector was opened with it.
    pub fn sees(&self) -> bool {
        self.projector().is_some()
    }

    /// The projector with which the model sees pictures.
    pub fn projector(&self) -> Option<&Projector> {
        self.projector.get().map(|projector| &**projector)
    }

    /// The guesses that were made because the model's file does not say it, each in a sentence: how its tokenizer
    /// splits text, the form of its conversations.
    pub fn remarks(&self) -> impl Iterator<Item = &str> {
        self.tokenizer.remark().into_iter().chain(self.template.remark())
    }

    /// The sampling that the model's file recommends.
    pub fn recommended_sampling(&self) -> Sampling {
        Sampling::recommended(self.model.gguf())
    }

    /// The prompt for a conversation that the model is to answer; `thinking` asks for reasoning or forbids it,
    /// in templates that know of it. (gpt-oss always reasons: forbidden, it takes little effort.)
    ///
    /// # Errors
    /// When the template refuses, or nothing comes of it, or there is a picture and the model does not
    /// [see](Engine::sees).
    pub fn prompt(
        &self,
        messages: &[ChatMessage],
        thinking: Option<bool>,
    ) -> Result<RenderedPrompt, EngineError> {
        if !self.sees() && messages.iter().any(|message| message.content.pictures().next().is_some()) {
            return Err(EngineError::NoProjector);
        }
        let mut arguments = serde_json::Map::new();
        arguments.insert("add_generation_prompt".into(), true.into());
        if let Some(thinking) = thinking {
            // The names that templates have for it: Qwen's and most others', Granite's and DeepSeek's, gpt-oss's.
            arguments.insert("enable_thinking".into(), thinking.into());
            arguments.insert("thinking".into(), thinking.into());
            if !thinking {
                arguments.insert("reasoning_effort".into(), "low".into());
            }
        }
        let pictures: Vec<&Picture> =
            messages.iter().flat_map(|message| message.content.pictures()).collect();
        let shown = self.projector().filter(|_| !pictures.is_empty());
        let text = match shown {
            Some(projector) => {
                self.rendered_with_pictures(messages, &arguments, projector, pictures.len())?
            }
            None => self.template.render(messages, &arguments)?,
        };
        let mut tokens = self.tokenizer.encode(&text, true)?;
        // Most templates write the begin token themselves; it must not stand twice.
        if self.tokenizer.add_bos() && self.tokenizer.bos() != tokens.first().copied() {
            tokens.splice(0..0, self.tokenizer.bos());
        }
        if tokens.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        let (tokens, pictures) = match shown {
            Some(projector) => place_pictures(&tokens, &self.tokenizer, projector, &pictures)?,
            None => (tokens, Vec::new()),
        };
        Ok(RenderedPrompt { text, tokens, pictures })
    }

    /// A conversation with a mark for each picture: the template's, or where that does not know of pictures, marks
    /// between the texts that it is given.
    fn rendered_with_pictures(
        &self,
        messages: &[ChatMessage],
        arguments: &serde_json::Map<String, serde_json::Value>,
        projector: &Projector,
        pictures: usize,
    ) -> Result<String, EngineError> {
        let marks = projector.marks();
        for message in messages {
            marks.check_text(&message.content.text_with("\n"))?;
        }
        let text = match self.template.render(messages, arguments) {
            Ok(text) if marks.count(&text) == pictures => text,
            _ => {
                let plain = |message: &ChatMessage| ChatMessage {
                    role: message.role.clone(),
                    content: message.content.text_with(marks.plain()).into(),
                };
                let plain: Vec<ChatMessage> = messages.iter().map(plain).collect();
                self.template.render(&plain, arguments)?
            }
        };
        Ok(marks.surrounded(&text))
    }

    /// Tells reasoning from answer in the reply to a prompt.
    pub(super) fn split_reply(&self, prompt: &RenderedPrompt) -> ReasoningSplit {
        ReasoningSplit::after_prompt(self.marks, &prompt.text)
    }

    /// The form of the reply to a prompt that is to be JSON of a shape; reasoning may stand before it as the model does it, and
    /// as `thinking` asks for it or forbids it.
    ///
    /// # Errors
    /// For a shape that no reply can be held to.
    pub fn reply_form(
        &self,
        shape: &JsonShape,
        prompt: &RenderedPrompt,
        thinking: Option<bool>,
    ) -> Result<ReplyForm, EngineError> {
        Ok(ReplyForm::new(shape, self.marks.outset(&prompt.text, thinking).as_ref())?)
    }

    /// The guide that keeps an answer of so many tokens at most in form.
    fn guide(&self, form: &ReplyForm, bound: usize) -> Result<FormGuide, EngineError> {
        let vocabulary = self.form_vocabulary.get_or_init(|| {
            let known = self.model.config().vocabulary;
            Arc::new(FormVocabulary::new(&self.tokenizer, known, &self.marks.of_outsets()))
        });
        Ok(FormGuide::new(form.clone(), Arc::clone(vocabulary), bound)?)
    }

    /// Checks that pictures stand one behind another, whole rows of them, before the last token.
    fn check_places(&self, request: &GenerationRequest) -> Result<(), EngineError> {
        let projector = self.projector().ok_or(EngineError::NoProjector)?;
        let misplaced = |why| Err(EngineError::Misplaced { why });
        let mut before = 0;
        for placed in &request.pictures {
            let (columns, lines) = projector.token_grid(&placed.picture)?;
            if placed.begin < before || placed.tokens == 0 {
                return misplaced("two of them overlap, are out of order, or have no tokens");
            }
            if placed.columns != columns || placed.first_row.saturating_add(placed.tokens) > columns * lines {
                return misplaced("one has other rows");
            }
            before = placed.end();
        }
        match before < request.tokens.len() {
            true => Ok(()),
            false => misplaced("one reaches the last token, or goes beyond it"),
        }
    }

    /// Hands in a request of tokens, for those who make their own prompt. `on_event` is called on the engine's thread for each event, and ends the request
    /// early by breaking; it is dropped after the last event.
    ///
    /// # Errors
    /// When the request can't be taken; `on_event` was not called then.
    pub fn submit(
        &self,
        request: GenerationRequest,
        on_event: impl FnMut(GenerationEvent) -> ControlFlow<()> + Send + 'static,
    ) -> Result<(), EngineError> {
        let sampler = Sampler::new(&request.sampling)?;
        let (context, vocabulary) = (self.model.config().context, self.model.config().vocabulary);
        let shown = |position| request.pictures.iter().any(|placed| placed.covers(position));
        let mut tokens = request.tokens.iter().enumerate();
        if let Some((_, &id)) = tokens.find(|&(i, &id)| id as usize >= vocabulary && !shown(i)) {
            return Err(ModelError::Token { id, vocabulary }.into());
        }
        if request.tokens.is_empty() {
            return Err(EngineError::EmptyPrompt);
        }
        if !request.pictures.is_empty() {
            self.check_places(&request)?;
        }
        if request.tokens.len() >= context {
            return Err(EngineError::PromptTooLong { prompt: request.tokens.len(), context });
        }
        let bound = request.max_tokens.min(context - request.tokens.len());
        let guide = request.form.as_ref().map(|form| self.guide(form, bound)).transpose()?;
        let projector = self.projector.get().filter(|_| !request.pictures.is_empty()).cloned();
        let job = QueuedRequest { request, sampler, projector, guide, on_event: Box::new(on_event) };
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or(EngineError::Stopped)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // Its requests' owners have seen their callbacks dropped if it panicked.
            let _ = thread.join();
        }
    }
}
