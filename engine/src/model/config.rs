//! The configuration of a model, read from the metadata and checked before anything is built on it.

use std::sync::Arc;

use super::architecture::{Architecture, PictureAttention};
use super::config_keys::{ConfigKeys, LIMIT};
use super::error::ModelError;
use super::head_shape::HeadShape;
use super::honoured::honours;
use super::latent_shape::LatentShape;
use super::layer_blocks::LayerBlocks;
use super::layer_windows::{shared_keys, window_rope_base, windows};
use super::rope_axes::rope_axes;
use super::rope_scaling::RopeScaling;
use crate::gguf::Gguf;

/// The configuration of a model: the numbers that shape it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModelConfig {
    /// `general.architecture`.
    pub architecture: String,
    /// Layers.
    pub layers: usize,
    /// Layers after those, in the file, that draft tokens ahead: they have no part in the model's answers.
    pub draft_layers: usize,
    /// Numbers that stand for a token between layers.
    pub width: usize,
    /// Tokens in the vocabulary: rows of the embedding.
    pub vocabulary: usize,
    /// Tokens that the model was made for.
    pub context: usize,
    /// Query heads.
    pub heads: usize,
    /// Key/value heads of each layer; 0 in those that recur instead.
    pub kv_heads: Vec<usize>,
    /// The blocks of each layer.
    pub(super) blocks: Vec<LayerBlocks>,
    /// The shape of attention over latent vectors, in the models that have it; their layers' caches do not depend
    /// on heads.
    pub latent: Option<LatentShape>,
    /// The heads of layers that attend to all tokens.
    pub head: HeadShape,
    /// The heads of layers with a window.
    pub window_head: HeadShape,
    /// For each layer the earlier one whose keys and values it reads, where it has none of its own.
    pub shared_keys: Vec<Option<usize>>,
    /// The window of each layer: how many of the last tokens, itself included, a token attends to; `None` for all.
    pub windows: Vec<Option<usize>>,
    /// Multiplies the scores of attention.
    pub score_scale: f32,
    /// θ of the rotary embedding.
    pub rope_base: f32,
    /// θ in layers with a window, which are not scaled.
    pub window_rope_base: Option<f32>,
    /// The scaling of the rotary embedding's frequencies.
    pub rope_scaling: RopeScaling,
    /// Added to the mean square in norms.
    pub epsilon: f32,
    /// The growth of queries with their position, in the models that have it.
    pub query_temperature: Option<QueryTemperature>,
    /// Streams of numbers that stand for a token side by side.
    pub streams: usize,
    /// Numbers of a token's own input to each layer, in the models that have one.
    pub layer_input: Option<usize>,
    /// Multiplies a token's embedding.
    pub embedding_scale: f32,
    /// Multiplies what a block adds.
    pub residual_scale: f32,
    /// Divides the logits.
    pub logit_scale: f32,
    /// Bounds the logits: l becomes cap · tanh(l / cap).
    pub logit_cap: Option<f32>,
    /// The axis (time, height or width) that each pair of a head turns by, in the models that tell them apart.
    pub(super) rope_axes: Option<Arc<[usize]>>,
    /// Layers after whom the rows of a picture are added to once more.
    pub(crate) deepstack_layers: usize,
    /// The layers that let the tokens of a picture see those after them in it.
    pub(super) pictures: PictureAttention,
    /// Experts of a layer and how many a token takes; absent in a dense model.
    pub experts: Option<ExpertConfig>,
}

/// The growth of queries with their position p: they are multiplied by 1 + scale · ln(1 + ⌊p / length⌋).
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct QueryTemperature {
    /// The factor of the logarithm.
    pub scale: f32,
    /// Positions after which it grows.
    pub length: f32,
}

impl QueryTemperature {
    /// The factor of the queries of a position.
    pub(super) fn factor(self, position: usize) -> f32 {
        1.0 + self.scale * (1.0 + (position as f32 / self.length).floor()).ln()
    }
}

/// The number of experts in a layer, and of those that a token takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExpertConfig {
    /// Experts of a layer.
    pub count: usize,
    /// Experts that a token takes.
    pub used: usize,
}

impl ExpertConfig {
    /// So many experts, of which a token takes so many.
    pub fn new(count: usize, used: usize) -> ExpertConfig {
        ExpertConfig { count, used }
    }
}

impl ModelConfig {
    /// Whether the model turns its heads otherwise in a sequence of so many tokens than in shorter ones.
    pub(crate) fn is_long(&self, tokens: usize) -> bool {
        matches!(self.rope_scaling, RopeScaling::Long(long) if tokens > long.original_context)
    }

    /// Whether a layer lets the tokens of a picture see those after them in it.
    pub(super) fn sees_both_ways(&self, layer: usize) -> bool {
        match self.pictures {
            PictureAttention::Causal => false,
            PictureAttention::BothWays => true,
            PictureAttention::BothWaysInWindows => {
                self.layer_input.is_none() && self.windows[layer].is_some()
            }
        }
    }

    /// Whether any layer does, so that a picture must be computed in one step.
    pub(crate) fn pictures_whole(&self) -> bool {
        (0..self.layers).any(|layer| self.sees_both_ways(layer))
    }

    /// Whether places have three axes in models of its architecture.
    pub(crate) fn declares_axes(&self) -> bool {
        Architecture::named(&self.architecture).is_some_and(|declared| declared.rope_sections.is_some())
    }

    /// Whether places have three axes.
    pub(crate) fn has_axes(&self) -> bool {
        self.rope_axes.is_some()
    }

    /// The heads of a layer.
    pub(super) fn head_of(&self, layer: usize) -> HeadShape {
        if self.windows[layer].is_some() { self.window_head } else { self.head }
    }

    pub(super) fn read(gguf: &Gguf, architecture: &Architecture) -> Result<ModelConfig, ModelError> {
        let keys = ConfigKeys { gguf, architecture: architecture.name };
        honours(&keys, architecture)?;
        let (layers, draft_layers) = layers(&keys)?;
        let width = keys.require("embedding_length")?;
        let heads = keys.require("attention.head_count")?;
        let mut kv_heads: Vec<usize> =
            match gguf.u32_per_layer(&keys.key("attention.head_count_kv"), layers)? {
                Some(list) => list.into_iter().map(|n| n as usize).collect(),
                None => vec![heads; layers],
            };
        let blocks = LayerBlocks::read(&keys, architecture, layers, &kv_heads)?;
        share_heads(&keys, heads, &mut kv_heads, &blocks)?;
        let latent = architecture.latent.then(|| LatentShape::read(&keys, heads)).transpose()?;
        let head = HeadShape::read(&keys, heads, width / heads, latent)?;
        // Some files boast of more than any memory holds.
        let context = match gguf.u64(&keys.key("context_length"))? {
            Some(n) if n > LIMIT as u64 => LIMIT,
            _ => keys.size("context_length")?.unwrap_or(2048),
        };
        let rope_scaling = RopeScaling::read(&keys, context, architecture)?;
        let windows = match &architecture.windows {
            Some(declared) => windows(&keys, declared, layers)?,
            None => vec![None; layers],
        };
        let window_rope_base = window_rope_base(&keys, architecture, &windows)?;
        let score_scale = match (keys.positive_or_zero("attention.scale")?, architecture.score_scale) {
            (Some(scale), _) => scale,
            (None, usual) => usual.factor(layers, width / heads, head.key),
        };
        let root_of_width = if architecture.embedding_by_root_of_width { (width as f32).sqrt() } else { 1.0 };
        Ok(ModelConfig {
            layers,
            draft_layers,
            width,
            vocabulary: vocabulary(gguf)?,
            context,
            heads,
            blocks,
            latent,
            head,
            window_head: head.with_window(&keys, heads)?,
            shared_keys: shared_keys(&keys, &windows, &kv_heads)?,
            windows,
            kv_heads,
            score_scale: score_scale * rope_scaling.score_factor(),
            rope_base: keys.positive("rope.freq_base")?.unwrap_or(10_000.0),
            window_rope_base,
            rope_scaling,
            epsilon: epsilon(&keys)?,
            streams: match architecture.hyper_connections {
                true => streams(&keys, width)?,
                false => 1,
            },
            layer_input: match architecture.layer_inputs {
                true => layer_input(&keys, layers)?,
                false => None,
            },
            embedding_scale: keys.positive_or_zero("embedding_scale")?.unwrap_or(root_of_width),
            residual_scale: keys.positive_or_zero("residual_scale")?.unwrap_or(1.0),
            logit_scale: keys.positive_or_zero("logit_scale")?.unwrap_or(1.0),
            query_temperature: query_temperature(&keys, architecture, &rope_scaling)?,
            logit_cap: logit_cap(&keys, architecture)?,
            rope_axes: match architecture.rope_sections {
                Some(order) => rope_axes(&keys, order, head.turning / 2)?,
                None => None,
            },
            deepstack_layers: gguf.u32(&keys.key("n_deepstack_layers"))?.unwrap_or(0) as usize,
            pictures: architecture.pictures,
            experts: experts(&keys)?,
            architecture: architecture.name.to_owned(),
        })
    }
}

/// The layers of the model itself, and those behind them that only guess ahead.
fn layers(keys: &ConfigKeys<'_>) -> Result<(usize, usize), ModelError> {
    let blocks: usize = keys.require("block_count")?;
    if blocks > 4096 {
        return Err(keys.fail("block_count", &blocks, "which is more layers than any model has"));
    }
    let draft = keys.gguf.u32(&keys.key("nextn_predict_layers"))?.unwrap_or(0) as usize;
    if draft >= blocks {
        return Err(keys.fail("nextn_predict_layers", &draft, "which leaves no layer to the model"));
    }
    Ok((blocks - draft, draft))
}

/// Leaves key and value heads to the layers that attend, where they divide the query heads.
fn share_heads(
    keys: &ConfigKeys<'_>,
    heads: usize,
    kv_heads: &mut [usize],
    blocks: &[LayerBlocks],
) -> Result<(), ModelError> {
    for (n, blocks) in kv_heads.iter_mut().zip(blocks) {
        if !blocks.attends() {
            *n = 0;
        } else if *n == 0 || !heads.is_multiple_of(*n) {
            let why = "which does not divide the query heads";
            return Err(keys.fail("attention.head_count_kv", n, why));
        }
    }
    Ok(())
}

/// The number that norms add to a mean square.
fn epsilon(keys: &ConfigKeys<'_>) -> Result<f32, ModelError> {
    let epsilon = match keys.gguf.f32(&keys.key("attention.layer_norm_epsilon"))? {
        Some(epsilon) => epsilon,
        None => keys.gguf.require_f32(&keys.key("attention.layer_norm_rms_epsilon"))?,
    };
    match (0.0..=0.1).contains(&epsilon) {
        true => Ok(epsilon),
        false => Err(keys.fail("attention.layer_norm_rms_epsilon", &epsilon, "which is not a small number")),
    }
}

/// The cap of the logits, if any; a file says 0 where there is none.
fn logit_cap(keys: &ConfigKeys<'_>, architecture: &Architecture) -> Result<Option<f32>, ModelError> {
    let name = "final_logit_softcapping";
    match keys.gguf.f32(&keys.key(name))? {
        None => Ok(architecture.usual_logit_cap),
        Some(_) => keys.positive_or_zero(name),
    }
}

/// Streams of a token side by side.
fn streams(keys: &ConfigKeys<'_>, width: usize) -> Result<usize, ModelError> {
    let name = "hyper_connection.count";
    match keys.require(name)? {
        count if count * width > LIMIT => Err(keys.fail(name, &count, "which is more than any model has")),
        count => Ok(count),
    }
}

/// Numbers of a token's own input to each layer.
fn layer_input(keys: &ConfigKeys<'_>, layers: usize) -> Result<Option<usize>, ModelError> {
    let name = "embedding_length_per_layer_input";
    match keys.gguf.u32(&keys.key(name))?.unwrap_or(0) as usize {
        0 => Ok(None),
        size if size > LIMIT / layers => Err(keys.fail(name, &size, "which is more than any model has")),
        size => Ok(Some(size)),
    }
}

fn query_temperature(
    keys: &ConfigKeys<'_>,
    architecture: &Architecture,
    scaling: &RopeScaling,
) -> Result<Option<QueryTemperature>, ModelError> {
    let scale =
        keys.positive_or_zero("attention.temperature_scale")?.filter(|_| architecture.query_temperature);
    let Some(scale) = scale else { return Ok(None) };
    let original = match scaling {
        RopeScaling::Yarn(yarn) => Some(yarn.original_context),
        RopeScaling::None | RopeScaling::Linear(_) | RopeScaling::Long(_) => None,
    };
    let length = keys.positive("attention.temperature_length")?.or(original);
    let length = keys.required("attention.temperature_length", length)?;
    Ok(Some(QueryTemperature { scale, length }))
}

/// Experts of a layer at most.
const MOST_EXPERTS: usize = 1 << 16;

fn experts(keys: &ConfigKeys<'_>) -> Result<Option<ExpertConfig>, ModelError> {
    let count = keys.gguf.u32(&keys.key("expert_count"))?.unwrap_or(0) as usize;
    if count == 0 {
        return Ok(None);
    }
    if count > MOST_EXPERTS {
        return Err(keys.fail("expert_count", &count, "which is more than any model has"));
    }
    let used = keys.require("expert_used_count")?;
    if used > count {
        return Err(keys.fail("expert_used_count", &used, "which is not among the experts there are"));
    }
    Ok(Some(ExpertConfig { count, used }))
}

/// Rows of the embedding.
fn vocabulary(gguf: &Gguf) -> Result<usize, ModelError> {
    let embedding = gguf.require_tensor("token_embd.weight")?;
    let vocabulary = embedding.dims.get(1).map_or(0, |&n| usize::try_from(n).unwrap_or(usize::MAX));
    if !(1..=LIMIT).contains(&vocabulary) {
        return Err(ModelError::Value {
            path: gguf.path().to_owned(),
            what: "the embedding's number of rows".into(),
            found: vocabulary.to_string(),
            why: "which is no vocabulary's size",
        });
    }
    Ok(vocabulary)
}
