//! The engine in this process, with one model file.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use pelicycle_engine::chat::{ChatMessage, MessagePart};
use pelicycle_engine::form::JsonShape;
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, ExpertUse, WeightSummary};
use pelicycle_engine::sample::{Sampling, SamplingError};
use pelicycle_engine::vision::Picture;
use pelicycle_engine::{
    ChatDelta, ChatProgress, Engine, EngineError, EngineOptions, FinishReason, ReplySummary, bundled,
};
use pelicycle_provider::{
    LOOPS, Provider, ReplyDelta, ReplyEvent, ReplyEventKind, ReplyMetadata, ReplyRequest, ReplySender,
    ReplyStream, RequestEnd, RequestQueue, SentRequest, reply_channel,
};
use pelicycle_record::{
    EngineRecord, ExpertCounts, ExpertsTaken, Outcome, RequestRecord, SamplingSettings, Usage,
};

use crate::contestant::Weights;
use crate::projector_choice::projector_for;

/// Tokens of a reply when nothing else is said: today's drawings with their thinking are often longer than 4,096, and one
/// that goes round in a circle is ended before.
const MAX_TOKENS: u32 = 32_768;

/// The name that the bundled model's file has in the repository.
const BUNDLED_FILE: &str = "hatchling.gguf";

/// The metadata key by which a model file says that it is a demonstration.
const DEMONSTRATION: &str = "pelicycle.demonstration";

/// How to run a local model.
#[derive(Debug, Clone)]
pub struct LocalOptions {
    /// Threads; `None` takes the machine's cores.
    pub threads: Option<usize>,
    /// Samples that decode together, at most.
    pub parallel: usize,
    /// The projector with which the model sees; `None` takes one that lies beside it.
    pub projector: Option<PathBuf>,
}

/// A local model file, open and ready.
#[derive(Debug)]
pub struct LocalModel {
    engine: Engine,
    /// Its weights by what they are for.
    weight_summary: Arc<WeightSummary>,
    queue: RequestQueue,
    record: EngineRecord,
    hash: Mutex<Hash>,
}

/// The file's hash: reading all of a large file takes a while, so that goes on beside the first requests.
#[derive(Debug)]
enum Hash {
    Running(JoinHandle<std::io::Result<String>>),
    Known(Result<String, String>),
}

impl Hash {
    /// Begins to compute it; computes it at once where the system starts no thread.
    fn of(files: Vec<PathBuf>, name: &str) -> Hash {
        let again = files.clone();
        match std::thread::Builder::new().name("hash".to_owned()).spawn(move || hash_of(&files)) {
            Ok(thread) => Hash::Running(thread),
            Err(_) => Hash::Known(hash_of(&again).map_err(|error| unread(name, &error))),
        }
    }
}

impl LocalModel {
    /// Opens a model, with the text of a chat template where that is not to be the file's own.
    ///
    /// # Errors
    /// When its file can't be read or is no model that the engine runs, or the template is none.
    pub fn open(
        weights: &Weights,
        template: Option<&str>,
        options: &LocalOptions,
    ) -> Result<LocalModel, EngineError> {
        let mut engine_options = EngineOptions {
            threads: options.threads,
            arithmetic: Arithmetic::Int8,
            parallel: options.parallel,
            template: template.map(str::to_owned),
            projector: options.projector.clone(),
            ..EngineOptions::default()
        };
        let engine = match weights {
            Weights::File(path) => {
                let gguf = Gguf::open(path)?;
                let found = match engine_options.projector {
                    None => projector_for(path, &gguf),
                    Some(_) => None,
                };
                match found {
                    None => Engine::new(gguf, &engine_options)?,
                    Some(found) => {
                        engine_options.projector = Some(found);
                        // What was found and not asked for must not keep a model from answering.
                        Engine::new(gguf, &engine_options).or_else(|_| {
                            engine_options.projector = None;
                            Engine::new(Gguf::open(path)?, &engine_options)
                        })?
                    }
                }
            }
            Weights::Bundled => Engine::new(Gguf::from_bytes(bundled::hatchling())?, &engine_options)?,
        };
        let model = engine.model();
        let record = EngineRecord {
            file: match weights {
                Weights::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                Weights::Bundled => BUNDLED_FILE.to_owned(),
            },
            bytes: model.gguf().file_bytes(),
            hash: String::new(),
            architecture: model.config().architecture.clone(),
            quantization: model.quantization().to_string(),
            threads: u32::try_from(model.threads()).unwrap_or(u32::MAX),
            kernels: model.kernels().to_owned(),
            arithmetic: "run".to_owned(),
            remarks: engine.remarks().map(str::to_owned).collect(),
        };
        let hash = match weights {
            Weights::File(_) => {
                let files: Vec<PathBuf> = model.gguf().paths().map(Path::to_owned).collect();
                Hash::of(files, &record.file)
            }
            Weights::Bundled => Hash::Known(Ok(blake3::hash(bundled::hatchling()).to_hex().to_string())),
        };
        let weight_summary = Arc::new(model.weight_summary());
        let queue = RequestQueue::new(options.parallel, None);
        Ok(LocalModel { engine, weight_summary, queue, record, hash: Mutex::new(hash) })
    }

    /// Whether the model says of itself that it is no contestant but a demonstration.
    pub fn demonstration(&self) -> bool {
        self.engine.model().gguf().bool(DEMONSTRATION).ok().flatten().unwrap_or(false)
    }

    /// Whether it sees pictures: a projector was opened with it.
    pub fn sees(&self) -> bool {
        self.engine.sees()
    }

    /// The settings that a request gets where `wanted` has none: those that the file recommends.
    ///
    /// # Errors
    /// For a setting outside its range.
    pub fn settle(&self, wanted: &RequestRecord) -> Result<RequestRecord, SamplingError> {
        let recommended = self.engine.recommended_sampling();
        let context = u32::try_from(self.engine.model().config().context).unwrap_or(u32::MAX);
        let recommended = SamplingSettings {
            temperature: Some(recommended.temperature),
            top_k: Some(recommended.top_k),
            top_p: Some(recommended.top_p),
            min_p: Some(recommended.min_p),
            repeat_penalty: Some(recommended.repeat_penalty),
            max_tokens: Some(MAX_TOKENS),
            ..SamplingSettings::default()
        };
        let mut sampling = wanted.sampling.clone().or(&recommended);
        sampling.context = sampling.context.map(|bound| bound.min(context));
        let context = sampling.context.unwrap_or(context);
        sampling.max_tokens = sampling.max_tokens.map(|bound| bound.min(context));
        check_sampling(&sampling)?;
        Ok(RequestRecord { sampling, ..wanted.clone() })
    }

    /// Asks, with the reply held to a shape where there is one.
    pub(crate) fn ask_held(&self, request: &ReplyRequest, shape: Option<&JsonShape>) -> ReplyStream {
        let (events, stream) = reply_channel();
        // The stream is still in our hands, so it takes the events.
        let tell = |kind| drop(events.send(ReplyEvent { at: Instant::now(), kind }));
        tell(ReplyEventKind::Sent(SentRequest { started: jiff::Timestamp::now(), body: None }));
        let failed = self.start(request, shape, &events).err().map(|error| error.to_string());
        if failed.is_some() {
            tell(ReplyEventKind::End(RequestEnd { outcome: Outcome::Error, error: failed }));
        }
        stream
    }

    /// Hands a request to the engine.
    fn start(
        &self,
        request: &ReplyRequest,
        shape: Option<&JsonShape>,
        events: &ReplySender,
    ) -> Result<(), EngineError> {
        let settings = &request.settings;
        let (weights, events) = (Arc::clone(&self.weight_summary), events.clone());
        let sampling = Sampling { seed: settings.seed.unwrap_or_default(), ..sampling(&settings.sampling) };
        let pictures = request.pictures.iter().map(|png| Ok(Picture::from_png(png)?.into()));
        let mut parts: Vec<MessagePart> = pictures.collect::<Result<_, EngineError>>()?;
        parts.push(request.prompt.as_str().into());
        let earlier = request.earlier.iter().flat_map(|turn| {
            [ChatMessage::user(turn.prompt.as_str()), ChatMessage::assistant(turn.reply.as_str())]
        });
        let messages: Vec<ChatMessage> = earlier.chain([ChatMessage::user(parts)]).collect();
        self.engine
            .chat(&messages)
            .thinking(settings.sampling.thinking)
            .sampling(sampling)
            .max_tokens(settings.sampling.max_tokens.unwrap_or(MAX_TOKENS) as usize)
            .context(settings.sampling.context.map_or(usize::MAX, |context| context as usize))
            .shape(shape.cloned())
            .start(move |event| match event {
                ChatProgress::Delta(part) => send(&events, ReplyEventKind::Delta(delta(part))),
                ChatProgress::Finished(summary) => finish(&events, &summary, &weights),
            })
    }
}

impl Provider for LocalModel {
    fn queue(&self) -> &RequestQueue {
        &self.queue
    }

    /// Waits for the file's hash.
    fn engine(&self) -> Result<Option<EngineRecord>, String> {
        let mut hash = self.hash.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Hash::Running(_) = &*hash {
            let running = std::mem::replace(&mut *hash, Hash::Known(Err(String::new())));
            if let Hash::Running(thread) = running {
                let known = match thread.join() {
                    Ok(read) => read.map_err(|error| unread(&self.record.file, &error)),
                    Err(_) => Err(format!("reading {} failed", self.record.file)),
                };
                *hash = Hash::Known(known);
            }
        }
        match &*hash {
            Hash::Known(Ok(hash)) => Ok(Some(EngineRecord { hash: hash.clone(), ..self.record.clone() })),
            Hash::Known(Err(why)) => Err(why.clone()),
            Hash::Running(_) => Err("the file's hash is not known".to_owned()),
        }
    }

    fn ask(&self, request: ReplyRequest) -> ReplyStream {
        self.ask_held(&request, None)
    }
}

/// Tells how a reply ended and what it took.
fn finish(events: &ReplySender, summary: &ReplySummary, weights: &WeightSummary) -> ControlFlow<()> {
    let (outcome, error) = match summary.finish {
        FinishReason::EndOfTurn => (Outcome::Complete, None),
        FinishReason::MaxTokens => (Outcome::Length, Some("the bound on tokens was reached".to_owned())),
        FinishReason::ContextFull => (Outcome::Length, Some("the model's context is full".to_owned())),
        FinishReason::Loops => (Outcome::Length, Some(LOOPS.to_owned())),
        FinishReason::NotFinite => {
            let words =
                "the model comes to numbers that are not finite, or all the same: is its file damaged?";
            (Outcome::Error, Some(words.to_owned()))
        }
    };
    let count = |tokens: usize| Some(tokens as u64);
    let usage = Usage {
        input: count(summary.prompt_tokens),
        output: count(summary.reply_tokens),
        reasoning: count(summary.reasoning_tokens).filter(|&tokens| tokens > 0),
        ..Usage::default()
    };
    let experts = summary.experts.as_ref().and_then(|experts| taken(experts, weights));
    send(
        events,
        ReplyEventKind::Metadata(Box::new(ReplyMetadata { usage, experts, ..ReplyMetadata::default() })),
    )?;
    send(events, ReplyEventKind::End(RequestEnd { outcome, error }))
}

/// Sends an event; breaks when nobody listens any more.
fn send(events: &ReplySender, kind: ReplyEventKind) -> ControlFlow<()> {
    match events.send(ReplyEvent { at: Instant::now(), kind }) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    }
}

fn taken(experts: &ExpertUse, weights: &WeightSummary) -> Option<ExpertsTaken> {
    Some(ExpertsTaken {
        tokens: experts.tokens(),
        counts: ExpertCounts::new(experts.layers())?,
        used: experts.used(),
        token_bytes: weights.bytes_a_token()?,
        touched_bytes: experts.bytes_touched(weights)?,
        total_bytes: weights.total().bytes?,
    })
}

fn delta(delta: ChatDelta) -> ReplyDelta {
    let ChatDelta { answer_was_reasoning, reasoning, text, tokens, batch } = delta;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    ReplyDelta { answer_was_reasoning, text, reasoning, tokens: number(tokens), batch: number(batch) }
}

/// How tokens are chosen under these settings.
fn sampling(settings: &SamplingSettings) -> Sampling {
    let defaults = Sampling::default();
    Sampling {
        temperature: settings.temperature.unwrap_or(defaults.temperature),
        top_k: settings.top_k.unwrap_or(defaults.top_k),
        top_p: settings.top_p.unwrap_or(defaults.top_p),
        min_p: settings.min_p.unwrap_or(defaults.min_p),
        repeat_penalty: settings.repeat_penalty.unwrap_or(defaults.repeat_penalty),
        ..defaults
    }
}

/// Checks the settings of a request that are given, before there is a model to ask.
///
/// # Errors
/// For the first outside its range.
pub(crate) fn check_sampling(settings: &SamplingSettings) -> Result<(), SamplingError> {
    sampling(settings).validate()
}

fn unread(file: &str, error: &std::io::Error) -> String {
    format!("can't read {file} to its end: {error}")
}

/// Hex BLAKE3 of the files' bytes, one after another.
fn hash_of(files: &[PathBuf]) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update_reader(File::open(file)?)?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}
