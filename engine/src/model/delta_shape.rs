//! The shape of gated DeltaNet layers, and which layers are of that kind.

use pelicycle_kernels::StateRow;

use super::config_keys::{ConfigKeys, LIMIT};
use super::error::ModelError;
use crate::recurrent_state::RecurrentStateSize;

/// The shape of gated DeltaNet layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeltaShape {
    /// Heads of queries and keys.
    pub(super) key_heads: usize,
    /// Heads of values, each with a state of its own: a multiple of the key heads.
    pub(super) value_heads: usize,
    /// Numbers of a query or key in one head.
    pub(super) key_size: usize,
    /// Numbers of a value in one head.
    pub(super) value_size: usize,
    /// Tokens that the convolution sees, the present one included.
    pub(super) taps: usize,
}

impl DeltaShape {
    pub(super) fn read(keys: &ConfigKeys<'_>) -> Result<DeltaShape, ModelError> {
        let inner = keys.require("ssm.inner_size")?;
        let shape = DeltaShape {
            key_heads: keys.require("ssm.group_count")?,
            value_heads: keys.require("ssm.time_step_rank")?,
            key_size: keys.require("ssm.state_size")?,
            value_size: 0,
            taps: keys.require("ssm.conv_kernel")?,
        };
        if !shape.value_heads.is_multiple_of(shape.key_heads) {
            let why = "which is not a multiple of the key heads (ssm.group_count)";
            return Err(keys.fail("ssm.time_step_rank", &shape.value_heads, why));
        }
        if !inner.is_multiple_of(shape.value_heads) {
            let why = "which is not a multiple of the value heads (ssm.time_step_rank)";
            return Err(keys.fail("ssm.inner_size", &inner, why));
        }
        let shape = DeltaShape { value_size: inner / shape.value_heads, ..shape };
        // Each factor is at most LIMIT, so these products of two do not overflow.
        let fits = shape.key_heads * shape.key_size <= LIMIT
            && shape.taps * shape.channels() <= LIMIT
            && shape.key_size * shape.value_size <= LIMIT
            && shape.value_heads * StateRow::count(shape.key_size, shape.value_size)
                <= LIMIT / StateRow::VALUES;
        if !fits {
            let why = "which makes a larger state than any model has";
            return Err(keys.fail("ssm.state_size", &shape.key_size, why));
        }
        Ok(shape)
    }

    /// For each of `layers` layers whether it is gated DeltaNet: by a list of them, or all but every few.
    pub(super) fn layers(keys: &ConfigKeys<'_>, layers: usize) -> Result<Vec<bool>, ModelError> {
        let name = "attention.recurrent_layers";
        if let Some(list) = keys.gguf.bools(&keys.key(name))? {
            let listed = list.get(..layers).map(<[bool]>::to_vec);
            let found = format!("a list for {} layers", list.len());
            return listed.ok_or_else(|| keys.fail(name, &found, "which is fewer than the model has"));
        }
        let interval = keys.size("full_attention_interval")?.unwrap_or(4);
        Ok((1..=layers).map(|nth| !nth.is_multiple_of(interval)).collect())
    }

    /// Queries or keys of all heads.
    pub(super) fn keys(&self) -> usize {
        self.key_heads * self.key_size
    }

    /// Values of all heads.
    pub(super) fn values(&self) -> usize {
        self.value_heads * self.value_size
    }

    /// Channels of the convolution: queries, keys and values.
    pub(super) fn channels(&self) -> usize {
        2 * self.keys() + self.values()
    }

    /// The size of what a layer remembers of a sequence.
    pub(super) fn state(&self) -> RecurrentStateSize {
        RecurrentStateSize {
            inputs: (self.taps - 1) * self.channels(),
            rows: self.value_heads * StateRow::count(self.key_size, self.value_size),
            numbers: 0,
        }
    }
}
