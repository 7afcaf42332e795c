//! What a file's metadata say of the scaling of the rotary embedding.

use super::architecture::{Architecture, YarnLog};
use super::config_keys::ConfigKeys;
use super::error::ModelError;
use super::rope_scaling::{LONG_DIVISORS, LongScaling, RopeScaling, YarnScaling};

impl RopeScaling {
    /// From the metadata; the architecture has what they do not say of YaRN.
    pub(super) fn read(
        keys: &ConfigKeys<'_>,
        context: usize,
        architecture: &Architecture,
    ) -> Result<RopeScaling, ModelError> {
        let factor = match keys.positive_or_zero("rope.scaling.factor")? {
            Some(factor) => Some(factor),
            // As older converters name it.
            None => keys.positive_or_zero("rope.scale_linear")?,
        };
        if keys.gguf.tensor(LONG_DIVISORS).is_some() {
            // Its name in `rope.scaling.type` is given by some files, and not by others.
            let original_context = keys.require("rope.scaling.original_context_length")?;
            let longer = (context as f32 / original_context as f32).max(1.0);
            let usual = (1.0 + longer.ln() / (original_context as f32).ln()).sqrt();
            return Ok(RopeScaling::Long(LongScaling {
                original_context,
                attention_factor: keys.positive("rope.scaling.attn_factor")?.unwrap_or(usual),
            }));
        }
        match keys.str("rope.scaling.type")? {
            Some("none" | "") => Ok(RopeScaling::None),
            // Names of rotary embeddings of their own that, with no factor, scale nothing.
            Some("default" | "mrope") if factor.is_none_or(|factor| factor == 1.0) => Ok(RopeScaling::None),
            None | Some("linear") => Ok(match factor {
                Some(factor) => RopeScaling::Linear(factor),
                None => RopeScaling::None,
            }),
            Some("yarn") => {
                let factor = keys.required("rope.scaling.factor", factor)?;
                let original = keys.positive("rope.scaling.original_context_length")?;
                let factor = factor.max(1.0);
                let log = keys.positive_or_zero("rope.scaling.yarn_log_multiplier")?;
                let turned = log.filter(|_| architecture.yarn_log == YarnLog::Turned);
                // Taken back from what YaRN does of itself.
                let divisor = turned.map_or(1.0, |log| 1.0 + 0.1 * log * factor.ln());
                Ok(RopeScaling::Yarn(YarnScaling {
                    factor,
                    original_context: original.unwrap_or(context as f32),
                    beta_fast: keys.positive("rope.scaling.yarn_beta_fast")?.unwrap_or(32.0),
                    beta_slow: keys.positive("rope.scaling.yarn_beta_slow")?.unwrap_or(1.0),
                    rounded: architecture.rounded_yarn,
                    attention_factor: keys.positive("rope.scaling.attn_factor")?.unwrap_or(1.0) / divisor,
                    log_multiplier: log.filter(|_| architecture.yarn_log == YarnLog::Scores),
                }))
            }
            Some(other) => Err(keys.fail(
                "rope.scaling.type",
                &other,
                "which is not supported; supported are \"linear\", \"yarn\" and, with the tensors that it needs, \"longrope\"",
            )),
        }
    }
}
