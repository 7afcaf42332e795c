//! The result of one pass over a text.

use std::ops::Range;

use crate::bounds::DrawingBounds;
use crate::place::OffsetFinding;
use crate::repair_kind::Repair;

/// A small change to the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct TextEdit {
    /// The bytes to replace.
    pub(in super::super) range: Range<usize>,
    /// The text to put there.
    pub(in super::super) text: String,
    /// The repair that it is a part of.
    pub(in super::super) repair: Repair,
}

/// All that one pass over a text told.
#[derive(Debug, Default)]
pub(in super::super) struct XmlReport {
    /// The violations, in the order of the text, at most [`super::checker::MOST_FAULTS`].
    pub(in super::super) faults: Vec<OffsetFinding>,
    /// Edits that would mend them.
    pub(in super::super) edits: Vec<TextEdit>,
    /// Violations beyond those kept.
    pub(in super::super) more: usize,
    /// Elements.
    pub(in super::super) elements: usize,
    /// Deepest nesting of elements.
    pub(in super::super) depth: usize,
    /// Most attributes of an element.
    pub(in super::super) attributes: usize,
    /// Namespaces that an element declares twice, each of which is a fault.
    pub(in super::super) redeclared: usize,
    /// Namespace declarations in all.
    pub(in super::super) namespaces: usize,
    /// Offset of the first entity declaration in a document type.
    pub(in super::super) entity_declaration: Option<usize>,
    /// The document type.
    pub(in super::super) doctype: Option<Range<usize>>,
    /// Names of elements that are open where the text ends, outermost first.
    pub(in super::super) open: Vec<String>,
    /// The offset after the last construct that was whole.
    pub(in super::super) last_whole: usize,
}

impl XmlReport {
    /// Whether the text may be parsed at all; the words say which bound is passed.
    pub(in super::super) fn within(&self, bounds: &DrawingBounds) -> Result<(), Vec<String>> {
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
