//! Walks a well-formed document and notes what a reader of the result should know: what is wrong, what points
//! outside, what a browser might run, what the renderer passes over.

mod active;
mod shapes;
mod style;
mod walk;

use std::collections::HashMap;

pub(super) use active::active_in_bytes;
use roxmltree::{Document, Node, NodeType};
use walk::SurveyWalk;

use super::bounds::DrawingBounds;
use super::place::OffsetFinding;
use super::size::{self, SvgSize};
use super::{weight, xml};

/// The elements of a document by their ids; the first one that has an id counts.
pub(super) type ElementsById<'a, 'input> = HashMap<&'a str, Node<'a, 'input>>;

/// All that a walk through a document told.
#[derive(Debug)]
pub(super) struct DocumentSurvey {
    /// The findings.
    pub(super) findings: Vec<OffsetFinding>,
    /// Whether a browser might run something in it.
    pub(super) active: bool,
    /// The size that it asks for.
    pub(super) size: SvgSize,
    /// Elements as written.
    pub(super) elements: usize,
    /// Whether a bound is passed; a finding says which.
    pub(super) over_bounds: bool,
    /// Whether the root is an `svg` element that the renderer takes.
    pub(super) root_is_svg: bool,
    /// Whether it holds an element that paints.
    pub(super) paints: bool,
}

/// Walks a document.
pub(super) fn survey(document: &Document<'_>, bounds: &DrawingBounds) -> DocumentSurvey {
    let root = document.root_element();
    let ids: ElementsById<'_, '_> =
        document.descendants().rev().filter_map(|node| Some((node.attribute("id")?, node))).collect();
    let mut walk = SurveyWalk::new(document, &ids);
    let root_is_svg = walk.root(root);
    let size = if root_is_svg { size::read(root, &mut walk.findings) } else { SvgSize::default() };
    let mut elements = 0;
    let mut paints = false;
    for node in document.descendants() {
        match node.node_type() {
            NodeType::Element => {
                elements += 1;
                paints |= PAINTING_ELEMENTS.contains(&node.tag_name().name());
                walk.element(node);
            }
            NodeType::PI => walk.instruction(node),
            NodeType::Text
                if node.parent_element().is_some_and(|parent| parent.tag_name().name() == "style") =>
            {
                walk.style(node.text().unwrap_or_default(), node.range().start);
            }
            _ => {}
        }
    }
    let active = walk.active;
    let mut findings = walk.finish();
    let over_bounds = root_is_svg && weight::check(document, &ids, bounds, &mut findings);
    DocumentSurvey { findings, active, size, elements, over_bounds, root_is_svg, paints }
}

/// Whether a document inside of another keeps to every bound on its own.
pub(super) fn within(text: &str, bounds: &DrawingBounds) -> bool {
    let found = xml::check(text, false);
    found.faults.is_empty()
        && found.within(bounds).is_ok()
        && xml::parse(text).is_ok_and(|document| !survey(&document, bounds).over_bounds)
}

/// Elements that put something on the canvas.
pub const PAINTING_ELEMENTS: &[&str] = &[
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "image",
    "use",
    "foreignObject",
];
