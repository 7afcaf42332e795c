//! Reasoning between marks, as a reply arrives.

use super::marks::ReasoningTags;
use super::segment::{ReplySegment, begun_mark, first_mark};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing but blanks so far: a mark may still open the reasoning.
    Start,
    Reasoning,
    /// Nothing but blanks since the reasoning: a mark may still open the answer.
    Between,
    Answer,
}

/// Splits at marks. What stands before a mark is not given before it is certain that no mark begins in it.
#[derive(Debug)]
pub(super) struct TagSplit {
    tags: &'static ReasoningTags,
    place: Place,
    held: String,
}

impl TagSplit {
    /// For the reply to a prompt, which may end in an opening mark.
    pub(super) fn after_prompt(tags: &'static ReasoningTags, prompt: &str) -> TagSplit {
        let opened = tags.open.iter().any(|open| prompt.trim_end().ends_with(open));
        TagSplit { tags, place: if opened { Place::Reasoning } else { Place::Start }, held: String::new() }
    }

    pub(super) fn push(&mut self, text: &str, segments: &mut Vec<ReplySegment>) {
        self.held.push_str(text);
        loop {
            match self.place {
                Place::Start => {
                    let body = self.held.trim_start();
                    if let Some(rest) = self.tags.open.iter().find_map(|open| body.strip_prefix(open)) {
                        self.held = rest.to_owned();
                        self.place = Place::Reasoning;
                    } else if self.tags.open.iter().any(|open| open.starts_with(body)) {
                        return;
                    } else {
                        self.place = Place::Answer;
                    }
                }
                Place::Reasoning => {
                    if !self.give_to_mark(self.tags.close, segments) {
                        return;
                    }
                    self.place = if self.tags.answer.is_some() { Place::Between } else { Place::Answer };
                }
                Place::Between => {
                    let body = self.held.trim_start();
                    let open = self.tags.answer.map_or("", |(open, _)| open);
                    if let Some(rest) = body.strip_prefix(open) {
                        self.held = rest.to_owned();
                    } else if open.starts_with(body) {
                        return;
                    }
                    self.place = Place::Answer;
                }
                Place::Answer => match self.tags.answer {
                    Some((_, close)) => {
                        if !self.give_to_mark(&[close], segments) {
                            return;
                        }
                    }
                    None => {
                        let all = self.held.len();
                        return self.give(all, segments);
                    }
                },
            }
        }
    }

    /// Ends the reply: what was held back because it could have become a mark.
    pub(super) fn finish(&mut self, segments: &mut Vec<ReplySegment>) {
        let all = self.held.len();
        self.give(all, segments);
    }

    /// Gives what stands before the first of some marks, and drops the mark: true. Without one, gives what can't
    /// be the beginning of one: false.
    fn give_to_mark(&mut self, marks: &[&str], segments: &mut Vec<ReplySegment>) -> bool {
        match first_mark(&self.held, marks) {
            Some((at, mark)) => {
                self.give(at, segments);
                self.held.drain(..mark.len());
                true
            }
            None => {
                let certain = self.held.len() - begun_mark(&self.held, marks);
                self.give(certain, segments);
                false
            }
        }
    }

    fn give(&mut self, len: usize, segments: &mut Vec<ReplySegment>) {
        let text: String = self.held.drain(..len).collect();
        if !text.is_empty() {
            segments.push(match self.place {
                Place::Reasoning => ReplySegment::Reasoning(text),
                Place::Start | Place::Between | Place::Answer => ReplySegment::Answer(text),
            });
        }
    }
}
