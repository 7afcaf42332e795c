//! From tokens and rates to money.

use serde::{Deserialize, Serialize};

use crate::Usage;

/// Prices in US dollars for a million tokens.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[serde(rename = "Rates", expecting = "prices of tokens")]
pub struct TokenPrices {
    /// Tokens of the prompt.
    pub input: f64,
    /// Tokens of the reply.
    pub output: f64,
    /// Tokens of the prompt that the service had kept from an earlier one; as `input` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<f64>,
    /// Tokens of the prompt that the service keeps for a later one; as `input` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<f64>,
    /// Tokens of reasoning; as `output` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<f64>,
}

impl TokenPrices {
    /// The numbers with their names, for checks and tables.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let optional =
            [("cached", self.cached), ("cache_write", self.cache_write), ("reasoning", self.reasoning)];
        [("input", self.input), ("output", self.output)]
            .into_iter()
            .chain(optional.into_iter().filter_map(|(name, rate)| rate.map(|rate| (name, rate))))
    }
}

/// The cost of these tokens in US dollars; `None` where the service did not say how many they were.
///
/// `usage.input` includes `cached` and `cache_written`, `usage.output` includes `reasoning`: a part is charged once, at its
/// own rate.
#[must_use]
pub fn cost(usage: &Usage, rates: &TokenPrices) -> Option<f64> {
    let (input, output) = (usage.input?, usage.output?);
    let cached = usage.cached.unwrap_or(0).min(input);
    let written = usage.cache_written.unwrap_or(0).min(input - cached);
    let reasoning = usage.reasoning.unwrap_or(0).min(output);
    let parts = [
        (input - cached - written, rates.input),
        (cached, rates.cached.unwrap_or(rates.input)),
        (written, rates.cache_write.unwrap_or(rates.input)),
        (output - reasoning, rates.output),
        (reasoning, rates.reasoning.unwrap_or(rates.output)),
    ];
    Some(parts.iter().map(|&(tokens, rate)| tokens as f64 * rate).sum::<f64>() / 1e6)
}
