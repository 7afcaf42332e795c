//! Is it well-formed XML, and if not, where would a person point to?
//!
//! A strict check by XML 1.0 and "Namespaces in XML", in one pass that goes on after a fault, so that an
//! answer can name several. Each fault carries the smallest edit that would mend it, which
//! [`super::repair`] may try. Entity declarations are reported and never expanded. The parser of the renderer
//! must agree that there is no fault; this one exists because that one stops at the first and often tells
//! neither its kind nor its place.

use std::collections::HashSet;
use std::ops::Range;

use super::bounds::Bounds;
use super::entities;
use super::markup::{self, Searches};
use super::place::Lines;

/// A small change to the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    /// The bytes to replace.
    pub(super) range: Range<usize>,
    /// What to put there.
    pub(super) text: String,
    /// The name of the repair.
    pub(super) name: &'static str,
}

/// One violation of the rules of XML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The finding's code.
    pub(super) code: &'static str,
    /// Where a person would point to.
    pub(super) at: usize,
    /// A sentence.
    pub(super) message: String,
}

/// An element that is open.
#[derive(Debug, Clone)]
struct Open<'a> {
    name: &'a str,
    at: usize,
    prefixes: usize,
}

/// What one pass over the text told.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The violations, in the order of the text, at most [`MOST_FAULTS`].
    pub(super) faults: Vec<Fault>,
    /// Edits that would mend them.
    pub(super) edits: Vec<Edit>,
    /// Violations beyond those kept.
    pub(super) more: usize,
    /// Elements.
    pub(super) elements: usize,
    /// Deepest nesting of elements.
    pub(super) depth: usize,
    /// Most attributes of an element.
    pub(super) attributes: usize,
    /// Namespace declarations in all.
    pub(super) namespaces: usize,
    /// Offset of the first entity declaration in a document type.
    pub(super) entity_declaration: Option<usize>,
    /// The document type.
    pub(super) doctype: Option<Range<usize>>,
    /// Names of elements that are open where the text ends, outermost first.
    pub(super) open: Vec<String>,
    /// Where the last construct that was whole ended.
    pub(super) last_whole: usize,
}

impl Survey {
    /// Whether the text may be parsed at all; the words say which bound is passed.
    pub(super) fn within(&self, bounds: &Bounds) -> Result<(), Vec<String>> {
        let numbers = [
            ("elements", "elements", self.elements as u64, bounds.elements),
            ("levels of nested elements", "depth", self.depth as u64, bounds.depth as u64),
            ("attributes of one element", "attributes", self.attributes as u64, bounds.attributes as u64),
            ("namespace declarations", "namespaces", self.namespaces as u64, bounds.namespaces as u64),
        ];
        let over = numbers.into_iter().filter(|(_, _, number, most)| number > most);
        let words = over
            .map(|(what, bound, number, most)| format!("{what}: {number}, more than {most} (bound {bound})"));
        let words: Vec<_> = words.collect();
        if words.is_empty() && self.entity_declaration.is_none() { Ok(()) } else { Err(words) }
    }
}

/// Faults that are kept; more say nothing new.
const MOST_FAULTS: usize = 2000;

/// Depth and number of namespaces at which the pass stops: both are far over any bound by then.
const ENOUGH: usize = 4096;

/// Checks a document. `cut` says that the text is known to end before the root does.
pub(super) fn survey(text: &str, cut: bool) -> Survey {
    let mut checker = Checker {
        text,
        bytes: text.as_bytes(),
        pos: 0,
        cut,
        found: Survey::default(),
        stack: Vec::new(),
        prefixes: vec![("xml", "http://www.w3.org/XML/1998/namespace")],
        declared: HashSet::new(),
        added: HashSet::new(),
        root_seen: false,
        root_name_end: None,
        searches: Searches::default(),
    };
    checker.document();
    let mut found = checker.found;
    found.open = checker.stack.iter().map(|open| open.name.to_owned()).collect();
    found.faults.sort_by_key(|fault| fault.at);
    found
}

struct Checker<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    cut: bool,
    found: Survey,
    stack: Vec<Open<'a>>,
    prefixes: Vec<(&'a str, &'a str)>,
    /// Names of declared entities: references to them are not undefined, only refused.
    declared: HashSet<&'a str>,
    /// Prefixes that an edit has declared already.
    added: HashSet<&'a str>,
    root_seen: bool,
    root_name_end: Option<usize>,
    searches: Searches,
}

impl<'a> Checker<'a> {
    fn fault(&mut self, code: &'static str, at: usize, message: impl Into<String>) {
        if self.found.faults.len() < MOST_FAULTS {
            self.found.faults.push(Fault { code, at, message: message.into() });
        } else {
            self.found.more += 1;
        }
    }

    fn edit(&mut self, name: &'static str, range: Range<usize>, text: impl Into<String>) {
        if self.found.edits.len() < 2 * MOST_FAULTS {
            self.found.edits.push(Edit { range, text: text.into(), name });
        }
    }

    fn rest(&self) -> &'a str {
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
            self.fault("bad-markup", self.text.len(), "there is no root element");
        }
        if !self.cut
            && let Some(open) = self.stack.last()
        {
            let message = format!("<{}> is opened here and never closed", open.name);
            self.fault("mismatched-tag", open.at, message);
        }
    }

    /// `<?xml version="1.0" …?>`, which may only stand at the very start.
    fn declaration(&mut self) {
        let start = self.pos;
        if !self.rest().starts_with("<?xml")
            || !self.bytes.get(start + 5).is_some_and(u8::is_ascii_whitespace)
        {
            return;
        }
        let Some(length) = self.rest().find("?>") else { return };
        let inside = &self.text[start + 5..start + length];
        self.pos = start + length + 2;
        self.found.last_whole = self.pos;
        if !declaration_is_good(inside) {
            self.fault(
                "bad-markup",
                start,
                "the XML declaration is not of the form <?xml version=\"1.0\" encoding=\"…\"?>",
            );
            self.edit("drop-declaration", start..self.pos, "");
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
                    self.ends_in("a comment", "bad-comment", start);
                    self.edit("escape-less-than", start..start + 1, "&lt;");
                    self.pos = if self.cut { self.text.len() } else { start + 4 };
                }
            }
        } else if rest.starts_with("<![CDATA[") {
            match after("]]>", 9) {
                Some(end) => {
                    if self.stack.is_empty() {
                        self.fault("bad-markup", start, "a CDATA section outside of the root element");
                        self.edit("drop-outside-text", start..start + end + 3, "");
                    }
                    self.plain(start + 9, start + end);
                    self.pos = start + end + 3;
                    self.found.last_whole = self.pos;
                }
                None => {
                    self.ends_in("a CDATA section", "bad-markup", start);
                    self.edit("escape-less-than", start..start + 1, "&lt;");
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
                    self.ends_in("a processing instruction", "bad-markup", start);
                    self.edit("escape-less-than", start..start + 1, "&lt;");
                    self.pos = if self.cut { self.text.len() } else { start + 2 };
                }
            }
        } else if rest.starts_with("<!") {
            self.doctype(start);
        } else if rest.starts_with("</") && rest[2..].starts_with(is_name_start) {
            self.end_tag(start);
        } else if rest[1..].starts_with(is_name_start) {
            self.start_tag(start);
        } else if self.cut && rest.len() == 1 {
            self.pos += 1;
        } else {
            self.fault("bad-markup", start, "a bare < in the text; it must be written as &lt;");
            self.edit("escape-less-than", start..start + 1, "&lt;");
            self.pos += 1;
        }
    }

    /// A construct runs into the end of the text: a fault of its own only when the drawing is whole.
    fn ends_in(&mut self, what: &str, code: &'static str, at: usize) {
        if !self.cut {
            self.fault(code, at, format!("{what} that is never closed"));
        }
    }

    fn comment(&mut self, start: usize, end: usize) {
        let inside = start + 4..end;
        self.plain(inside.start, inside.end);
        let text = &self.text[inside.clone()];
        if let Some(dashes) = text.find("--") {
            self.fault("bad-comment", inside.start + dashes, "two hyphens in a row inside a comment");
        } else if text.ends_with('-') {
            self.fault("bad-comment", inside.end - 1, "a comment must not end in --->");
        } else {
            return;
        }
        // Every second hyphen of a run gives way to a space; the picture is not touched by a comment.
        let mended = text.replace("--", "- ").replace("--", "- ");
        let mended = mended.strip_suffix('-').map(|head| format!("{head} ")).unwrap_or(mended);
        self.edit("fix-comment", inside, mended);
    }

    fn instruction(&mut self, start: usize, end: usize) {
        let inside = &self.text[start + 2..end];
        let name = inside.find(|c: char| !is_name(c)).map_or(inside, |at| &inside[..at]);
        self.plain(start + 2, end);
        if name.eq_ignore_ascii_case("xml") {
            self.fault("bad-markup", start, "an XML declaration may only stand at the very start");
            self.edit("drop-declaration", start..end + 2, "");
        } else if !name.starts_with(is_name_start)
            || inside[name.len()..].starts_with(|c: char| !c.is_ascii_whitespace())
        {
            self.fault("bad-markup", start, "a processing instruction must begin with its name");
            self.edit("drop-instruction", start..end + 2, "");
        }
    }

    /// The document type: its extent, and whether it declares entities.
    fn doctype(&mut self, start: usize) {
        let mut pos = start + 2;
        let mut subset = false;
        let mut entity = None;
        let mut names = Vec::new();
        while let Some(&byte) = self.bytes.get(pos) {
            match byte {
                b'"' | b'\'' => {
                    if let Some(close) = self.bytes[pos + 1..].iter().position(|&b| b == byte) {
                        pos += close + 1;
                    }
                }
                b'[' => subset = true,
                b']' => subset = false,
                b'<' if self.text[pos..].starts_with("<!--") => {
                    let close = self.searches.find(self.bytes, b"-->", pos + 4, self.bytes.len());
                    pos = close.map_or(pos + 3, |close| close + 2);
                }
                b'<' if self.text[pos..].starts_with("<!ENTITY") => {
                    entity = entity.or(Some(pos));
                    let name = self.text[pos + 8..].trim_start();
                    names.push(&name[..name.find(|c: char| !is_name(c)).unwrap_or(name.len())]);
                }
                b'>' if !subset => break,
                b'<' if !subset => break,
                _ => {}
            }
            pos += 1;
        }
        let whole = self.bytes.get(pos) == Some(&b'>');
        let head = &self.text[start..pos.min(self.text.len())];
        self.declared.extend(names);
        self.found.entity_declaration = self.found.entity_declaration.or(entity);
        let name = head.strip_prefix("<!DOCTYPE").map(str::trim_start);
        let placed = !self.root_seen && self.stack.is_empty() && self.found.doctype.is_none();
        if !whole {
            self.ends_in("a declaration", "bad-markup", start);
            self.pos = if self.cut { self.text.len() } else { pos.max(start + 2) };
            self.edit("drop-doctype", start..self.pos, "");
            return;
        }
        self.pos = pos + 1;
        self.found.last_whole = self.pos;
        let good = name.is_some_and(doctype_is_good);
        if !placed || !good {
            let message =
                if placed { "a malformed document type" } else { "a declaration that may not stand here" };
            self.fault("bad-markup", start, message);
            self.edit("drop-doctype", start..self.pos, "");
        } else {
            self.found.doctype = Some(start..self.pos);
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
            self.fault("bad-markup", start, format!("</{name}> does not end in >"));
            let junk = self.bytes[pos..]
                .iter()
                .position(|&b| matches!(b, b'>' | b'<'))
                .map_or(self.bytes.len(), |at| pos + at);
            let end = junk + usize::from(self.bytes.get(junk) == Some(&b'>'));
            self.edit("fix-tag", pos..end, ">");
            pos = end.max(pos);
        } else {
            pos += 1;
        }
        self.pos = pos.max(start + 2);
        self.found.last_whole = self.pos;
        match self.stack.iter().rposition(|open| open.name == name) {
            Some(index) if index + 1 == self.stack.len() => self.pop(),
            Some(index) => {
                let closes: String =
                    self.stack[index + 1..].iter().rev().map(|open| format!("</{}>", open.name)).collect();
                if let Some(inner) = self.stack.last() {
                    let opened = match self.found.faults.len() {
                        0..20 => {
                            let (line, column) = Lines::new(self.text).place(inner.at);
                            format!("; <{}> is opened at {line}:{column}", inner.name)
                        }
                        _ => String::new(),
                    };
                    let message = format!("</{name}> stands where </{}> was expected{opened}", inner.name);
                    self.fault("mismatched-tag", start, message);
                }
                self.edit("balance-tags", start..start, closes);
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
                self.fault("mismatched-tag", start, message);
                match expected {
                    Some(expected) if expected.eq_ignore_ascii_case(name) => {
                        self.edit("balance-tags", start..self.pos, format!("</{expected}>"));
                        self.pop();
                    }
                    _ => self.edit("balance-tags", start..self.pos, ""),
                }
            }
        }
    }

    fn pop(&mut self) {
        if let Some(open) = self.stack.pop() {
            self.prefixes.truncate(open.prefixes);
        }
    }

    fn start_tag(&mut self, start: usize) {
        let name = self.name_at(start + 1);
        let mut tag = Tag { name, attributes: Vec::new(), pos: start + 1 + name.len() };
        let prefixes = self.prefixes.len();
        if self.stack.is_empty() {
            if self.root_seen {
                self.fault("bad-markup", start, format!("<{name}> is a second root element"));
            } else {
                self.root_name_end = Some(tag.pos);
            }
        }
        self.root_seen = true;
        let Some(empty) = self.attributes(start, &mut tag) else {
            self.pos = self.text.len();
            return;
        };
        self.found.elements += 1;
        self.found.attributes = self.found.attributes.max(tag.attributes.len());
        self.found.depth = self.found.depth.max(self.stack.len() + 1);
        self.pos = tag.pos;
        self.found.last_whole = self.pos;
        self.namespaces(start, &tag);
        if empty {
            self.prefixes.truncate(prefixes);
        } else {
            self.stack.push(Open { name, at: start, prefixes });
        }
    }

    /// Reads the attributes and the end of a tag; `None` when the text ends within it.
    fn attributes(&mut self, start: usize, tag: &mut Tag<'a>) -> Option<bool> {
        let mut seen: HashSet<&'a str> = HashSet::new();
        loop {
            let spaces = self.spaces(tag.pos);
            let at = tag.pos + spaces;
            tag.pos = at;
            match self.bytes.get(at) {
                None => {
                    if !self.cut {
                        self.fault("bad-markup", start, format!("<{}> does not end in >", tag.name));
                    }
                    return None;
                }
                Some(b'>') => {
                    tag.pos += 1;
                    return Some(false);
                }
                Some(b'/') if self.bytes.get(at + 1) == Some(&b'>') => {
                    tag.pos += 2;
                    return Some(true);
                }
                Some(b'/') if at + 1 == self.bytes.len() && self.cut => return None,
                Some(b'<') => {
                    self.fault(
                        "bad-markup",
                        at,
                        format!("the tag <{}> is not closed before this <", tag.name),
                    );
                    self.edit("fix-tag", at..at, ">");
                    return Some(false);
                }
                Some(_) => {}
            }
            let name = self.name_at(at);
            if name.is_empty() {
                // Junk: up to the next thing that a tag can go on with.
                let junk = self.text[at..]
                    .char_indices()
                    .skip(1)
                    .find(|&(_, c)| c.is_ascii_whitespace() || matches!(c, '<' | '>' | '/'))
                    .map_or(self.text.len(), |(i, _)| at + i);
                let shown: String = self.text[at..junk].chars().take(20).collect();
                let control = shown.chars().find(|&c| !is_char(c));
                match control {
                    Some(c) => self.fault("bad-character", at, bad_character(c)),
                    None => self.fault("bad-markup", at, format!("{shown:?} is no attribute")),
                }
                self.edit("drop-junk", at..junk, "");
                tag.pos = junk;
                continue;
            }
            if spaces == 0 {
                self.fault("bad-markup", at, format!("a space is missing before the attribute {name}"));
                self.edit("fix-tag", at..at, " ");
            }
            let Some(value) = self.value(at, name, tag)? else { continue };
            let range = at..tag.pos;
            if !seen.insert(name) {
                self.fault(
                    "duplicate-attribute",
                    at,
                    format!("the attribute {name} stands twice in <{}>", tag.name),
                );
                self.edit("drop-duplicate-attributes", range, "");
            } else {
                tag.attributes.push(Attribute { name, value, at });
            }
        }
    }

    /// Reads `="value"`. The outer `None`: the text ends here. The inner: no value to speak of.
    #[expect(clippy::option_option, reason = "the end of the text and a missing value are different things")]
    fn value(&mut self, at: usize, name: &'a str, tag: &mut Tag<'a>) -> Option<Option<&'a str>> {
        let mut pos = at + name.len();
        pos += self.spaces(pos);
        if self.bytes.get(pos) != Some(&b'=') {
            if pos >= self.bytes.len() && self.cut {
                return None;
            }
            self.fault("bad-markup", at, format!("the attribute {name} has no value"));
            self.edit("quote-attributes", at + name.len()..at + name.len(), "=\"\"");
            tag.pos = at + name.len();
            return Some(None);
        }
        let equals = pos;
        pos += 1;
        pos += self.spaces(pos);
        let Some(first) = self.text[pos..].chars().next() else {
            if !self.cut {
                self.fault("bad-markup", at, format!("the attribute {name} has no value"));
            }
            return None;
        };
        if matches!(first, '"' | '\'') {
            return self.quoted(pos, name, tag);
        }
        // Typographic quotes, or none.
        let curly = matches!(
            first,
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{2018}' | '\u{2019}' | '\u{ff02}' | '\u{2033}'
        );
        let end = if curly {
            let inside = pos + first.len_utf8();
            self.text[inside..]
                .char_indices()
                .find(|&(_, c)| {
                    matches!(
                        c,
                        '\u{201c}'
                            | '\u{201d}'
                            | '\u{2018}'
                            | '\u{2019}'
                            | '\u{ff02}'
                            | '\u{2033}'
                            | '"'
                            | '<'
                            | '>'
                    )
                })
                .map_or(self.text.len(), |(i, c)| {
                    if matches!(c, '<' | '>') { inside + i } else { inside + i + c.len_utf8() }
                })
        } else {
            let stop = self.text[pos..].char_indices().find(|&(i, c)| {
                c.is_ascii_whitespace()
                    || matches!(c, '>' | '<')
                    || (c == '/' && self.text[pos + i + 1..].starts_with('>'))
            });
            stop.map_or(self.text.len(), |(i, _)| pos + i)
        };
        if end >= self.text.len() && self.cut {
            return None;
        }
        if end == pos {
            self.fault("bad-markup", at, format!("the attribute {name} has no value"));
            self.edit("quote-attributes", equals + 1..pos, "\"\"");
            tag.pos = pos;
            return Some(Some(""));
        }
        let shown: String = self.text[pos..end].chars().take(20).collect();
        let message = match curly {
            true => format!("the value of {name} stands in typographic quotes, not in \" or '"),
            false => format!("the value {shown} of {name} is not in quotes"),
        };
        self.fault("unquoted-attribute", pos, message);
        let inner = self.text[pos..end].trim_matches(|c| {
            matches!(c, '\u{201c}'..='\u{201e}' | '\u{2018}' | '\u{2019}' | '\u{ff02}' | '\u{2033}' | '"')
        });
        self.edit(
            "quote-attributes",
            pos..end,
            format!("\"{}\"", inner.replace('&', "&amp;").replace('"', "&quot;")),
        );
        tag.pos = end;
        Some(Some(inner))
    }

    #[expect(clippy::option_option, reason = "as for `value`")]
    fn quoted(&mut self, open: usize, name: &'a str, tag: &mut Tag<'a>) -> Option<Option<&'a str>> {
        let believable = markup::quoted(self.bytes, open, self.bytes.len(), &mut self.searches);
        let close = match believable {
            Some(close) => close,
            None => {
                if self.cut
                    && !self.bytes[open + 1..].contains(&self.bytes[open])
                    && !self.text[open..].contains('<')
                {
                    return None;
                }
                // The quote never closes: the value ends where the tag does.
                let end = self.bytes[open + 1..]
                    .iter()
                    .position(|&b| matches!(b, b'<' | b'>'))
                    .map_or(self.bytes.len(), |i| open + 1 + i);
                let end = if self.bytes[..end].ends_with(b"/") && self.bytes.get(end) == Some(&b'>') {
                    end - 1
                } else {
                    end
                };
                self.fault("bad-markup", open, format!("the value of {name} has no closing quote"));
                self.edit("quote-attributes", end..end, self.text[open..=open].to_owned());
                self.references(open + 1, end);
                tag.pos = end;
                return Some(Some(&self.text[open + 1..end]));
            }
        };
        for (i, _) in self.text[open + 1..close].match_indices('<') {
            let at = open + 1 + i;
            self.fault(
                "bad-markup",
                at,
                format!("a bare < in the value of {name}; it must be written as &lt;"),
            );
            self.edit("escape-less-than", at..at + 1, "&lt;");
        }
        self.references(open + 1, close);
        tag.pos = close + 1;
        Some(Some(&self.text[open + 1..close]))
    }

    /// Declarations of the tag first, then the prefixes that it uses.
    fn namespaces(&mut self, start: usize, tag: &Tag<'a>) {
        for attribute in &tag.attributes {
            let declared = match attribute.name.strip_prefix("xmlns") {
                Some("") => "",
                Some(rest) if rest.starts_with(':') => &rest[1..],
                _ => continue,
            };
            self.found.namespaces += 1;
            let uri = attribute.value;
            let xml = "http://www.w3.org/XML/1998/namespace";
            let bad = (!declared.is_empty() && uri.is_empty())
                || declared == "xmlns"
                || uri == "http://www.w3.org/2000/xmlns/"
                || ((declared == "xml") != (uri == xml));
            if bad {
                self.fault(
                    "bad-markup",
                    attribute.at,
                    format!("{} may not be declared as {uri:?}", attribute.name),
                );
            }
            self.prefixes.push((declared, uri));
        }
        self.prefixed(start + 1, tag.name, "the element", start);
        let mut expanded: HashSet<(&str, &str)> = HashSet::new();
        for attribute in &tag.attributes {
            if attribute.name == "xmlns" || attribute.name.starts_with("xmlns:") {
                continue;
            }
            let uri = self.prefixed(attribute.at, attribute.name, "the attribute", start);
            if let (Some(uri), Some((_, local))) = (uri, attribute.name.split_once(':'))
                && !expanded.insert((uri, local))
            {
                let message = format!("the attribute {local} of {uri} stands twice in <{}>", tag.name);
                self.fault("duplicate-attribute", attribute.at, message);
            }
        }
    }

    /// Checks the prefix of a name; gives the namespace that it stands for.
    fn prefixed(&mut self, at: usize, name: &'a str, what: &str, tag_start: usize) -> Option<&'a str> {
        let (prefix, local) = name.split_once(':')?;
        if prefix.is_empty() || local.is_empty() || local.contains(':') || !local.starts_with(is_name_start) {
            self.fault("bad-markup", at, format!("{name} is no name with a prefix"));
            return None;
        }
        if let Some((_, uri)) = self.prefixes.iter().rev().find(|(known, _)| *known == prefix) {
            return Some(uri);
        }
        self.fault(
            "undeclared-prefix",
            at,
            format!("the prefix {prefix} of {what} {name} is not declared; xmlns:{prefix}=\"…\" is missing"),
        );
        if self.added.insert(prefix) {
            let uri = entities::namespace(prefix).unwrap_or("urn:undeclared");
            let place = self.root_name_end.unwrap_or(tag_start);
            let name = if prefix == "xlink" { "declare-xlink" } else { "declare-prefix" };
            self.edit(name, place..place, format!(" xmlns:{prefix}=\"{uri}\""));
        }
        None
    }

    /// Text between tags.
    fn characters(&mut self) {
        let start = self.pos;
        let end =
            self.bytes[start..].iter().position(|&b| b == b'<').map_or(self.bytes.len(), |at| start + at);
        self.pos = end;
        let text = &self.text[start..end];
        if self.stack.is_empty() {
            if let Some(at) = text.find(|c: char| !c.is_ascii_whitespace()) {
                self.fault("bad-markup", start + at, "text outside of the root element");
                self.edit("drop-outside-text", start..end, "");
            }
            return;
        }
        for (i, _) in text.match_indices("]]>") {
            self.fault("bad-markup", start + i, "]]> may not stand in text");
            self.edit("escape-greater-than", start + i + 2..start + i + 3, "&gt;");
        }
        self.references(start, end);
        if end < self.bytes.len() {
            self.found.last_whole = end;
        }
    }

    /// Characters that XML does not know.
    fn plain(&mut self, start: usize, end: usize) {
        let mut previous = None;
        for (i, c) in self.text[start..end].char_indices() {
            if !is_char(c) {
                let at = start + i;
                if previous != Some(at) {
                    self.fault("bad-character", at, bad_character(c));
                }
                previous = Some(at + c.len_utf8());
                self.edit("drop-bad-characters", at..at + c.len_utf8(), "");
            }
        }
    }

    /// Characters and references of text or a value.
    fn references(&mut self, start: usize, end: usize) {
        self.plain(start, end);
        let mut pos = start;
        while let Some(at) = self.bytes[pos..end].iter().position(|&b| b == b'&') {
            let at = pos + at;
            pos = at + 1;
            let rest = &self.text[pos..end];
            let length = rest.find(|c: char| !(is_name(c) || c == '#')).unwrap_or(rest.len());
            let ended = rest[length..].starts_with(';');
            let name = &rest[..length];
            if let Some(number) = name.strip_prefix('#').filter(|_| ended) {
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+')),
                    None => number.parse().ok().filter(|_| !number.starts_with('+')),
                };
                if !code.and_then(char::from_u32).is_some_and(is_char) {
                    self.fault("bad-character", at, format!("&{name}; stands for no character of XML"));
                    self.edit("drop-bad-characters", at..pos + length + 1, "");
                }
                continue;
            }
            if !ended || name.is_empty() || !name.starts_with(is_name_start) {
                if self.cut && pos + length == self.text.len() {
                    continue;
                }
                self.fault("unescaped-ampersand", at, "a bare & must be written as &amp;");
                self.edit("escape-ampersands", at..at + 1, "&amp;");
                continue;
            }
            if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") || self.declared.contains(name) {
                continue;
            }
            self.fault("undefined-entity", at, format!("the entity &{name}; is not defined in XML"));
            match entities::character(name) {
                Some(c) => self.edit("replace-entities", at..pos + length + 1, c.to_string()),
                None => self.edit("escape-ampersands", at..at + 1, "&amp;"),
            }
        }
    }

    fn spaces(&self, from: usize) -> usize {
        self.bytes[from.min(self.bytes.len())..]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
            .count()
    }

    fn name_at(&self, from: usize) -> &'a str {
        let rest = &self.text[from..];
        if !rest.starts_with(is_name_start) {
            return "";
        }
        &rest[..rest.find(|c: char| !is_name(c)).unwrap_or(rest.len())]
    }
}

struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
    at: usize,
}

struct Tag<'a> {
    name: &'a str,
    attributes: Vec<Attribute<'a>>,
    pos: usize,
}

fn bad_character(c: char) -> String {
    format!("the character U+{:04X} may not stand in XML", u32::from(c))
}

/// `Char` of XML 1.0.
fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// `NameStartChar` of XML 1.0.
fn is_name_start(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '_' | ':' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

/// `NameChar` of XML 1.0.
fn is_name(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '0'..='9' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// The pseudo-attributes of an XML declaration, in their order.
fn declaration_is_good(inside: &str) -> bool {
    let mut rest = inside;
    for (name, required) in [("version", true), ("encoding", false), ("standalone", false)] {
        let trimmed = rest.trim_start();
        let Some(after) = trimmed.strip_prefix(name) else {
            if required {
                return false;
            }
            continue;
        };
        let Some(after) = after.trim_start().strip_prefix('=') else { return false };
        let after = after.trim_start();
        let Some(quote) = after.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return false };
        let Some(close) = after[1..].find(quote) else { return false };
        let value = &after[1..1 + close];
        let good = match name {
            "version" => value
                .strip_prefix("1.")
                .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())),
            "encoding" => {
                value.starts_with(|c: char| c.is_ascii_alphabetic())
                    && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
            }
            _ => matches!(value, "yes" | "no"),
        };
        let next = &after[close + 2..];
        if !good || trimmed.len() == rest.len() || next.starts_with(|c: char| !c.is_ascii_whitespace()) {
            return false;
        }
        rest = next;
    }
    rest.trim().is_empty()
}

/// `Name (SYSTEM "…" | PUBLIC "…" "…")? [ … ]?`, by its outline.
fn doctype_is_good(after_keyword: &str) -> bool {
    let length = after_keyword.find(|c: char| !is_name(c)).unwrap_or(after_keyword.len());
    if length == 0 {
        return false;
    }
    let mut rest = after_keyword[length..].trim();
    let mut literals = 0;
    if let Some(after) = rest.strip_prefix("PUBLIC") {
        (rest, literals) = (after, 2);
    } else if let Some(after) = rest.strip_prefix("SYSTEM") {
        (rest, literals) = (after, 1);
    }
    for _ in 0..literals {
        let trimmed = rest.trim_start();
        let Some(quote) = trimmed.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return false };
        let Some(close) = trimmed[1..].find(quote) else { return false };
        if trimmed.len() == rest.len() {
            return false;
        }
        rest = &trimmed[close + 2..];
    }
    let rest = rest.trim();
    rest.is_empty() || (rest.starts_with('[') && rest.ends_with(']'))
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
            let found = survey(&text, false);
            prop_assert_eq!(parsed.is_ok(), found.faults.is_empty(), "{} {:?} {:?}", text, parsed.err(), found.faults);
        }
    }

    #[test]
    fn declarations_and_document_types_are_held_to_their_form() {
        let good =
            [" version=\"1.0\"", " version='1.0' encoding='utf-8' standalone=\"no\" ", "\nversion = '1.1'"];
        let bad = [
            "",
            " encoding='utf-8'",
            " version=1.0",
            " version='2.0'",
            " version='1.0'encoding='utf-8'",
            " version='1.0' x='y'",
        ];
        assert!(good.iter().all(|text| declaration_is_good(text)));
        assert!(bad.iter().all(|text| !declaration_is_good(text)));
        assert!(
            doctype_is_good("svg PUBLIC \"a\" 'b' [ x ]")
                && doctype_is_good("svg")
                && doctype_is_good("svg SYSTEM 'b'")
        );
        assert!(
            !doctype_is_good("") && !doctype_is_good("svg PUBLIC 'a'") && !doctype_is_good("svg nonsense")
        );
    }
}
