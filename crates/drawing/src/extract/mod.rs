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
//! 6. Chosen is the last complete drawing outside the thinking that is neither a placeholder, in which nothing
//!    paints, nor a detail: one or two shapes after a drawing that has three times as many. When all complete
//!    ones are placeholders, it is the last; when none is complete, the last that was begun there.
//!
//! Linear in the length of the reply: a construct is lexed once, and a search that failed is not repeated.

mod drawing;
mod escaped;
mod fences;
mod scanner;
mod thinking;

use std::ops::Range;

use pelicycle_record::DrawingCandidate;
use scanner::ReplyScanner;

use super::markup::find;

/// The kind of escaping that put a text into a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EscapeKind {
    /// `&lt;svg`.
    Html,
    /// `<svg x=\"…\">` or `\u003csvg`.
    Json,
    /// `%3Csvg`.
    Percent,
    /// `data:image/svg+xml,<svg fill='%23fff'>`: markup, with `%23` and the like in it.
    Address,
    /// `data:image/svg+xml;base64,`.
    Base64,
}

/// One stretch that may be a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CandidateSpan {
    /// The bytes of the reply that it takes.
    pub(super) range: Range<usize>,
    /// Whether its root element is closed.
    pub(super) complete: bool,
    /// Whether it stands in the reasoning.
    pub(super) draft: bool,
    /// Whether it is the name of a tag in a sentence.
    pub(super) mention: bool,
    /// Set when it is escaped.
    pub(super) escape: Option<EscapeKind>,
    /// The info string of the fence around it; `None` outside of fences.
    pub(super) fence: Option<String>,
    /// Whether a fence or a thinking mark, and not the end of the reply, cut it off.
    pub(super) cut_by_mark: bool,
    /// Elements in it that paint.
    pub(super) shapes: usize,
}

/// Shapes of a drawing that may be a detail of an earlier one, at most, and how many times as many that one has.
const DETAIL: (usize, usize) = (2, 3);

/// The drawings and the thinking of a reply.
#[derive(Debug, Default)]
pub(super) struct Extraction {
    /// Every span, by offset.
    pub(super) spans: Vec<CandidateSpan>,
    /// Index of the span to judge.
    pub(super) chosen: Option<usize>,
    /// The reasoning, marks included.
    pub(super) thinking: Vec<Range<usize>>,
    /// Offset of a begin mark that has no end.
    pub(super) unclosed_thinking: Option<usize>,
    /// Offset of a fence that has content and no end.
    pub(super) unclosed_fence: Option<usize>,
    /// The text of `style` elements outside of all drawings and of the thinking.
    pub(super) styles: Vec<Range<usize>>,
}

/// Finds the drawings of a reply.
pub(super) fn extract(reply: &[u8]) -> Extraction {
    let mut found = ReplyScanner::scan(reply);
    found.spans.sort_by_key(|span| (span.range.start, span.range.end));
    let last = |wanted: &dyn Fn(usize, &CandidateSpan) -> bool| {
        let mut spans = found.spans.iter().enumerate().rev();
        spans.find(|(index, span)| span.is_eligible() && wanted(*index, span)).map(|(index, _)| index)
    };
    let mut most = 0;
    let most_before: Vec<usize> = found
        .spans
        .iter()
        .map(|span| {
            let before = most;
            if span.is_eligible() && span.complete {
                most = most.max(span.shapes);
            }
            before
        })
        .collect();
    let whole = |index: usize, span: &CandidateSpan| {
        span.complete && span.shapes > 0 && !span.is_detail(most_before[index])
    };
    found.chosen = last(&whole).or_else(|| last(&|_, span| span.complete)).or_else(|| last(&|_, _| true));
    found
}

impl CandidateSpan {
    fn is_eligible(&self) -> bool {
        !self.draft && !self.mention && self.escape.is_none()
    }

    /// Whether it is a detail of an earlier drawing of so many shapes.
    fn is_detail(&self, earlier: usize) -> bool {
        self.shapes <= DETAIL.0 && earlier >= DETAIL.1 * self.shapes
    }
}

impl Extraction {
    /// Whole drawings, in the thinking or not.
    pub(super) fn drawings(&self) -> usize {
        self.spans
            .iter()
            .filter(|span| span.complete && !span.mention && span.escape.is_none() && span.shapes > 0)
            .count()
    }

    /// The style sheets of the page around the chosen drawing: those that no fence parts from it.
    pub(super) fn page_styles(&self, reply: &[u8]) -> String {
        let Some(chosen) = self.chosen.map(|chosen| &self.spans[chosen].range) else { return String::new() };
        let fenced = |from: usize, to: usize| {
            let between = reply.get(from..to).unwrap_or_default();
            find(between, b"\n```").is_some() || find(between, b"\n~~~").is_some()
        };
        let around = self.styles.iter().filter(|style| match style.end <= chosen.start {
            true => !fenced(style.end, chosen.start),
            false => !fenced(chosen.end, style.start),
        });
        let texts: Vec<_> = around.map(|style| String::from_utf8_lossy(&reply[style.clone()])).collect();
        texts.join("\n")
    }

    /// The list for the answer: at most `most`, the chosen one among them.
    pub(super) fn candidates(&self, most: usize) -> Vec<DrawingCandidate> {
        let first = self.spans.len().saturating_sub(most.max(1));
        let first = self.chosen.map_or(first, |chosen| first.min(chosen));
        let listed = self.spans.iter().enumerate().skip(first).take(most.max(1));
        listed
            .map(|(i, span)| DrawingCandidate {
                start: span.range.start,
                end: span.range.end,
                chosen: self.chosen == Some(i),
                why: self.why(i, span),
            })
            .collect()
    }

    /// Words for how a span was found, and why it was chosen or passed over.
    fn why(&self, index: usize, span: &CandidateSpan) -> String {
        let place = match (&span.fence, span.draft) {
            (_, true) => "in the thinking".to_owned(),
            (Some(info), _) if info.is_empty() => "in a fence without a language".to_owned(),
            (Some(info), _) => format!("in a fence marked {info:?}"),
            (None, _) => "in the text of the reply".to_owned(),
        };
        let state = if span.complete { "complete" } else { "never closed" };
        let reason = if self.chosen == Some(index) {
            let complete =
                "chosen as the last complete drawing outside the thinking that is no placeholder or detail";
            let begun = "chosen as the last one begun outside the thinking, where none is complete";
            if span.complete { complete } else { begun }
        } else if let Some(escape) = span.escape {
            match escape {
                EscapeKind::Html => "passed over: its markup is escaped as HTML text",
                EscapeKind::Json => "passed over: its markup is escaped as a JSON string",
                EscapeKind::Percent => "passed over: its markup is percent-encoded",
                EscapeKind::Address => "passed over: it stands in a data address with characters such as %23",
                EscapeKind::Base64 => "passed over: it stands in a data address",
            }
        } else if span.draft {
            "passed over: a draft"
        } else if span.mention {
            "passed over: a tag named in a sentence"
        } else if span.complete && self.chosen.is_some_and(|chosen| chosen < index) {
            if span.shapes == 0 {
                "passed over: a placeholder, in which nothing paints"
            } else {
                "passed over: a detail of an earlier one"
            }
        } else if span.complete {
            "passed over: a later one is complete"
        } else {
            "passed over: another one is complete, or was begun later"
        };
        format!("{place}, {state}; {reason}")
    }
}
