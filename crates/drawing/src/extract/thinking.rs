//! The thinking in a reply.

use pelicycle_reasoning::ReasoningTags;

use super::scanner::ReplyScanner;
use crate::markup::SearchCache;

impl ReplyScanner<'_> {
    /// Whether a thinking mark that counts stands at `pos`, seen from inside of a drawing.
    pub(super) fn thinking_mark(&self, pos: usize) -> bool {
        let rest = &self.text[pos..];
        matches!(rest.first(), Some(b'<' | b'[' | 0xE2))
            && (ReasoningTags::closing(rest).is_some()
                || (self.at_line_start(pos) && ReasoningTags::opening(rest).is_some()))
    }

    /// Walks the thinking that opens, or ends without having been opened, at `pos`.
    pub(super) fn thinking(&mut self, pos: usize, to: usize) -> Option<usize> {
        let rest = &self.text[pos..to];
        if !matches!(rest.first(), Some(b'<' | b'[' | 0xE2)) {
            return None;
        }
        if let Some(marks) = ReasoningTags::closing(rest) {
            let end = pos + marks.end().len();
            if self.found.thinking.is_empty() {
                self.found.thinking.push(0..end);
                for span in &mut self.found.spans {
                    span.draft = true;
                }
            }
            return Some(end);
        }
        let (marks, open) = ReasoningTags::opening(rest)?;
        let content = pos + open;
        let close = find_close(self.text, marks, content, to, &mut self.searches);
        // In a sentence, a mark that nothing closes is only talked about.
        if close.is_none() && !self.at_line_start(pos) {
            return None;
        }
        let end = close.map_or(to, |close| close + marks.end().len());
        if close.is_none() {
            let _ = self.found.unclosed_thinking.get_or_insert(pos);
        }
        self.found.thinking.push(pos..end);
        self.prose(content, close.unwrap_or(to), true);
        Some(end)
    }
}

/// The first end mark of a pair in `text[from..to]`, whatever its case.
fn find_close(
    text: &[u8],
    marks: &ReasoningTags,
    from: usize,
    to: usize,
    gone: &mut SearchCache,
) -> Option<usize> {
    // The first character of a mark never varies in case, so it serves as the anchor; the search for the
    // whole mark is remembered under the mark itself.
    let close = marks.end().as_bytes();
    if gone.failed_before(close, from, to) {
        return None;
    }
    let anchor = close[0];
    let mut pos = from;
    while let Some(at) = text.get(pos..to).and_then(|rest| rest.iter().position(|&b| b == anchor)) {
        if marks.closes(&text[pos + at..to]) {
            return Some(pos + at);
        }
        pos += at + 1;
    }
    gone.remember(close, from, to);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_reasoning_is_found_in_any_case() {
        let text = b"<think>a</b></Think>";
        let (marks, _) = ReasoningTags::opening(text).unwrap();
        assert_eq!(find_close(text, marks, 7, text.len(), &mut SearchCache::default()), Some(12));
    }
}
