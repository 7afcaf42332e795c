//! The columns in which `llm` writes JSON: settings, tokens, and the service's own answer.

use pelicycle_record::{Outcome, RequestRecord, Usage};
use serde_json::Value;

/// Settings of a request from `options_json`: those that we have a word for, and the rest as they were.
pub(super) fn request(options: Option<&str>) -> RequestRecord {
    let mut request = RequestRecord::default();
    let Some(Value::Object(options)) = options.and_then(|text| serde_json::from_str(text).ok()) else {
        return request;
    };
    for (name, value) in options {
        let number = value.as_f64().map(|number| number as f32);
        let whole = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match name.as_str() {
            "temperature" if number.is_some() => request.sampling.temperature = number,
            "top_p" if number.is_some() => request.sampling.top_p = number,
            "top_k" if whole.is_some() => request.sampling.top_k = whole,
            "max_tokens" | "max_output_tokens" | "num_predict" if whole.is_some() => {
                request.sampling.max_tokens = whole;
            }
            "seed" if value.is_u64() => request.seed = value.as_u64(),
            "reasoning_effort" | "thinking_effort" if value.is_string() => {
                request.sampling.effort = value.as_str().map(str::to_owned);
            }
            _ if value.is_null() => {}
            _ => drop(request.body.insert(name, value)),
        }
    }
    request
}

/// Tokens, from the columns and from the details beside them; older versions have neither, but the service's answer may.
pub(super) fn usage(input: Option<u64>, output: Option<u64>, details: Option<&str>, answer: &Value) -> Usage {
    let details: Value = details.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let told = |names: &[&str]| names.iter().find_map(|name| answer["usage"][name].as_u64());
    let detail = |path: &str| details.pointer(path).or_else(|| answer["usage"].pointer(path))?.as_u64();
    Usage {
        input: input.or_else(|| told(&["prompt_tokens", "input_tokens"])),
        output: output.or_else(|| told(&["completion_tokens", "output_tokens"])),
        cached: detail("/prompt_tokens_details/cached_tokens")
            .or_else(|| detail("/input_tokens_details/cached_tokens")),
        reasoning: detail("/completion_tokens_details/reasoning_tokens")
            .or_else(|| detail("/output_tokens_details/reasoning_tokens")),
        cache_written: None,
    }
}

/// The outcome of a reply, by the word of whichever service gave one; complete where none did.
pub(super) fn outcome(answer: &Value) -> Outcome {
    let places = [
        "/finish_reason",
        "/choices/0/finish_reason",
        "/stop_reason",
        "/candidates/0/finishReason",
        "/done_reason",
    ];
    let word = places.iter().find_map(|place| answer.pointer(place)?.as_str()).unwrap_or_default();
    match word.to_ascii_lowercase().as_str() {
        "length" | "max_tokens" | "model_context_window_exceeded" => Outcome::Length,
        "content_filter" | "safety" | "prohibited_content" | "blocklist" => Outcome::Filtered,
        "refusal" => Outcome::Refusal,
        _ => Outcome::Complete,
    }
}

/// The model as the service named it.
pub(super) fn served(resolved: Option<String>, answer: &Value, asked: &str) -> Option<String> {
    let named = resolved.or_else(|| {
        ["model", "modelVersion"].iter().find_map(|name| answer[name].as_str()).map(str::to_owned)
    });
    named.filter(|named| named != asked && !named.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_have_a_name_here_get_it_and_the_rest_is_kept() {
        let found = request(Some(
            r#"{"temperature": 0.5, "max_tokens": 900, "seed": 7, "logit_bias": {"1": 2}, "top_p": null}"#,
        ));
        assert_eq!(
            (found.sampling.temperature, found.sampling.max_tokens, found.seed),
            (Some(0.5), Some(900), Some(7))
        );
        assert_eq!(found.body.keys().collect::<Vec<_>>(), ["logit_bias"]);
        assert_eq!(request(Some("no json")), RequestRecord::default());
        assert_eq!(request(None), RequestRecord::default());
    }

    #[test]
    fn endings_and_tokens_are_read_from_whichever_answer_tells_them() {
        let answer = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(outcome(&answer(r#"{"choices": [{"finish_reason": "length"}]}"#)), Outcome::Length);
        assert_eq!(outcome(&answer(r#"{"candidates": [{"finishReason": "MAX_TOKENS"}]}"#)), Outcome::Length);
        assert_eq!(outcome(&answer(r#"{"stop_reason": "end_turn"}"#)), Outcome::Complete);
        assert_eq!(outcome(&Value::Null), Outcome::Complete);
        let told = answer(r#"{"usage": {"prompt_tokens": 3, "completion_tokens": 9}, "model": "m-1"}"#);
        let usage =
            usage(None, None, Some(r#"{"completion_tokens_details": {"reasoning_tokens": 5}}"#), &told);
        assert_eq!(
            (usage.input, usage.output, usage.reasoning, usage.cached),
            (Some(3), Some(9), Some(5), None)
        );
        assert_eq!(served(None, &told, "m").as_deref(), Some("m-1"));
        assert_eq!(served(None, &told, "m-1"), None);
    }
}
