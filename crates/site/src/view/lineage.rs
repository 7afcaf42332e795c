//! The lineage of models: which belong together, and when each came out.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pelicycle_record::ContestantRecord;

use super::hall::Showcase;
use crate::makers::{self, ModelOrigin};

/// The family of a model, by its name alone: the first word of it that does not say where it runs, without a version. `claude` for
/// `us.anthropic.claude-3-haiku`, `qwen` for `qwen3-30b`, `o1` for `o1-mini`.
pub(super) fn family(contestant: &ContestantRecord) -> String {
    let name = makers::without_hosts(contestant.model.rsplit('/').next().unwrap_or_default());
    let word: String =
        name.chars().take(64).take_while(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    match (stem.chars().count(), word.is_empty()) {
        (_, true) => "other".to_owned(),
        (0 | 1, false) => word,
        _ => stem.to_owned(),
    }
}

/// When the model came out, where that is known, else when it first drew here.
pub(super) fn dated(case: &Showcase<'_>) -> Timestamp {
    let first = case.shown.iter().map(|shown| shown.attempt.timing.started).min();
    released(&case.origin).or(first).unwrap_or_default()
}

/// When the model came out.
pub(super) fn released(origin: &ModelOrigin) -> Option<Timestamp> {
    origin.released?.to_zoned(TimeZone::UTC).map(|day| day.timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_the_first_words_of_names() {
        for (model, expected) in [
            ("claude-3-5-sonnet-20241022", "claude"),
            ("gpt-4o-mini", "gpt"),
            ("o1-mini", "o1"),
            ("meta-llama/Llama-3.1-70B", "llama"),
            ("us.amazon.nova-lite-v1-0", "nova"),
            ("us.anthropic.claude-3-haiku-20240307", "claude"),
            ("cerebras-llama3.1-8b", "llama"),
            ("us", "us"),
            ("Qwen3-30B-A3B", "qwen"),
            ("", "other"),
            ("鹈鹕-1", "鹈鹕"),
        ] {
            let contestant = ContestantRecord {
                slug: String::new(),
                label: String::new(),
                provider: String::new(),
                model: model.to_owned(),
                served: None,
                released: None,
                demonstration: false,
            };
            assert_eq!(family(&contestant), expected);
        }
    }
}
