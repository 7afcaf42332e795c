//! The XML declaration and the document type.

use pelicycle_record::FindingCode;

use super::characters::is_name;
use super::checker::XmlChecker;
use crate::repair_kind::Repair;

impl XmlChecker<'_> {
    /// `<?xml version="1.0" …?>`, which may only stand at the very start.
    pub(super) fn declaration(&mut self) {
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
                FindingCode::BadMarkup,
                start,
                "the XML declaration is not of the form <?xml version=\"1.0\" encoding=\"…\"?>",
            );
            self.edit(Repair::DropDeclaration, start..self.pos, "");
        }
    }

    /// Reads the document type: its extent, and whether it declares entities.
    pub(super) fn doctype(&mut self, start: usize) {
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
            self.ends_in("a declaration", FindingCode::BadMarkup, start);
            self.pos = if self.cut { self.text.len() } else { pos.max(start + 2) };
            self.edit(Repair::DropDoctype, start..self.pos, "");
            return;
        }
        self.pos = pos + 1;
        self.found.last_whole = self.pos;
        let good = name.is_some_and(doctype_is_good);
        if !placed || !good {
            let message =
                if placed { "a malformed document type" } else { "a declaration that may not stand here" };
            self.fault(FindingCode::BadMarkup, start, message);
            self.edit(Repair::DropDoctype, start..self.pos, "");
        } else {
            self.found.doctype = Some(start..self.pos);
        }
    }
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
    use super::*;

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
