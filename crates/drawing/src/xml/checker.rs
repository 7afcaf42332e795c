//! The pass over a document: what stands where, and which tags are open.

use std::collections::HashSet;
use std::ops::Range;

use pelicycle_record::FindingCode;

use super::characters::{is_name, is_name_start};
use super::report::{TextEdit, XmlReport};
use crate::markup::SearchCache;
use crate::place::{LineIndex, OffsetFinding};
use crate::repair_kind::Repair;
use crate::survey::PAINTING_ELEMENTS;

/// Faults that are kept; more say nothing new.
pub(super) const MOST_FAULTS: usize = 2000;

/// Depth and number of namespaces at which the pass stops: both are far over any bound by then.
const ENOUGH: usize = 4096;

/// An element that is open.
#[derive(Debug, Clone)]
pub(super) struct OpenElement<'a> {
    pub(super) name: &'a str,
    pub(super) at: usize,
    pub(super) prefixes: usize,
    /// The offset of the `>` that ends its start tag.
    pub(super) tag_end: usize,
    /// Whether something that paints is in it.
    pub(super) holds: bool,
}

impl OpenElement<'_> {
    /// Whether it is a shape that was not closed, since what paints can't be in one.
    fn is_unclosed_shape(&self) -> bool {
        self.holds && SHAPES.contains(&self.name)
    }
}

/// Elements in which nothing paints.
const SHAPES: [&str; 9] =
    ["circle", "ellipse", "rect", "line", "path", "polygon", "polyline", "use", "image"];

/// Checks a document. `cut` says that the text is known to end before the root does.
pub(in super::super) fn check(text: &str, cut: bool) -> XmlReport {
    let mut checker = XmlChecker {
        text,
        bytes: text.as_bytes(),
        pos: 0,
        cut,
        found: XmlReport::default(),
        stack: Vec::new(),
        prefixes: vec![("xml", "http://www.w3.org/XML/1998/namespace")],
        declared: HashSet::new(),
        added: HashSet::new(),
        root_seen: false,
        root_name_end: None,
        searches: SearchCache::default(),
    };
    checker.document();
    let shapes: Vec<usize> =
        checker.stack.iter().filter(|open| open.is_unclosed_shape()).map(|open| open.tag_end).collect();
    for end in shapes {
        checker.edit(Repair::CloseShapes, end..end, "/");
    }
    let mut found = checker.found;
    let open = checker.stack.iter().filter(|open| !open.is_unclosed_shape());
    found.open = open.map(|open| open.name.to_owned()).collect();
    found.faults.sort_by_key(|fault| fault.at);
    found
}

/// The pass, and where it is.
pub(super) struct XmlChecker<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) pos: usize,
    pub(super) cut: bool,
    pub(super) found: XmlReport,
    pub(super) stack: Vec<OpenElement<'a>>,
    pub(super) prefixes: Vec<(&'a str, &'a str)>,
    /// Names of declared entities: references to them are not undefined, only refused.
    pub(super) declared: HashSet<&'a str>,
    /// Prefixes that an edit has declared already.
    pub(super) added: HashSet<&'a str>,
    pub(super) root_seen: bool,
    pub(super) root_name_end: Option<usize>,
    pub(super) searches: SearchCache,
}

/// Bytes after a type in a style sheet in which the sheet must end, so that long ones cost little.
const NEAR: usize = 4096;

impl<'a> XmlChecker<'a> {
    pub(super) fn fault(&mut self, code: FindingCode, at: usize, message: impl Into<String>) {
        if self.found.faults.len() < MOST_FAULTS {
            self.found.faults.push(OffsetFinding::new(code, at, message));
        } else {
            self.found.more += 1;
        }
    }

    pub(super) fn edit(&mut self, repair: Repair, range: Range<usize>, text: impl Into<String>) {
        if self.found.edits.len() < 2 * MOST_FAULTS {
            self.found.edits.push(TextEdit { range, text: text.into(), repair });
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.pos..]
    }

    fn document(&mut self) {
        if self.text.starts_with('\u{feff}') {
            self.pos = 3;
        }
        self.declaration();
        while self.pos < self.bytes.len() {
            if self.stack.len() > ENOUGH || self.found.namespaces > ENOUGH {
                return;
            }
            let start = self.pos;
            if self.bytes[start] == b'<' {
                self.markup();
            } else {
                self.characters();
            }
            debug_assert!(self.pos > start);
        }
        if !self.root_seen {
            self.fault(FindingCode::BadMarkup, self.text.len(), "there is no root element");
        }
        if !self.cut
            && let Some(open) = self.stack.last()
        {
            let message = format!("<{}> is opened here and never closed", open.name);
            self.fault(FindingCode::MismatchedTag, open.at, message);
        }
    }

    fn markup(&mut self) {
        let start = self.pos;
        let rest = self.rest();
        let (bytes, searches) = (self.bytes, &mut self.searches);
        let mut after = |mark: &'static str, from: usize| {
            searches.find(bytes, mark.as_bytes(), start + from, bytes.len()).map(|at| at - start)
        };
        if rest.starts_with("<!--") {
            match after("-->", 4) {
                Some(end) => {
                    self.comment(start, start + end);
                    self.pos = start + end + 3;
                    self.found.last_whole = self.pos;
                }
                None => {
                    self.ends_in("a comment", FindingCode::BadComment, start);
                    self.edit(Repair::EscapeLessThan, start..start + 1, "&lt;");
                    self.pos = if self.cut { self.text.len() } else { start + 4 };
                }
            }
        } else if rest.starts_with("<![CDATA[") {
            match after("]]>", 9) {
                Some(end) => {
                    if self.stack.is_empty() {
                        self.fault(
                            FindingCode::BadMarkup,
                            start,
                            "a CDATA section outside of the root element",
                        );
                        self.edit(Repair::DropOutsideText, start..start + end + 3, "");
                    }
                    self.plain(start + 9, start + end);
                    self.pos = start + end + 3;
                    self.found.last_whole = self.pos;
                }
                None => {
                    self.ends_in("a CDATA section", FindingCode::BadMarkup, start);
                    self.edit(Repair::EscapeLessThan, start..start + 1, "&lt;");
                    self.pos = if self.cut { self.text.len() } else { start + 9 };
                }
            }
        } else if rest.starts_with("<?") {
            match after("?>", 2) {
                Some(end) => {
                    self.instruction(start, start + end);
                    self.pos = start + end + 2;
                    self.found.last_whole = self.pos;
                }
                None => {
                    self.ends_in("a processing instruction", FindingCode::BadMarkup, start);
                    self.edit(Repair::EscapeLessThan, start..start + 1, "&lt;");
                    self.pos = if self.cut { self.text.len() } else { start + 2 };
                }
            }
        } else if rest.starts_with("<!") {
            self.doctype(start);
        } else if rest.starts_with("</") && rest[2..].starts_with(is_name_start) {
            self.end_tag(start);
        } else if self.is_type_of_css(start) {
            let message = "a bare < in a style sheet; it must be written as &lt;";
            self.fault(FindingCode::BadMarkup, start, message);
            self.edit(Repair::EscapeLessThan, start..start + 1, "&lt;");
            self.pos += 1;
        } else if rest[1..].starts_with(is_name_start) {
            self.start_tag(start);
        } else if let Some(length) = gap(&rest[1..]) {
            let message = "there is a space, or a character that is not seen, between < and the name";
            self.fault(FindingCode::BadMarkup, start, message);
            self.edit(Repair::ReplaceSpaces, start + 1..start + 1 + length, "");
            // The tag is read as it will be.
            let name = self.name_at(start + 1 + length);
            self.pos = start + 1 + length + name.len().max(1);
        } else if self.cut && rest.len() == 1 {
            self.pos += 1;
        } else {
            self.fault(FindingCode::BadMarkup, start, "a bare < in the text; it must be written as &lt;");
            self.edit(Repair::EscapeLessThan, start..start + 1, "&lt;");
            self.pos += 1;
        }
    }

    /// Whether what looks like a start tag is a type in a style sheet, as in `syntax: '<color>'`: nothing closes it there.
    fn is_type_of_css(&self, start: usize) -> bool {
        let styled = self.stack.last().is_some_and(|open| open.name.rsplit(':').next() == Some("style"));
        let quoted = start > 0 && matches!(self.bytes[start - 1], b'\'' | b'"' | b'|');
        if !styled || !quoted {
            return false;
        }
        let name = self.name_at(start + 1);
        let near = &self.bytes[start..self.bytes.len().min(start + NEAR)];
        let find = |mark: &str| near.windows(mark.len()).position(|window| window == mark.as_bytes());
        let plain = near.get(1 + name.len()) == Some(&b'>');
        plain && find("</style").is_some_and(|end| find(&format!("</{name}")).is_none_or(|close| close > end))
    }

    /// A construct runs into the end of the text: a fault of its own only when the drawing is whole.
    pub(super) fn ends_in(&mut self, what: &str, code: FindingCode, at: usize) {
        if !self.cut {
            self.fault(code, at, format!("{what} that is never closed"));
        }
    }

    fn comment(&mut self, start: usize, end: usize) {
        let inside = start + 4..end;
        self.plain(inside.start, inside.end);
        let text = &self.text[inside.clone()];
        if let Some(dashes) = text.find("--") {
            self.fault(
                FindingCode::BadComment,
                inside.start + dashes,
                "two hyphens in a row inside a comment",
            );
        } else if text.ends_with('-') {
            self.fault(FindingCode::BadComment, inside.end - 1, "a comment must not end in --->");
        } else {
            return;
        }
        // Every second hyphen of a run gives way to a space; the picture is not touched by a comment.
        let mended = text.replace("--", "- ").replace("--", "- ");
        let mended = mended.strip_suffix('-').map(|head| format!("{head} ")).unwrap_or(mended);
        self.edit(Repair::FixComment, inside, mended);
    }

    fn instruction(&mut self, start: usize, end: usize) {
        let inside = &self.text[start + 2..end];
        let name = inside.find(|c: char| !is_name(c)).map_or(inside, |at| &inside[..at]);
        self.plain(start + 2, end);
        if name.eq_ignore_ascii_case("xml") {
            self.fault(FindingCode::BadMarkup, start, "an XML declaration may only stand at the very start");
            self.edit(Repair::DropDeclaration, start..end + 2, "");
        } else if !name.starts_with(is_name_start)
            || inside[name.len()..].starts_with(|c: char| !c.is_ascii_whitespace())
        {
            self.fault(FindingCode::BadMarkup, start, "a processing instruction must begin with its name");
            self.edit(Repair::DropInstruction, start..end + 2, "");
        }
    }

    fn end_tag(&mut self, start: usize) {
        let name = self.name_at(start + 2);
        let mut pos = start + 2 + name.len();
        pos += self.spaces(pos);
        let closed = self.bytes.get(pos) == Some(&b'>');
        if !closed {
            if pos >= self.bytes.len() && self.cut {
                self.pos = self.text.len();
                return;
            }
            self.fault(FindingCode::BadMarkup, start, format!("</{name}> does not end in >"));
            let junk = self.bytes[pos..]
                .iter()
                .position(|&b| matches!(b, b'>' | b'<'))
                .map_or(self.bytes.len(), |at| pos + at);
            let end = junk + usize::from(self.bytes.get(junk) == Some(&b'>'));
            self.edit(Repair::FixTag, pos..end, ">");
            pos = end.max(pos);
        } else {
            pos += 1;
        }
        self.pos = pos.max(start + 2);
        self.found.last_whole = self.pos;
        match self.stack.iter().rposition(|open| open.name == name) {
            Some(index) if index + 1 == self.stack.len() => self.pop(),
            Some(index) => {
                let within = &self.stack[index + 1..];
                let closes: String = within
                    .iter()
                    .rev()
                    .filter(|open| !open.is_unclosed_shape())
                    .map(|open| format!("</{}>", open.name))
                    .collect();
                let shapes: Vec<usize> =
                    within.iter().filter(|open| open.is_unclosed_shape()).map(|open| open.tag_end).collect();
                for end in shapes {
                    self.edit(Repair::CloseShapes, end..end, "/");
                }
                if let Some(inner) = self.stack.last() {
                    let opened = match self.found.faults.len() {
                        0..20 => {
                            let (line, column) = LineIndex::new(self.text).place(inner.at);
                            format!("; <{}> is opened at {line}:{column}", inner.name)
                        }
                        _ => String::new(),
                    };
                    let message = format!("</{name}> stands where </{}> was expected{opened}", inner.name);
                    self.fault(FindingCode::MismatchedTag, start, message);
                }
                if !closes.is_empty() {
                    self.edit(Repair::BalanceTags, start..start, closes);
                }
                while self.stack.len() > index {
                    self.pop();
                }
            }
            None => {
                // The same name in another case, or misspelt, where nothing else can be meant.
                let expected = self.stack.last().map(|open| open.name);
                let message = match expected {
                    Some(expected) => format!("</{name}> stands where </{expected}> was expected"),
                    None => format!("</{name}> closes nothing"),
                };
                self.fault(FindingCode::MismatchedTag, start, message);
                match expected {
                    Some(expected) if expected.eq_ignore_ascii_case(name) => {
                        self.edit(Repair::BalanceTags, start..self.pos, format!("</{expected}>"));
                        self.pop();
                    }
                    _ => self.edit(Repair::BalanceTags, start..self.pos, ""),
                }
            }
        }
    }

    fn pop(&mut self) {
        if let Some(open) = self.stack.pop() {
            self.prefixes.truncate(open.prefixes);
        }
    }

    pub(super) fn spaces(&self, from: usize) -> usize {
        self.bytes[from.min(self.bytes.len())..]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
            .count()
    }

    pub(super) fn name_at(&self, from: usize) -> &'a str {
        let rest = &self.text[from..];
        if !rest.starts_with(is_name_start) {
            return "";
        }
        &rest[..rest.find(|c: char| !is_name(c)).unwrap_or(rest.len())]
    }
}

/// The length of the characters at the start of a text that look like a space or like nothing, and are neither to XML.
pub(in super::super) fn unseen(text: &str) -> Option<usize> {
    let unseen = |c: char| matches!(c, '\u{a0}' | '\u{ad}' | '\u{1680}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{2064}' | '\u{3000}' | '\u{feff}');
    let length = text.len() - text.trim_start_matches(unseen).len();
    (length > 0).then_some(length)
}

/// The length of what parts the `<` before this text from the name of an element: characters that are not seen, or spaces before
/// what can only be a shape.
fn gap(text: &str) -> Option<usize> {
    let name = text.trim_start_matches(|c: char| {
        c.is_ascii_whitespace() || unseen(c.encode_utf8(&mut [0; 4])).is_some()
    });
    let gap = &text[..text.len() - name.len()];
    let word = name.trim_start_matches('/');
    let shape = || {
        let end = word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len());
        PAINTING_ELEMENTS.contains(&&word[..end]) || matches!(&word[..end], "g" | "svg" | "defs")
    };
    let told = !gap.is_ascii() || shape();
    (!gap.is_empty() && told && word.starts_with(is_name_start)).then_some(gap.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: &[&str] = &[
        "<g>",
        "</g>",
        "<g/>",
        "<a b='c'>",
        "</a>",
        "<a b=\"c\" d='e'/>",
        "<a b='c' b='d'/>",
        "<x:g/>",
        "<g xmlns:x='u'>",
        "<g x:a='1'/>",
        "<!-- c -->",
        "<!-- a--b -->",
        "<!--->",
        "<![CDATA[<]]>",
        "]]>",
        "<?p q?>",
        "<?xml version='1.0'?>",
        "&amp;",
        "&#65;",
        "&#0;",
        "&nbsp;",
        "&",
        "<",
        ">",
        "'",
        "\"",
        "=",
        "ü",
        "\u{1}",
        " ",
        "\n",
        "text",
        "<a b=c>",
        "<a b>",
        "<a b='<'/>",
        "<a\n b = 'c' />",
        "</g >",
        "</ g>",
        "<!DOCTYPE a>",
        "--",
        "<g xmlns=''>",
        "<1>",
        "<a:b:c/>",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        /// The renderer's parser is the oracle; it stops at the first fault, this check must have one then.
        #[test]
        fn well_formed_is_what_the_renderer_takes(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..8)) {
            let text = format!("<svg>{}</svg>", pieces.concat());
            let parsing = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
            let parsed = roxmltree::Document::parse_with_options(&text, parsing);
            let found = check(&text, false);
            prop_assert_eq!(parsed.is_ok(), found.faults.is_empty(), "{} {:?} {:?}", text, parsed.err(), found.faults);
        }
    }
}
