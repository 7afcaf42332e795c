//! LiteLLM's published price list (MIT), read into a table of our own shape.
//!
//! Its keys are irregular: dollars a *token*, a suffix for batches (`_batches`), one for long prompts
//! (`_above_200k_tokens`), sometimes a list of ranges instead.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use pelicycle_record::TokenPrices;
use serde_json::{Map, Value};

use super::table::{ModelPrice, PriceTable, PriceTier};

/// The address of the list.
pub const LITELLM_URL: &str =
    "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json";

/// Its names of the services that we know, and ours.
const SERVICES: [(&str, &str); 10] = [
    ("anthropic", "anthropic"),
    ("openai", "openai"),
    ("gemini", "gemini"),
    ("mistral", "mistral"),
    ("deepseek", "deepseek"),
    ("dashscope", "dashscope"),
    ("xai", "xai"),
    ("groq", "groq"),
    ("cerebras", "cerebras"),
    ("together_ai", "together"),
];

/// The fault of a list that can't be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum LitellmError {
    #[error("this is not LiteLLM's price list: {0}")]
    Form(String),
    #[error("this list prices no model of a service that is known here")]
    Empty,
}

/// Reads the list's text. What has no price in it, or one of another kind than for tokens, is left out.
///
/// # Errors
/// When it is no such list.
pub fn read_litellm(text: &str, source: &str, dated: Date) -> Result<PriceTable, LitellmError> {
    let list: BTreeMap<String, Value> =
        serde_json::from_str(text).map_err(|error| LitellmError::Form(error.to_string()))?;
    let mut models = BTreeMap::new();
    for (name, entry) in &list {
        let Some(entry) = entry.as_object() else { continue };
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let Some((theirs, ours)) = SERVICES.iter().find(|(theirs, _)| *theirs == text("litellm_provider"))
        else {
            continue;
        };
        if !matches!(text("mode"), "chat" | "responses") {
            continue;
        }
        let model = name.strip_prefix(theirs).and_then(|rest| rest.strip_prefix('/'));
        // Names with and without the service's prefix stand side by side; the one with it is the newer custom.
        let key = format!("{ours}/{}", model.unwrap_or(name));
        if let Some(price) = price(entry)
            && (model.is_some() || !models.contains_key(&key))
        {
            models.insert(key, price);
        }
    }
    if models.is_empty() {
        return Err(LitellmError::Empty);
    }
    let (source, licence) = (source.to_owned(), "MIT".to_owned());
    Ok(PriceTable { source, dated, licence, models })
}

fn price(entry: &Map<String, Value>) -> Option<ModelPrice> {
    let max_output = entry.get("max_output_tokens").and_then(Value::as_u64);
    let ranges = entry.get("tiered_pricing").and_then(Value::as_array);
    let mut price = match ranges {
        Some(ranges) => from_ranges(ranges)?,
        None => ModelPrice {
            list: rates(entry, "")?,
            batch: rates(entry, "_batches"),
            above: lengths(entry)
                .into_iter()
                .filter_map(|(tokens, word)| {
                    let list = rates(entry, &format!("_above_{word}_tokens"))?;
                    Some(PriceTier {
                        tokens,
                        list,
                        batch: rates(entry, &format!("_above_{word}_tokens_batches")),
                    })
                })
                .collect(),
            max_output: None,
        },
    };
    price.max_output = max_output;
    Some(price)
}

/// Dollars for a million tokens out of keys that end in `suffix`.
fn rates(entry: &Map<String, Value>, suffix: &str) -> Option<TokenPrices> {
    let rate = |key: &str| {
        let per_token = entry.get(&format!("{key}{suffix}"))?.as_f64()?;
        (0.0..=1.0).contains(&per_token).then(|| millionfold(per_token))
    };
    let output = rate("output_cost_per_token")?;
    Some(TokenPrices {
        input: rate("input_cost_per_token")?,
        output,
        cached: rate("cache_read_input_token_cost"),
        // Zero here means that keeping is not charged on top, not that the tokens are free.
        cache_write: rate("cache_creation_input_token_cost").filter(|rate| *rate > 0.0),
        reasoning: rate("output_cost_per_reasoning_token").filter(|rate| *rate != output),
    })
}

/// The prompt lengths that have prices of their own, ascending, with the list's word for each.
fn lengths(entry: &Map<String, Value>) -> BTreeSet<(u64, String)> {
    let word = |key: &str| {
        let word = key.strip_prefix("input_cost_per_token_above_")?.strip_suffix("_tokens")?;
        let thousands: u64 = word.strip_suffix('k')?.parse().ok()?;
        Some((thousands.checked_mul(1000)?, word.to_owned()))
    };
    entry.keys().filter_map(|key| word(key)).collect()
}

/// The form with ranges of prompt lengths, the first from 0.
fn from_ranges(ranges: &[Value]) -> Option<ModelPrice> {
    let mut tiers: Vec<PriceTier> = ranges
        .iter()
        .filter_map(|range| {
            let range = range.as_object()?;
            let from = range.get("range")?.as_array()?.first()?.as_f64()?;
            Some(PriceTier { tokens: from as u64, list: rates(range, "")?, batch: None })
        })
        .collect();
    tiers.sort_by_key(|tier| tier.tokens);
    tiers.dedup_by_key(|tier| tier.tokens);
    let first = (!tiers.is_empty() && tiers[0].tokens == 0).then(|| tiers.remove(0))?;
    Some(ModelPrice { list: first.list, above: tiers, ..ModelPrice::default() })
}

/// A million times a number, without the dust of the last bits: 1e-07 is 0.1, not 0.09999999999999999.
fn millionfold(per_token: f64) -> f64 {
    (per_token * 1e15).round() / 1e9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> PriceTable {
        read_litellm(text, "a test", "2026-11-01".parse().unwrap()).unwrap()
    }

    #[test]
    fn dollars_a_token_become_dollars_a_million_with_batches_and_long_prompts() {
        let table = table(
            r#"{"sample_spec": {"mode": "chat", "litellm_provider": "one of ..."},
            "m-1": {"litellm_provider": "anthropic", "mode": "chat", "max_output_tokens": 64000,
              "input_cost_per_token": 1e-7, "output_cost_per_token": 5e-7, "cache_read_input_token_cost": 1e-8,
              "cache_creation_input_token_cost": 1.25e-7, "input_cost_per_token_batches": 5e-8,
              "output_cost_per_token_batches": 2.5e-7, "input_cost_per_token_above_200k_tokens": 2e-7,
              "output_cost_per_token_above_200k_tokens": 1e-6, "output_cost_per_token_priority": 9}}"#,
        );
        assert_eq!(table.models.keys().collect::<Vec<_>>(), ["anthropic/m-1"]);
        let price = &table.models["anthropic/m-1"];
        let list = &price.list;
        assert_eq!(
            (list.input, list.output, list.cached, list.cache_write),
            (0.1, 0.5, Some(0.01), Some(0.125))
        );
        assert_eq!(price.batch.as_ref().map(|b| (b.input, b.output)), Some((0.05, 0.25)));
        assert_eq!((price.above.len(), price.above[0].tokens, price.above[0].list.output), (1, 200_000, 1.0));
        assert_eq!((price.above[0].batch.clone(), price.max_output), (None, Some(64_000)));
    }

    #[test]
    fn ranges_of_prompt_lengths_and_prefixes_of_names_are_understood() {
        let table = table(
            r#"{"dashscope/q": {"litellm_provider": "dashscope", "mode": "chat", "tiered_pricing": [
                {"range": [32000.0, 128000.0], "input_cost_per_token": 2e-6, "output_cost_per_token": 4e-6},
                {"range": [0, 32000.0], "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}]},
            "gemini/g": {"litellm_provider": "gemini", "mode": "chat",
                "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6},
            "drawings": {"litellm_provider": "openai", "mode": "image_generation",
                "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6},
            "free?": {"litellm_provider": "openai", "mode": "chat"},
            "elsewhere": {"litellm_provider": "bedrock", "mode": "chat",
                "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}}"#,
        );
        assert_eq!(table.models.keys().collect::<Vec<_>>(), ["dashscope/q", "gemini/g"]);
        let price = &table.models["dashscope/q"];
        assert_eq!((price.list.input, price.above[0].tokens, price.above[0].list.input), (1.0, 32_000, 2.0));
    }

    #[test]
    fn what_is_no_price_list_is_an_error_in_words() {
        let error =
            |text| read_litellm(text, "a test", "2026-11-01".parse().unwrap()).unwrap_err().to_string();
        assert!(error("<html>").contains("not LiteLLM's price list"));
        assert!(error("{}").contains("prices no model"));
    }
}
