//! Is it well-formed XML, and if not, where would a person point to?
//!
//! A strict check by XML 1.0 and "Namespaces in XML", in one pass that goes on after a fault, so that an
//! answer can name several. Each fault carries the smallest edit that would mend it, which
//! [`super::repair`] may try. Entity declarations are reported and never expanded. The parser of the renderer
//! must agree that there is no fault; this one exists because that one stops at the first and often tells
//! neither its kind nor its place.

mod characters;
mod checker;
mod declarations;
mod namespaces;
mod report;
mod tags;
mod text;

pub(super) use checker::{check, unseen};
pub(super) use report::{TextEdit, XmlReport};
use roxmltree::{Document, ParsingOptions};

/// Parses a text that passed [`check`], with the renderer's parser. No entity is expanded: a document that declares one is
/// refused before.
pub(super) fn parse(text: &str) -> Result<Document<'_>, roxmltree::Error> {
    Document::parse_with_options(text, ParsingOptions { allow_dtd: true, ..ParsingOptions::default() })
}
