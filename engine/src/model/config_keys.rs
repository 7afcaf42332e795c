//! Metadata of a model, whose keys begin with its architecture's name; numbers are checked as they are read.

use std::ops::RangeInclusive;

use super::error::ModelError;
use crate::gguf::Gguf;

/// More than any released model has, little enough that no product of a few overflows or exhausts memory.
pub(crate) const LIMIT: usize = 1 << 24;

/// Numbers by key, and the range in which every model has them: with others a file would run, and write nonsense.
const SENSIBLE: &[(&[&str], RangeInclusive<f32>)] = &[
    (&["rope.freq_base", "rope.freq_base_swa"], 2.0..=1e15),
    (&["rope.scaling.factor", "rope.scale_linear"], 1e-3..=1e6),
    (&["rope.scaling.yarn_beta_fast", "rope.scaling.yarn_beta_slow"], 1e-3..=1e6),
    (&["rope.scaling.attn_factor", "rope.scaling.yarn_log_multiplier"], 1e-3..=1e3),
    (&["attention.scale", "attention.temperature_scale"], 1e-6..=1e3),
    (&["embedding_scale", "residual_scale", "logit_scale"], 1e-6..=1e6),
    (&["final_logit_softcapping"], 1e-2..=1e9),
    (&["expert_weights_scale"], 1e-4..=1e4),
];

/// The metadata of one architecture.
pub(crate) struct ConfigKeys<'a> {
    pub(crate) gguf: &'a Gguf,
    pub(crate) architecture: &'a str,
}

impl ConfigKeys<'_> {
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}.{name}", self.architecture)
    }

    /// The error for a value that makes no sense.
    pub(crate) fn fail(&self, name: &str, found: &dyn ToString, why: &'static str) -> ModelError {
        let (path, what) = (self.gguf.path().to_owned(), self.key(name));
        ModelError::Value { path, what, found: found.to_string(), why }
    }

    pub(crate) fn str(&self, name: &str) -> Result<Option<&str>, ModelError> {
        Ok(self.gguf.str(&self.key(name))?)
    }

    /// A count of something that there is at least one of.
    pub(crate) fn size(&self, name: &str) -> Result<Option<usize>, ModelError> {
        match self.gguf.u32(&self.key(name))?.map(|n| n as usize) {
            Some(n) if !(1..=LIMIT).contains(&n) => Err(self.fail(name, &n, "which is not a sensible size")),
            n => Ok(n),
        }
    }

    /// A size that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<usize, ModelError> {
        let size = self.size(name)?;
        self.required(name, size)
    }

    /// A number above zero, as large as models have it.
    pub(crate) fn positive(&self, name: &str) -> Result<Option<f32>, ModelError> {
        let sensible = SENSIBLE.iter().find(|(names, _)| names.contains(&name)).map(|(_, range)| range);
        match self.gguf.f32(&self.key(name))? {
            Some(x) if !(x.is_finite() && x > 0.0) => {
                Err(self.fail(name, &x, "which is not a positive number"))
            }
            Some(x) if sensible.is_some_and(|range| !range.contains(&x)) => {
                Err(self.fail(name, &x, "which no model has; the file is damaged or was converted wrongly"))
            }
            x => Ok(x),
        }
    }

    /// As [`ConfigKeys::positive`], where some converters write 0 for a thing that the model does not have.
    pub(super) fn positive_or_zero(&self, name: &str) -> Result<Option<f32>, ModelError> {
        match self.gguf.f32(&self.key(name))? {
            Some(0.0) => Ok(None),
            _ => self.positive(name),
        }
    }

    /// The value of a key that must be there.
    pub(crate) fn required<T>(&self, name: &str, value: Option<T>) -> Result<T, ModelError> {
        value.ok_or_else(|| self.gguf.missing_key(&self.key(name)).into())
    }
}
