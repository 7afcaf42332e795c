//! Finds every stretch of a reply that may be a drawing, and chooses the one to judge.
//!
//! The rule, in this order:
//!
//! 1. Reasoning is cut out first: what stands between thinking marks, everything before an end mark that has
//!    no beginning (the prompt's template may have held it), everything after a begin mark that has no end.
//!    A drawing in it is a draft and is never judged.
//! 2. A Markdown fence bounds what is in it. It ends at a line of at least as many of the same marks, or with
//!    the reply. A drawing that begins outside of a fence ends where a fence opens.
//! 3. A drawing begins at a start tag whose local name is `svg` in any case, or at the XML declaration,
//!    document type or processing instruction just before it, and ends at the matching end tag. Comments,
//!    CDATA, instructions and quoted values hide what is in them; nested `svg` elements belong to the outer.
//! 4. A tag that is named in a sentence ("the `<svg>` element …") is a mention, not a drawing: character data
//!    follows it at once, and it has no attributes or no child elements.
//! 5. Escaped text (`&lt;svg`, or `\"` around its attributes) is listed and never chosen: nothing in the
//!    reply, as it stands, is an SVG.
//! 6. Chosen is the last complete drawing outside the thinking; when none is complete, the last that was
//!    begun there.
//!
//! Linear in the length of the reply: a construct is lexed once, and a search that failed is not repeated.

use std::ops::Range;

use super::markup::{Construct, Kind, Searches, construct, find};
use super::thinking::find_close;
use pelicycle_record::Candidate;
use pelicycle_text::reasoning::MarkPair;

/// How text was escaped into a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// `&lt;svg`.
    Html,
    /// `<svg x=\"…\">` or `\u003csvg`.
    Json,
    /// `%3Csvg`.
    Percent,
}

/// One stretch that may be a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// Where it stands in the reply.
    pub(super) range: Range<usize>,
    /// Whether its root element is closed.
    pub(super) complete: bool,
    /// Whether it stands in the reasoning.
    pub(super) draft: bool,
    /// Whether it is the name of a tag in a sentence.
    pub(super) mention: bool,
    /// Set when it is escaped.
    pub(super) escape: Option<Escape>,
    /// The info string of the fence around it; `None` outside of fences.
    pub(super) fence: Option<String>,
    /// Whether a fence or a thinking mark, and not the end of the reply, cut it off.
    pub(super) cut_by_mark: bool,
}

/// What was found in a reply.
#[derive(Debug, Default)]
pub(super) struct Extraction {
    /// Every span, by offset.
    pub(super) spans: Vec<Span>,
    /// Index of the span to judge.
    pub(super) chosen: Option<usize>,
    /// The reasoning, marks included.
    pub(super) thinking: Vec<Range<usize>>,
    /// Offset of a begin mark that has no end.
    pub(super) unclosed_thinking: Option<usize>,
    /// Offset of a fence that has content and no end.
    pub(super) unclosed_fence: Option<usize>,
}

/// Finds the drawings of a reply.
pub(super) fn extract(reply: &[u8]) -> Extraction {
    let mut scanner = Scanner { text: reply, searches: Searches::default(), found: Extraction::default() };
    scanner.prose(0, reply.len(), None);
    let mut found = scanner.found;
    found.spans.sort_by_key(|span| (span.range.start, span.range.end));
    let eligible = |span: &Span| !span.draft && !span.mention && span.escape.is_none();
    found.chosen = found
        .spans
        .iter()
        .rposition(|span| eligible(span) && span.complete)
        .or_else(|| found.spans.iter().rposition(eligible));
    found
}

impl Extraction {
    /// The list for the answer: at most `most`, the chosen one among them.
    pub(super) fn candidates(&self, most: usize) -> Vec<Candidate> {
        let first = self.spans.len().saturating_sub(most.max(1));
        let first = self.chosen.map_or(first, |chosen| first.min(chosen));
        let listed = self.spans.iter().enumerate().skip(first).take(most.max(1));
        listed
            .map(|(i, span)| Candidate {
                start: span.range.start,
                end: span.range.end,
                chosen: self.chosen == Some(i),
                why: self.why(i, span),
            })
            .collect()
    }

    fn why(&self, index: usize, span: &Span) -> String {
        let place = match (&span.fence, span.draft) {
            (_, true) => "in the thinking".to_owned(),
            (Some(info), _) if info.is_empty() => "in a fence without a language".to_owned(),
            (Some(info), _) => format!("in a fence marked {info:?}"),
            (None, _) => "in the text of the reply".to_owned(),
        };
        let state = if span.complete { "complete" } else { "never closed" };
        let reason = if self.chosen == Some(index) {
            let complete = "chosen as the last complete drawing outside the thinking";
            let begun = "chosen as the last one begun outside the thinking, where none is complete";
            if span.complete { complete } else { begun }
        } else if let Some(escape) = span.escape {
            match escape {
                Escape::Html => "passed over: its markup is escaped as HTML text",
                Escape::Json => "passed over: its markup is escaped as a JSON string",
                Escape::Percent => "passed over: its markup is percent-encoded",
            }
        } else if span.draft {
            "passed over: a draft"
        } else if span.mention {
            "passed over: a tag named in a sentence"
        } else if span.complete {
            "passed over: a later one is complete"
        } else {
            "passed over: another one is complete, or was begun later"
        };
        format!("{place}, {state}; {reason}")
    }
}

/// An `svg` element that is open.
struct Open {
    start: usize,
    tag: Construct,
    attributes: bool,
    text_follows: bool,
    children: usize,
}

/// Where a stretch stands.
#[derive(Clone, Copy)]
struct Around<'a> {
    fence: Option<&'a str>,
    draft: bool,
}

struct Scanner<'a> {
    text: &'a [u8],
    searches: Searches,
    found: Extraction,
}

impl Scanner<'_> {
    /// Walks text outside of fences, or the content of one. `draft` inside of thinking.
    fn prose(&mut self, from: usize, to: usize, draft: Option<()>) {
        let around = Around { fence: None, draft: draft.is_some() };
        let mut pos = from;
        let mut prolog = None;
        while pos < to {
            if let Some(after) = self.fence(pos, to, around.draft) {
                (pos, prolog) = (after, None);
                continue;
            }
            if draft.is_none()
                && let Some(after) = self.thinking(pos, to)
            {
                (pos, prolog) = (after, None);
                continue;
            }
            pos = self.step(pos, to, around, &mut prolog);
        }
    }

    /// Walks the content of a fence.
    fn fenced(&mut self, from: usize, to: usize, around: Around<'_>) {
        let mut pos = from;
        let mut prolog = None;
        while pos < to {
            pos = self.step(pos, to, around, &mut prolog);
        }
    }

    /// One step outside of any drawing: a construct, an escape, or a byte.
    fn step(&mut self, pos: usize, to: usize, around: Around<'_>, prolog: &mut Option<usize>) -> usize {
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
            Kind::Start { empty } if self.is_svg(&lexed) => {
                let start = prolog.take().unwrap_or(pos);
                if empty && lexed.closed {
                    self.push(start..lexed.end, true, false, around, false);
                    return lexed.end;
                }
                self.drawing(start, pos, lexed, to, around)
            }
            // Only a head that stands directly before its drawing belongs to it.
            Kind::Instruction | Kind::Declaration if lexed.closed => {
                let _ = prolog.get_or_insert(pos);
                lexed.end
            }
            // What a comment hides is no drawing, unless the comment's end belongs to a later one.
            Kind::Comment if lexed.closed && find(&self.text[pos + 4..lexed.end], b"<!--").is_none() => {
                lexed.end
            }
            // Anything else is somebody else's markup: look inside, since HTML may surround the drawing.
            _ => {
                *prolog = None;
                pos + 1
            }
        }
    }

    /// Walks a drawing from its root's start tag; returns where to go on.
    fn drawing(
        &mut self,
        start: usize,
        tag_at: usize,
        tag: Construct,
        to: usize,
        around: Around<'_>,
    ) -> usize {
        let mut done: Vec<(Range<usize>, bool)> = Vec::new();
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
                Kind::Start { empty } => {
                    if let Some(top) = stack.last_mut() {
                        top.children += 1;
                    }
                    if self.is_svg(&lexed) && !(empty && lexed.closed) {
                        let open = self.open(pos, pos, lexed, to);
                        stack.push(open);
                    }
                    pos = next.max(pos + 1);
                }
                Kind::End if self.is_svg(&lexed) => {
                    let Some(open) = stack.pop() else { break };
                    while done.last().is_some_and(|(range, _)| range.start > open.start) {
                        done.pop();
                    }
                    let mention = open.text_follows && (!open.attributes || open.children == 0);
                    if stack.is_empty() {
                        self.push(open.start..next, true, mention, around, false);
                        return next;
                    }
                    done.push((open.start..next, mention));
                    pos = next;
                }
                Kind::End => pos = next.max(pos + 1),
                // One that never ends hides nothing: its drawing is not well-formed, but may be whole.
                _ if !lexed.closed => pos += 2,
                _ => pos = next,
            }
        }
        self.unclosed(&stack, done, stop, to, around);
        stop
    }

    /// The root, or a nested `svg`, was never closed: tell drawings from mentions.
    fn unclosed(
        &mut self,
        stack: &[Open],
        done: Vec<(Range<usize>, bool)>,
        stop: usize,
        to: usize,
        around: Around<'_>,
    ) {
        let cut_by_mark = stop < to || around.fence.is_some_and(|_| to < self.text.len());
        let mut from = usize::MAX;
        let mut first_child = stack.iter().skip(1).map(|open| open.start);
        for open in stack {
            if open.text_follows {
                let end = first_child.next().unwrap_or(stop).min(open.tag.end.max(open.start + 1)).min(stop);
                self.push(open.start..end, false, true, around, cut_by_mark);
            } else {
                let end = stop - trailing_space(&self.text[open.start..stop]);
                self.push(open.start..end, false, false, around, cut_by_mark);
                from = open.start;
                break;
            }
        }
        for (range, mention) in done {
            if range.start < from {
                self.push(range, true, mention, around, false);
            }
        }
    }

    fn open(&self, start: usize, tag_at: usize, tag: Construct, to: usize) -> Open {
        let inside = &self.text[tag.name.end..tag.end];
        let after = self.text[tag.end.min(to)..to].iter().find(|b| !b.is_ascii_whitespace());
        Open {
            start,
            attributes: tag.closed && inside.contains(&b'='),
            // A tag without its `>` that stands in a sentence is a mention as well.
            text_follows: match tag.closed {
                true => after.is_some_and(|&b| b != b'<'),
                false => !inside.contains(&b'=') && !inside.trim_ascii().is_empty() && tag_at < to,
            },
            children: 0,
            tag,
        }
    }

    fn push(
        &mut self,
        range: Range<usize>,
        complete: bool,
        mention: bool,
        around: Around<'_>,
        cut_by_mark: bool,
    ) {
        self.found.spans.push(Span {
            range,
            complete,
            draft: around.draft,
            mention,
            escape: None,
            fence: around.fence.map(str::to_owned),
            cut_by_mark,
        });
    }

    fn is_svg(&self, tag: &Construct) -> bool {
        let name = &self.text[tag.name.clone()];
        let local = name.iter().rposition(|&b| b == b':').map_or(name, |colon| &name[colon + 1..]);
        local.eq_ignore_ascii_case(b"svg")
    }

    /// The length of the run of fence marks at `pos`, if a fence opens there.
    fn fence_run(&self, pos: usize, to: usize) -> Option<usize> {
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
    fn fence(&mut self, pos: usize, to: usize, draft: bool) -> Option<usize> {
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
                        && MarkPair::closing(&self.text[at..to]).is_some()
                });
                end = stray.unwrap_or(to);
            }
            if !self.text[content..end].trim_ascii().is_empty() {
                let _ = self.found.unclosed_fence.get_or_insert(pos);
            }
        }
        self.fenced(content, end, Around { fence: Some(&info), draft });
        Some(close.map_or(end, |close| close.end))
    }

    /// Whether a thinking mark that counts stands at `pos`, seen from inside of a drawing.
    fn thinking_mark(&self, pos: usize) -> bool {
        let rest = &self.text[pos..];
        matches!(rest.first(), Some(b'<' | b'[' | 0xE2))
            && (MarkPair::closing(rest).is_some()
                || (self.at_line_start(pos) && MarkPair::opening(rest).is_some()))
    }

    fn at_line_start(&self, pos: usize) -> bool {
        let indent = self.text[..pos].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        pos == indent || self.text[pos - indent - 1] == b'\n'
    }

    /// Walks the thinking that opens, or ends without having been opened, at `pos`.
    fn thinking(&mut self, pos: usize, to: usize) -> Option<usize> {
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
        self.prose(content, close.unwrap_or(to), Some(()));
        Some(end)
    }

    /// Text that is a drawing only once it is unescaped.
    fn escaped(&mut self, pos: usize, to: usize, around: Around<'_>) -> Option<usize> {
        let rest = &self.text[pos..to];
        let is = |mark: &[u8]| rest.get(..mark.len()).is_some_and(|head| head.eq_ignore_ascii_case(mark));
        let name_ends = |length: usize| !rest.get(length).is_some_and(|b| b.is_ascii_alphanumeric());
        let (escape, ends): (Escape, &[&'static [u8]]) = match rest[0] {
            b'&' if is(b"&lt;svg") && name_ends(7) => (Escape::Html, &[b"&lt;/svg&gt;", b"&lt;/svg>"]),
            b'\\' if is(b"\\u003csvg") && name_ends(9) => {
                (Escape::Json, &[b"\\u003c/svg\\u003e", b"\\u003c\\/svg\\u003e"])
            }
            b'%' if is(b"%3csvg") => {
                (Escape::Percent, &[b"%3C/svg%3E", b"%3c/svg%3e", b"%3C%2Fsvg%3E", b"%3c%2fsvg%3e"])
            }
            b'<' if is(b"<svg") && name_ends(4) => {
                let tag = construct(self.text, pos, to, &mut self.searches)?;
                let quote = self.text[pos..tag.end].iter().position(|&b| b == b'=')? + pos;
                if !self.text[quote + 1..to].starts_with(b"\\\"") {
                    return None;
                }
                (Escape::Json, &[b"</svg>", b"<\\/svg>"])
            }
            _ => return None,
        };
        let mut end: Option<usize> = None;
        for mark in ends {
            let limit = end.unwrap_or(to);
            if let Some(at) = self.searches.find(self.text, mark, pos, limit) {
                end = Some(at + mark.len());
            }
        }
        // Without an end it is the name of a tag, escaped because it was only talked about; in JSON, cut off.
        if end.is_none() && escape != Escape::Json {
            return None;
        }
        self.push(pos..end.unwrap_or(to), end.is_some(), false, around, false);
        if let Some(span) = self.found.spans.last_mut() {
            span.escape = Some(escape);
        }
        Some(end.unwrap_or(to))
    }
}

/// The rest of the line from `from`, its end excluded.
fn line(text: &[u8], from: usize, to: usize) -> Range<usize> {
    let from = from.min(to);
    let end = text[from..to].iter().position(|&b| b == b'\n').map_or(to, |at| from + at);
    from..end
}

fn trailing_space(text: &[u8]) -> usize {
    text.len() - text.trim_ascii_end().len()
}
