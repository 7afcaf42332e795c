//! One sequence, fed by hand: evaluation of given tokens and greedy continuation.

use std::sync::Arc;

use crate::cache::SequenceCache;
use crate::engine::PROMPT_STEP;
use crate::model::{BatchToken, Model, ModelError, PictureRows, StepScratch};
use crate::prompt_input::PromptInput;
use crate::sample::best;
use crate::vision::{PlacedPicture, axes, before_picture};

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

/// One sequence of tokens, and of pictures, that a model goes over.
#[derive(Debug)]
pub struct Session<'a> {
    model: &'a Model,
    tokens: Vec<u32>,
    pictures: Vec<PlacedPicture>,
    /// The rows of each picture.
    shown: Vec<Arc<PictureRows>>,
    cache: SequenceCache,
    scratch: StepScratch,
}

impl<'a> Session<'a> {
    /// An empty sequence.
    pub fn new(model: &'a Model) -> Session<'a> {
        Session {
            cache: model.new_cache(0),
            tokens: Vec::new(),
            pictures: Vec::new(),
            shown: Vec::new(),
            model,
            scratch: StepScratch::default(),
        }
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
        let left = self.pictures.iter().take_while(|placed| placed.begin < self.cache.len).count();
        self.pictures.truncate(left);
        self.shown.truncate(left);
    }

    /// Lets rows of a picture stand in the place of tokens that are fed from now on. Pictures come in the order of their
    /// places, none before what was fed.
    ///
    /// # Errors
    /// When the rows do not suit the model or the place.
    pub fn show(&mut self, placed: PlacedPicture, rows: Arc<PictureRows>) -> Result<(), ModelError> {
        rows.check_width(self.model.config().width)?;
        let before = self.pictures.last().map_or(0, PlacedPicture::end).max(self.cache.len);
        let fits =
            placed.columns == rows.columns && placed.first_row.saturating_add(placed.tokens) <= rows.tokens();
        if placed.begin < before || placed.tokens == 0 || !fits {
            return Err(ModelError::PicturePlace { begin: placed.begin, tokens: placed.tokens });
        }
        self.pictures.push(placed);
        self.shown.push(rows);
        Ok(())
    }

    /// The places in time, height and width of the tokens fed so far, as the model tells them apart.
    pub fn places(&self) -> Vec<[usize; 3]> {
        let axes = |position| {
            if self.model.config().has_axes() { axes(&self.pictures, position) } else { [position; 3] }
        };
        (0..self.cache.len).map(axes).collect()
    }

    /// Feeds tokens in one step: the logits after every one of them, or after the last alone, a vocabulary each.
    ///
    /// # Errors
    /// When a token is out of the vocabulary, or the step would end inside of a picture that the model sees whole.
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
        let (begin, config) = (self.cache.len, self.model.config());
        let end = begin + tokens.len();
        if config.pictures_whole() && before_picture(&self.pictures, end) != end {
            return Err(ModelError::PictureCut);
        }
        let fed = [self.tokens.as_slice(), tokens].concat();
        let input = PromptInput { tokens: &fed, pictures: &self.pictures };
        if begin == 0 || !self.cache.long && config.is_long(end) {
            // From here on the model turns its heads otherwise: what was computed is so anew.
            self.cache = self.model.new_cache(end);
            // What a step needs besides the cache grows with its rows.
            while self.cache.len < begin {
                let from = self.cache.len;
                let mut to = (from + PROMPT_STEP).min(begin);
                if config.pictures_whole() {
                    to = input.whole_pictures(from, to);
                }
                let rows: Vec<BatchToken> =
                    (from..to).map(|position| input.row(position, 0, false)).collect();
                let caches = &mut [&mut self.cache];
                self.model.step_with(&rows, &self.shown, caches, &mut self.scratch, &mut |_, _| {})?;
            }
        }
        let row = |position| input.row(position, 0, every || position + 1 == end);
        let rows: Vec<BatchToken> = (begin..end).map(row).collect();
        let caches = &mut [&mut self.cache];
        self.model.step_with(&rows, &self.shown, caches, &mut self.scratch, &mut |layer, routed| {
            for (i, (experts, weights)) in routed.rows().enumerate() {
                let (experts, weights) = (experts.to_vec(), weights.to_vec());
                watch(ExpertChoice { layer, position: begin + i, experts, weights });
            }
        })?;
        self.tokens = fed;
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
