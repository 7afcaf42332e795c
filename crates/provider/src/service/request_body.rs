//! From settings to the body of a request: each has its place by the table, or is refused before anything is asked.

use std::collections::BTreeMap;

use pelicycle_record::RequestRecord;
use serde_json::{Map, Value, json};

use super::entry::{ModelRule, ServiceEntry};

/// The least budget of thinking that a service takes.
const LEAST_BUDGET: u32 = 1024;

/// A setting that a model can't be asked with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SettingError {
    #[error("{model} can't be asked for a {setting}: {provider} has no such setting")]
    NoPlace { provider: String, model: String, setting: &'static str },
    #[error("{model} takes no {setting}: the service refuses settings of sampling for it")]
    NoSampling { model: String, setting: &'static str },
    #[error(
        "{model} can't be asked to think first: how is not known for {provider}; say it as body.KEY in pelicycle.toml"
    )]
    NoThinking { provider: String, model: String },
    #[error("{model} can't be asked not to think: it always does, or how is not known for {provider}")]
    AlwaysThinks { provider: String, model: String },
    #[error("{model} can't be told how hard to think: how is not known for {provider}")]
    NoEffort { provider: String, model: String },
    #[error("{model} knows no effort {effort:?}; there are {known}")]
    Effort { model: String, effort: String, known: String },
}

/// The body of a request, and the headers that its settings need.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RequestBody {
    pub(super) json: Value,
    pub(super) headers: BTreeMap<String, String>,
}

/// Puts the settings of a request to a model into the body that the protocol begins with.
pub(super) fn body(
    provider: &str,
    entry: &ServiceEntry,
    model: &str,
    begin: Value,
    settings: &RequestRecord,
) -> Result<RequestBody, SettingError> {
    let mut json = begin;
    let mut headers = BTreeMap::new();
    if let Some(more) = entry.protocol_body() {
        merge(&mut json, more, &Words::default());
    }
    merge(&mut json, &entry.body, &Words::default());

    let rule = entry.rule(model);
    let max_tokens = settings.sampling.max_tokens.or(entry.max_tokens);
    let words = Words {
        effort: settings.sampling.effort.as_deref().unwrap_or_default(),
        budget: max_tokens.map_or(LEAST_BUDGET, |bound| (bound / 2).max(LEAST_BUDGET)),
    };
    let asked = [thinking(provider, model, rule, settings)?, effort(provider, model, rule, settings)?];
    for fragment in asked.into_iter().flatten() {
        merge(&mut json, fragment, &words);
    }
    for (setting, value) in given(settings, max_tokens) {
        let (provider, model) = (provider.to_owned(), model.to_owned());
        let sampling = !matches!(setting, "max_tokens" | "context" | "seed");
        if sampling && rule.is_some_and(|rule| rule.sampling == Some(false)) {
            return Err(SettingError::NoSampling { model, setting });
        }
        match entry.place(setting) {
            Some(place) => put(&mut json, place, value),
            // A seed is asked of all who take one.
            None if setting == "seed" => continue,
            None => return Err(SettingError::NoPlace { provider, model, setting }),
        }
        if sampling && let Some(rule) = rule {
            headers.extend(rule.sampling_headers.clone());
        }
    }
    if let Value::Object(body) = &mut json {
        for key in &entry.omit {
            body.remove(key);
        }
        body.extend(settings.body.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(RequestBody { json, headers })
}

/// The fragment that asks for thinking, or for none.
fn thinking<'a>(
    provider: &str,
    model: &str,
    rule: Option<&'a ModelRule>,
    settings: &RequestRecord,
) -> Result<Option<&'a Map<String, Value>>, SettingError> {
    let (provider, model) = (provider.to_owned(), model.to_owned());
    let fragment = |of: fn(&ModelRule) -> Option<&Map<String, Value>>| rule.and_then(of);
    match settings.sampling.thinking {
        Some(true) => match fragment(|rule| rule.on.as_ref()) {
            None => Err(SettingError::NoThinking { provider, model }),
            on => Ok(on),
        },
        Some(false) => match fragment(|rule| rule.off.as_ref()) {
            None => Err(SettingError::AlwaysThinks { provider, model }),
            off => Ok(off),
        },
        None => Ok(fragment(|rule| rule.default.as_ref())),
    }
}

/// The fragment that says how hard to think.
fn effort<'a>(
    provider: &str,
    model: &str,
    rule: Option<&'a ModelRule>,
    settings: &RequestRecord,
) -> Result<Option<&'a Map<String, Value>>, SettingError> {
    let Some(effort) = &settings.sampling.effort else { return Ok(None) };
    let (provider, model) = (provider.to_owned(), model.to_owned());
    let Some((rule, fragment)) = rule.and_then(|rule| Some((rule, rule.effort.as_ref()?))) else {
        return Err(SettingError::NoEffort { provider, model });
    };
    if !rule.efforts.is_empty() && !rule.efforts.contains(effort) {
        let known = rule.efforts.join(", ");
        return Err(SettingError::Effort { model, effort: effort.clone(), known });
    }
    Ok(Some(fragment))
}

/// The settings that are given, with their values.
fn given(settings: &RequestRecord, max_tokens: Option<u32>) -> impl Iterator<Item = (&'static str, Value)> {
    let sampling = &settings.sampling;
    // A float of 32 bits is sent as a person writes it: 0.8, not 0.800000012.
    let float = |value: Option<f32>| value.and_then(|v| v.to_string().parse::<f64>().ok()).map(Value::from);
    [
        ("max_tokens", max_tokens.map(Value::from)),
        ("context", sampling.context.map(Value::from)),
        ("temperature", float(sampling.temperature)),
        ("top_p", float(sampling.top_p)),
        ("top_k", sampling.top_k.map(Value::from)),
        ("min_p", float(sampling.min_p)),
        ("repeat_penalty", float(sampling.repeat_penalty)),
        ("seed", settings.seed.map(|seed| json!(short_seed(seed)))),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name, value)))
}

/// A sample's seed as services take it: 31 bits, since some keep it as a signed number of 32.
fn short_seed(seed: u64) -> u64 {
    seed & 0x7fff_ffff
}

/// The values of the words in a fragment that stand for others, such as `$effort`.
#[derive(Debug, Default)]
struct Words<'a> {
    effort: &'a str,
    budget: u32,
}

/// Puts a fragment into a body, objects into objects.
fn merge(into: &mut Value, fragment: &Map<String, Value>, words: &Words<'_>) {
    let Value::Object(into) = into else { return };
    for (key, value) in fragment {
        match (into.get_mut(key), value) {
            (Some(there @ Value::Object(_)), Value::Object(more)) => merge(there, more, words),
            (_, Value::Object(more)) => {
                let mut new = Value::Object(Map::new());
                merge(&mut new, more, words);
                into.insert(key.clone(), new);
            }
            (_, value) => {
                let value = match value.as_str() {
                    Some("$effort") => words.effort.into(),
                    Some("$EFFORT") => words.effort.to_ascii_uppercase().into(),
                    Some("$budget") => words.budget.into(),
                    _ => value.clone(),
                };
                into.insert(key.clone(), value);
            }
        }
    }
}

/// Puts a value at a dotted path.
fn put(json: &mut Value, place: &str, value: Value) {
    match place.split_once('.') {
        None => json[place] = value,
        Some((first, rest)) => {
            if !json[first].is_object() {
                json[first] = Value::Object(Map::new());
            }
            put(&mut json[first], rest, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use pelicycle_record::SamplingSettings;

    use super::super::protocol::WireMessage;
    use super::super::table::bundled_entries;
    use super::*;

    fn built(provider: &str, model: &str, settings: &RequestRecord) -> Result<RequestBody, SettingError> {
        let entries = bundled_entries();
        let entry = &entries[provider];
        let begin = entry.protocol().wire().body(model, &[WireMessage::user("hi", &[])]);
        body(provider, entry, model, begin, settings)
    }

    #[test]
    fn nothing_is_sent_that_was_not_asked_for() {
        let none = RequestRecord::default();
        for (provider, model, expected) in [
            ("openai", "gpt-6.1-sol", &["input", "model", "store", "stream", "stream_options"][..]),
            ("anthropic", "claude-opus-4-7", &["max_tokens", "messages", "model", "stream"]),
            ("openrouter", "a/b", &["messages", "model", "stream", "stream_options"]),
            ("mistral", "mistral-large-4", &["messages", "model", "stream"]),
            ("gemini", "gemini-4-argon", &["contents"]),
            ("ollama", "qwen3:8b", &["messages", "model", "stream", "truncate"]),
        ] {
            let body = built(provider, model, &none).unwrap();
            let keys: Vec<_> = body.json.as_object().unwrap().keys().map(String::as_str).collect();
            let mut keys = keys;
            keys.sort_unstable();
            assert_eq!(keys, expected, "{provider}");
            assert!(body.headers.is_empty());
        }
    }

    #[test]
    fn settings_go_to_the_place_that_the_service_has_for_them() {
        let sampling = SamplingSettings {
            temperature: Some(0.8),
            top_p: Some(0.95),
            top_k: Some(40),
            max_tokens: Some(900),
            ..SamplingSettings::default()
        };
        let all = RequestRecord { seed: Some(u64::MAX >> 11), sampling, ..RequestRecord::default() };
        let gemini = built("gemini", "gemini-4-argon", &all).unwrap().json;
        let expected = json!({"maxOutputTokens": 900, "temperature": 0.8, "topP": 0.95, "topK": 40, "seed": 0x7fff_ffff});
        assert_eq!(gemini["generationConfig"], expected);
        let ollama = built("ollama", "qwen3", &all).unwrap().json;
        assert_eq!(ollama["options"]["num_predict"], 900);
        let context = SamplingSettings { context: Some(16_384), ..SamplingSettings::default() }.into();
        assert_eq!(built("ollama", "qwen3", &context).unwrap().json["options"]["num_ctx"], 16_384);
        let words = built("llamacpp", "m", &context).unwrap_err().to_string();
        assert!(words.contains("can't be asked for a context"), "{words}");
        let old = built("anthropic", "claude-haiku-4-5", &all).unwrap();
        assert_eq!((&old.json["temperature"], old.json.get("seed")), (&json!(0.8), None));
        assert_eq!(old.headers["anthropic-version"], "2023-06-01");
        let words = built("anthropic", "claude-opus-4-7", &all).unwrap_err().to_string();
        assert!(words.contains("takes no temperature"), "{words}");
        let words = built("openai", "gpt-6", &all).unwrap_err().to_string();
        assert!(words.contains("top_k") && words.contains("openai has no such setting"), "{words}");
    }

    #[test]
    fn which_models_take_no_pictures_is_known_by_the_longest_pattern() {
        let mut entries = bundled_entries();
        for (provider, model, sees) in [
            ("openai", "gpt-6.1-sol", true),
            ("openai", "o3-mini-2025-01-31", false),
            ("openrouter", "openai/gpt-oss-120b", false),
            ("openrouter", "anthropic/claude-opus-4.7", true),
            ("ollama", "gpt-oss:20b", false),
            ("ollama", "qwen3-vl:8b", true),
            ("mlx", "anything", false),
        ] {
            assert_eq!(entries[provider].may_see(model), sees, "{provider}/{model}");
        }
        let mlx = entries.get_mut("mlx").unwrap();
        let change = "pictures = { \"vl-*\" = true, \"vl-mini*\" = false }";
        *mlx = mlx.clone().changed(&toml::from_str(change).unwrap());
        assert_eq!(["vl-8b", "vl-mini", "m"].map(|model| mlx.may_see(model)), [true, false, false]);
    }

    #[test]
    fn thinking_and_effort_are_said_in_the_services_own_way() {
        let asked = |thinking, effort: Option<&str>, max_tokens| {
            let effort = effort.map(str::to_owned);
            RequestRecord::from(SamplingSettings {
                thinking,
                effort,
                max_tokens,
                ..SamplingSettings::default()
            })
        };
        let body = |provider, model, settings: &RequestRecord| built(provider, model, settings).unwrap().json;
        let new = body("anthropic", "claude-opus-5-5", &asked(None, Some("low"), None));
        assert_eq!(new["thinking"], json!({"type": "adaptive", "display": "summarized"}));
        assert_eq!((&new["output_config"], &new["max_tokens"]), (&json!({"effort": "low"}), &json!(16000)));
        let old = body("anthropic", "claude-haiku-4-5", &asked(Some(true), None, Some(4000)));
        assert_eq!(old["thinking"], json!({"type": "enabled", "budget_tokens": 2000}));
        let openai = body("openai", "gpt-6.1-sol", &asked(Some(true), Some("high"), None));
        assert_eq!(openai["reasoning"], json!({"effort": "high", "summary": "auto"}));
        let gemini = body("gemini", "gemini-4-argon", &asked(None, Some("low"), None));
        let expected = json!({"thinkingLevel": "LOW", "includeThoughts": true});
        assert_eq!(gemini["generationConfig"]["thinkingConfig"], expected);
        assert_eq!(body("ollama", "q", &asked(Some(true), Some("high"), None))["think"], "high");

        let words = |provider, model, settings| built(provider, model, &settings).unwrap_err().to_string();
        assert!(words("anthropic", "claude-opus-5-5", asked(Some(false), None, None)).contains("always"));
        let efforts = words("anthropic", "claude-opus-4-7", asked(None, Some("huge"), None));
        assert!(efforts.contains("low, medium, high, xhigh, max"), "{efforts}");
        assert!(words("gemini", "gemini-2.5-pro", asked(None, Some("low"), None)).contains("how hard"));
        assert!(words("groq", "x", asked(Some(true), None, None)).contains("body.KEY"));
    }

    #[test]
    fn what_a_person_puts_into_the_body_is_there_as_it_was_given() {
        let settings = RequestRecord {
            body: BTreeMap::from([("provider".to_owned(), json!({"order": ["x"]}))]),
            ..RequestRecord::default()
        };
        assert_eq!(built("openrouter", "a/b", &settings).unwrap().json["provider"]["order"][0], "x");
    }
}
