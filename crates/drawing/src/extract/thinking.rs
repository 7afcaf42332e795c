//! The thinking in a reply.

use pelicycle_text::reasoning::MarkPair;

use super::scanner::Scanner;
use crate::thinking::find_close;

impl Scanner<'_> {
    /// Whether a thinking mark that counts stands at `pos`, seen from inside of a drawing.
    pub(super) fn thinking_mark(&self, pos: usize) -> bool {
        let rest = &self.text[pos..];
        matches!(rest.first(), Some(b'<' | b'[' | 0xE2))
            && (MarkPair::closing(rest).is_some()
                || (self.at_line_start(pos) && MarkPair::opening(rest).is_some()))
    }

    /// Walks the thinking that opens, or ends without having been opened, at `pos`.
    pub(super) fn thinking(&mut self, pos: usize, to: usize) -> Option<usize> {
        let rest = &self.text[pos..to];
        if !matches!(rest.first(), Some(b'<' | b'[' | 0xE2)) {
            return None;
        }
        if let Some(marks) = MarkPair::closing(rest) {
            let end = pos + marks.close.len();
            if self.found.thinking.is_empty() {
                self.found.thinking.push(0..end);
                for span in &mut self.found.spans {
                    span.draft = true;
                }
            }
            return Some(end);
        }
        let marks = MarkPair::opening(rest)?;
        let content = pos + marks.open.len();
        let close = find_close(self.text, marks, content, to, &mut self.searches);
        // In a sentence, a mark that nothing closes is only talked about.
        if close.is_none() && !self.at_line_start(pos) {
            return None;
        }
        let end = close.map_or(to, |close| close + marks.close.len());
        if close.is_none() {
            let _ = self.found.unclosed_thinking.get_or_insert(pos);
        }
        self.found.thinking.push(pos..end);
        self.prose(content, close.unwrap_or(to), true);
        Some(end)
    }
}
