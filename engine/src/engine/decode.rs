//! A step of decoding: a token of every sequence, and those that were guessed ahead and turned out right.
//!
//! A guess is a row like any other, and a row's numbers do not depend on the rows beside it. So the token is drawn from
//! each row's logits as it would be without guesses, by the same random number; a guess only tells whether the row after
//! it is of any use.

use std::time::Instant;

use super::lookup::LookupMatch;
use super::scheduler::{FinishReason, QueuedRequest, Scheduler, Sequence};
use crate::cache::SequenceCache;
use crate::model::{BatchToken, ExpertUse, LayerRouting};
use crate::vision::axes;

/// The guesses for one sequence in a step.
struct Draft {
    /// Tokens of the match that the guesses go on from.
    length: usize,
    guesses: Vec<u32>,
}

/// The experts that a guess's row took: those of a layer after another's.
type GuessExperts = Vec<(usize, Vec<u32>)>;

/// The draw of one sequence in a step.
struct Draw<'a> {
    job: &'a mut QueuedRequest,
    /// The logits of its rows.
    logits: &'a [f32],
    guesses: &'a [u32],
    /// The tokens, in order; `None` where the logits tell of none. The last ends the step.
    tokens: Vec<Option<u32>>,
}

impl Scheduler {
    /// Decodes at least one token of every sequence.
    pub(super) fn step(&mut self) {
        let drafts = self.drafts();
        let since = Instant::now();
        let mut taken = self.compute_drafts(&drafts).into_iter();
        let guesses = drafts.iter().map(|draft| draft.guesses.len()).sum();
        self.planner.took(self.active.len(), guesses, since.elapsed().as_secs_f64());
        let batch = self.active.len();
        let mut drawn = self.draw(&drafts).into_iter();
        let (tokenizer, context) = (&self.tokenizer, self.model.config().context);
        let mut drafts = drafts.into_iter();
        self.active.retain_mut(|sequence| {
            let turn = (drafts.next(), drawn.next());
            let (Some(draft), Some(tokens)) = turn else { unreachable!("every sequence had its turn") };
            for (i, guess) in draft.guesses.iter().enumerate().take(tokens.len()) {
                self.planner.guessed(draft.length + i, tokens[i] == Some(*guess));
            }
            sequence.cache.truncate(sequence.tokens.len() - 1 + tokens.len());
            let mut experts = taken.by_ref().take(draft.guesses.len()).collect::<Vec<_>>().into_iter();
            for (i, token) in tokens.into_iter().enumerate() {
                if i > 0 {
                    sequence.count(&experts.next().unwrap_or_default());
                }
                if let (Some(id), Some(guide)) = (token, &mut sequence.job.guide) {
                    guide.take(tokenizer.token_bytes(id));
                }
                let goes_on = match token {
                    Some(id) => sequence.advance(id, batch, tokenizer.is_end_of_turn(id), context),
                    None => sequence.finish(FinishReason::NotFinite),
                };
                if goes_on.is_break() {
                    return false;
                }
            }
            true
        });
    }

    /// Guesses what comes next in every sequence.
    fn drafts(&mut self) -> Vec<Draft> {
        let config = self.model.config();
        let mut found = Vec::with_capacity(self.active.len());
        for sequence in &mut self.active {
            // What comes next in an answer in form depends on each token before.
            let can = self.planner.guesses() && sequence.cache.goes_back() && sequence.job.guide.is_none();
            found.push(if can { sequence.lookup.find(&sequence.tokens) } else { None });
        }
        let most = |(sequence, found): (&Sequence, &Option<LookupMatch>)| match found {
            // What stands for a picture is no text to go on with.
            Some(found) if sequence.pictures.iter().any(|placed| placed.covers(found.next)) => (0, 0),
            Some(found) => {
                let pictures = sequence.pictures.iter().map(|placed| placed.begin);
                let end = pictures.filter(|&begin| begin > found.next).min().unwrap_or(sequence.tokens.len());
                (found.length, (end - found.next).min(sequence.room(config)))
            }
            None => (0, 0),
        };
        let matches: Vec<(usize, usize)> = self.active.iter().zip(&found).map(most).collect();
        let counts = self.planner.plan(&matches);
        let draft = |((sequence, found), count): ((&Sequence, Option<LookupMatch>), usize)| match found {
            Some(found) => {
                Draft { length: found.length, guesses: sequence.tokens[found.next..][..count].to_vec() }
            }
            None => Draft { length: 0, guesses: Vec::new() },
        };
        self.active.iter().zip(found).zip(counts).map(draft).collect()
    }

    /// Computes the rows of all drafts, whose logits are in the scratch then. The experts of sure rows are counted, those
    /// of guesses returned, one after another.
    fn compute_drafts(&mut self, drafts: &[Draft]) -> Vec<GuessExperts> {
        let mut rows = Vec::with_capacity(drafts.len());
        for (sequence, (s, draft)) in self.active.iter().zip(drafts).enumerate() {
            let last = s.tokens.len() - 1;
            let tokens = [s.tokens[last]].into_iter().chain(draft.guesses.iter().copied());
            let row = |(i, token)| BatchToken {
                axes: axes(&s.pictures, last + i),
                ..BatchToken::text(token, sequence, last + i, true)
            };
            rows.extend(tokens.enumerate().map(row));
        }
        let parts = self.active.iter_mut().map(|s| (&mut s.cache, s.experts.as_mut()));
        let (mut caches, mut counts): (Vec<&mut SequenceCache>, Vec<Option<&mut ExpertUse>>) = parts.unzip();
        let mut taken: Vec<GuessExperts> = vec![Vec::new(); rows.len() - drafts.len()];
        let mut take = |layer, routed: LayerRouting<'_>| {
            let mut of_rows = routed.rows();
            let mut taken = taken.iter_mut();
            for (draft, counts) in drafts.iter().zip(&mut counts) {
                let sure = of_rows.next().zip(counts.as_deref_mut());
                if let Some(((experts, _), counts)) = sure {
                    counts.take(layer, experts);
                }
                for ((experts, _), taken) in of_rows.by_ref().zip(taken.by_ref()).take(draft.guesses.len()) {
                    taken.push((layer, experts.to_vec()));
                }
            }
        };
        self.model
            .step(&rows, &mut caches, &mut self.scratch, &mut take)
            .expect("tokens were checked when they came in, or drawn from the vocabulary");
        taken
    }

    /// Draws the tokens of every sequence: up to the first that was not guessed, or ends the turn.
    fn draw(&mut self, drafts: &[Draft]) -> Vec<Vec<Option<u32>>> {
        let vocabulary = self.model.config().vocabulary;
        let mut logits = self.scratch.logits.as_slice();
        let mut draws = Vec::with_capacity(drafts.len());
        for (sequence, draft) in self.active.iter_mut().zip(drafts) {
            let (own, rest) = logits.split_at((1 + draft.guesses.len()) * vocabulary);
            logits = rest;
            let job = &mut sequence.job;
            draws.push(Draw { job, logits: own, guesses: &draft.guesses, tokens: Vec::new() });
        }
        let ends = |token| self.tokenizer.is_end_of_turn(token);
        self.model.for_each(&mut draws, |draw| draw.run(vocabulary, ends));
        draws.into_iter().map(|draw| draw.tokens).collect()
    }
}

impl Draw<'_> {
    fn run(&mut self, vocabulary: usize, ends: impl Fn(u32) -> bool) {
        for (i, logits) in self.logits.chunks_exact(vocabulary).enumerate() {
            let token = can_choose(logits).then(|| match &mut self.job.guide {
                Some(guide) => self.job.sampler.next_of(logits, guide.allowed()),
                None => self.job.sampler.next(logits),
            });
            self.tokens.push(token);
            match token {
                Some(id) if self.guesses.get(i) == Some(&id) && !ends(id) => {}
                _ => break,
            }
        }
    }
}

/// Whether a token can be chosen by these logits: they are numbers, and not all the same.
fn can_choose(logits: &[f32]) -> bool {
    let finite = logits.iter().all(|logit| logit.is_finite());
    finite && (logits.len() == 1 || logits.iter().any(|logit| *logit != logits[0]))
}
