//! Reasoning between marks, as a reply arrives.

use crate::marks::ReasoningTags;
use crate::segment::{ReplySegment, begun_mark, first_mark};

/// The most bytes of blanks in front of a mark that may still come. A reply of endless blanks is given to its reader, who
/// sees that it has no end.
const MOST_BLANKS: usize = 1 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing but blanks so far: a mark may still open the reasoning.
    Start,
    Reasoning,
    /// Nothing but blanks since the reasoning: a mark may still open the answer.
    Between,
    /// An answer before which no reasoning stood: a mark may still say that it is reasoning itself.
    Unopened,
    Answer,
    /// After the mark that ends the answer: whatever comes is text.
    After,
}

/// Splits at marks. What stands before a mark is not given before it is certain that no mark begins in it.
#[derive(Debug)]
pub(crate) struct TagSplit {
    /// The pairs that may come; the first that does is the one that counts.
    known: Vec<&'static ReasoningTags>,
    place: Place,
    held: String,
    /// Whether there was reasoning.
    found: bool,
    /// Whether the blanks between reasoning and answer are dropped.
    trims: bool,
}

impl TagSplit {
    /// For the reply to a prompt, which may end in an opening mark.
    pub(crate) fn after_prompt(known: Vec<&'static ReasoningTags>, prompt: &str, trims: bool) -> TagSplit {
        let opens = |tags: &&&ReasoningTags| {
            tags.open.iter().any(|open| prompt.trim_end().ends_with(open.trim_end()))
        };
        let opened = known.iter().find(opens).copied();
        TagSplit {
            place: if opened.is_some() { Place::Reasoning } else { Place::Start },
            known: opened.map_or(known, |tags| vec![tags]),
            held: String::new(),
            found: false,
            trims,
        }
    }

    pub(crate) fn holds_text(&self) -> bool {
        !self.held.is_empty()
    }

    pub(crate) fn found(&self) -> bool {
        self.found
    }

    /// Ends the search for reasoning that has not begun by now. What was held back came before the reasoning that came in
    /// another way, so it is given before that: no mark goes on behind it.
    pub(crate) fn switch_off(&mut self, segments: &mut Vec<ReplySegment>) {
        if matches!(self.place, Place::Start | Place::Unopened) {
            self.place = Place::Answer;
        }
        if matches!(self.place, Place::Reasoning | Place::Answer) {
            let all = self.held.len();
            self.give(all, segments);
        }
    }

    pub(crate) fn push(&mut self, text: &str, segments: &mut Vec<ReplySegment>) {
        self.held.push_str(text);
        while self.step(segments) {}
    }

    /// Goes on by one part of the reply; false where more text is needed for that.
    fn step(&mut self, segments: &mut Vec<ReplySegment>) -> bool {
        match self.place {
            Place::Start => return self.start(),
            Place::Reasoning => {
                let close = self.known[0].close;
                if !self.give_to_mark(close, segments) {
                    return false;
                }
                self.place = self.after_reasoning();
            }
            Place::Between => {
                let body = self.held.trim_start();
                let open = self.known[0].answer.map_or("", |(open, _)| open);
                if self.held.len() - body.len() > MOST_BLANKS {
                    self.place = Place::Answer;
                    return true;
                }
                if open.starts_with(body) && (body.is_empty() || body.len() < open.len()) {
                    return false;
                }
                if let Some(rest) = body.strip_prefix(open) {
                    self.held = rest.to_owned();
                }
                self.place = Place::Answer;
            }
            Place::Unopened => {
                let closes: Vec<&str> = self.unopened().flat_map(|tags| tags.close).copied().collect();
                let Some((_, mark)) = first_mark(&self.held, &closes) else {
                    self.give_to_mark(&closes, segments);
                    return false;
                };
                self.give_to_mark(&closes, segments);
                segments.push(ReplySegment::AnswerWasReasoning);
                self.known.retain(|tags| tags.close.contains(&mark));
                self.found = true;
                self.place = self.after_reasoning();
            }
            Place::Answer => {
                let close = self.known.first().and_then(|tags| tags.answer).map(|(_, close)| close);
                if close.is_some_and(|close| !self.give_to_mark(&[close], segments)) {
                    return false;
                }
                self.place = Place::After;
            }
            Place::After => {
                let all = self.held.len();
                self.give(all, segments);
                return false;
            }
        }
        true
    }

    fn start(&mut self) -> bool {
        let body = self.held.trim_start();
        let opens = || self.known.iter().flat_map(|tags| tags.open.iter().map(move |open| (*tags, *open)));
        // A longer mark that may still come counts before a shorter one that is there.
        let blanks = self.held.len() - body.len();
        let may_open = opens().any(|(_, open)| open.len() > body.len() && open.starts_with(body));
        if blanks <= MOST_BLANKS && may_open {
            return false;
        }
        match opens().find(|(_, open)| blanks <= MOST_BLANKS && body.starts_with(open)) {
            Some((tags, open)) => {
                self.held = body[open.len()..].to_owned();
                self.known = vec![tags];
                self.found = true;
                self.place = Place::Reasoning;
            }
            None => self.place = Place::Unopened,
        }
        true
    }

    /// The pairs whose last mark may come alone.
    fn unopened(&self) -> impl Iterator<Item = &'static ReasoningTags> {
        self.known.iter().copied().filter(|tags| tags.ends_unopened())
    }

    fn after_reasoning(&self) -> Place {
        if self.trims || self.known[0].answer.is_some() { Place::Between } else { Place::Answer }
    }

    /// Ends the reply: what was held back because it could have become a mark.
    pub(crate) fn finish(&mut self, segments: &mut Vec<ReplySegment>) {
        let all = self.held.len();
        if self.place == Place::Between && self.trims && self.held.trim().is_empty() {
            self.held.clear();
        } else {
            self.give(all, segments);
        }
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
                _ => ReplySegment::Answer(text),
            });
        }
    }
}
