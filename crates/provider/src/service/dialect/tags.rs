//! Reasoning that a server leaves in the answer: `<think>…</think>` at its very beginning.

/// The tags of models whose servers do not take them apart.
const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Text on its way to being taken apart.
#[derive(Debug, Default)]
pub(super) struct Tags {
    state: State,
    /// Text that may be the beginning of a tag.
    held: String,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing but blanks has come, or the beginning of the tag.
    #[default]
    Begin,
    /// Within the tags.
    Inside,
    /// After them: blanks before the answer are not of it.
    Behind,
    /// The rest is the answer.
    Answer { found: bool },
}

/// A text taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) text: String,
    pub(super) reasoning: String,
}

impl Tags {
    /// Takes more text in.
    pub(super) fn push(&mut self, text: &str) -> Parts {
        self.held.push_str(text);
        let mut parts = Parts::default();
        loop {
            match self.state {
                State::Begin => {
                    let begun = self.held.trim_start();
                    if let Some(rest) = begun.strip_prefix(OPEN) {
                        self.held = rest.to_owned();
                        self.state = State::Inside;
                    } else if OPEN.starts_with(begun) {
                        return parts;
                    } else {
                        self.state = State::Answer { found: false };
                    }
                }
                State::Inside => {
                    if let Some((reasoning, rest)) = self.held.split_once(CLOSE) {
                        parts.reasoning.push_str(reasoning);
                        self.held = rest.to_owned();
                        self.state = State::Behind;
                    } else {
                        let keep = held_back(&self.held);
                        let rest = self.held.split_off(self.held.len() - keep);
                        parts.reasoning.push_str(&std::mem::replace(&mut self.held, rest));
                        return parts;
                    }
                }
                State::Behind => {
                    let begun = self.held.trim_start();
                    if begun.is_empty() {
                        return parts;
                    }
                    self.held = begun.to_owned();
                    self.state = State::Answer { found: true };
                }
                State::Answer { .. } => {
                    parts.text.push_str(&std::mem::take(&mut self.held));
                    return parts;
                }
            }
        }
    }

    /// The text is over: what was held back is what it looks like.
    pub(super) fn finish(&mut self) -> Parts {
        let held = std::mem::take(&mut self.held);
        match self.state {
            State::Inside => Parts { text: String::new(), reasoning: held },
            State::Behind => Parts::default(),
            State::Begin | State::Answer { .. } => Parts { text: held, reasoning: String::new() },
        }
    }

    /// Whether text has come that was not given yet.
    pub(super) fn holds_text(&self) -> bool {
        !self.held.is_empty()
    }

    /// Whether there were tags.
    pub(super) fn found(&self) -> bool {
        matches!(self.state, State::Inside | State::Behind | State::Answer { found: true })
    }

    /// Leaves all further text as it is.
    pub(super) fn switch_off(&mut self) {
        if self.state == State::Begin {
            self.state = State::Answer { found: false };
        }
    }

    /// Whether all further text is left as it is.
    pub(super) fn is_off(&self) -> bool {
        matches!(self.state, State::Answer { found: false }) && self.held.is_empty()
    }
}

/// Bytes at the end of `text` that may be the beginning of the end tag.
fn held_back(text: &str) -> usize {
    (1..CLOSE.len()).rev().find(|&n| text.ends_with(&CLOSE[..n])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pieces: &[&str]) -> (String, String, bool) {
        let mut tags = Tags::default();
        let (mut text, mut reasoning) = (String::new(), String::new());
        for piece in pieces {
            let parts = tags.push(piece);
            text.push_str(&parts.text);
            reasoning.push_str(&parts.reasoning);
        }
        let rest = tags.finish();
        (text + &rest.text, reasoning + &rest.reasoning, tags.found())
    }

    #[test]
    fn tags_are_found_at_the_beginning_however_they_are_cut() {
        let whole = "\n<think>\nA pelican…</b></think>\n\n<svg/> </think>";
        let expected = ("<svg/> </think>".to_owned(), "\nA pelican…</b>".to_owned(), true);
        assert_eq!(parts(&[whole]), expected);
        let single: Vec<String> = whole.chars().map(String::from).collect();
        assert_eq!(parts(&single.iter().map(String::as_str).collect::<Vec<_>>()), expected);
    }

    #[test]
    fn what_only_looks_like_tags_is_text() {
        for text in ["<thin", "a <think>b</think>", "<svg/>", "", "  "] {
            assert_eq!(parts(&[text]), (text.to_owned(), String::new(), false));
        }
        assert_eq!(parts(&["<think>never ended"]), (String::new(), "never ended".to_owned(), true));
    }
}
