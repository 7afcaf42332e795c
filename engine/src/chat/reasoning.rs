//! Tells what a model thinks aloud from what it answers, while the reply is still arriving.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// A piece of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Part of the reasoning.
    Reasoning(String),
    /// Part of the answer.
    Answer(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing but blanks so far: a marker may still open the reasoning.
    Start,
    Reasoning,
    Answer,
}

/// Splits a reply into reasoning and answer at `<think>` and `</think>`.
///
/// Reasoning begins where the prompt has opened it already, or where the reply begins with the marker (blanks
/// before it are dropped); it ends at the first closing marker, and all that follows is the answer, markers
/// included. Text is otherwise given as it came, each character once.
#[derive(Debug)]
pub struct ReasoningSplit {
    place: Place,
    held: String,
}

impl ReasoningSplit {
    /// A split of the reply to a prompt, which may end in an opening marker.
    pub fn after_prompt(prompt: &str) -> ReasoningSplit {
        let opened = prompt.trim_end().ends_with(OPEN);
        ReasoningSplit { place: if opened { Place::Reasoning } else { Place::Start }, held: String::new() }
    }

    /// Takes in text and gives the pieces that are certain by now.
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        self.held.push_str(text);
        let mut pieces = Vec::new();
        loop {
            match self.place {
                Place::Start => {
                    let body = self.held.trim_start();
                    if let Some(rest) = body.strip_prefix(OPEN) {
                        self.held = rest.to_owned();
                        self.place = Place::Reasoning;
                    } else if OPEN.starts_with(body) {
                        return pieces;
                    } else {
                        self.place = Place::Answer;
                    }
                }
                Place::Reasoning => {
                    if let Some(at) = self.held.find(CLOSE) {
                        let rest = self.held.split_off(at + CLOSE.len());
                        self.held.truncate(at);
                        self.give(&mut pieces);
                        self.held = rest;
                        self.place = Place::Answer;
                    } else {
                        let held_back = self.held.split_off(self.held.len() - begun_marker(&self.held));
                        self.give(&mut pieces);
                        self.held = held_back;
                        return pieces;
                    }
                }
                Place::Answer => {
                    self.give(&mut pieces);
                    return pieces;
                }
            }
        }
    }

    /// Ends the reply: what was held back because it could have become a marker.
    pub fn finish(mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.give(&mut pieces);
        pieces
    }

    fn give(&mut self, pieces: &mut Vec<Piece>) {
        let text = std::mem::take(&mut self.held);
        if !text.is_empty() {
            pieces.push(match self.place {
                Place::Reasoning => Piece::Reasoning(text),
                Place::Start | Place::Answer => Piece::Answer(text),
            });
        }
    }
}

/// How many bytes at the end of `text` could be the beginning of a closing marker.
fn begun_marker(text: &str) -> usize {
    (1..CLOSE.len()).rev().find(|&len| text.ends_with(&CLOSE[..len])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reasoning and answer of a reply that arrives in pieces of `step` characters.
    fn split(prompt: &str, reply: &str, step: usize) -> (String, String) {
        let mut split = ReasoningSplit::after_prompt(prompt);
        let chars: Vec<char> = reply.chars().collect();
        let mut pieces = Vec::new();
        for chunk in chars.chunks(step) {
            pieces.extend(split.push(&chunk.iter().collect::<String>()));
        }
        pieces.extend(split.finish());
        let (mut reasoning, mut answer) = (String::new(), String::new());
        for piece in pieces {
            match piece {
                Piece::Reasoning(text) => reasoning += &text,
                Piece::Answer(text) => answer += &text,
            }
        }
        (reasoning, answer)
    }

    #[test]
    fn markers_are_found_across_any_borders() {
        for step in 1..12 {
            let opened_by_model = split("user", "\n<think>a <b> </thin</think>c <think>d</think>", step);
            assert_eq!(opened_by_model, ("a <b> </thin".into(), "c <think>d</think>".into()));
            let opened_by_prompt = split("user\n<think>\n", "why</think>\n\n<svg/>", step);
            assert_eq!(opened_by_prompt, ("why".into(), "\n\n<svg/>".into()));
            assert_eq!(split("", "<svg></svg><think>", step), (String::new(), "<svg></svg><think>".into()));
            assert_eq!(
                split("", "<think>never done </thi", step),
                ("never done </thi".into(), String::new())
            );
            assert_eq!(split("", " <thin", step), (String::new(), " <thin".into()));
        }
    }

    proptest! {
        #[test]
        fn the_size_of_the_pieces_never_matters(
            reply in "(<think>|</think>|<|/|think|>| |x|é){0,12}", step in 1..9_usize, opened: bool,
        ) {
            let prompt = if opened { OPEN } else { "" };
            prop_assert_eq!(split(prompt, &reply, step), split(prompt, &reply, usize::MAX));
        }
    }
}
