//! Text, and the references in it and in values.

use pelicycle_record::FindingCode;

use super::characters::{bad_character, is_char, is_name, is_name_start};
use super::checker::XmlChecker;
use crate::entities;
use crate::repair_kind::Repair;

impl XmlChecker<'_> {
    /// Text between tags.
    pub(super) fn characters(&mut self) {
        let start = self.pos;
        let end =
            self.bytes[start..].iter().position(|&b| b == b'<').map_or(self.bytes.len(), |at| start + at);
        self.pos = end;
        let text = &self.text[start..end];
        if self.stack.is_empty() {
            if let Some(at) = text.find(|c: char| !c.is_ascii_whitespace()) {
                self.fault(FindingCode::BadMarkup, start + at, "text outside of the root element");
                self.edit(Repair::DropOutsideText, start..end, "");
            }
            return;
        }
        for (i, _) in text.match_indices("]]>") {
            self.fault(FindingCode::BadMarkup, start + i, "]]> may not stand in text");
            self.edit(Repair::EscapeGreaterThan, start + i + 2..start + i + 3, "&gt;");
        }
        self.references(start, end);
        if end < self.bytes.len() {
            self.found.last_whole = end;
        }
    }

    /// Characters that XML does not know.
    pub(super) fn plain(&mut self, start: usize, end: usize) {
        let mut previous = None;
        for (i, c) in self.text[start..end].char_indices() {
            if !is_char(c) {
                let at = start + i;
                if previous != Some(at) {
                    self.fault(FindingCode::BadCharacter, at, bad_character(c));
                }
                previous = Some(at + c.len_utf8());
                self.edit(Repair::DropBadCharacters, at..at + c.len_utf8(), "");
            }
        }
    }

    /// Characters and references of text or a value.
    pub(super) fn references(&mut self, start: usize, end: usize) {
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
                    self.fault(
                        FindingCode::BadCharacter,
                        at,
                        format!("&{name}; stands for no character of XML"),
                    );
                    self.edit(Repair::DropBadCharacters, at..pos + length + 1, "");
                }
                continue;
            }
            if !ended || name.is_empty() || !name.starts_with(is_name_start) {
                if self.cut && pos + length == self.text.len() {
                    continue;
                }
                self.fault(FindingCode::UnescapedAmpersand, at, "a bare & must be written as &amp;");
                self.edit(Repair::EscapeAmpersands, at..at + 1, "&amp;");
                continue;
            }
            if matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") || self.declared.contains(name) {
                continue;
            }
            self.fault(
                FindingCode::UndefinedEntity,
                at,
                format!("the entity &{name}; is not defined in XML"),
            );
            match entities::character(name) {
                Some(c) => self.edit(Repair::ReplaceEntities, at..pos + length + 1, c.to_string()),
                None => self.edit(Repair::EscapeAmpersands, at..at + 1, "&amp;"),
            }
        }
    }
}
