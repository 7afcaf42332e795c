//! The end of a reply as it comes in pieces of any length, watched for a circle.

use pelicycle_text::CircleWatch;

/// The bytes over which the same text must come again and again: some 2,000 tokens.
const LENGTH: usize = 8000;

/// The bytes over which a longer circle must come: one of 500 tokens, of which some are long words.
const LONG: usize = 4 * LENGTH;

/// The bytes that must come between two looks.
const INTERVAL: usize = 256;

/// The bytes that must come between two looks for longer circles, which take longer.
const LONG_INTERVAL: usize = 4096;

/// The last bytes of a reply.
pub(super) struct TextCircle {
    tail: Vec<u8>,
    /// The bytes that came since it was looked at.
    new: usize,
    /// The bytes that came since it was looked at for longer circles.
    new_for_long: usize,
    /// The bytes since something came that can be seen.
    blank: usize,
    watch: CircleWatch,
    long_watch: CircleWatch,
}

impl Default for TextCircle {
    fn default() -> TextCircle {
        TextCircle {
            tail: Vec::new(),
            new: 0,
            new_for_long: 0,
            blank: 0,
            watch: CircleWatch::over(LENGTH),
            long_watch: CircleWatch::over(LONG),
        }
    }
}

impl TextCircle {
    /// Takes in what the reply goes on with.
    pub(super) fn push(&mut self, more: &str) {
        self.new += more.len();
        self.new_for_long += more.len();
        self.blank = match more.rfind(|c| !is_blank(c)) {
            Some(last) => more.len() - last,
            None => self.blank + more.len(),
        };
        let more = more.as_bytes();
        self.tail.extend(&more[more.len().saturating_sub(LONG)..]);
        // Seldom, so that little is moved.
        if self.tail.len() > 4 * LONG {
            self.tail.drain(..self.tail.len() - LONG);
        }
    }

    /// Whether the reply goes round in a circle by now. It is looked at now and then.
    pub(super) fn closes(&mut self) -> bool {
        if self.new < INTERVAL {
            return false;
        }
        self.new = 0;
        // Blanks are a circle in whatever order they come.
        if self.blank > LENGTH || self.watch.closes(&self.tail) {
            return true;
        }
        if self.new_for_long < LONG_INTERVAL {
            return false;
        }
        self.new_for_long = 0;
        self.long_watch.closes(&self.tail)
    }
}

/// Whether nobody sees this character: blanks, and what has no width.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bytes after which a circle is seen in what comes in these pieces.
    fn seen(text: impl Iterator<Item = String>) -> Option<usize> {
        let (mut circle, mut come) = (TextCircle::default(), 0);
        for piece in text {
            circle.push(&piece);
            come += piece.len();
            if circle.closes() {
                return Some(come);
            }
        }
        None
    }

    #[test]
    fn circles_of_one_to_five_hundred_tokens_are_seen() {
        for tokens in [1, 2, 7, 60, 200, 500] {
            let round = (0..tokens).map(|n| format!("{n}th-word "));
            let begin = (0..300).map(|n| format!("<path d='M{n} 0'/>"));
            let at = seen(begin.chain(round.collect::<Vec<_>>().into_iter().cycle().take(20_000)));
            assert!(at.is_some_and(|at| at < 6 * LENGTH), "{tokens}: {at:?}");
        }
    }

    #[test]
    fn rounds_that_count_are_no_circle() {
        let row = |n| format!("<circle cx='{n}' cy='40' r='3' fill='white'/>\n");
        assert_eq!(seen((0..4000).map(row)), None);
        let rounds = (0..4000).map(|n| if n % 90 == 0 { format!("round {n}: ") } else { "la ".to_owned() });
        assert_eq!(seen(rounds), None);
    }
}
