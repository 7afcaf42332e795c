//! The inside of a drawing: where it ends, and whether it is one.

use std::ops::Range;

use super::super::markup::{ConstructKind, MarkupConstruct, construct};
use super::CandidateSpan;
use super::scanner::{ReplyScanner, SpanContext};

/// An `svg` element that is open.
struct OpenSvg {
    start: usize,
    tag: MarkupConstruct,
    attributes: bool,
    text_follows: bool,
    children: usize,
    shapes: usize,
}

/// A nested drawing that is closed.
struct ClosedSvg {
    range: Range<usize>,
    mention: bool,
    shapes: usize,
}

impl ReplyScanner<'_> {
    /// Walks a drawing from its root's start tag; returns where to go on.
    pub(super) fn drawing(
        &mut self,
        start: usize,
        tag_at: usize,
        tag: MarkupConstruct,
        to: usize,
        around: SpanContext<'_>,
    ) -> usize {
        let mut done: Vec<ClosedSvg> = Vec::new();
        let mut pos = tag.end;
        let mut stack = vec![self.open(start, tag_at, tag, to)];
        let mut stop = to;
        while pos < to {
            let byte = self.text[pos];
            if around.fence.is_none() && matches!(byte, b'`' | b'~') && self.fence_run(pos, to).is_some() {
                stop = pos;
                break;
            }
            if byte != b'<' {
                if !around.draft && self.thinking_mark(pos) {
                    stop = pos;
                    break;
                }
                pos += 1;
                continue;
            }
            if !around.draft && self.thinking_mark(pos) {
                stop = pos;
                break;
            }
            let Some(lexed) = construct(self.text, pos, to, &mut self.searches) else {
                pos += 1;
                continue;
            };
            let next = lexed.end;
            match lexed.kind {
                ConstructKind::Start { empty } => {
                    if let Some(top) = stack.last_mut() {
                        top.children += 1;
                        top.shapes += usize::from(self.is_shape(&lexed));
                    }
                    if self.is_svg(&lexed) && !(empty && lexed.closed) {
                        let open = self.open(pos, pos, lexed, to);
                        stack.push(open);
                    }
                    pos = next.max(pos + 1);
                }
                ConstructKind::End if self.is_svg(&lexed) => {
                    let Some(open) = stack.pop() else { break };
                    while done.last().is_some_and(|inner| inner.range.start > open.start) {
                        done.pop();
                    }
                    let mention = open.text_follows && (!open.attributes || open.children == 0);
                    let (range, shapes) = (open.start..next, open.shapes);
                    let Some(outer) = stack.last_mut() else {
                        let escape = self.escape_in_address(&range).filter(|_| !mention);
                        self.found.spans.push(CandidateSpan {
                            mention,
                            shapes,
                            escape,
                            ..around.span(range)
                        });
                        return next;
                    };
                    outer.shapes += shapes;
                    done.push(ClosedSvg { range, mention, shapes });
                    pos = next;
                }
                ConstructKind::End => pos = next.max(pos + 1),
                // One that never ends hides nothing: its drawing is not well-formed, but may be whole.
                _ if !lexed.closed => pos += 2,
                _ => pos = next,
            }
        }
        self.unclosed(&stack, done, stop, to, around);
        stop
    }

    /// Takes a root, or a nested `svg`, that was never closed for a drawing or for a mention.
    fn unclosed(
        &mut self,
        stack: &[OpenSvg],
        done: Vec<ClosedSvg>,
        stop: usize,
        to: usize,
        around: SpanContext<'_>,
    ) {
        let cut_by_mark = stop < to || around.fence.is_some_and(|_| to < self.text.len());
        let mut from = usize::MAX;
        let mut first_child = stack.iter().skip(1).map(|open| open.start);
        for open in stack {
            if open.text_follows {
                let end = first_child.next().unwrap_or(stop).min(open.tag.end.max(open.start + 1)).min(stop);
                let span = around.span(open.start..end);
                self.found.spans.push(CandidateSpan { complete: false, mention: true, cut_by_mark, ..span });
            } else {
                let end = stop - trailing_space(&self.text[open.start..stop]);
                let span = around.span(open.start..end);
                self.found.spans.push(CandidateSpan { complete: false, cut_by_mark, ..span });
                from = open.start;
                break;
            }
        }
        for ClosedSvg { range, mention, shapes } in done {
            if range.start < from {
                self.found.spans.push(CandidateSpan { mention, shapes, ..around.span(range) });
            }
        }
    }

    fn open(&self, start: usize, tag_at: usize, tag: MarkupConstruct, to: usize) -> OpenSvg {
        let inside = &self.text[tag.name.end..tag.end];
        let after = self.text[tag.end.min(to)..to].iter().find(|b| !b.is_ascii_whitespace());
        OpenSvg {
            start,
            attributes: tag.closed && inside.contains(&b'='),
            // A tag without its `>` that stands in a sentence is a mention as well.
            text_follows: match tag.closed {
                true => after.is_some_and(|&b| b != b'<'),
                false => !inside.contains(&b'=') && !inside.trim_ascii().is_empty() && tag_at < to,
            },
            children: 0,
            shapes: 0,
            tag,
        }
    }
}

fn trailing_space(text: &[u8]) -> usize {
    text.len() - text.trim_ascii_end().len()
}
