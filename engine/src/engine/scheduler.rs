//! The engine's thread: takes requests in and decodes all of them together.
//!
//! A prompt is computed once for all requests that begin with it: a new sequence starts as a fork of the one
//! that shares most with it. Recurrent layers can be forked only where they stand, so where a prompt parts from
//! one known before, a fork is kept for the next that comes this way. A row's numbers do not depend on the rows
//! beside it, so a request gets the same tokens alone or in company.

use std::collections::VecDeque;
use std::fmt;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use pelicycle_text::CircleWatch;

use super::draft_planner::{DraftPlanner, MOST_GUESSES};
use super::lookup::PromptLookup;
use super::options::EngineOptions;
use super::row_share::row_share;
use crate::cache::SequenceCache;
use crate::form::{FormGuide, ReplyForm};
use crate::model::{BatchToken, ExpertUse, Model, ModelConfig, StepScratch};
use crate::prompt_input::PromptInput;
use crate::sample::{Sampler, Sampling};
use crate::tokenizer::Tokenizer;
use crate::vision::{PictureProgress, PlacedPicture, Projector, before_picture, common_beginning};

/// Tokens of a prompt computed in one step: enough that an expert of 128, of which a token takes 8, unpacks its weights for
/// some 32 rows, few enough that a prompt can be broken off.
pub(crate) const PROMPT_STEP: usize = 512;
/// Computed prompts that are kept for requests to come: those of a run that goes round a few contestants' prompts.
const KEPT: usize = 4;
/// The tokens over which the same ones must come again and again for an answer to go round in a circle.
const CIRCLE: usize = 2000;
/// The number of tokens between two looks for a circle.
const BETWEEN_LOOKS: usize = 50;
/// Tokens of a shared beginning that are worth keeping a state for.
const WORTH_KEEPING: usize = 64;

/// A request for an answer: the tokens of a prompt, and how to go on from them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GenerationRequest {
    /// The prompt: at least one token, fewer than the context.
    pub tokens: Vec<u32>,
    /// The pictures that stand in the place of some of them, in order; the last token is none of those.
    pub pictures: Vec<PlacedPicture>,
    /// The choice of tokens.
    pub sampling: Sampling,
    /// Bound on the tokens of the answer.
    pub max_tokens: usize,
    /// The form that the answer is held to, where it is to any.
    pub form: Option<ReplyForm>,
}

/// An event in the life of a request.
#[derive(Debug)]
pub enum GenerationEvent {
    /// A picture of the prompt is looked at, so far: comes many times, and never for one that was seen before.
    Looking(PictureProgress),
    /// The prompt is computed; the first token comes next.
    Started,
    /// A token of the answer.
    Token {
        /// Its id.
        id: u32,
        /// Requests that were decoded in the same step, this one included.
        batch: usize,
    },
    /// The answer is over; no event follows.
    Finished {
        /// The reason.
        why: FinishReason,
        /// The experts that the answer took; `None` in a model without experts. Counted is each step in which a
        /// token of the answer was drawn, the end mark's too: the prompt is left out but for its last token, since
        /// it is computed once for all requests that share it.
        experts: Option<ExpertUse>,
    },
}

/// The reason why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FinishReason {
    /// The model ended its turn.
    EndOfTurn,
    /// The bound on tokens was reached.
    MaxTokens,
    /// The context is full.
    ContextFull,
    /// The answer goes round in a circle: the same few tokens again and again.
    Loops,
    /// The model's numbers are not finite, or tell no token from another: its file is damaged.
    NotFinite,
}

/// A request on its way to the engine's thread.
pub(super) struct QueuedRequest {
    pub(super) request: GenerationRequest,
    pub(super) sampler: Sampler,
    /// Sees its pictures, where there are any.
    pub(super) projector: Option<Arc<Projector>>,
    /// Keeps the answer in form.
    pub(super) guide: Option<FormGuide>,
    pub(super) on_event: Box<dyn FnMut(GenerationEvent) -> ControlFlow<()> + Send>,
}

/// A request that is being answered.
pub(super) struct Sequence {
    /// The prompt and the answer so far.
    pub(super) tokens: Vec<u32>,
    /// The pictures of the prompt.
    pub(super) pictures: Arc<[PlacedPicture]>,
    /// Holds all tokens but the last.
    pub(super) cache: SequenceCache,
    answered: usize,
    /// Finds what the answer may repeat.
    pub(super) lookup: PromptLookup,
    /// Watches for a circle in the answer.
    circle: CircleWatch,
    /// The experts that its steps took.
    pub(super) experts: Option<ExpertUse>,
    pub(super) job: QueuedRequest,
}

/// Tokens and a cache that holds all of them or all but the last.
struct Computed {
    tokens: Vec<u32>,
    pictures: Arc<[PlacedPicture]>,
    cache: SequenceCache,
}

pub(super) struct Scheduler {
    pub(super) model: Arc<Model>,
    pub(super) tokenizer: Arc<Tokenizer>,
    parallel: usize,
    stop: Arc<AtomicBool>,
    waiting: VecDeque<QueuedRequest>,
    pub(super) active: Vec<Sequence>,
    /// The prompts computed or asked for last, and beginnings that several share; the latest first.
    kept: VecDeque<Computed>,
    pub(super) planner: DraftPlanner,
    pub(super) scratch: StepScratch,
}

impl Scheduler {
    pub(super) fn new(
        model: Arc<Model>,
        tokenizer: Arc<Tokenizer>,
        options: &EngineOptions,
        stop: Arc<AtomicBool>,
    ) -> Scheduler {
        Scheduler {
            planner: DraftPlanner::new(row_share(&model), options.speculation),
            model,
            tokenizer,
            parallel: options.parallel.max(1),
            stop,
            waiting: VecDeque::new(),
            active: Vec::new(),
            kept: VecDeque::new(),
            scratch: StepScratch::default(),
        }
    }

    /// Answers requests until the engine is dropped.
    pub(super) fn serve(mut self, inbox: &mpsc::Receiver<QueuedRequest>) {
        while !self.stop.load(Ordering::Relaxed) {
            if self.active.is_empty() && self.waiting.is_empty() {
                match inbox.recv() {
                    Ok(job) => self.waiting.push_back(job),
                    Err(mpsc::RecvError) => return,
                }
            }
            self.waiting.extend(inbox.try_iter());
            while self.active.len() < self.parallel
                && let Some(job) = self.waiting.pop_front()
            {
                self.admit(job);
            }
            if !self.active.is_empty() {
                self.outgrow();
                self.step();
            }
        }
    }

    /// Computes the prompt of a request, as far as it is not computed yet, and makes it a sequence.
    fn admit(&mut self, mut job: QueuedRequest) {
        let tokens = job.request.tokens.clone();
        let pictures: Arc<[PlacedPicture]> = job.request.pictures.as_slice().into();
        let input = PromptInput { tokens: &tokens, pictures: &pictures };
        let (mut cache, parting) = self.fork(input);
        let QueuedRequest { projector, on_event, .. } = &mut job;
        let mut look = |progress| on_event(GenerationEvent::Looking(progress));
        if self.compute(input, projector.as_deref(), &mut look, &mut cache, parting).is_break() {
            return;
        }
        // What stands for a picture says nothing of the words that the answer may repeat.
        let text = |position: &usize| !input.pictures.iter().any(|placed| placed.covers(*position));
        (0..tokens.len()).filter(text).for_each(|position| job.sampler.accept(tokens[position]));
        self.keep(Computed { tokens: tokens.clone(), pictures: Arc::clone(&pictures), cache: cache.clone() });
        if (job.on_event)(GenerationEvent::Started).is_continue() {
            let experts = self.model.expert_use();
            self.active.push(Sequence {
                tokens,
                pictures,
                cache,
                answered: 0,
                lookup: PromptLookup::default(),
                circle: CircleWatch::over(CIRCLE),
                experts,
                job,
            });
        }
    }

    /// Computes all tokens but the last, as far as the cache does not hold them; where they part from others known, a
    /// fork is kept. It breaks off when the engine is dropped, and when `look`, which is told of pictures, does.
    fn compute(
        &mut self,
        input: PromptInput<'_>,
        projector: Option<&Projector>,
        look: &mut dyn FnMut(PictureProgress) -> ControlFlow<()>,
        cache: &mut SequenceCache,
        parting: usize,
    ) -> ControlFlow<()> {
        let prompt = &input.tokens[..input.tokens.len() - 1];
        while cache.len < prompt.len() {
            if self.stop.load(Ordering::Relaxed) {
                return ControlFlow::Break(());
            }
            let begin = cache.len;
            let stops = [prompt.len(), parting].into_iter().filter(|&stop| stop > begin);
            let mut end = stops.fold(begin + PROMPT_STEP, usize::min);
            if self.model.config().pictures_whole() {
                end = input.whole_pictures(begin, end);
            }
            let rows: Vec<BatchToken> = (begin..end).map(|position| input.row(position, 0, false)).collect();
            let shown = input.needed(&(begin..end), |placed| {
                let projector = projector.expect("a picture without a projector was refused");
                let stop = || self.stop.load(Ordering::Relaxed);
                let watch = |progress| if stop() { ControlFlow::Break(()) } else { look(progress) };
                projector.rows(&self.model, &placed.picture, watch)
            });
            let Some(shown) = shown else { return ControlFlow::Break(()) };
            self.model
                .step_with(&rows, &shown, &mut [&mut *cache], &mut self.scratch, &mut |_, _| {})
                .expect("tokens were checked when they came in, or drawn from the vocabulary");
            if end == parting {
                let pictures = input.pictures.iter().filter(|placed| placed.end() <= end).cloned().collect();
                self.keep(Computed { tokens: prompt[..end].to_vec(), pictures, cache: cache.clone() });
            }
        }
        ControlFlow::Continue(())
    }

    /// Computes the sequences anew that outgrew the context up to which the model turns its heads in one way; those whose
    /// owners don't listen any more are dropped.
    fn outgrow(&mut self) {
        for i in (0..self.active.len()).rev() {
            let sequence = &self.active[i];
            if !sequence.cache.long && self.model.config().is_long(sequence.tokens.len()) {
                let (tokens, pictures) = (sequence.tokens.clone(), Arc::clone(&sequence.pictures));
                let input = PromptInput { tokens: &tokens, pictures: &pictures };
                let (mut cache, projector) =
                    (self.model.new_cache(tokens.len()), sequence.job.projector.clone());
                let mut on_event =
                    std::mem::replace(&mut self.active[i].job.on_event, Box::new(|_| ControlFlow::Break(())));
                let mut look = |progress| on_event(GenerationEvent::Looking(progress));
                match self.compute(input, projector.as_deref(), &mut look, &mut cache, 0) {
                    ControlFlow::Continue(()) => {
                        self.active[i].cache = cache;
                        self.active[i].job.on_event = on_event;
                    }
                    ControlFlow::Break(()) => drop(self.active.remove(i)),
                }
            }
        }
    }

    fn keep(&mut self, computed: Computed) {
        let same = |kept: &Computed| kept.tokens == computed.tokens && kept.pictures == computed.pictures;
        self.kept.retain(|kept| !same(kept) || kept.cache.long != computed.cache.long);
        self.kept.push_front(computed);
        self.kept.truncate(KEPT);
    }

    /// A cache with the longest known beginning of a prompt, at most all but its last token; and where the
    /// prompt parts from one known, if that lies far beyond what the cache could take from it: 0 if not.
    fn fork(&self, PromptInput { tokens, pictures }: PromptInput<'_>) -> (SequenceCache, usize) {
        let long = self.model.config().is_long(tokens.len());
        let known = self.active.iter().map(|s| (&s.tokens, &s.pictures, &s.cache));
        let known = known.chain(self.kept.iter().map(|c| (&c.tokens, &c.pictures, &c.cache)));
        let (mut best, mut most, mut parting) = (None, 0, 0);
        for (other, shown, cache) in known.filter(|(.., cache)| cache.long == long) {
            let same = common_beginning((tokens, pictures), (other, shown));
            let shared = before_picture(pictures, same.min(cache.len).min(tokens.len() - 1));
            let reachable = cache.reachable(shared);
            parting = parting.max(shared);
            if reachable > most {
                (best, most) = (Some(cache), reachable);
            }
        }
        let worth_keeping = parting >= most + WORTH_KEEPING;
        let fork = match best {
            Some(cache) => {
                let mut fork = cache.clone();
                fork.truncate(most);
                fork
            }
            None => self.model.new_cache(tokens.len()),
        };
        (fork, if worth_keeping { parting } else { 0 })
    }
}

impl Sequence {
    /// The number of tokens that can be guessed ahead of the next: no more than are wanted or fit, none that the model
    /// would turn otherwise than those before.
    pub(super) fn room(&self, config: &ModelConfig) -> usize {
        let wanted = self.job.request.max_tokens.saturating_sub(self.answered + 1);
        let fits = config.context.saturating_sub(self.tokens.len() + 1);
        let alike = |n: &usize| self.cache.long || !config.is_long(self.tokens.len() + n);
        (0..=wanted.min(fits).min(MOST_GUESSES)).rev().find(alike).unwrap_or(0)
    }

    /// Counts the experts of a guess that was right.
    pub(super) fn count(&mut self, taken: &[(usize, Vec<u32>)]) {
        if let Some(counts) = &mut self.experts {
            taken.iter().for_each(|(layer, experts)| counts.take(*layer, experts));
        }
    }

    /// Takes a token in and tells the owner.
    pub(super) fn advance(&mut self, id: u32, batch: usize, ends: bool, context: usize) -> ControlFlow<()> {
        // A mark of the outset may also end turns; an answer in form ends where its form does.
        if ends && self.job.guide.is_none() {
            return self.finish(FinishReason::EndOfTurn);
        }
        self.answered += 1;
        self.tokens.push(id);
        (self.job.on_event)(GenerationEvent::Token { id, batch })?;
        let answer = &self.tokens[self.tokens.len() - self.answered..];
        let mut looks = answer.len().is_multiple_of(BETWEEN_LOOKS);
        if let Some(guide) = &mut self.job.guide {
            if guide.is_over() {
                return self.finish(FinishReason::EndOfTurn);
            }
            // Reasoning that goes round in a circle is ended, and the answer goes on.
            if looks && guide.in_reasoning() && self.circle.closes(answer) {
                guide.end_reasoning();
            }
            looks = false;
        }
        let why = if self.answered >= self.job.request.max_tokens {
            FinishReason::MaxTokens
        } else if self.tokens.len() >= context {
            FinishReason::ContextFull
        } else if looks && self.circle.closes(answer) {
            FinishReason::Loops
        } else {
            return ControlFlow::Continue(());
        };
        self.finish(why)
    }

    /// Tells the owner that the answer is over.
    pub(super) fn finish(&mut self, why: FinishReason) -> ControlFlow<()> {
        let _ = (self.job.on_event)(GenerationEvent::Finished { why, experts: self.experts.take() });
        ControlFlow::Break(())
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler").field("active", &self.active.len()).finish_non_exhaustive()
    }
}
