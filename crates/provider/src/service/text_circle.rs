//! The end of a reply as it comes in pieces of any length, watched for a circle.

use pelicycle_text::CircleWatch;

/// The bytes over which the same text must come again and again: some 2,000 tokens.
const LENGTH: usize = 8000;

/// The bytes that must come between two looks.
const INTERVAL: usize = 256;

/// The last bytes of a reply.
pub(super) struct TextCircle {
    tail: Vec<u8>,
    /// The bytes that came since it was looked at.
    new: usize,
    /// The bytes since something came that can be seen.
    blank: usize,
    watch: CircleWatch,
}

impl Default for TextCircle {
    fn default() -> TextCircle {
        TextCircle { tail: Vec::new(), new: 0, blank: 0, watch: CircleWatch::over(LENGTH) }
    }
}

impl TextCircle {
    /// Takes in what the reply goes on with.
    pub(super) fn push(&mut self, more: &str) {
        self.new += more.len();
        self.blank = match more.rfind(|c| !is_blank(c)) {
            Some(last) => more.len() - last,
            None => self.blank + more.len(),
        };
        let more = more.as_bytes();
        self.tail.extend(&more[more.len().saturating_sub(LENGTH)..]);
        // Seldom, so that little is moved.
        if self.tail.len() > 4 * LENGTH {
            self.tail.drain(..self.tail.len() - LENGTH);
        }
    }

    /// Whether the reply goes round in a circle by now. It is looked at now and then.
    pub(super) fn closes(&mut self) -> bool {
        if self.new < INTERVAL {
            return false;
        }
        self.new = 0;
        // Blanks are a circle in whatever order they come.
        self.blank > LENGTH || self.watch.closes(&self.tail)
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
