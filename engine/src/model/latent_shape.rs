//! The shape of latent attention.

use super::config_keys::{ConfigKeys, LIMIT};
use super::error::ModelError;

/// The shape of latent attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatentShape {
    /// Query heads.
    pub heads: usize,
    /// Numbers of the latent vector that a token leaves in the cache.
    pub rank: usize,
    /// Numbers of a query that do not turn with the position.
    pub plain: usize,
    /// Numbers of a query that do, and of the one key that all heads share.
    pub turning: usize,
    /// Numbers of a value in one head.
    pub value: usize,
}

impl LatentShape {
    /// The sizes of a head stand under keys of their own where the file's plain keys describe its cache.
    pub(super) fn read(keys: &ConfigKeys<'_>, heads: usize) -> Result<LatentShape, ModelError> {
        let size = |own: &'static str, plain: &'static str| -> Result<(&'static str, usize), ModelError> {
            match keys.size(own)? {
                Some(size) => Ok((own, size)),
                None => Ok((plain, keys.require(plain)?)),
            }
        };
        let (key_name, key) = size("attention.key_length_mla", "attention.key_length")?;
        let (value_name, value) = size("attention.value_length_mla", "attention.value_length")?;
        let turning = keys.require("rope.dimension_count")?;
        let rank = keys.require("attention.kv_lora_rank")?;
        if key <= turning {
            let why = "which leaves no numbers that do not turn (see rope.dimension_count)";
            return Err(keys.fail(key_name, &key, why));
        }
        if heads * key.max(value) > LIMIT {
            return Err(keys.fail(value_name, &value, "which is more than any model has for its heads"));
        }
        if heads * rank > LIMIT {
            return Err(keys.fail("attention.kv_lora_rank", &rank, "which is more than any model has"));
        }
        Ok(LatentShape { heads, rank, plain: key - turning, turning, value })
    }

    /// Numbers of a query or key in one head.
    pub(super) fn key(&self) -> usize {
        self.plain + self.turning
    }
}
