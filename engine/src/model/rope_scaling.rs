//! The turning of heads by which a model made for a short context reads a long one.

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
