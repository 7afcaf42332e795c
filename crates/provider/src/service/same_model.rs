//! Whether the model that answered is the one that was asked.

/// Whether `served` may be what `asked` means: the same id, or one that only adds or takes away a date, a version of
/// the snapshot, or the words by which services name the newest. `gpt-6` and `gpt-6-mini` are two models.
pub(super) fn is_same(asked: &str, served: &str) -> bool {
    let (asked, served) = (plain(asked), plain(served));
    asked == served || without_snapshot(&asked) == without_snapshot(&served)
}

/// An id without its owner, its path and its file's ending, in one spelling.
fn plain(id: &str) -> String {
    let name = id.rsplit(['/', '\\']).next().unwrap_or(id).to_ascii_lowercase();
    let name = name.strip_suffix(".gguf").unwrap_or(&name);
    let name = name.strip_suffix(":latest").unwrap_or(name);
    name.replace(['.', '_', ':', '@', ' '], "-")
}

/// An id without what names a snapshot at its end: a date in one of its spellings, Gemini's three digits, `latest`.
/// One or two digits by themselves are a version of the model.
fn without_snapshot(id: &str) -> String {
    let mut parts: Vec<&str> = id.split('-').collect();
    loop {
        // How many digits the last parts have; 0 for what is no number.
        let digits = |back: usize| {
            let part = parts.len().checked_sub(back).and_then(|at| parts.get(at));
            part.filter(|part| part.bytes().all(|b| b.is_ascii_digit())).map_or(0, |part| part.len())
        };
        let drop = match (digits(3), digits(2), digits(1)) {
            (4, 2, 2) => 3,
            (_, 2, 4) => 2,
            (_, _, 3 | 4 | 6 | 8) => 1,
            _ if parts.last() == Some(&"latest") => 1,
            _ => 0,
        };
        if drop == 0 || drop >= parts.len() {
            return parts.join("-");
        }
        parts.truncate(parts.len() - drop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_or_another_spelling_is_the_same_model() {
        for (asked, served) in [
            ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
            ("gpt-6.1-sol", "gpt-6.1-sol-2026-08-07"),
            ("gpt-4", "gpt-4-0613"),
            ("gemini-1.5-pro", "gemini-1.5-pro-002"),
            ("mistral-large-latest", "mistral-large-2411"),
            ("models/gemini-3.8-flash", "gemini-3.8-flash"),
            ("anthropic/claude-opus-4.7", "claude-opus-4-7"),
            ("gemini-2.5-flash", "gemini-2.5-flash-09-2025"),
            ("qwen3", "qwen3:latest"),
            ("smollm2", "/models/SmolLM2.gguf"),
        ] {
            assert!(is_same(asked, served), "{asked} {served}");
        }
    }

    #[test]
    fn another_model_is_told_apart() {
        for (asked, served) in [
            ("gpt-6", "gpt-6-mini"),
            ("claude-opus-4-7", "claude-opus-4-8"),
            ("claude-opus-4-7", "claude-opus-4"),
            ("claude-opus-4-10", "claude-opus-4-11"),
            ("qwen3:8b", "qwen3:4b"),
            ("gemini-3.8-flash", "gemini-3.8-flash-lite"),
            ("llama-3-70b", "llama-3-8b"),
        ] {
            assert!(!is_same(asked, served), "{asked} {served}");
        }
    }
}
