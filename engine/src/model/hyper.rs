//! The numbers that shape a model, read from the metadata and checked before anything is built on them.

use super::error::ModelError;
use crate::gguf::Gguf;

/// The numbers that shape a model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hyper {
    /// `general.architecture`.
    pub architecture: String,
    /// Layers.
    pub layers: usize,
    /// Numbers that stand for a token between layers.
    pub width: usize,
    /// Tokens in the vocabulary: rows of the embedding.
    pub vocabulary: usize,
    /// Tokens that the model was made for.
    pub context: usize,
    /// Query heads.
    pub heads: usize,
    /// Key/value heads of each layer.
    pub kv_heads: Vec<usize>,
    /// Numbers of a query or key in one head.
    pub key_size: usize,
    /// Numbers of a value in one head.
    pub value_size: usize,
    /// Numbers of a head that turn with the position.
    pub rope_size: usize,
    /// θ of the rotary embedding.
    pub rope_base: f32,
    /// Divides positions: linear scaling, 1 for none.
    pub rope_factor: f32,
    /// Added to the mean square in norms.
    pub epsilon: f32,
    /// Experts of a layer and how many a token takes; absent in a dense model.
    pub experts: Option<Experts>,
}

/// The shape of a model's experts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Experts {
    /// Experts of a layer.
    pub count: usize,
    /// How many of them a token takes.
    pub used: usize,
}

/// More than any released model has, little enough that no product of a few overflows or exhausts memory.
const LIMIT: usize = 1 << 24;

impl Hyper {
    pub(super) fn read(gguf: &Gguf) -> Result<Hyper, ModelError> {
        let architecture = gguf.require_str("general.architecture")?.to_owned();
        let key = |name: &str| format!("{architecture}.{name}");
        let fail = |what: String, found: &dyn ToString, why| {
            let path = gguf.path().to_owned();
            ModelError::Value { path, what, found: found.to_string(), why }
        };
        let size = |name: &str| -> Result<Option<usize>, ModelError> {
            match gguf.u32(&key(name))?.map(|n| n as usize) {
                Some(n) if !(1..=LIMIT).contains(&n) => {
                    Err(fail(key(name), &n, "which is not a sensible size"))
                }
                n => Ok(n),
            }
        };
        let require = |name: &str| -> Result<usize, ModelError> {
            gguf.require_u32(&key(name))?;
            Ok(size(name)?.unwrap_or_default())
        };
        let layers = require("block_count")?;
        if layers > 4096 {
            return Err(fail(key("block_count"), &layers, "which is more layers than any model has"));
        }
        let width = require("embedding_length")?;
        let heads = require("attention.head_count")?;
        let kv_heads = match gguf.u32_per_layer(&key("attention.head_count_kv"), layers)? {
            Some(list) => list.into_iter().map(|n| n as usize).collect(),
            None => vec![heads; layers],
        };
        if let Some(n) = kv_heads.iter().find(|&&n| n == 0 || !heads.is_multiple_of(n)) {
            return Err(fail(key("attention.head_count_kv"), n, "which does not divide the query heads"));
        }
        let key_size = size("attention.key_length")?.unwrap_or(width / heads);
        let value_size = size("attention.value_length")?.unwrap_or(width / heads);
        if key_size == 0 || value_size == 0 || heads.saturating_mul(key_size.max(value_size)) > LIMIT {
            return Err(fail(
                key("attention.head_count"),
                &heads,
                "which does not fit the width and size of a head",
            ));
        }
        let rope_size = size("rope.dimension_count")?.unwrap_or(key_size);
        if rope_size > key_size || !rope_size.is_multiple_of(2) {
            return Err(fail(key("rope.dimension_count"), &rope_size, "which is odd or larger than a head"));
        }
        let rope_base = gguf.f32(&key("rope.freq_base"))?.unwrap_or(10_000.0);
        if !(rope_base.is_finite() && rope_base > 0.0) {
            return Err(fail(key("rope.freq_base"), &rope_base, "which is not a positive number"));
        }
        let rope_factor = match gguf.str(&key("rope.scaling.type"))? {
            None | Some("none" | "") => 1.0,
            Some("linear") => gguf.f32(&key("rope.scaling.factor"))?.unwrap_or(1.0),
            Some(other) => {
                return Err(fail(
                    key("rope.scaling.type"),
                    &other,
                    "which is not supported; supported is \"linear\"",
                ));
            }
        };
        if !(rope_factor.is_finite() && rope_factor > 0.0) {
            return Err(fail(key("rope.scaling.factor"), &rope_factor, "which is not a positive number"));
        }
        let epsilon = gguf.require_f32(&key("attention.layer_norm_rms_epsilon"))?;
        if !(epsilon.is_finite() && epsilon >= 0.0) {
            return Err(fail(
                key("attention.layer_norm_rms_epsilon"),
                &epsilon,
                "which is not a small number",
            ));
        }
        let count = gguf.u32(&key("expert_count"))?.unwrap_or(0) as usize;
        let experts = if count == 0 {
            None
        } else {
            let used = require("expert_used_count")?;
            if count > 1 << 16 || used > count {
                return Err(fail(
                    key("expert_used_count"),
                    &used,
                    "which is not among the experts there are",
                ));
            }
            Some(Experts { count, used })
        };
        let embedding = gguf.require_tensor("token_embd.weight")?;
        let vocabulary = embedding.dims.get(1).map_or(0, |&n| usize::try_from(n).unwrap_or(usize::MAX));
        if !(1..=LIMIT).contains(&vocabulary) {
            return Err(fail(
                "the embedding's number of rows".into(),
                &vocabulary,
                "which is no vocabulary's size",
            ));
        }
        Ok(Hyper {
            layers,
            width,
            vocabulary,
            context: size("context_length")?.unwrap_or(2048),
            heads,
            kv_heads,
            key_size,
            value_size,
            rope_size,
            rope_base,
            rope_factor,
            epsilon,
            experts,
            architecture,
        })
    }
}
