//! Measures what guessing ahead is worth on a real text: the model decodes it as if it had drawn each of its tokens.
//!
//! A real text is needed: one that a model of random weights, or a weak one, writes by itself says nothing of how drawings
//! repeat themselves.

use std::time::Instant;

use crate::cache::SequenceCache;
use crate::engine::{DraftPlanner, LookupMatch, PROMPT_STEP, PromptLookup, Speculation, row_share};
use crate::model::{BatchToken, Model, ModelError, StepScratch};

/// Decodes texts, one after another; what was learned of guesses and their price stays from text to text.
#[derive(Debug)]
pub struct Replay<'a> {
    model: &'a Model,
    planner: DraftPlanner,
    scratch: StepScratch,
}

/// A measurement of decoding a text.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct ReplayMeasurement {
    /// Tokens that were decoded.
    pub tokens: usize,
    /// Steps that it took.
    pub steps: usize,
    /// Tokens that were guessed, and those of them that were right.
    pub guesses: (usize, usize),
    /// Seconds of the steps and of finding what to guess; the choice of tokens is left out.
    pub seconds: f64,
}

impl<'a> Replay<'a> {
    /// Before the first text.
    pub fn new(model: &'a Model, speculation: Speculation) -> Replay<'a> {
        Replay {
            model,
            planner: DraftPlanner::new(row_share(model), speculation),
            scratch: StepScratch::default(),
        }
    }

    /// Decodes the tokens of a text but for the first `given`, which count as the prompt: at least one.
    ///
    /// # Errors
    /// When a token is out of the vocabulary.
    pub fn decode(&mut self, tokens: &[u32], given: usize) -> Result<ReplayMeasurement, ModelError> {
        let mut done = ReplayMeasurement::default();
        let mut cache = self.model.new_cache(tokens.len());
        let prompt = given.clamp(1, tokens.len().max(1)) - 1;
        let row = |(position, &token)| BatchToken::text(token, 0, position, false);
        let rows: Vec<BatchToken> = tokens[..prompt].iter().enumerate().map(row).collect();
        for rows in rows.chunks(PROMPT_STEP) {
            self.model.step(rows, &mut [&mut cache], &mut self.scratch, &mut |_, _| {})?;
        }
        let mut lookup = PromptLookup::default();
        let mut known = prompt + 1;
        lookup.find(&tokens[..known.min(tokens.len())]);
        let since = Instant::now();
        while known < tokens.len() {
            let found = lookup.find(&tokens[..known]).filter(|_| self.planner.guesses() && cache.goes_back());
            known += self.step(&tokens[..known], &tokens[known..], found, &mut cache, &mut done)?;
        }
        done.seconds = since.elapsed().as_secs_f64();
        Ok(done)
    }

    /// Decodes the next tokens, of which `text` says what they are; returns how many.
    fn step(
        &mut self,
        known: &[u32],
        text: &[u32],
        found: Option<LookupMatch>,
        cache: &mut SequenceCache,
        done: &mut ReplayMeasurement,
    ) -> Result<usize, ModelError> {
        let (length, next) = found.map_or((0, known.len()), |found| (found.length, found.next));
        let most = (known.len() - next).min(text.len() - 1);
        let count = self.planner.plan(&[(length, most)])[0];
        let guesses = &known[next..][..count];
        let last = known.len() - 1;
        let row = |(i, &token)| BatchToken::text(token, 0, last + i, true);
        let rows: Vec<BatchToken> = known[last..].iter().chain(guesses).enumerate().map(row).collect();
        let since = Instant::now();
        self.model.step(&rows, &mut [&mut *cache], &mut self.scratch, &mut |_, _| {})?;
        self.planner.took(1, count, since.elapsed().as_secs_f64());
        let right = guesses.iter().zip(text).take_while(|(guess, token)| guess == token).count();
        (0..count.min(right + 1)).for_each(|i| self.planner.guessed(length + i, i < right));
        cache.truncate(last + 1 + right);
        done.steps += 1;
        done.tokens += 1 + right;
        done.guesses.0 += count;
        done.guesses.1 += right;
        Ok(1 + right)
    }
}
