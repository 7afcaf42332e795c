//! Messages on channels, as gpt-oss writes them (OpenAI's "harmony" format), as a reply arrives.
//!
//! A message is `<|start|>`, a header, `<|message|>`, its text and an end mark. The header names the role and, after
//! `<|channel|>`, the channel: `analysis` is reasoning, every other is for the reader.

use crate::segment::{ReplySegment, begun_mark, first_mark};

pub(crate) const START: &str = "<|start|>";
pub(crate) const CHANNEL: &str = "<|channel|>";
pub(crate) const MESSAGE: &str = "<|message|>";
/// The marks that end a message; a new one may also begin without.
const ENDS: &[&str] = &["<|end|>", "<|return|>", "<|call|>", START, CHANNEL];
/// Headers are some words. What goes on longer without a message is taken for an answer without a header.
const LONGEST_HEADER: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Header,
    Reasoning,
    Answer,
}

/// Splits at the marks of messages, which are dropped with their headers.
#[derive(Debug)]
pub(crate) struct ChannelSplit {
    place: Place,
    held: String,
}

impl ChannelSplit {
    /// For the reply to a prompt, which ends in the header of the reply's first message, or later.
    pub(crate) fn after_prompt(prompt: &str) -> ChannelSplit {
        let last = prompt.rfind(START).map_or("", |at| &prompt[at + START.len()..]);
        let place = match last.split_once(MESSAGE) {
            Some((header, _)) => place_of(header),
            None => Place::Header,
        };
        ChannelSplit { place, held: String::new() }
    }

    pub(crate) fn holds_text(&self) -> bool {
        !self.held.is_empty()
    }

    pub(crate) fn push(&mut self, text: &str, segments: &mut Vec<ReplySegment>) {
        self.held.push_str(text);
        loop {
            if self.place == Place::Header {
                if let Some(at) = self.held.find(MESSAGE) {
                    self.place = place_of(&self.held[..at]);
                    self.held.drain(..at + MESSAGE.len());
                } else if self.held.len() > LONGEST_HEADER || self.held.contains('\n') {
                    self.place = Place::Answer;
                } else {
                    return;
                }
            }
            match first_mark(&self.held, ENDS) {
                Some((at, mark)) => {
                    self.give(at, segments);
                    // What begins the next header is part of it.
                    self.held.drain(..if mark == CHANNEL { 0 } else { mark.len() });
                    self.place = Place::Header;
                }
                None => {
                    let certain = self.held.len() - begun_mark(&self.held, ENDS);
                    return self.give(certain, segments);
                }
            }
        }
    }

    /// Ends the reply: what was held back because it could have become a mark.
    pub(crate) fn finish(&mut self, segments: &mut Vec<ReplySegment>) {
        let all = self.held.len();
        self.give(all, segments);
    }

    fn give(&mut self, len: usize, segments: &mut Vec<ReplySegment>) {
        let text: String = self.held.drain(..len).collect();
        if !text.is_empty() {
            segments.push(match self.place {
                Place::Reasoning => ReplySegment::Reasoning(text),
                Place::Header | Place::Answer => ReplySegment::Answer(text),
            });
        }
    }
}

fn place_of(header: &str) -> Place {
    let channel = header.rsplit_once(CHANNEL).map_or("", |(_, channel)| channel);
    if channel.trim_start().starts_with("analysis") { Place::Reasoning } else { Place::Answer }
}
