//! The text before the answer of a model that reasons first, for those who hold the answer to a form.

use crate::channels::{CHANNEL, MESSAGE, START};
use crate::marks::ReasoningMarks;

/// The beginning of a reply whose answer has reasoning before it, or may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasoningOutset {
    /// The mark with which the reasoning begins; none where the prompt has opened it.
    pub open: Option<&'static str>,
    /// Whether the answer may also begin at once, without any reasoning.
    pub optional: bool,
    /// The mark that ends it.
    pub end: &'static str,
    /// The text that has to stand between that mark and the answer; blanks may stand there too.
    pub between: &'static str,
}

/// Before the reasoning of gpt-oss.
const ANALYSIS: &str = "<|channel|>analysis<|message|>";
/// Between its reasoning and its answer.
const FINAL: &str = "<|start|>assistant<|channel|>final<|message|>";

impl ReasoningMarks {
    /// All texts in which the marks of outsets stand.
    #[must_use]
    pub fn of_outsets(self) -> Vec<&'static str> {
        match self {
            ReasoningMarks::Channels => vec![ANALYSIS, "<|end|>", FINAL],
            ReasoningMarks::Any | ReasoningMarks::Tags(_) => {
                self.tags().iter().flat_map(|tags| [tags.open[0], tags.end()]).collect()
            }
        }
    }

    /// The outset of the reply to a prompt; none where its answer begins at once. `wanted` says whether reasoning was asked
    /// for or forbidden, where it was either; one that the prompt has opened is ended first even so.
    #[must_use]
    pub fn outset(self, prompt: &str, wanted: Option<bool>) -> Option<ReasoningOutset> {
        let forbidden = wanted == Some(false);
        if self == ReasoningMarks::Channels {
            let last = prompt.rfind(START).map_or("", |at| &prompt[at + START.len()..]);
            return (!last.contains(MESSAGE) && !last.contains(CHANNEL)).then_some(ReasoningOutset {
                open: Some(ANALYSIS),
                optional: false,
                end: "<|end|>",
                between: FINAL,
            });
        }
        let prompt = prompt.trim_end();
        let known = self.tags();
        let opened = known.iter().find(|tags| tags.open.iter().any(|open| prompt.ends_with(open.trim_end())));
        if let Some(tags) = opened {
            return Some(ReasoningOutset { open: None, optional: false, end: tags.end(), between: "" });
        }
        let closed = known.iter().any(|tags| tags.close.iter().any(|close| prompt.ends_with(close)));
        let (ReasoningMarks::Tags(tags), false, false) = (self, closed, forbidden) else { return None };
        Some(ReasoningOutset { open: Some(tags.open[0]), optional: true, end: tags.end(), between: "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_an_answer_follows_from_the_prompt_and_the_wish() {
        let qwen = ReasoningMarks::of("{{ '<think>' }}", |_| false);
        let outset = |prompt, wanted| qwen.outset(prompt, wanted).map(|found| (found.open, found.optional));
        assert_eq!(outset("assistant\n<think>\n", None), Some((None, false)));
        assert_eq!(outset("assistant\n<think>\n\n</think>\n\n", None), None);
        assert_eq!(outset("assistant\n", None), Some((Some("<think>"), true)));
        assert_eq!(outset("assistant\n", Some(false)), None);
        assert_eq!(outset("assistant\n<think>\n", Some(false)), Some((None, false)));
        assert_eq!(ReasoningMarks::Any.outset("model\n", Some(true)), None);
        assert_eq!(ReasoningMarks::Any.outset("model\n[THINK]", None).unwrap().end, "[/THINK]");

        let channels = |prompt| ReasoningMarks::Channels.outset(prompt, None);
        assert_eq!(channels("<|start|>assistant").unwrap().end, "<|end|>");
        assert_eq!(channels("<|start|>assistant<|channel|>final<|message|>"), None);
    }
}
