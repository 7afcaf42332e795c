//! The engine in this process, with one model file.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use pelicycle_engine::chat::{ChatMessage, MessagePart};
use pelicycle_engine::form::JsonShape;
use pelicycle_engine::gguf::Gguf;
use pelicycle_engine::model::{Arithmetic, ExpertUse, WeightSummary};
use pelicycle_engine::sample::{Sampling, SamplingError};
use pelicycle_engine::vision::{Picture, PictureProgress};
use pelicycle_engine::{
    ChatDelta, ChatProgress, Engine, EngineError, EngineOptions, FinishReason, ReplySummary, bundled,
};
use pelicycle_provider::{
    LOOPS, Provider, ReplyDelta, ReplyEvent, ReplyEventKind, ReplyMetadata, ReplyRequest, ReplySender,
    ReplyStream, RequestEnd, RequestQueue, SentRequest, reply_channel,
};
use pelicycle_record::{
    EngineRecord, ExpertCounts, ExpertsTaken, Outcome, ProjectorRecord, RequestRecord, SamplingSettings,
    Usage,
};

use crate::contestant::WeightsLocation;
use crate::file_hash::{FileHash, HashStart};
use crate::projector_choice::NamedProjector;
use crate::{RunError, UsageError, VisionSupport};

/// Tokens of a reply when nothing else is said: today's drawings with their thinking are often longer than 4,096, and one
/// that goes round in a circle is ended before.
const MAX_TOKENS: u32 = 32_768;

/// The name that the bundled model's file has in the repository.
const BUNDLED_FILE: &str = "hatchling.gguf";

/// The metadata key by which a model file says that it is a demonstration.
const DEMONSTRATION: &str = "pelicycle.demonstration";

/// The settings with which a local model runs.
#[derive(Debug, Clone)]
pub struct LocalOptions {
    /// Threads; `None` takes the machine's cores.
    pub threads: Option<usize>,
    /// Samples that decode together, at most.
    pub parallel: usize,
    /// The projector with which the model sees; `None` takes one that lies beside it. It is looked for when the first
    /// picture is to be seen.
    pub(crate) projector: Option<NamedProjector>,
}

/// Somebody who is told how far a picture was looked at, from the engine's thread.
pub type PictureWatch = Box<dyn Fn(PictureProgress) + Send + Sync>;

/// A local model file, open and ready.
pub struct LocalModel {
    engine: Engine,
    weights: WeightsLocation,
    /// The projector that was named for it.
    projector: Option<NamedProjector>,
    eyes: Mutex<Option<OpenedEyes>>,
    watch: Arc<OnceLock<PictureWatch>>,
    /// Its weights by what they are for.
    weight_summary: Arc<WeightSummary>,
    queue: RequestQueue,
    record: EngineRecord,
    hash: Mutex<FileHash>,
    /// What lets the hashes of its files begin: apart from them, since whoever waits for a hash holds it.
    hash_starts: Mutex<Vec<HashStart>>,
}

/// A projector that was opened, as records have it.
struct OpenedEyes {
    record: ProjectorRecord,
    hash: FileHash,
}

impl std::fmt::Debug for LocalModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalModel").field("weights", &self.weights).finish_non_exhaustive()
    }
}

impl LocalModel {
    /// Opens a model, with the text of a chat template where that is not to be the file's own.
    ///
    /// # Errors
    /// When its file can't be read or is no model that the engine runs, or the template is none.
    pub fn open(
        weights: &WeightsLocation,
        template: Option<&str>,
        options: &LocalOptions,
    ) -> Result<LocalModel, EngineError> {
        let engine_options = EngineOptions {
            threads: options.threads,
            arithmetic: Arithmetic::Int8,
            parallel: options.parallel,
            template: template.map(str::to_owned),
            ..EngineOptions::default()
        };
        let engine = match weights {
            WeightsLocation::File(path) => Engine::new(Gguf::open(path)?, &engine_options)?,
            WeightsLocation::Bundled => {
                Engine::new(Gguf::from_bytes(bundled::hatchling())?, &engine_options)?
            }
        };
        let model = engine.model();
        let record = EngineRecord {
            file: match weights {
                WeightsLocation::File(path) => {
                    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
                }
                WeightsLocation::Bundled => BUNDLED_FILE.to_owned(),
            },
            bytes: model.gguf().file_bytes(),
            hash: String::new(),
            architecture: model.config().architecture.clone(),
            quantization: model.quantization().to_string(),
            threads: u32::try_from(model.threads()).unwrap_or(u32::MAX),
            kernels: model.kernels().to_owned(),
            arithmetic: "run".to_owned(),
            remarks: engine.remarks().map(str::to_owned).collect(),
            projector: None,
        };
        let hash = match weights {
            WeightsLocation::File(_) => {
                let files: Vec<PathBuf> = model.gguf().paths().map(Path::to_owned).collect();
                FileHash::of(&files, &record.file)
            }
            WeightsLocation::Bundled => FileHash::of_bytes(bundled::hatchling()),
        };
        let weight_summary = Arc::new(model.weight_summary());
        let queue = RequestQueue::new(options.parallel, None);
        Ok(LocalModel {
            engine,
            weights: weights.clone(),
            projector: options.projector.clone(),
            eyes: Mutex::default(),
            watch: Arc::default(),
            weight_summary,
            queue,
            record,
            hash_starts: Mutex::new(hash.start().into_iter().collect()),
            hash: Mutex::new(hash),
        })
    }

    /// Whether the model says of itself that it is no contestant but a demonstration.
    pub fn demonstration(&self) -> bool {
        self.engine.model().gguf().bool(DEMONSTRATION).ok().flatten().unwrap_or(false)
    }

    /// Opens its projector, if that was not done yet.
    ///
    /// # Errors
    /// When there is none, or it can't be used.
    pub(crate) fn open_eyes(&self) -> Result<(), UsageError> {
        let mut eyes = self.eyes.lock().unwrap_or_else(PoisonError::into_inner);
        if eyes.is_some() {
            return Ok(());
        }
        let model = self.weights.source();
        let sight = match &self.weights {
            WeightsLocation::File(path) => {
                VisionSupport::of(path, self.engine.model().gguf(), self.projector.as_ref())
            }
            WeightsLocation::Bundled => return Err(UsageError::BundledCannotSee { model }),
        };
        let VisionSupport::Sees(projector) = &sight else {
            return Err(match sight.fault() {
                Some(fault) => UsageError::UnusableProjector { model, fault },
                None => UsageError::CannotSee { model },
            });
        };
        let failed = |error: EngineError| UsageError::UnusableProjector { model, fault: error.to_string() };
        self.engine.see_with(Arc::clone(projector)).map_err(failed)?;
        let file = projector.gguf().path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let files: Vec<PathBuf> = projector.gguf().paths().map(Path::to_owned).collect();
        let hash = FileHash::of(&files, &file);
        self.hash_starts.lock().unwrap_or_else(PoisonError::into_inner).extend(hash.start());
        *eyes = Some(OpenedEyes {
            hash,
            record: ProjectorRecord {
                file,
                bytes: projector.gguf().file_bytes(),
                hash: String::new(),
                kind: projector.kind().to_owned(),
            },
        });
        Ok(())
    }

    /// Lets somebody hear how far pictures were looked at; the first who asks does.
    pub fn watch_pictures(&self, watch: PictureWatch) {
        let _ = self.watch.set(watch);
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
        let failed = self.start(request, shape, &events).err().map(|error| error.in_full());
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
    ) -> Result<(), RunError> {
        if !request.pictures.is_empty() {
            self.open_eyes()?;
        }
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
        let watch = Arc::clone(&self.watch);
        let hashes = self.hash_starts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.engine
            .chat(&messages)
            .thinking(settings.sampling.thinking)
            .sampling(sampling)
            .max_tokens(settings.sampling.max_tokens.unwrap_or(MAX_TOKENS) as usize)
            .context(settings.sampling.context.map_or(usize::MAX, |context| context as usize))
            .shape(shape.cloned())
            .start(move |event| match event {
                ChatProgress::Looking(progress) => {
                    // Whoever stopped has put the line of progress away.
                    if events.is_closed() {
                        return ControlFlow::Break(());
                    }
                    watch.get().inspect(|watch| watch(progress));
                    ControlFlow::Continue(())
                }
                ChatProgress::Delta(part) => {
                    let answer = send(&events, ReplyEventKind::Delta(delta(part)));
                    hashes.iter().for_each(HashStart::begin);
                    answer
                }
                ChatProgress::Finished(summary) => finish(&events, &summary, &weights),
            })?;
        Ok(())
    }
}

impl Provider for LocalModel {
    fn queue(&self) -> &RequestQueue {
        &self.queue
    }

    /// Waits for the hashes of its files.
    fn engine(&self) -> Result<Option<EngineRecord>, String> {
        let mut hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = hash.known(&self.record.file)?;
        let mut eyes = self.eyes.lock().unwrap_or_else(PoisonError::into_inner);
        let projector = match &mut *eyes {
            Some(OpenedEyes { record, hash }) => {
                Some(ProjectorRecord { hash: hash.known(&record.file)?, ..record.clone() })
            }
            None => None,
        };
        Ok(Some(EngineRecord { hash, projector, ..self.record.clone() }))
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

/// The engine's sampling under these settings.
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
