//! The shape of one head of attention.

use super::config_keys::{ConfigKeys, LIMIT};
use super::error::ModelError;
use super::latent_shape::LatentShape;

/// The shape of one head of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeadShape {
    /// Numbers of a query or key.
    pub key: usize,
    /// Numbers of a value.
    pub value: usize,
    /// The first so many numbers of a query or key turn with the position.
    pub turning: usize,
}

impl HeadShape {
    /// That of layers that attend to all tokens; `usual` is the size where the file says none.
    pub(super) fn read(
        keys: &ConfigKeys<'_>,
        heads: usize,
        usual: usize,
        latent: Option<LatentShape>,
    ) -> Result<HeadShape, ModelError> {
        let (key, value) = match latent {
            Some(shape) => (shape.key(), shape.value),
            None => (
                keys.size("attention.key_length")?.unwrap_or(usual),
                keys.size("attention.value_length")?.unwrap_or(usual),
            ),
        };
        let turning = keys.size("rope.dimension_count")?.unwrap_or(key);
        HeadShape { key, value, turning }.checked(keys, heads, "rope.dimension_count")
    }

    /// That of layers with a window: the same, but for what the file says of them.
    pub(super) fn with_window(self, keys: &ConfigKeys<'_>, heads: usize) -> Result<HeadShape, ModelError> {
        let key = keys.size("attention.key_length_swa")?;
        let like_key = key.filter(|_| self.value == self.key).unwrap_or(self.value);
        let value = keys.size("attention.value_length_swa")?.unwrap_or(like_key);
        let turning = match keys.size("rope.dimension_count_swa")? {
            Some(turning) => turning,
            None => key.unwrap_or(self.turning),
        };
        let key = key.unwrap_or(self.key);
        HeadShape { key, value, turning }.checked(keys, heads, "rope.dimension_count_swa")
    }

    fn checked(
        self,
        keys: &ConfigKeys<'_>,
        heads: usize,
        turning: &'static str,
    ) -> Result<HeadShape, ModelError> {
        if self.key == 0 || self.value == 0 || heads.saturating_mul(self.key.max(self.value)) > LIMIT {
            let why = "which does not fit the width and size of a head";
            return Err(keys.fail("attention.head_count", &heads, why));
        }
        if self.turning > self.key || !self.turning.is_multiple_of(2) {
            return Err(keys.fail(turning, &self.turning, "which is odd or larger than a head"));
        }
        Ok(self)
    }
}
