//! The marks that each family of models puts around its reasoning; found from a model's template and vocabulary.

/// The marks that a model puts around its reasoning in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReasoningMarks {
    /// None: the whole reply is the answer.
    #[default]
    None,
    /// A mark before and after it.
    Tags(&'static ReasoningTags),
    /// Messages on channels of their own, as gpt-oss does (OpenAI's "harmony").
    Channels,
}

/// Marks before and after the reasoning, and around the answer where there are any.
#[derive(Debug, PartialEq, Eq)]
pub struct ReasoningTags {
    /// Any of these at the start of a reply opens the reasoning.
    pub(super) open: &'static [&'static str],
    /// Any of these ends it.
    pub(super) close: &'static [&'static str],
    /// May stand around the answer that follows.
    pub(super) answer: Option<(&'static str, &'static str)>,
}

/// Qwen, DeepSeek and most others.
const THINK: ReasoningTags = ReasoningTags { open: &["<think>"], close: &["</think>"], answer: None };

/// The marks of other families, each told by its opening mark: Mistral, Seed, Gemma 4, Kimi, Command A.
const OTHERS: &[ReasoningTags] = &[
    ReasoningTags { open: &["[THINK]"], close: &["[/THINK]"], answer: None },
    ReasoningTags { open: &["<seed:think>"], close: &["</seed:think>"], answer: None },
    ReasoningTags {
        open: &["<|channel>thought\n", "<|channel>thought"],
        close: &["<channel|>"],
        answer: None,
    },
    ReasoningTags { open: &["◁think▷"], close: &["◁/think▷"], answer: None },
    ReasoningTags { open: &["<|START_THINKING|>"], close: &["<|END_THINKING|>"], answer: None },
];

/// Granite 3.3.
const THINK_AND_RESPONSE: ReasoningTags =
    ReasoningTags { open: &["<think>"], close: &["</think>"], answer: Some(("<response>", "</response>")) };

/// Granite 3.2, in words; the models write it short as well.
const PHRASES: ReasoningTags = ReasoningTags {
    open: &["Here is my thought process:", "Here's my thought process:"],
    close: &["Here is my response:", "Here's my response:"],
    answer: None,
};

impl ReasoningMarks {
    /// The marks of a model with this chat template; `token` tells whether its vocabulary has a special token.
    pub fn of(template: &str, token: impl Fn(&str) -> bool) -> ReasoningMarks {
        if token("<|channel|>") && token("<|message|>") {
            ReasoningMarks::Channels
        } else if template.contains(PHRASES.open[0]) {
            ReasoningMarks::Tags(&PHRASES)
        } else if template.contains("<think>") && template.contains("<response>") {
            ReasoningMarks::Tags(&THINK_AND_RESPONSE)
        } else if let Some(tags) = other(template, &token) {
            ReasoningMarks::Tags(tags)
        } else if template.contains("<think>") || template.contains("</think>") || token("<think>") {
            ReasoningMarks::Tags(&THINK)
        } else {
            ReasoningMarks::None
        }
    }
}

/// The marks that a template writes, or that are tokens.
fn other(template: &str, token: impl Fn(&str) -> bool) -> Option<&'static ReasoningTags> {
    OTHERS.iter().find(|tags| {
        let (open, close) = (tags.open[tags.open.len() - 1], tags.close[0]);
        template.contains(open) && template.contains(close) || token(open) && token(close)
    })
}
