//! The segments of a reply, and the search for the marks between them.

/// A segment of a reply: reasoning or answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplySegment {
    /// Part of the reasoning.
    Reasoning(String),
    /// Part of the answer.
    Answer(String),
    /// All that was given as answer was reasoning: a mark has come that ends it, and none that began it.
    AnswerWasReasoning,
}

/// The first place of any of some marks, and which it is.
pub(crate) fn first_mark<'a>(text: &str, marks: &[&'a str]) -> Option<(usize, &'a str)> {
    marks.iter().filter_map(|mark| Some((text.find(mark)?, *mark))).min_by_key(|&(at, _)| at)
}

/// The number of bytes at the end of `text` could be the beginning of one of some marks.
pub(crate) fn begun_mark(text: &str, marks: &[&str]) -> usize {
    let begun = |mark: &&str| {
        (1..mark.len()).rev().find(|&len| mark.is_char_boundary(len) && text.ends_with(&mark[..len]))
    };
    marks.iter().filter_map(begun).max().unwrap_or(0)
}
