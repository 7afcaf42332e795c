//! The marks that models put around their reasoning.

/// A pair of marks around reasoning, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkPair {
    /// The mark that begins the reasoning.
    pub open: &'static str,
    /// The mark that ends it.
    pub close: &'static str,
}

/// What ends any message of its format, and reasoning among them.
const MESSAGE_END: &str = "<|end|>";

/// Every pair that is known.
const PAIRS: &[MarkPair] = &[
    MarkPair::THINK,
    MarkPair::of("<thinking>", "</thinking>"),
    MarkPair::of("<thought>", "</thought>"),
    MarkPair::of("<thoughts>", "</thoughts>"),
    MarkPair::of("<reasoning>", "</reasoning>"),
    MarkPair::of("<reflection>", "</reflection>"),
    MarkPair::of("<scratchpad>", "</scratchpad>"),
    MarkPair::of("<analysis>", "</analysis>"),
    MarkPair::of("<antthinking>", "</antthinking>"),
    MarkPair::of("<seed:think>", "</seed:think>"),
    MarkPair::of("[think]", "[/think]"),
    MarkPair::of("◁think▷", "◁/think▷"),
    MarkPair::of("<|channel|>analysis<|message|>", MESSAGE_END),
    MarkPair::of("<|channel>thought", "<channel|>"),
    MarkPair::of("<|begin_of_thought|>", "<|end_of_thought|>"),
    MarkPair::of("<|start_thinking|>", "<|end_thinking|>"),
];

impl MarkPair {
    /// The pair that most models use, and that servers leave in replies.
    pub const THINK: MarkPair = MarkPair::of("<think>", "</think>");

    const fn of(open: &'static str, close: &'static str) -> MarkPair {
        MarkPair { open, close }
    }

    /// The pair whose first mark `text` begins with, in any case.
    #[must_use]
    pub fn opening(text: &[u8]) -> Option<MarkPair> {
        PAIRS.iter().copied().find(|pair| begins(text, pair.open))
    }

    /// The pair whose last mark `text` begins with, in any case; none for a mark that ends other messages too.
    #[must_use]
    pub fn closing(text: &[u8]) -> Option<MarkPair> {
        PAIRS.iter().copied().find(|pair| pair.close != MESSAGE_END && pair.closes(text))
    }

    /// Whether `text` begins with the last mark, in any case.
    #[must_use]
    pub fn closes(&self, text: &[u8]) -> bool {
        begins(text, self.close)
    }
}

/// Whether `text` begins with `mark`, whatever the case of its ASCII letters.
fn begins(text: &[u8], mark: &str) -> bool {
    text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_any_case() {
        assert_eq!(MarkPair::opening(b"<THINK>x"), Some(MarkPair::THINK));
        assert_eq!(MarkPair::closing(b"</Think>x"), Some(MarkPair::THINK));
        assert_eq!(MarkPair::opening(b"<thinker>"), None);
        assert_eq!(MarkPair::opening("◁think▷".as_bytes()).map(|pair| pair.close), Some("◁/think▷"));
    }

    #[test]
    fn the_end_of_any_message_is_not_a_stray_end_of_thinking() {
        assert_eq!(MarkPair::closing(b"<|end|>"), None);
        let analysis = MarkPair::opening(b"<|channel|>analysis<|message|>").unwrap();
        assert!(analysis.closes(b"<|end|>"));
    }
}
