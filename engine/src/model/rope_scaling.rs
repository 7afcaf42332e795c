//! The turning of heads by which a model made for a short context reads a long one.

use super::architecture::{Architecture, YarnLog};
use super::config_keys::ConfigKeys;
use super::error::ModelError;

/// The tensor with the divisors of frequencies for long contexts.
pub(super) const LONG_DIVISORS: &str = "rope_factors_long.weight";

/// The scaling of the frequencies of the rotary embedding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RopeScaling {
    /// Every frequency stays as it is.
    None,
    /// All frequencies are divided by this.
    Linear(f32),
    /// Low frequencies are divided, high ones are not.
    Yarn(YarnScaling),
    /// The file has a divisor for each frequency, and another for contexts that are longer than the original one.
    Long(LongScaling),
}

/// LongRoPE: Y. Ding and others, 2024.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LongScaling {
    /// Tokens of the context that the model was made for at first.
    pub original_context: usize,
    /// Multiplies the turned queries and keys.
    pub attention_factor: f32,
}

/// The parameters of YaRN: B. Peng and others, 2023.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct YarnScaling {
    /// The new length of the context over the original one; at least 1.
    pub factor: f32,
    /// Tokens of the context that the model was made for at first.
    pub original_context: f32,
    /// Pairs that turn oftener than this in the original context keep their frequency.
    pub beta_fast: f32,
    /// Pairs that turn more seldom than this have it divided by the factor.
    pub beta_slow: f32,
    /// Whether the borders between the two are rounded outwards to whole pairs.
    pub rounded: bool,
    /// Multiplies the turned queries and keys, beside YaRN's own correction.
    pub attention_factor: f32,
    /// DeepSeek's variant corrects the scores with this instead of the turned queries and keys.
    pub log_multiplier: Option<f32>,
}

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

    /// The factor of the frequency of the `pair`-th pair, in a head of which `size` numbers turn.
    pub(super) fn frequency_factor(&self, pair: usize, size: usize, base: f64) -> f64 {
        match self {
            RopeScaling::None | RopeScaling::Long(_) => 1.0,
            RopeScaling::Linear(factor) => 1.0 / f64::from(*factor),
            RopeScaling::Yarn(yarn) => {
                let divided = yarn.ramp(pair as f64, size as f64, base);
                (1.0 - divided) + divided / f64::from(yarn.factor)
            }
        }
    }

    /// The factor of turned queries and keys.
    pub(super) fn stretch(&self) -> f32 {
        match self {
            RopeScaling::None | RopeScaling::Linear(_) => 1.0,
            RopeScaling::Long(long) => long.attention_factor,
            RopeScaling::Yarn(yarn) if yarn.log_multiplier.is_some() => yarn.attention_factor,
            RopeScaling::Yarn(yarn) => yarn.attention_factor * (1.0 + 0.1 * yarn.factor.ln()),
        }
    }

    /// The factor of attention's scores.
    pub(super) fn score_factor(&self) -> f32 {
        match self {
            RopeScaling::Yarn(YarnScaling { factor, log_multiplier: Some(multiplier), .. }) => {
                (1.0 + multiplier * factor.ln()).powi(2)
            }
            RopeScaling::None | RopeScaling::Linear(_) | RopeScaling::Yarn(_) | RopeScaling::Long(_) => 1.0,
        }
    }
}

impl YarnScaling {
    /// The place of a pair on the way from its own frequency, 0, to the divided one, 1.
    fn ramp(&self, pair: f64, size: f64, base: f64) -> f64 {
        // The pair that turns `beta` times in the original context.
        let border = |beta: f32| {
            let turns = f64::from(self.original_context) / (f64::from(beta) * std::f64::consts::TAU);
            size * turns.ln() / (2.0 * base.ln())
        };
        let (mut low, mut high) = (border(self.beta_fast), border(self.beta_slow));
        if self.rounded {
            (low, high) = (low.floor(), high.ceil());
        }
        let (low, high) = (low.max(0.0), high.min(size - 1.0));
        ((pair - low) / (high - low).max(0.001)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YARN: YarnScaling = YarnScaling {
        factor: 40.0,
        original_context: 4096.0,
        beta_fast: 32.0,
        beta_slow: 1.0,
        rounded: true,
        attention_factor: 1.0,
        log_multiplier: None,
    };

    /// DeepSeek-V2-Lite's own numbers: 64 of a head turn, θ 10000; the borders are at 10.47 and 22.51 pairs.
    #[test]
    fn yarn_leaves_fast_pairs_and_divides_slow_ones() {
        let factors = |yarn: YarnScaling| -> Vec<f64> {
            (0..32).map(|i| RopeScaling::Yarn(yarn).frequency_factor(i, 64, 10_000.0)).collect()
        };
        let rounded = factors(YARN);
        assert!(rounded[..=10].iter().all(|&f| f == 1.0) && rounded[11] < 1.0);
        assert!(rounded[23..].iter().all(|&f| (f - 1.0 / 40.0).abs() < 1e-12) && rounded[22] > 1.0 / 40.0);
        let half_way = 1.0 - 6.0 / 13.0 + 6.0 / 13.0 / 40.0;
        assert!((rounded[16] - half_way).abs() < 1e-12);
        let exact = factors(YarnScaling { rounded: false, ..YARN });
        assert!(exact[10] == 1.0 && exact[11] > rounded[11] && exact[23] == rounded[23]);
    }

    #[test]
    fn yarn_corrects_either_the_turned_numbers_or_the_scores() {
        let plain = RopeScaling::Yarn(YARN);
        assert!((plain.stretch() - 1.368_888).abs() < 1e-5 && plain.score_factor() == 1.0);
        let deepseek = RopeScaling::Yarn(YarnScaling { log_multiplier: Some(0.0707), ..YARN });
        assert!(deepseek.stretch() == 1.0 && (deepseek.score_factor() - 1.589_62).abs() < 1e-4);
    }
}
