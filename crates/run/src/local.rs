//! The engine in this process, with one model file.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use pelicycle_engine::chat::{Message, Piece, ReasoningSplit};
use pelicycle_engine::engine::{Engine, EngineError, EngineOptions, Finish};
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, Census, ExpertUse, ModelError};
use pelicycle_engine::sample::{Sampling, SamplingError};
use pelicycle_engine::{bundled, engine, tokenizer::Utf8Stream};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::contestant::Weights;
use pelicycle_provider::{
    Account, Delta, Done, Event, EventKind, EventStream, Lane, Provider, Request, Sent,
};
use pelicycle_record::{
    EngineRecord, ExpertCounts, ExpertsTaken, Outcome, RequestRecord, SamplingSettings, Usage,
};

/// Tokens of a reply when nothing else is said: some three times the longest drawing that is worth the name.
const MAX_TOKENS: u32 = 4096;

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
}

/// A local model file, open and ready.
#[derive(Debug)]
pub struct LocalModel {
    engine: Engine,
    /// Its weights by what they are for.
    census: Arc<Census>,
    lane: Lane,
    record: EngineRecord,
    hash: Mutex<Hash>,
}

/// The file's hash: reading all of a large file takes a while, so that goes on beside the first requests.
#[derive(Debug)]
enum Hash {
    Running(JoinHandle<std::io::Result<String>>),
    Known(Result<String, String>),
}

impl LocalModel {
    /// Opens a model.
    ///
    /// # Errors
    /// When its file can't be read or is no model that the engine runs.
    pub fn open(weights: &Weights, options: &LocalOptions) -> Result<LocalModel, EngineError> {
        let engine_options = EngineOptions {
            threads: options.threads,
            arithmetic: Arithmetic::Run,
            parallel: options.parallel,
        };
        let engine = match weights {
            Weights::File(path) => Engine::open(path, &engine_options)?,
            Weights::Bundled => {
                let gguf = Gguf::from_bytes(bundled::HATCHLING).map_err(ModelError::from)?;
                Engine::new(gguf, &engine_options)?
            }
        };
        let model = engine.model();
        let record = EngineRecord {
            file: match weights {
                Weights::File(path) => path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                Weights::Bundled => BUNDLED_FILE.to_owned(),
            },
            bytes: model.gguf().file_bytes(),
            hash: String::new(),
            architecture: model.hyper().architecture.clone(),
            quantization: model.quantization().to_string(),
            threads: u32::try_from(model.threads()).unwrap_or(u32::MAX),
            kernels: model.kernels().to_owned(),
            arithmetic: "run".to_owned(),
        };
        let hash = match weights {
            Weights::File(_) => {
                let files: Vec<PathBuf> = model.gguf().paths().map(Path::to_owned).collect();
                Hash::Running(std::thread::spawn(move || hash_of(&files)))
            }
            Weights::Bundled => Hash::Known(Ok(blake3::hash(bundled::HATCHLING).to_hex().to_string())),
        };
        let census = Arc::new(model.census());
        let lane = Lane::new(options.parallel, None);
        Ok(LocalModel { engine, census, lane, record, hash: Mutex::new(hash) })
    }

    /// Whether the model says of itself that it is no contestant but a demonstration.
    pub fn demonstration(&self) -> bool {
        self.engine.model().gguf().bool(DEMONSTRATION).ok().flatten().unwrap_or(false)
    }

    /// The settings that a request gets where `wanted` has none: the file's own recommendation, else what
    /// llama.cpp is customarily run with.
    ///
    /// # Errors
    /// For a setting outside its range.
    pub fn settle(&self, wanted: &RequestRecord) -> Result<RequestRecord, SamplingError> {
        let gguf = self.engine.model().gguf();
        let recommended = |key: &str| gguf.f32(&format!("general.sampling.{key}")).ok().flatten();
        let context = u32::try_from(self.engine.model().hyper().context).unwrap_or(u32::MAX);
        let recommended = SamplingSettings {
            temperature: recommended("temp").or(Some(0.8)),
            top_k: recommended("top_k").map(|k| k.max(0.0) as u32).or(Some(40)),
            top_p: recommended("top_p").or(Some(0.95)),
            min_p: recommended("min_p").or(Some(0.05)),
            repeat_penalty: recommended("penalty_repeat").or(Some(1.0)),
            max_tokens: Some(MAX_TOKENS),
            ..SamplingSettings::default()
        };
        let mut sampling = wanted.sampling.clone().or(&recommended);
        sampling.max_tokens = sampling.max_tokens.map(|bound| bound.min(context));
        check_sampling(&sampling)?;
        Ok(RequestRecord { sampling, ..wanted.clone() })
    }

    /// Hands a request to the engine.
    fn start(&self, request: &Request, events: &UnboundedSender<Event>) -> Result<(), EngineError> {
        let settings = &request.settings;
        let prompt =
            self.engine.prompt(&[Message::user(request.prompt.as_str())], settings.sampling.thinking)?;
        let sampling = Sampling { seed: settings.seed.unwrap_or_default(), ..sampling(&settings.sampling) };
        let mut reply = Reply {
            input: prompt.tokens.len() as u64,
            output: 0,
            reasoning: 0,
            text: Utf8Stream::new(),
            split: self.engine.split_reply(&prompt),
            tokenizer: self.engine.tokenizer_handle(),
            census: Arc::clone(&self.census),
            events: events.clone(),
        };
        let max_tokens = settings.sampling.max_tokens.unwrap_or(MAX_TOKENS) as usize;
        self.engine.submit(engine::Request { tokens: prompt.tokens, sampling, max_tokens }, move |event| {
            reply.hear(event)
        })
    }
}

impl Provider for LocalModel {
    fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Waits for the file's hash.
    fn engine(&self) -> Result<Option<EngineRecord>, String> {
        let mut hash = self.hash.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Hash::Running(_) = &*hash {
            let running = std::mem::replace(&mut *hash, Hash::Known(Err(String::new())));
            if let Hash::Running(thread) = running {
                let known = match thread.join() {
                    Ok(read) => read.map_err(|e| format!("can't read {} to its end: {e}", self.record.file)),
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

    fn ask(&self, request: Request) -> EventStream {
        let (events, stream) = unbounded_channel();
        // The stream is still in our hands, so it takes the events.
        let tell = |kind| drop(events.send(Event { at: Instant::now(), kind }));
        tell(EventKind::Sent(Sent { started: jiff::Timestamp::now(), body: None }));
        let failed = match request.pictures.is_empty() {
            true => self.start(&request, &events).err().map(|error| error.to_string()),
            false => Some("the engine shows no pictures to models".to_owned()),
        };
        if failed.is_some() {
            tell(EventKind::Done(Done { outcome: Outcome::Error, error: failed }));
        }
        stream
    }
}

/// A reply on its way from the engine's tokens to text.
struct Reply {
    input: u64,
    output: u64,
    reasoning: u64,
    text: Utf8Stream,
    split: ReasoningSplit,
    tokenizer: Arc<pelicycle_engine::tokenizer::Tokenizer>,
    census: Arc<Census>,
    events: UnboundedSender<Event>,
}

impl Reply {
    /// Takes an event of the engine in; breaks when nobody listens any more.
    fn hear(&mut self, event: engine::Event) -> ControlFlow<()> {
        match event {
            engine::Event::Started => ControlFlow::Continue(()),
            engine::Event::Token { id, batch } => {
                self.output += 1;
                let text = self.text.push(self.tokenizer.token_bytes(id));
                let mut delta = delta(self.split.push(&text));
                delta.tokens = 1;
                delta.batch = u32::try_from(batch).unwrap_or(u32::MAX);
                self.reasoning += u64::from(!delta.reasoning.is_empty());
                self.send(EventKind::Delta(delta))
            }
            engine::Event::Finished { why, experts } => {
                let tail = std::mem::take(&mut self.text).finish();
                let mut split = std::mem::take(&mut self.split);
                let mut last = delta(split.push(&tail));
                let rest = delta(split.finish());
                last.text.push_str(&rest.text);
                last.reasoning.push_str(&rest.reasoning);
                if last != Delta::default() {
                    self.send(EventKind::Delta(last))?;
                }
                let (outcome, error) = match why {
                    Finish::EndOfTurn => (Outcome::Complete, None),
                    Finish::MaxTokens => {
                        (Outcome::Length, Some("the bound on tokens was reached".to_owned()))
                    }
                    Finish::ContextFull => (Outcome::Length, Some("the model's context is full".to_owned())),
                };
                let usage = Usage {
                    input: Some(self.input),
                    output: Some(self.output),
                    reasoning: (self.reasoning > 0).then_some(self.reasoning),
                    ..Usage::default()
                };
                let experts = experts.and_then(|experts| taken(&experts, &self.census));
                self.send(EventKind::Account(Box::new(Account { usage, experts, ..Account::default() })))?;
                self.send(EventKind::Done(Done { outcome, error }))
            }
        }
    }

    fn send(&self, kind: EventKind) -> ControlFlow<()> {
        match self.events.send(Event { at: Instant::now(), kind }) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

fn taken(experts: &ExpertUse, census: &Census) -> Option<ExpertsTaken> {
    Some(ExpertsTaken {
        tokens: experts.tokens(),
        counts: ExpertCounts::new(experts.layers())?,
        used: experts.used(),
        token_bytes: census.bytes_a_token()?,
        touched_bytes: experts.bytes_touched(census)?,
        total_bytes: census.total().bytes?,
    })
}

fn delta(pieces: Vec<Piece>) -> Delta {
    let mut delta = Delta::default();
    for piece in pieces {
        match piece {
            Piece::Answer(text) => delta.text.push_str(&text),
            Piece::Reasoning(text) => delta.reasoning.push_str(&text),
        }
    }
    delta
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

/// Hex BLAKE3 of the files' bytes, one after another.
fn hash_of(files: &[PathBuf]) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update_reader(File::open(file)?)?;
    }
    Ok(hasher.finalize().to_hex().to_string())
}
