//! One step: a number of rows, of one sequence or of many, through all layers.

use std::sync::Arc;

use pelicycle_kernels::Activations;

use super::error::ModelError;
use super::hyper_connection::HyperScratch;
use super::layer::{Layer, LayerScratch};
use super::load::Model;
use super::matrix::products;
use super::picture_rows::PictureRows;
use super::routed_experts::LayerRouting;
use super::step::{BatchToken, LayerStep};
use crate::cache::SequenceCache;

/// Room for the numbers of a step, kept from step to step.
#[derive(Debug, Default)]
pub(crate) struct StepScratch {
    stream: Vec<f32>,
    /// The rows' own inputs to each layer, in the models that have them.
    inputs: Vec<f32>,
    normed: Activations,
    hyper: HyperScratch,
    layer: LayerScratch,
    /// The logits of the rows that wanted them, in order, a vocabulary each.
    pub(crate) logits: Vec<f32>,
}

impl Model {
    /// An empty cache for a sequence, as one of so many tokens has it.
    pub(crate) fn new_cache(&self, tokens: usize) -> SequenceCache {
        let pages = |layer: &Layer| layer.new_cache(self.cache_precision);
        let states = self.layers.iter().map(Layer::new_state);
        SequenceCache {
            layers: self.layers.iter().map(pages).collect(),
            indexes: self.layers.iter().map(|layer| layer.new_index(self.cache_precision)).collect(),
            states: states.chain(self.layers.iter().filter_map(Layer::new_ngram_state)).collect(),
            long: self.config.is_long(tokens),
            len: 0,
        }
    }

    /// As [`Model::step_with`], of text alone.
    ///
    /// # Errors
    /// As [`Model::step_with`].
    pub(crate) fn step(
        &self,
        rows: &[BatchToken],
        caches: &mut [&mut SequenceCache],
        scratch: &mut StepScratch,
        routed: &mut dyn FnMut(usize, LayerRouting<'_>),
    ) -> Result<(), ModelError> {
        self.step_with(rows, &[], caches, scratch, routed)
    }

    /// Computes a step: the caches grow by its rows, `scratch.logits` holds what was wanted. `pictures` are those whose
    /// rows stand among the step's. `routed` hears, layer by layer, which experts the rows chose.
    ///
    /// # Errors
    /// When a token is not in the vocabulary, or a picture not as wide as the model; nothing was changed then.
    pub(crate) fn step_with(
        &self,
        rows: &[BatchToken],
        pictures: &[Arc<PictureRows>],
        caches: &mut [&mut SequenceCache],
        scratch: &mut StepScratch,
        routed: &mut dyn FnMut(usize, LayerRouting<'_>),
    ) -> Result<(), ModelError> {
        let (config, context) = (&self.config, &self.context);
        let width = config.width;
        let outside = |row: &&BatchToken| row.picture.is_none() && row.token as usize >= config.vocabulary;
        if let Some(row) = rows.iter().find(outside) {
            return Err(ModelError::Token { id: row.token, vocabulary: config.vocabulary });
        }
        for row in rows.iter().filter_map(|row| row.picture) {
            pictures[row.picture].check_width(width)?;
        }
        let StepScratch { stream, inputs, normed, hyper, layer: scratch, logits } = scratch;
        let all = width * config.streams;
        stream.resize(rows.len() * all, 0.0);
        for (row, streams) in rows.iter().zip(stream.chunks_exact_mut(all)) {
            let (x, others) = streams.split_at_mut(width);
            match row.picture {
                Some(at) => x.copy_from_slice(pictures[at.picture].embedding(at.row)),
                None => self.embedding.read_row(row.token as usize, x),
            }
            if config.embedding_scale != 1.0 && row.picture.is_none() {
                x.iter_mut().for_each(|x| *x *= config.embedding_scale);
            }
            others.chunks_exact_mut(width).for_each(|other| other.copy_from_slice(x));
        }
        if let Some(layer_inputs) = &self.layer_inputs {
            layer_inputs.compute(context, config, rows, stream, inputs);
        }
        for (l, layer) in self.layers.iter().enumerate() {
            let step = LayerStep { context, config, layer: l, rows, caches };
            layer.forward(step, stream, inputs, scratch, &mut |r| routed(l, r));
            for (row, stream) in rows.iter().zip(stream.chunks_exact_mut(all)) {
                let more = row.picture.and_then(|at| pictures[at.picture].after_layer(l, at.row));
                stream.iter_mut().zip(more.unwrap_or_default()).for_each(|(x, more)| *x += more);
            }
        }
        for row in rows {
            let cache = &mut caches[row.sequence];
            cache.len = cache.len.max(row.position + 1);
        }
        caches.iter_mut().for_each(|cache| cache.release());
        let wanted: Vec<usize> = (0..rows.len()).filter(|&r| rows[r].logits).collect();
        let ends = wanted.iter().flat_map(|r| &stream[r * all..][..all]).copied().collect::<Vec<f32>>();
        self.end.read_stream(context, config, &ends, hyper, normed);
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
}
