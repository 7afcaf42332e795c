//! One sequence, fed by hand: evaluation of given tokens and greedy continuation.

use crate::cache::SequenceCache;
use crate::engine::PROMPT_STEP;
use crate::model::{BatchToken, Model, ModelError, StepScratch};
use crate::sample::best;

/// The experts that a token chose in a layer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExpertChoice {
    /// The layer.
    pub layer: usize,
    /// The token's position.
    pub position: usize,
    /// The chosen experts, ascending.
    pub experts: Vec<u32>,
    /// Their weights, in the same order.
    pub weights: Vec<f32>,
}

/// One sequence of tokens that a model goes over.
#[derive(Debug)]
pub struct Session<'a> {
    model: &'a Model,
    tokens: Vec<u32>,
    cache: SequenceCache,
    scratch: StepScratch,
}

impl<'a> Session<'a> {
    /// An empty sequence.
    pub fn new(model: &'a Model) -> Session<'a> {
        Session { cache: model.new_cache(0), tokens: Vec::new(), model, scratch: StepScratch::default() }
    }

    /// Tokens fed so far.
    pub fn position(&self) -> usize {
        self.cache.len
    }

    /// Forgets all tokens from `positions` on. A model with recurrent layers cannot go back by some tokens, one
    /// with windows not by many: it forgets all of them then. [`Session::position`] tells what is left.
    pub fn truncate(&mut self, positions: usize) {
        self.cache.truncate(positions);
        self.tokens.truncate(self.cache.len);
    }

    /// Feeds tokens in one step: the logits after every one of them, or after the last alone, a vocabulary each.
    ///
    /// # Errors
    /// When a token is out of the vocabulary.
    pub fn feed(&mut self, tokens: &[u32], every: bool) -> Result<&[f32], ModelError> {
        self.feed_watching(tokens, every, |_| {})
    }

    /// As [`Session::feed`], telling which experts each token chose.
    ///
    /// # Errors
    /// As [`Session::feed`].
    pub fn feed_watching(
        &mut self,
        tokens: &[u32],
        every: bool,
        mut watch: impl FnMut(ExpertChoice),
    ) -> Result<&[f32], ModelError> {
        let begin = self.cache.len;
        if begin == 0 || !self.cache.long && self.model.config().is_long(begin + tokens.len()) {
            // From here on the model turns its heads otherwise: what was computed is so anew.
            self.cache = self.model.new_cache(begin + tokens.len());
            let row = |(position, &token)| BatchToken { token, sequence: 0, position, logits: false };
            let rows: Vec<BatchToken> = self.tokens.iter().enumerate().map(row).collect();
            // What a step needs besides the cache grows with its rows.
            for rows in rows.chunks(PROMPT_STEP) {
                self.model.step(rows, &mut [&mut self.cache], &mut self.scratch, &mut |_, _| {})?;
            }
        }
        let row = |(i, &token): (usize, &u32)| BatchToken {
            token,
            sequence: 0,
            position: begin + i,
            logits: every || i + 1 == tokens.len(),
        };
        let rows: Vec<BatchToken> = tokens.iter().enumerate().map(row).collect();
        self.model.step(&rows, &mut [&mut self.cache], &mut self.scratch, &mut |layer, routed| {
            for (i, (experts, weights)) in routed.rows().enumerate() {
                let (experts, weights) = (experts.to_vec(), weights.to_vec());
                watch(ExpertChoice { layer, position: begin + i, experts, weights });
            }
        })?;
        self.tokens.extend_from_slice(tokens);
        Ok(&self.scratch.logits)
    }

    /// Feeds tokens, then `count` times the token with the highest logit; returns those.
    ///
    /// # Errors
    /// As [`Session::feed`].
    pub fn greedy(&mut self, tokens: &[u32], count: usize) -> Result<Vec<u32>, ModelError> {
        let mut chosen = Vec::with_capacity(count);
        let mut next = best(self.feed(tokens, false)?);
        while chosen.len() < count {
            chosen.push(next);
            if chosen.len() < count {
                next = best(self.feed(&[next], false)?);
            }
        }
        Ok(chosen)
    }
}
