//! Taking reasoning out of a reply that arrives in pieces.

use super::MarkPair;

/// A reply on its way to being split into answer and reasoning: the latter stands between the marks of
/// [`MarkPair::THINK`] at the very beginning.
#[derive(Debug, Default)]
pub struct ReasoningSplitter {
    position: Position,
    /// Text that may be the beginning of a mark.
    held: String,
}

/// Which part of the reply has been reached.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Nothing but blanks has come, or the beginning of the first mark.
    #[default]
    Start,
    /// The reasoning.
    Reasoning,
    /// The blanks between the reasoning and the answer, which are of neither.
    Between,
    /// The answer; `reasoned` where reasoning stood before it.
    Answer { reasoned: bool },
}

/// A piece of a reply, split.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SplitText {
    /// The part of it that is answer.
    pub answer: String,
    /// The part of it that is reasoning.
    pub reasoning: String,
}

impl ReasoningSplitter {
    /// Takes more of the reply in, and gives what is certain by that.
    pub fn push(&mut self, text: &str) -> SplitText {
        self.held.push_str(text);
        let mut split = SplitText::default();
        while self.step(&mut split) {}
        split
    }

    /// Ends the reply: what was held back is what it looks like.
    pub fn finish(&mut self) -> SplitText {
        let held = std::mem::take(&mut self.held);
        match self.position {
            Position::Reasoning => SplitText { answer: String::new(), reasoning: held },
            Position::Between => SplitText::default(),
            Position::Start | Position::Answer { .. } => SplitText { answer: held, reasoning: String::new() },
        }
    }

    /// Whether text has come that was not given yet.
    #[must_use]
    pub fn holds_text(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether there was reasoning between marks.
    #[must_use]
    pub fn found(&self) -> bool {
        match self.position {
            Position::Start => false,
            Position::Reasoning | Position::Between => true,
            Position::Answer { reasoned } => reasoned,
        }
    }

    /// Takes the reply for an answer from here on: its reasoning came in another way. One whose marks have begun already
    /// is split to its end.
    pub fn switch_off(&mut self) {
        if self.position == Position::Start {
            self.position = Position::Answer { reasoned: false };
        }
    }

    /// Goes on by one part of the reply; false where more text is needed for that.
    fn step(&mut self, split: &mut SplitText) -> bool {
        match self.position {
            Position::Start => {
                let text = self.held.trim_start();
                if let Some(rest) = text.strip_prefix(MarkPair::THINK.open) {
                    self.held = rest.to_owned();
                    self.position = Position::Reasoning;
                } else if MarkPair::THINK.open.starts_with(text) {
                    return false;
                } else {
                    self.position = Position::Answer { reasoned: false };
                }
            }
            Position::Reasoning => {
                let Some((reasoning, rest)) = self.held.split_once(MarkPair::THINK.close) else {
                    let certain = self.held.len() - begun(&self.held, MarkPair::THINK.close);
                    split.reasoning.push_str(&self.held[..certain]);
                    self.held.drain(..certain);
                    return false;
                };
                split.reasoning.push_str(reasoning);
                self.held = rest.to_owned();
                self.position = Position::Between;
            }
            Position::Between => {
                let text = self.held.trim_start();
                if text.is_empty() {
                    return false;
                }
                self.held = text.to_owned();
                self.position = Position::Answer { reasoned: true };
            }
            Position::Answer { .. } => {
                split.answer.push_str(&self.held);
                self.held.clear();
                return false;
            }
        }
        true
    }
}

/// The number of bytes at the end of `text` that may be the beginning of a mark.
fn begun(text: &str, mark: &str) -> usize {
    (1..mark.len()).rev().find(|&len| text.ends_with(&mark[..len])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&str]) -> (String, String, bool) {
        let mut splitter = ReasoningSplitter::default();
        let (mut answer, mut reasoning) = (String::new(), String::new());
        for piece in pieces {
            let split = splitter.push(piece);
            answer.push_str(&split.answer);
            reasoning.push_str(&split.reasoning);
        }
        let rest = splitter.finish();
        (answer + &rest.answer, reasoning + &rest.reasoning, splitter.found())
    }

    #[test]
    fn marks_are_found_at_the_beginning_however_they_are_cut() {
        let whole = "\n<think>\nA pelican…</b></think>\n\n<svg/> </think>";
        let expected = ("<svg/> </think>".to_owned(), "\nA pelican…</b>".to_owned(), true);
        assert_eq!(split(&[whole]), expected);
        let single: Vec<String> = whole.chars().map(String::from).collect();
        assert_eq!(split(&single.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_only_looks_like_marks_is_answer() {
        for text in ["<thin", "a <think>b</think>", "<svg/>", "", "  "] {
            assert_eq!(split(&[text]), (text.to_owned(), String::new(), false));
        }
        assert_eq!(split(&["<think>never ended"]), (String::new(), "never ended".to_owned(), true));
    }

    #[test]
    fn switched_off_it_gives_what_it_held_and_leaves_the_rest_as_it_is() {
        let mut splitter = ReasoningSplitter::default();
        assert_eq!(splitter.push("<thi"), SplitText::default());
        splitter.switch_off();
        assert!(splitter.holds_text());
        assert_eq!(splitter.push("nk>is a mark").answer, "<think>is a mark");
        assert!(!splitter.found() && !splitter.holds_text());
    }
}
