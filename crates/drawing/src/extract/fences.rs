//! Markdown fences.

use std::ops::Range;

use pelicycle_reasoning::ReasoningTags;

use super::scanner::{ReplyScanner, SpanContext};

impl ReplyScanner<'_> {
    /// The length of the run of fence marks at `pos`, if a fence opens there.
    pub(super) fn fence_run(&self, pos: usize, to: usize) -> Option<usize> {
        let mark = self.text[pos];
        if !matches!(mark, b'`' | b'~') {
            return None;
        }
        let indent = self.text[..pos].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        if pos > indent && self.text[pos - indent - 1] != b'\n' {
            return None;
        }
        let run = self.text[pos..to].iter().take_while(|&&b| b == mark).count();
        let info = line(self.text, pos + run, to);
        (run >= 3 && !(mark == b'`' && self.text[info].contains(&b'`'))).then_some(run)
    }

    /// Walks a fence that opens at `pos`; returns the offset after it.
    pub(super) fn fence(&mut self, pos: usize, to: usize, draft: bool) -> Option<usize> {
        let run = self.fence_run(pos, to)?;
        let mark = self.text[pos];
        let first = line(self.text, pos + run, to);
        let info = String::from_utf8_lossy(&self.text[first.clone()]);
        let info: String =
            info.trim().split(['<', ' ', '\t']).next().unwrap_or("").chars().take(40).collect();
        let content = pos + run;
        let mut next = first.end + 1;
        let mut close = None;
        while next < to {
            let this = line(self.text, next, to);
            let trimmed = self.text[this.clone()].trim_ascii();
            if trimmed.len() >= run && trimmed.iter().all(|&b| b == mark) {
                close = Some(this);
                break;
            }
            next = this.end + 1;
        }
        let mut end = close.as_ref().map_or(to, |close| close.start);
        if close.is_none() {
            // Thinking that ends inside of an open fence ends the fence too.
            if !draft && self.found.thinking.is_empty() {
                let stray = (content..to).find(|&at| {
                    matches!(self.text[at], b'<' | b'[' | 0xE2)
                        && ReasoningTags::closing(&self.text[at..to]).is_some()
                });
                end = stray.unwrap_or(to);
            }
            if !self.text[content..end].trim_ascii().is_empty() {
                let _ = self.found.unclosed_fence.get_or_insert(pos);
            }
        }
        self.fenced(content, end, SpanContext { fence: Some(&info), draft });
        Some(close.map_or(end, |close| close.end))
    }
}

/// The rest of the line from `from`, its end excluded.
fn line(text: &[u8], from: usize, to: usize) -> Range<usize> {
    let from = from.min(to);
    let end = text[from..to].iter().position(|&b| b == b'\n').map_or(to, |at| from + at);
    from..end
}
