//! One step: a number of rows, of one sequence or of many, through all layers.

use pelicycle_kernels::Activations;

use super::error::ModelError;
use super::feed_forward::FeedForwardScratch;
use super::layer::Layer;
use super::load::Model;
use super::matrix::products;
use super::norm::{rms_norm, rms_norm_in_place};
use super::routed_experts::LayerRouting;
use super::step::{BatchToken, LayerStep};
use super::token_mixer::TokenMixerScratch;
use crate::cache::SequenceCache;
use crate::recurrent_state::RecurrentState;

/// Room for the numbers of a step, kept from step to step.
#[derive(Debug, Default)]
pub(crate) struct StepScratch {
    stream: Vec<f32>,
    normed: Activations,
    answer: Vec<f32>,
    mixer: TokenMixerScratch,
    feed_forward: FeedForwardScratch,
    /// The logits of the rows that wanted them, in order, a vocabulary each.
    pub(crate) logits: Vec<f32>,
}

impl Model {
    /// An empty cache for a sequence.
    pub(crate) fn new_cache(&self) -> SequenceCache {
        let pages = |layer: &Layer| layer.mixer.new_cache(&self.config, self.cache_precision);
        let state = |layer: &Layer| RecurrentState::new(layer.mixer.state());
        SequenceCache {
            layers: self.layers.iter().map(pages).collect(),
            states: self.layers.iter().map(state).collect(),
            len: 0,
        }
    }

    /// Computes a step: the caches grow by its rows, `scratch.logits` holds what was wanted. `routed` hears,
    /// layer by layer, which experts the rows chose.
    ///
    /// # Errors
    /// When a token is not in the vocabulary; nothing was changed then.
    pub(crate) fn step(
        &self,
        rows: &[BatchToken],
        caches: &mut [&mut SequenceCache],
        scratch: &mut StepScratch,
        routed: &mut dyn FnMut(usize, LayerRouting<'_>),
    ) -> Result<(), ModelError> {
        let (config, context) = (&self.config, &self.context);
        let width = config.width;
        if let Some(row) = rows.iter().find(|row| row.token as usize >= config.vocabulary) {
            return Err(ModelError::Token { id: row.token, vocabulary: config.vocabulary });
        }
        let StepScratch { stream, normed, answer, mixer, feed_forward, logits } = scratch;
        stream.resize(rows.len() * width, 0.0);
        answer.resize(rows.len() * width, 0.0);
        for (row, x) in rows.iter().zip(stream.chunks_exact_mut(width)) {
            self.embedding.read_row(row.token as usize, x);
            scale(x, config.embedding_scale);
        }
        for (l, layer) in self.layers.iter().enumerate() {
            self.norm(stream, layer.attention_norm.as_deref(), normed);
            let step = LayerStep { context, config, layer: l, rows, caches };
            layer.mixer.forward(step, normed, mixer, answer);
            self.add(stream, answer, layer.attention_answer_norm.as_deref());
            self.norm(stream, layer.feed_forward_norm.as_deref(), normed);
            layer.feed_forward.forward(context, normed, feed_forward, answer, &mut |r| routed(l, r));
            self.add(stream, answer, layer.feed_forward_answer_norm.as_deref());
        }
        for row in rows {
            let cache = &mut caches[row.sequence];
            cache.len = cache.len.max(row.position + 1);
        }
        caches.iter_mut().for_each(|cache| cache.release());
        let wanted: Vec<usize> = (0..rows.len()).filter(|&r| rows[r].logits).collect();
        normed.reset(wanted.len(), width);
        for (out, &r) in normed.rows_mut().zip(&wanted) {
            rms_norm(&stream[r * width..][..width], &self.output_norm, config.epsilon, out);
        }
        logits.resize(wanted.len() * config.vocabulary, 0.0);
        products(context, normed, &mut [(&self.output, logits)]);
        if config.logit_scale != 1.0 {
            logits.iter_mut().for_each(|logit| *logit /= config.logit_scale);
        }
        if let Some(cap) = config.logit_cap {
            logits.iter_mut().for_each(|logit| *logit = cap * (*logit / cap).tanh());
        }
        Ok(())
    }

    /// Adds a block's answer to the stream.
    fn add(&self, stream: &mut [f32], answer: &mut [f32], norm: Option<&[f32]>) {
        if let Some(weight) = norm {
            let rows = answer.chunks_exact_mut(self.config.width);
            rows.for_each(|row| rms_norm_in_place(row, weight, self.config.epsilon));
        }
        scale(answer, self.config.residual_scale);
        stream.iter_mut().zip(answer).for_each(|(x, y)| *x += *y);
    }

    /// Norms every row of the stream, or takes it as it is.
    fn norm(&self, stream: &[f32], weight: Option<&[f32]>, out: &mut Activations) {
        let width = self.config.width;
        out.reset(stream.len() / width, width);
        let Some(weight) = weight else {
            stream.chunks_exact(width).zip(out.rows_mut()).for_each(|(x, out)| out.copy_from_slice(x));
            return;
        };
        let mut rows: Vec<_> = stream.chunks_exact(width).zip(out.rows_mut()).collect();
        let norm = |(x, out): &mut (&[f32], &mut [f32])| rms_norm(x, weight, self.config.epsilon, out);
        if rows.len() < 8 {
            rows.iter_mut().for_each(norm);
        } else {
            self.context.pool.for_each(&mut rows, norm);
        }
    }
}

fn scale(numbers: &mut [f32], factor: f32) {
    if factor != 1.0 {
        numbers.iter_mut().for_each(|x| *x *= factor);
    }
}
