//! Tells a model's reasoning from its answer, while the reply is still arriving.

use crate::channels::ChannelSplit;
use crate::marks::ReasoningMarks;
use crate::segment::ReplySegment;
use crate::tags::TagSplit;

/// Splits a reply into reasoning and answer at the marks of its model.
///
/// With marks around it, reasoning begins where the prompt has opened it already, or where the reply begins with
/// the mark (blanks before it are dropped); it ends at the first closing mark, and all that follows is the
/// answer, marks included. A closing mark that nothing opened makes reasoning of all that stands before it. On
/// channels, it is what the channel for it says. Text is otherwise given as it came, each character once.
#[derive(Debug)]
pub struct ReasoningSplit(SplitMethod);

#[derive(Debug)]
enum SplitMethod {
    Tags(TagSplit),
    Channels(ChannelSplit),
}

impl Default for ReasoningSplit {
    /// A split of a reply of which nothing is known. The blanks between reasoning and answer are of neither.
    fn default() -> ReasoningSplit {
        let known = ReasoningMarks::Any.tags();
        ReasoningSplit(SplitMethod::Tags(TagSplit::after_prompt(known, "", true)))
    }
}

impl ReasoningSplit {
    /// A split of the reply to a prompt, in which the reasoning, or its message, may have begun.
    #[must_use]
    pub fn after_prompt(marks: ReasoningMarks, prompt: &str) -> ReasoningSplit {
        ReasoningSplit(match marks {
            ReasoningMarks::Any | ReasoningMarks::Tags(_) => {
                SplitMethod::Tags(TagSplit::after_prompt(marks.tags(), prompt, false))
            }
            ReasoningMarks::Channels => SplitMethod::Channels(ChannelSplit::after_prompt(prompt)),
        })
    }

    /// Takes in text and gives the segments that are certain by now.
    pub fn push(&mut self, text: &str) -> Vec<ReplySegment> {
        let mut segments = Vec::new();
        match &mut self.0 {
            SplitMethod::Tags(split) => split.push(text, &mut segments),
            SplitMethod::Channels(split) => split.push(text, &mut segments),
        }
        segments
    }

    /// Ends the reply: what was held back because it could have become a mark.
    pub fn finish(&mut self) -> Vec<ReplySegment> {
        let mut segments = Vec::new();
        match &mut self.0 {
            SplitMethod::Tags(split) => split.finish(&mut segments),
            SplitMethod::Channels(split) => split.finish(&mut segments),
        }
        segments
    }

    /// Whether text has come that was not given yet.
    #[must_use]
    pub fn holds_text(&self) -> bool {
        match &self.0 {
            SplitMethod::Tags(split) => split.holds_text(),
            SplitMethod::Channels(split) => split.holds_text(),
        }
    }

    /// Whether marks of reasoning have come.
    #[must_use]
    pub fn found(&self) -> bool {
        match &self.0 {
            SplitMethod::Tags(split) => split.found(),
            SplitMethod::Channels(_) => true,
        }
    }

    /// Takes the reply for an answer from here on: its reasoning came in another way. One whose marks have begun already
    /// is split to its end. Gives what was held back because it could have become a mark.
    pub fn switch_off(&mut self) -> Vec<ReplySegment> {
        let mut segments = Vec::new();
        if let SplitMethod::Tags(split) = &mut self.0 {
            split.switch_off(&mut segments);
        }
        segments
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const QWEN: &str = "{%- set content = content.split('</think>')[-1] %}";
    const GRANITE: &str =
        "Write your thoughts between <think></think> and your response between <response></response>";
    const OLDER_GRANITE: &str = "Write your thoughts after 'Here is my thought process:'";

    fn marks(template: &str) -> ReasoningMarks {
        ReasoningMarks::of(template, |_| false)
    }

    fn harmony() -> ReasoningMarks {
        ReasoningMarks::of("", |token| token.starts_with("<|"))
    }

    /// Reasoning and answer of a reply that arrives in pieces of `step` characters.
    fn split(marks: ReasoningMarks, prompt: &str, reply: &str, step: usize) -> (String, String) {
        let mut split = ReasoningSplit::after_prompt(marks, prompt);
        let chars: Vec<char> = reply.chars().collect();
        let mut segments = Vec::new();
        for chunk in chars.chunks(step) {
            segments.extend(split.push(&chunk.iter().collect::<String>()));
        }
        segments.extend(split.finish());
        let (mut reasoning, mut answer) = (String::new(), String::new());
        for segment in segments {
            match segment {
                ReplySegment::Reasoning(text) => reasoning += &text,
                ReplySegment::Answer(text) => answer += &text,
                ReplySegment::AnswerWasReasoning => reasoning += &std::mem::take(&mut answer),
            }
        }
        (reasoning, answer)
    }

    #[track_caller]
    fn splits(marks: ReasoningMarks, prompt: &str, reply: &str, reasoning: &str, answer: &str) {
        for step in 1..12 {
            assert_eq!(split(marks, prompt, reply, step), (reasoning.into(), answer.into()), "by {step}");
        }
    }

    #[test]
    fn what_was_held_back_comes_before_reasoning_that_came_in_another_way() {
        for (begin, held) in [
            ("<think>a<", ReplySegment::Reasoning("<".to_owned())),
            ("plain </thi", ReplySegment::Answer("</thi".to_owned())),
        ] {
            let mut split = ReasoningSplit::default();
            split.push(begin);
            assert_eq!(split.switch_off(), [held]);
            assert!(!split.holds_text());
        }
    }

    #[test]
    fn think_tags_are_found_across_any_borders() {
        let marks = marks(QWEN);
        splits(
            marks,
            "user",
            "\n<think>a <b> </thin</think>c <think>d</think>",
            "a <b> </thin",
            "c <think>d</think>",
        );
        splits(marks, "user\n<think>\n", "why</think>\n\n<svg/>", "why", "\n\n<svg/>");
        splits(marks, "<think>\n\n</think>\n\n", "<svg/>", "", "<svg/>");
        splits(marks, "", "<svg></svg><think>", "", "<svg></svg><think>");
        splits(marks, "", "<think>never done </thi", "never done </thi", "");
        splits(marks, "", " <thin", "", " <thin");
    }

    #[test]
    fn a_vocabulary_with_the_token_is_as_good_as_a_template_with_the_tag() {
        let deepseek = ReasoningMarks::of("User: {{ x }}", |token| token == "<think>");
        splits(deepseek, "", "<think>a</think>b", "a", "b");
    }

    #[test]
    fn a_model_of_which_nothing_is_known_may_use_the_marks_of_any_family() {
        let gemma = marks("<start_of_turn>model\n");
        assert_eq!(gemma, ReasoningMarks::Any);
        splits(gemma, "", "<think>a</think>b", "a", "b");
        splits(gemma, "", "[THINK]a</think>[/THINK]b", "a</think>", "b");
        splits(gemma, "", "◁think▷é◁/think▷ b", "é", " b");
        splits(gemma, "", "<|channel>thought\na<channel|>b", "a", "b");
        splits(gemma, "", "<thinking>a</thinking>b", "", "<thinking>a</thinking>b");
        splits(gemma, "", "a <think>b", "", "a <think>b");
    }

    #[test]
    fn a_mark_that_ends_what_none_began_makes_reasoning_of_all_before_it() {
        for marks in [marks(QWEN), marks("")] {
            splits(marks, "", "so: <svg/> no</think>\n<svg></svg>", "so: <svg/> no", "\n<svg></svg>");
            splits(marks, "", "</think>a</think>b", "", "a</think>b");
            splits(marks, "", "a</thin", "", "a</thin");
        }
        splits(marks(GRANITE), "", "a</think><response>b</response>", "a", "b");
        splits(marks(OLDER_GRANITE), "", "a Here is my response: b", "", "a Here is my response: b");
        let mut split = ReasoningSplit::default();
        split.push("a<");
        assert_eq!(split.switch_off(), [ReplySegment::Answer("<".to_owned())]);
        assert_eq!(split.push("</think>b"), [ReplySegment::Answer("</think>b".to_owned())]);
        assert!(!split.found());
    }

    #[test]
    fn the_blanks_between_are_of_neither_where_nothing_is_known() {
        for (reply, parts) in [
            ("\n<think>\na</think>\n\n<svg/> </think>", vec!["\na", "<svg/> </think>"]),
            ("<think></think> \n", vec![]),
        ] {
            let mut split = ReasoningSplit::default();
            let mut segments: Vec<ReplySegment> =
                reply.chars().flat_map(|c| split.push(&c.to_string())).collect();
            segments.extend(split.finish());
            let mut texts = [String::new(), String::new()];
            for segment in segments {
                match segment {
                    ReplySegment::Reasoning(text) => texts[0] += &text,
                    ReplySegment::Answer(text) => texts[1] += &text,
                    ReplySegment::AnswerWasReasoning => panic!("{reply}"),
                }
            }
            assert_eq!(texts.iter().filter(|text| !text.is_empty()).collect::<Vec<_>>(), parts);
            assert!(split.found() && !split.holds_text());
        }
    }

    #[test]
    fn granites_answer_stands_between_tags_of_its_own_or_after_a_phrase() {
        let granite = marks(GRANITE);
        splits(granite, "", "<think>a</think>\n<response> <svg/></response>\n", "a", " <svg/>\n");
        splits(granite, "", "<think>a</think>b </resp", "a", "b </resp");
        splits(granite, "", "no thought", "", "no thought");
        let older = marks(OLDER_GRANITE);
        splits(older, "", "Here's my thought process: a\n\nHere is my response: b", " a\n\n", " b");
        splits(older, "", "Here is my answer", "", "Here is my answer");
    }

    #[test]
    fn channels_tell_analysis_from_the_rest() {
        let prompt = "<|start|>user<|message|>Draw<|end|><|start|>assistant";
        let reply = "<|channel|>analysis<|message|>a < b<|end|>\
                     <|start|>assistant<|channel|>final<|message|><svg/><|return|>";
        splits(harmony(), prompt, reply, "a < b", "<svg/>");
        let forced = "<|start|>assistant<|channel|>final<|message|>";
        splits(harmony(), forced, "<svg/>", "", "<svg/>");
        let preamble =
            "<|channel|>commentary<|message|>First,<|end|><|start|>assistant<|channel|>analysis<|message|>a";
        splits(harmony(), prompt, preamble, "a", "First,");
        // No header at all, from a model that was not trained to the format.
        splits(harmony(), prompt, "<svg>\n</svg> <|en", "", "<svg>\n</svg> <|en");
        splits(harmony(), prompt, "short", "", "short");
    }

    proptest! {
        #[test]
        fn the_size_of_the_pieces_never_matters(
            reply in "(<think>|</think>|<response>|</response>|<|/|think>| |\n|x|é){0,12}",
            step in 1..9_usize,
            opened: bool,
            granite: bool,
        ) {
            let prompt = if opened { "<think>" } else { "" };
            let marks = marks(if granite { GRANITE } else { QWEN });
            prop_assert_eq!(split(marks, prompt, &reply, step), split(marks, prompt, &reply, usize::MAX));
        }

        #[test]
        fn the_size_of_the_pieces_never_matters_to_channels(
            reply in "(<\\|start\\|>|<\\|end\\|>|<\\|channel\\|>|<\\|message\\|>|analysis|final|<|\\|| |x|é){0,12}",
            step in 1..9_usize,
        ) {
            prop_assert_eq!(split(harmony(), "", &reply, step), split(harmony(), "", &reply, usize::MAX));
        }
    }
}
