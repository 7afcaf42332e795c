//! Embeddings of n-grams, as Qwen3.8 has them: the last few tokens, hashed, choose rows of a table, which join the
//! streams of a layer by how well they fit them. What was added goes on to the tokens after it through a convolution.

use pelicycle_kernels::Activations;

use super::causal_convolution::{CausalConvolution, ConvolutionOptions};
use super::compute_context::ComputeContext;
use super::config_keys::{ConfigKeys, LIMIT};
use super::error::ModelError;
use super::layer_source::LayerSource;
use super::matrix::{Matrix, products};
use super::ngram_hash::NgramHash;
use super::norm::rms_norm;
use super::step::LayerStep;
use super::step_sequence::{StepSequence, step_sequences};
use crate::gguf::MetadataValue;
use crate::recurrent_state::RecurrentStateSize;

/// The least size of a fit whose root is taken.
const LEAST_FIT: f32 = 1e-6;

/// The weights of the layer that has them.
#[derive(Debug)]
pub(super) struct NgramEmbedding {
    hash: NgramHash,
    /// For each head its rows, one head's after another's.
    table: Matrix,
    value: Matrix,
    key: Matrix,
    key_norm: Vec<f32>,
    query_norm: Vec<f32>,
    value_norm: Vec<f32>,
    convolution: CausalConvolution,
    epsilon: f32,
}

/// The hash that the metadata describe.
fn read_hash(keys: &ConfigKeys<'_>) -> Result<NgramHash, ModelError> {
    let longest = keys.require("ple.ngram_size")?;
    let heads_per_ngram = keys.require("ple.heads_per_ngram")?;
    let heads = longest.saturating_sub(1).saturating_mul(heads_per_ngram);
    let list = |name: &str, len: usize| -> Result<Vec<i128>, ModelError> {
        let found = match keys.gguf.metadata().get(&keys.key(name)) {
            Some(MetadataValue::Array(list)) => list.integers(),
            _ => None,
        };
        let found = keys.required(name, found)?;
        match found.len() == len {
            true => Ok(found),
            false => Err(keys.fail(name, &found.len(), "numbers, which are too few or too many")),
        }
    };
    let multipliers = list("ple.layer_multipliers", longest)?;
    let multipliers = multipliers.into_iter().map(|n| n as i64).collect();
    let offsets = list("ple.head_offsets", heads)?;
    let sizes = list("ple.head_vocab_sizes", heads)?;
    let mut rows = Vec::with_capacity(heads);
    for (offset, size) in offsets.into_iter().zip(sizes) {
        match (usize::try_from(offset), usize::try_from(size)) {
            (Ok(offset), Ok(size)) if size > 0 && offset < 1 << 40 && size < 1 << 40 => {
                rows.push((offset, size));
            }
            _ => return Err(keys.fail("ple.head_vocab_sizes", &size, "which is no number of rows")),
        }
    }
    let end_of_text = keys.gguf.u32(&keys.key("ple.eos_token_id"))?;
    let end_of_text = keys.required("ple.eos_token_id", end_of_text)?;
    Ok(NgramHash { end_of_text, multipliers, heads_per_ngram, heads: rows })
}

/// Inner numbers of the rows of a step.
#[derive(Debug, Default)]
pub(super) struct NgramScratch {
    embeddings: Activations,
    values: Vec<f32>,
    keys: Vec<f32>,
    /// The values times their share, which are added to each stream.
    joined: Vec<f32>,
    normed: Vec<f32>,
    convolved: Vec<f32>,
}

impl NgramEmbedding {
    /// `None` in a layer without them.
    pub(super) fn read(source: &LayerSource<'_>) -> Result<Option<NgramEmbedding>, ModelError> {
        let (config, keys) = (source.config, source.keys());
        let Some(layers) = keys.gguf.u32s(&keys.key("ple.layers"))? else { return Ok(None) };
        if layers.len() > 1 {
            let why = "layers, but only one with embeddings of n-grams is supported";
            return Err(keys.fail("ple.layers", &layers.len(), why));
        }
        if !layers.contains(&(source.layer as u32)) {
            return Ok(None);
        }
        let hash = read_hash(&keys)?;
        let size = keys.require("embedding_length_per_layer_input")?;
        let taps = keys.require("ple.conv_kernel")?;
        let (embedding, all) = (size.saturating_mul(hash.heads.len()), config.width * config.streams);
        let dilation = hash.multipliers.len();
        if embedding > LIMIT || taps.saturating_mul(dilation).saturating_mul(all) > LIMIT {
            return Err(keys.fail("ple.ngram_size", &dilation, "which is more than any model has"));
        }
        let options = ConvolutionOptions { taps, dilation, activated: true, biased: false };
        Ok(Some(NgramEmbedding {
            table: source.tensors.matrix("per_layer_token_embd", &[size, hash.rows()])?,
            value: source.matrix("ple_value", &[embedding, config.width])?,
            key: source.matrix("ple_key", &[embedding, all])?,
            key_norm: source.vector("ple_norm_key", all)?,
            query_norm: source.vector("ple_norm_query", all)?,
            value_norm: source.vector("ple_norm_conv", all)?,
            convolution: CausalConvolution::read(source, &["ple_conv1d"], all, options)?,
            epsilon: config.epsilon,
            hash,
        }))
    }

    /// The size of what it remembers of a sequence: what joined the last tokens, and the last tokens.
    pub(super) fn state(&self) -> RecurrentStateSize {
        let numbers = self.hash.multipliers.len() - 1;
        RecurrentStateSize { inputs: self.convolution.inputs(), numbers, ..RecurrentStateSize::default() }
    }

    /// Adds to the streams of each row; what is remembered stands at `place` in the sequences' states.
    pub(super) fn add(
        &self,
        step: &mut LayerStep<'_, '_>,
        place: usize,
        stream: &mut [f32],
        scratch: &mut NgramScratch,
    ) {
        let (context, width, rows) = (step.context, step.config.width, step.rows);
        let NgramScratch { embeddings, values, keys, joined, normed, convolved } = scratch;
        let all = self.key.rows;
        let mut sequences = step_sequences(rows, step.caches, place);
        embeddings.reset(rows.len(), self.key.columns);
        for sequence in &mut sequences {
            self.embed(sequence, |r| rows[r].token, embeddings);
        }
        values.resize(rows.len() * width, 0.0);
        keys.resize(rows.len() * all, 0.0);
        products(context, embeddings, &mut [(&self.value, values), (&self.key, keys)]);
        [&mut *joined, normed, convolved].into_iter().for_each(|numbers| numbers.resize(keys.len(), 0.0));
        let mut fits: Vec<_> = stream
            .chunks_exact(all)
            .zip(values.chunks_exact(width).zip(keys.chunks_exact(all)))
            .zip(joined.chunks_exact_mut(all).zip(normed.chunks_exact_mut(all)))
            .collect();
        context.pool.for_each(&mut fits, |((stream, (value, key)), (joined, normed))| {
            self.fit(context, stream, value, key, joined, normed);
        });
        self.convolution.forward(context, &mut sequences, normed, convolved);
        for (x, (joined, convolved)) in stream.iter_mut().zip(joined.iter().zip(convolved)) {
            *x += joined + *convolved;
        }
    }

    /// The embeddings of a sequence's rows; the last tokens are kept for the next step.
    fn embed(
        &self,
        sequence: &mut StepSequence<'_>,
        token: impl Fn(usize) -> u32,
        embeddings: &mut Activations,
    ) {
        // A token stands as its id and 1, which numbers of 32 bits hold: a vocabulary is smaller than 2^24. 0 is none.
        let kept = sequence.state.iter().map(|&x| (x as u32).checked_sub(1));
        let now = sequence.rows.iter().map(|&r| Some(token(r)));
        let tokens: Vec<Option<u32>> = kept.chain(now).collect();
        let before = sequence.state.len();
        let size = self.table.columns;
        let width = self.key.columns;
        for (i, &r) in sequence.rows.iter().enumerate() {
            let embedding = &mut embeddings.floats_mut()[r * width..][..width];
            let rows = self.hash.choose(&tokens[..=before + i]);
            for (row, out) in rows.into_iter().zip(embedding.chunks_exact_mut(size)) {
                self.table.read_row(row, out);
            }
        }
        let last = &tokens[tokens.len() - before..];
        for (kept, token) in sequence.state.iter_mut().zip(last) {
            *kept = token.map_or(0.0, |token| (token + 1) as f32);
        }
    }

    /// Writes what joins each stream, and its norm: the value, weighed by how well the key fits the stream.
    fn fit(
        &self,
        context: &ComputeContext,
        stream: &[f32],
        value: &[f32],
        key: &[f32],
        joined: &mut [f32],
        normed: &mut [f32],
    ) {
        let width = value.len();
        let (mut normed_key, mut normed_query) = (vec![0.0; width], vec![0.0; width]);
        for begin in (0..stream.len()).step_by(width) {
            let part = begin..begin + width;
            rms_norm(&key[part.clone()], &self.key_norm[part.clone()], self.epsilon, &mut normed_key);
            rms_norm(&stream[part.clone()], &self.query_norm[part.clone()], self.epsilon, &mut normed_query);
            let fit = (context.kernels.dot)(&normed_key, &normed_query) / (width as f32).sqrt();
            let fit = fit.abs().max(LEAST_FIT).sqrt().copysign(fit);
            let share = 1.0 / (1.0 + (-fit).exp());
            let joined = &mut joined[part.clone()];
            joined.iter_mut().zip(value).for_each(|(out, x)| *out = share * x);
            rms_norm(joined, &self.value_norm[part.clone()], self.epsilon, &mut normed[part]);
        }
    }
}
