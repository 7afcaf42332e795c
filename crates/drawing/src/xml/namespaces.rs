//! Prefixes and what they stand for.

use std::collections::HashSet;

use pelicycle_record::FindingCode;

use super::characters::is_name_start;
use super::checker::XmlChecker;
use super::tags::StartTag;
use crate::entities;
use crate::repair_kind::Repair;

impl<'a> XmlChecker<'a> {
    /// Declarations of the tag first, then the prefixes that it uses.
    pub(super) fn namespaces(&mut self, start: usize, tag: &StartTag<'a>) {
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
                    FindingCode::BadMarkup,
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
                self.fault(FindingCode::DuplicateAttribute, attribute.at, message);
            }
        }
    }

    /// Checks the prefix of a name; gives the namespace that it stands for.
    fn prefixed(&mut self, at: usize, name: &'a str, what: &str, tag_start: usize) -> Option<&'a str> {
        let (prefix, local) = name.split_once(':')?;
        if prefix.is_empty() || local.is_empty() || local.contains(':') || !local.starts_with(is_name_start) {
            self.fault(FindingCode::BadMarkup, at, format!("{name} is no name with a prefix"));
            return None;
        }
        if let Some((_, uri)) = self.prefixes.iter().rev().find(|(known, _)| *known == prefix) {
            return Some(uri);
        }
        self.fault(
            FindingCode::UndeclaredPrefix,
            at,
            format!("the prefix {prefix} of {what} {name} is not declared; xmlns:{prefix}=\"…\" is missing"),
        );
        if self.added.insert(prefix) {
            let uri = entities::namespace(prefix).unwrap_or("urn:undeclared");
            let place = self.root_name_end.unwrap_or(tag_start);
            let repair = if prefix == "xlink" { Repair::DeclareXlink } else { Repair::DeclarePrefix };
            self.edit(repair, place..place, format!(" xmlns:{prefix}=\"{uri}\""));
        }
        None
    }
}
