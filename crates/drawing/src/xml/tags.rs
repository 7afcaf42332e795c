//! Start tags and their attributes.

use std::collections::HashSet;

use pelicycle_record::FindingCode;

use super::characters::{bad_character, is_char};
use super::checker::{OpenElement, XmlChecker, unseen};
use crate::markup;
use crate::repair_kind::Repair;
use crate::survey::PAINTING_ELEMENTS;

/// An attribute that has a value.
pub(super) struct TagAttribute<'a> {
    pub(super) name: &'a str,
    pub(super) value: &'a str,
    pub(super) at: usize,
}

/// A start tag as far as it was read.
pub(super) struct StartTag<'a> {
    pub(super) name: &'a str,
    pub(super) attributes: Vec<TagAttribute<'a>>,
    pub(super) pos: usize,
}

/// Quotes that models write for `"` and `'`.
const TYPOGRAPHIC_QUOTES: [char; 7] =
    ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ff02}', '\u{2033}'];
/// Those among them that close a value.
const CLOSING_QUOTES: [char; 6] = ['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{ff02}', '\u{2033}'];

/// The value of an attribute, as far as the text has one.
enum AttributeValue<'a> {
    /// The value without its quotes.
    Read(&'a str),
    /// There is none, which was noted as a fault.
    Missing,
    /// The text ends before the value does.
    Cut,
}

impl<'a> XmlChecker<'a> {
    /// Reads the start tag that begins at `start`.
    pub(super) fn start_tag(&mut self, start: usize) {
        let name = self.name_at(start + 1);
        let mut tag = StartTag { name, attributes: Vec::new(), pos: start + 1 + name.len() };
        let prefixes = self.prefixes.len();
        if self.stack.is_empty() {
            if self.root_seen {
                self.fault(FindingCode::BadMarkup, start, format!("<{name}> is a second root element"));
            } else {
                self.root_name_end = Some(tag.pos);
            }
        }
        self.root_seen = true;
        if PAINTING_ELEMENTS.contains(&name) || name == "g" {
            // A shape that is not closed holds another; whatever is around it does too.
            if let Some(around) = self.stack.last_mut() {
                around.holds = true;
            }
        }
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
            let tag_end = tag.pos.saturating_sub(1);
            self.stack.push(OpenElement { name, at: start, prefixes, tag_end, holds: false });
        }
    }

    /// Reports what is no attribute, up to the next thing that a tag can go on with, and gives the place behind it.
    fn drop_junk(&mut self, at: usize) -> usize {
        let end = self.text[at..]
            .char_indices()
            .skip(1)
            .find(|&(_, c)| c.is_ascii_whitespace() || matches!(c, '<' | '>' | '/'))
            .map_or(self.text.len(), |(i, _)| at + i);
        let shown: String = self.text[at..end].chars().take(20).collect();
        match shown.chars().find(|&c| !is_char(c)) {
            Some(c) => self.fault(FindingCode::BadCharacter, at, bad_character(c)),
            None => self.fault(FindingCode::BadMarkup, at, format!("{shown:?} is no attribute")),
        }
        self.edit(Repair::DropJunk, at..end, "");
        end
    }

    /// Reads the attributes and the end of a tag; `None` when the text ends within it.
    fn attributes(&mut self, start: usize, tag: &mut StartTag<'a>) -> Option<bool> {
        let mut seen: HashSet<&'a str> = HashSet::new();
        // Whether what will be a space stands before.
        let mut spaced = false;
        loop {
            let spaces = self.spaces(tag.pos);
            let at = tag.pos + spaces;
            tag.pos = at;
            match self.bytes.get(at) {
                None => {
                    if !self.cut {
                        self.fault(
                            FindingCode::BadMarkup,
                            start,
                            format!("<{}> does not end in >", tag.name),
                        );
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
                        FindingCode::BadMarkup,
                        at,
                        format!("the tag <{}> is not closed before this <", tag.name),
                    );
                    self.edit(Repair::FixTag, at..at, ">");
                    return Some(false);
                }
                Some(_) => {}
            }
            if let Some(length) = unseen(&self.text[at..]) {
                self.fault(FindingCode::BadMarkup, at, "a character that is no space to XML stands for one");
                self.edit(Repair::ReplaceSpaces, at..at + length, if spaces == 0 { " " } else { "" });
                tag.pos = at + length;
                spaced = true;
                continue;
            }
            let name = self.name_at(at);
            if name.is_empty() {
                tag.pos = self.drop_junk(at);
                continue;
            }
            if spaces == 0 && !std::mem::take(&mut spaced) {
                self.fault(
                    FindingCode::BadMarkup,
                    at,
                    format!("a space is missing before the attribute {name}"),
                );
                self.edit(Repair::FixTag, at..at, " ");
            }
            let value = match self.value(at, name, tag) {
                AttributeValue::Read(value) => value,
                AttributeValue::Missing => continue,
                AttributeValue::Cut => return None,
            };
            let range = at..tag.pos;
            if !seen.insert(name) {
                let declares = name == "xmlns" || name.starts_with("xmlns:");
                self.found.redeclared += usize::from(declares);
                let but = if declares { "; a browser takes the first" } else { "" };
                let message = format!("the attribute {name} stands twice in <{}>{but}", tag.name);
                self.fault(FindingCode::DuplicateAttribute, at, message);
                self.edit(Repair::DropDuplicateAttributes, range, "");
            } else {
                tag.attributes.push(TagAttribute { name, value, at });
            }
        }
    }

    /// Reads `="value"`.
    fn value(&mut self, at: usize, name: &'a str, tag: &mut StartTag<'a>) -> AttributeValue<'a> {
        let mut pos = at + name.len();
        pos += self.spaces(pos);
        if self.bytes.get(pos) != Some(&b'=') {
            if pos >= self.bytes.len() && self.cut {
                return AttributeValue::Cut;
            }
            if matches!(self.bytes.get(pos), Some(b'"' | b'\'')) {
                let message = format!("there is no = between the attribute {name} and its value");
                self.fault(FindingCode::BadMarkup, at, message);
                self.edit(Repair::FixTag, at + name.len()..pos, "=");
                return self.quoted(pos, name, tag);
            }
            self.fault(FindingCode::BadMarkup, at, format!("the attribute {name} has no value"));
            self.edit(Repair::QuoteAttributes, at + name.len()..at + name.len(), "=\"\"");
            tag.pos = at + name.len();
            return AttributeValue::Missing;
        }
        let equals = pos;
        pos += 1;
        pos += self.spaces(pos);
        let Some(first) = self.text[pos..].chars().next() else {
            if !self.cut {
                self.fault(FindingCode::BadMarkup, at, format!("the attribute {name} has no value"));
            }
            return AttributeValue::Cut;
        };
        if matches!(first, '"' | '\'') {
            return self.quoted(pos, name, tag);
        }
        self.unquoted(at, equals + 1, pos, name, tag)
    }

    /// Reads a value at `pos` that stands in typographic quotes or in none; `after_equals` is where the `=` ends.
    fn unquoted(
        &mut self,
        at: usize,
        after_equals: usize,
        pos: usize,
        name: &'a str,
        tag: &mut StartTag<'a>,
    ) -> AttributeValue<'a> {
        let curly = self.text[pos..].starts_with(TYPOGRAPHIC_QUOTES);
        let end = if curly { self.curly_end(pos) } else { self.bare_end(pos) };
        if end >= self.text.len() && self.cut {
            return AttributeValue::Cut;
        }
        if end == pos {
            self.fault(FindingCode::BadMarkup, at, format!("the attribute {name} has no value"));
            self.edit(Repair::QuoteAttributes, after_equals..pos, "\"\"");
            tag.pos = pos;
            return AttributeValue::Read("");
        }
        let shown: String = self.text[pos..end].chars().take(20).collect();
        let message = match curly {
            true => format!("the value of {name} stands in typographic quotes, not in \" or '"),
            false => format!("the value {shown} of {name} is not in quotes"),
        };
        self.fault(FindingCode::UnquotedAttribute, pos, message);
        let inner = self.text[pos..end].trim_matches(|c| {
            matches!(c, '\u{201c}'..='\u{201e}' | '\u{2018}' | '\u{2019}' | '\u{ff02}' | '\u{2033}' | '"')
        });
        self.edit(
            Repair::QuoteAttributes,
            pos..end,
            format!("\"{}\"", inner.replace('&', "&amp;").replace('"', "&quot;")),
        );
        tag.pos = end;
        AttributeValue::Read(inner)
    }

    /// The end of a value in typographic quotes: after its closing one, or where the tag ends or another begins.
    fn curly_end(&self, pos: usize) -> usize {
        let mut inside = self.text[pos..].char_indices().skip(1);
        let stop = inside.find(|(_, c)| matches!(c, '"' | '<' | '>') || CLOSING_QUOTES.contains(c));
        stop.map_or(self.text.len(), |(i, c)| pos + i + if matches!(c, '<' | '>') { 0 } else { c.len_utf8() })
    }

    /// The end of a value without quotes.
    fn bare_end(&self, pos: usize) -> usize {
        let stop = self.text[pos..].char_indices().find(|&(i, c)| {
            c.is_ascii_whitespace()
                || matches!(c, '>' | '<')
                || (c == '/' && self.text[pos + i + 1..].starts_with('>'))
        });
        stop.map_or(self.text.len(), |(i, _)| pos + i)
    }

    /// Reads a value that begins with the quote at `open`.
    fn quoted(&mut self, open: usize, name: &'a str, tag: &mut StartTag<'a>) -> AttributeValue<'a> {
        let believable = markup::quoted(self.bytes, open, self.bytes.len(), &mut self.searches);
        let close = match believable {
            Some(close) => close,
            None => {
                if self.cut
                    && !self.bytes[open + 1..].contains(&self.bytes[open])
                    && !self.text[open..].contains('<')
                {
                    return AttributeValue::Cut;
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
                self.fault(FindingCode::BadMarkup, open, format!("the value of {name} has no closing quote"));
                self.edit(Repair::QuoteAttributes, end..end, self.text[open..=open].to_owned());
                self.references(open + 1, end);
                tag.pos = end;
                return AttributeValue::Read(&self.text[open + 1..end]);
            }
        };
        for (i, _) in self.text[open + 1..close].match_indices('<') {
            let at = open + 1 + i;
            self.fault(
                FindingCode::BadMarkup,
                at,
                format!("a bare < in the value of {name}; it must be written as &lt;"),
            );
            self.edit(Repair::EscapeLessThan, at..at + 1, "&lt;");
        }
        self.references(open + 1, close);
        tag.pos = close + 1;
        AttributeValue::Read(&self.text[open + 1..close])
    }
}
