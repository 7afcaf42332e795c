//! The table of marks around reasoning, and which of them a model uses.

/// The marks that a model puts around its reasoning in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReasoningMarks {
    /// Those of whatever family the reply begins with: nothing is known of the model.
    #[default]
    Any,
    /// A mark before and after it.
    Tags(&'static ReasoningTags),
    /// Messages on channels of their own, as gpt-oss does (OpenAI's "harmony").
    Channels,
}

/// Marks before and after the reasoning, and around the answer where there are any.
#[derive(Debug, PartialEq, Eq)]
pub struct ReasoningTags {
    /// Any of these at the start of a reply opens the reasoning; where one begins another, the longer stands first.
    pub(crate) open: &'static [&'static str],
    /// Any of these ends it.
    pub(crate) close: &'static [&'static str],
    /// May stand around the answer that follows.
    pub(crate) answer: Option<(&'static str, &'static str)>,
    kind: TagKind,
}

/// The kind of a pair of tags: who writes them, and what else they may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TagKind {
    /// A family's models are trained to write them.
    Family,
    /// Models write them when they are asked to, or of themselves.
    Word,
    /// They are sentences that an answer may hold as well.
    Phrase,
    /// Tags whose end ends every message of its format.
    Message,
}

const fn tags(kind: TagKind, open: &'static [&'static str], close: &'static [&'static str]) -> ReasoningTags {
    ReasoningTags { open, close, answer: None, kind }
}

/// Granite 3.2, in words; the models write it short as well.
const PHRASES: ReasoningTags = tags(
    TagKind::Phrase,
    &["Here is my thought process:", "Here's my thought process:"],
    &["Here is my response:", "Here's my response:"],
);

/// Granite 3.3.
const THINK_AND_RESPONSE: ReasoningTags = ReasoningTags {
    answer: Some(("<response>", "</response>")),
    ..tags(TagKind::Family, &["<think>"], &["</think>"])
};

/// Qwen, DeepSeek and most others; servers leave it in replies.
const THINK: ReasoningTags = tags(TagKind::Family, &["<think>"], &["</think>"]);

/// Every pair that is known, but for those that others hold: Mistral, Seed, Gemma 4, Kimi and Command A among them.
pub(crate) const TAGS: &[ReasoningTags] = &[
    THINK,
    tags(TagKind::Family, &["[THINK]"], &["[/THINK]"]),
    tags(TagKind::Family, &["<seed:think>"], &["</seed:think>"]),
    tags(TagKind::Family, &["<|channel>thought\n", "<|channel>thought"], &["<channel|>"]),
    tags(TagKind::Family, &["◁think▷"], &["◁/think▷"]),
    tags(TagKind::Family, &["<|START_THINKING|>"], &["<|END_THINKING|>"]),
    tags(TagKind::Family, &["<|begin_of_thought|>"], &["<|end_of_thought|>"]),
    tags(TagKind::Word, &["<thinking>"], &["</thinking>"]),
    tags(TagKind::Word, &["<thought>"], &["</thought>"]),
    tags(TagKind::Word, &["<thoughts>"], &["</thoughts>"]),
    tags(TagKind::Word, &["<reasoning>"], &["</reasoning>"]),
    tags(TagKind::Word, &["<reflection>"], &["</reflection>"]),
    tags(TagKind::Word, &["<scratchpad>"], &["</scratchpad>"]),
    tags(TagKind::Word, &["<analysis>"], &["</analysis>"]),
    tags(TagKind::Word, &["<antthinking>"], &["</antthinking>"]),
    tags(TagKind::Message, &["<|channel|>analysis<|message|>"], &["<|end|>"]),
];

impl ReasoningMarks {
    /// The marks of a model with this chat template; `token` tells whether its vocabulary has a special token.
    pub fn of(template: &str, token: impl Fn(&str) -> bool) -> ReasoningMarks {
        if token("<|channel|>") && token("<|message|>") {
            return ReasoningMarks::Channels;
        }
        if template.contains(PHRASES.open[0]) {
            return ReasoningMarks::Tags(&PHRASES);
        }
        if template.contains("<think>") && template.contains("<response>") {
            return ReasoningMarks::Tags(&THINK_AND_RESPONSE);
        }
        let shown = |tags: &&ReasoningTags| {
            let (open, close) = (tags.open[tags.open.len() - 1], tags.close[0]);
            template.contains(open) && template.contains(close) || token(open) && token(close)
        };
        // What most use is looked for last: a template may name it in passing.
        let family = |tags: &&ReasoningTags| tags.kind == TagKind::Family && **tags != THINK;
        if let Some(tags) = TAGS.iter().filter(family).find(shown) {
            ReasoningMarks::Tags(tags)
        } else if template.contains("<think>") || template.contains("</think>") || token("<think>") {
            ReasoningMarks::Tags(&THINK)
        } else {
            ReasoningMarks::Any
        }
    }

    /// The pairs with which a reply may begin.
    pub(crate) fn tags(self) -> Vec<&'static ReasoningTags> {
        match self {
            ReasoningMarks::Any => TAGS.iter().filter(|tags| tags.kind == TagKind::Family).collect(),
            ReasoningMarks::Tags(tags) => vec![tags],
            ReasoningMarks::Channels => Vec::new(),
        }
    }
}

impl ReasoningTags {
    /// The pair whose first mark `text` begins with, in any case, and the length of that mark.
    #[must_use]
    pub fn opening(text: &[u8]) -> Option<(&'static ReasoningTags, usize)> {
        TAGS.iter().find_map(|tags| {
            // The short form: what follows it counts for nothing here.
            let open = tags.open[tags.open.len() - 1];
            begins(text, open).then_some((tags, open.len()))
        })
    }

    /// The pair whose last mark `text` begins with, in any case; none for a mark that ends other messages too.
    #[must_use]
    pub fn closing(text: &[u8]) -> Option<&'static ReasoningTags> {
        TAGS.iter().find(|tags| tags.kind != TagKind::Message && tags.closes(text))
    }

    /// The length of the mark that `text` begins with, the longest there is, in any case. A text that ends within a mark is all of it.
    #[must_use]
    pub fn mark_length(text: &[u8]) -> Option<usize> {
        if text.is_empty() {
            return None;
        }
        let marks = TAGS.iter().flat_map(|tags| tags.open.iter().chain(tags.close));
        marks
            .filter(|mark| begins(text, &mark.as_bytes()[..mark.len().min(text.len())]))
            .map(|mark| mark.len().min(text.len()))
            .max()
    }

    /// The mark that ends the reasoning.
    #[must_use]
    pub fn end(&self) -> &'static str {
        self.close[0]
    }

    /// Whether `text` begins with the last mark, in any case.
    #[must_use]
    pub fn closes(&self, text: &[u8]) -> bool {
        begins(text, self.end())
    }

    /// Whether its last mark says alone that what stands before it was reasoning.
    pub(crate) fn ends_unopened(&self) -> bool {
        matches!(self.kind, TagKind::Family | TagKind::Word)
    }
}

/// Whether `text` begins with `mark`, whatever the case of its ASCII letters.
fn begins(text: &[u8], mark: impl AsRef<[u8]>) -> bool {
    let mark = mark.as_ref();
    text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_any_case() {
        assert_eq!(ReasoningTags::opening(b"<THINK>x"), Some((&THINK, 7)));
        assert_eq!(ReasoningTags::closing(b"</Think>x"), Some(&THINK));
        assert_eq!(ReasoningTags::opening(b"<thinker>"), None);
        assert_eq!(
            ReasoningTags::opening("◁think▷".as_bytes()).map(|(tags, _)| tags.end()),
            Some("◁/think▷")
        );
        assert_eq!(
            ReasoningTags::opening(b"[think]").map(|(tags, len)| (tags.end(), len)),
            Some(("[/THINK]", 7))
        );
    }

    #[test]
    fn a_text_that_ends_within_a_mark_is_one() {
        let length = |text: &str| ReasoningTags::mark_length(text.as_bytes());
        assert_eq!(length("</Think>x"), Some(8));
        assert_eq!(length("</thi"), Some(5));
        assert_eq!(length("<|END_THINKING|>"), Some(16));
        assert_eq!(length("<|channel>thought\nso"), Some(18));
        assert_eq!((length("</thin x"), length("think"), length("")), (None, None, None));
    }

    #[test]
    fn the_end_of_any_message_is_not_a_stray_end_of_thinking() {
        assert_eq!(ReasoningTags::closing(b"<|end|>"), None);
        let (analysis, _) = ReasoningTags::opening(b"<|channel|>analysis<|message|>").unwrap();
        assert!(analysis.closes(b"<|end|>"));
    }
}
