//! The walk through a reply: what stands outside of any drawing.

use std::ops::Range;

use super::super::markup::{ConstructKind, MarkupConstruct, SearchCache, construct, find};
use super::super::survey::PAINTING_ELEMENTS;
use super::{CandidateSpan, Extraction};

/// The fence and the thinking around a stretch of the reply.
#[derive(Clone, Copy)]
pub(super) struct SpanContext<'a> {
    /// The info string of the fence; `None` outside of fences.
    pub(super) fence: Option<&'a str>,
    /// Whether it is in the thinking.
    pub(super) draft: bool,
}

impl SpanContext<'_> {
    /// A complete drawing that stands in them.
    pub(super) fn span(self, range: Range<usize>) -> CandidateSpan {
        CandidateSpan {
            range,
            complete: true,
            draft: self.draft,
            mention: false,
            escape: None,
            fence: self.fence.map(str::to_owned),
            cut_by_mark: false,
            shapes: 0,
        }
    }
}

/// The walk, and what it has found so far.
pub(super) struct ReplyScanner<'a> {
    pub(super) text: &'a [u8],
    pub(super) searches: SearchCache,
    pub(super) found: Extraction,
}

impl<'a> ReplyScanner<'a> {
    /// Finds all that a reply holds; nothing is chosen yet.
    pub(super) fn scan(reply: &'a [u8]) -> Extraction {
        let mut scanner =
            Self { text: reply, searches: SearchCache::default(), found: Extraction::default() };
        scanner.prose(0, reply.len(), false);
        scanner.found
    }

    /// Walks text outside of fences. `draft` inside of thinking.
    pub(super) fn prose(&mut self, from: usize, to: usize, draft: bool) {
        let around = SpanContext { fence: None, draft };
        let mut pos = from;
        let mut prolog = None;
        while pos < to {
            if let Some(after) = self.fence(pos, to, around.draft) {
                (pos, prolog) = (after, None);
                continue;
            }
            if !draft && let Some(after) = self.thinking(pos, to) {
                (pos, prolog) = (after, None);
                continue;
            }
            pos = self.step(pos, to, around, &mut prolog);
        }
    }

    /// Walks the content of a fence.
    pub(super) fn fenced(&mut self, from: usize, to: usize, around: SpanContext<'_>) {
        let mut pos = from;
        let mut prolog = None;
        while pos < to {
            pos = self.step(pos, to, around, &mut prolog);
        }
    }

    /// One step outside of any drawing: a construct, an escape, or a byte.
    fn step(&mut self, pos: usize, to: usize, around: SpanContext<'_>, prolog: &mut Option<usize>) -> usize {
        let byte = self.text[pos];
        if byte.is_ascii_whitespace() {
            return pos + 1;
        }
        if let Some(after) = self.escaped(pos, to, around) {
            *prolog = None;
            return after;
        }
        let Some(lexed) = (byte == b'<').then(|| construct(self.text, pos, to, &mut self.searches)).flatten()
        else {
            *prolog = None;
            return pos + 1;
        };
        match lexed.kind {
            ConstructKind::Start { empty } if self.is_svg(&lexed) => {
                let start = prolog.take().unwrap_or(pos);
                if empty && lexed.closed {
                    let escape = self.escape_in_address(&(start..lexed.end));
                    self.found.spans.push(CandidateSpan { escape, ..around.span(start..lexed.end) });
                    return lexed.end;
                }
                self.drawing(start, pos, lexed, to, around)
            }
            // The styles of a page around the drawing.
            ConstructKind::Start { empty: false }
                if lexed.closed
                    && !around.draft
                    && self.text[lexed.name.clone()].eq_ignore_ascii_case(b"style") =>
            {
                *prolog = None;
                let end = self.searches.find(self.text, b"</style", lexed.end, to);
                self.found.styles.extend(end.map(|end| lexed.end..end));
                end.unwrap_or(lexed.end)
            }
            // Only a head that stands directly before its drawing belongs to it.
            ConstructKind::Instruction | ConstructKind::Declaration if lexed.closed => {
                let _ = prolog.get_or_insert(pos);
                lexed.end
            }
            // What a comment hides is no drawing, unless the comment's end belongs to a later one.
            ConstructKind::Comment
                if lexed.closed && find(&self.text[pos + 4..lexed.end], b"<!--").is_none() =>
            {
                lexed.end
            }
            // Anything else is somebody else's markup: look inside, since HTML may surround the drawing.
            _ => {
                *prolog = None;
                pos + 1
            }
        }
    }

    pub(super) fn is_svg(&self, tag: &MarkupConstruct) -> bool {
        let name = &self.text[tag.name.clone()];
        let local = name.iter().rposition(|&b| b == b':').map_or(name, |colon| &name[colon + 1..]);
        local.eq_ignore_ascii_case(b"svg")
    }

    /// Whether a tag is of an element that paints. A `use` of what is in another file does not.
    pub(super) fn is_shape(&self, tag: &MarkupConstruct) -> bool {
        let name = &self.text[tag.name.clone()];
        let local = name.iter().rposition(|&b| b == b':').map_or(name, |colon| &name[colon + 1..]);
        let inside = &self.text[tag.name.end..tag.end];
        let of_here = || inside.windows(2).any(|pair| matches!(pair, b"\"#" | b"'#"));
        PAINTING_ELEMENTS.iter().any(|shape| local.eq_ignore_ascii_case(shape.as_bytes()))
            && (!local.eq_ignore_ascii_case(b"use") || of_here())
    }

    pub(super) fn at_line_start(&self, pos: usize) -> bool {
        let indent = self.text[..pos].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        pos == indent || self.text[pos - indent - 1] == b'\n'
    }
}
