//! The marks that models put around their reasoning.

use super::markup::Searches;

/// A pair of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    /// Begins the reasoning.
    pub(super) open: &'static [u8],
    /// Ends it.
    pub(super) close: &'static [u8],
}

macro_rules! marks {
    ($($open:literal $close:literal),* $(,)?) => {
        &[$(Marks { open: $open.as_bytes(), close: $close.as_bytes() }),*]
    };
}

/// Every pair that is known, in the lower case that replies are compared in.
const MARKS: &[Marks] = marks! {
    "<think>" "</think>",
    "<thinking>" "</thinking>",
    "<thought>" "</thought>",
    "<thoughts>" "</thoughts>",
    "<reasoning>" "</reasoning>",
    "<reflection>" "</reflection>",
    "<scratchpad>" "</scratchpad>",
    "<analysis>" "</analysis>",
    "<antthinking>" "</antthinking>",
    "<seed:think>" "</seed:think>",
    "[think]" "[/think]",
    "◁think▷" "◁/think▷",
    "<|channel|>analysis<|message|>" "<|end|>",
    "<|channel>thought" "<channel|>",
    "<|begin_of_thought|>" "<|end_of_thought|>",
    "<|start_thinking|>" "<|end_thinking|>",
};

/// Whether `text` begins with `mark`, whatever the case of its ASCII letters.
fn begins(text: &[u8], mark: &[u8]) -> bool {
    text.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark))
}

/// The marks that `text` opens with.
pub(super) fn opens(text: &[u8]) -> Option<Marks> {
    MARKS.iter().copied().find(|marks| begins(text, marks.open))
}

/// The marks that `text` closes with. `<|end|>` alone ends any message, so it is not among them.
pub(super) fn closes(text: &[u8]) -> Option<Marks> {
    MARKS.iter().copied().find(|marks| marks.close != b"<|end|>" && begins(text, marks.close))
}

/// The first end mark in `text[from..to]`, whatever its case.
pub(super) fn find_close(
    text: &[u8],
    marks: Marks,
    from: usize,
    to: usize,
    gone: &mut Searches,
) -> Option<usize> {
    // The first character of a mark never varies in case, so it serves as the anchor; the search for the
    // whole mark is remembered under the mark itself.
    if gone.failed_before(marks.close, from, to) {
        return None;
    }
    let anchor = marks.close[0];
    let mut pos = from;
    while let Some(at) = text.get(pos..to).and_then(|rest| rest.iter().position(|&b| b == anchor)) {
        if begins(&text[pos + at..to], marks.close) {
            return Some(pos + at);
        }
        pos += at + 1;
    }
    gone.remember(marks.close, from, to);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_any_case() {
        assert_eq!(opens(b"<THINK>x").map(|m| m.open), Some(&b"<think>"[..]));
        assert_eq!(opens(b"<thinker>"), None);
        let text = b"<think>a</b></Think>";
        let marks = opens(text).unwrap();
        assert_eq!(find_close(text, marks, 7, text.len(), &mut Searches::default()), Some(12));
    }

    #[test]
    fn the_end_of_any_message_is_not_a_stray_end_of_thinking() {
        assert_eq!(closes(b"<|end|>"), None);
        assert!(closes(b"</think>").is_some());
    }
}
