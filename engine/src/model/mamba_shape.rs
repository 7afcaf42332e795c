//! The shape of Mamba-2 layers.

use super::config_keys::{ConfigKeys, LIMIT};
use super::error::ModelError;

/// The shape of Mamba-2 layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MambaShape {
    /// Numbers of all heads.
    pub(super) inner: usize,
    pub(super) heads: usize,
    /// Each with an input and an output vector that its heads share.
    pub(super) groups: usize,
    /// Numbers of those vectors: what each number of a head remembers.
    pub(super) state: usize,
    /// Tokens that the convolution sees, the present one included.
    pub(super) taps: usize,
}

impl MambaShape {
    pub(super) fn read(keys: &ConfigKeys<'_>) -> Result<MambaShape, ModelError> {
        let shape = MambaShape {
            inner: keys.require("ssm.inner_size")?,
            heads: keys.require("ssm.time_step_rank")?,
            groups: keys.size("ssm.group_count")?.unwrap_or(1),
            state: keys.require("ssm.state_size")?,
            taps: keys.require("ssm.conv_kernel")?,
        };
        if !shape.inner.is_multiple_of(shape.heads) {
            let why = "which is not a multiple of the heads (ssm.time_step_rank)";
            return Err(keys.fail("ssm.inner_size", &shape.inner, why));
        }
        if !shape.heads.is_multiple_of(shape.groups) {
            let why = "which does not divide the heads (ssm.time_step_rank)";
            return Err(keys.fail("ssm.group_count", &shape.groups, why));
        }
        // Each factor is at most LIMIT, so these products of two do not overflow.
        let fits = shape.groups * shape.state <= LIMIT
            && shape.taps * shape.channels() <= LIMIT
            && shape.inner * shape.state <= LIMIT;
        if !fits {
            let why = "which makes a larger state than any model has";
            return Err(keys.fail("ssm.state_size", &shape.state, why));
        }
        Ok(shape)
    }

    /// Numbers of a head.
    pub(super) fn head(&self) -> usize {
        self.inner / self.heads
    }

    /// Channels of the convolution: the heads' numbers, then the groups' input vectors, then their output vectors.
    pub(super) fn channels(&self) -> usize {
        self.inner + 2 * self.groups * self.state
    }
}
