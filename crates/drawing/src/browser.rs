//! Whether a browser shows a picture when the file is given to it as an image: rules that
//! `tests/drawing/browser.rs` holds against a real Chromium.
//!
//! A browser refuses what is not well-formed, an `svg` element outside of its namespace, and a size of
//! nothing. The rest it shows, at 300 x 150 when it is told no size.

use pelicycle_lowering::SVG;

use super::size::{self, SvgSize};
use super::xml;

/// Whether a browser draws this well-formed document.
pub(super) fn draws(document: &roxmltree::Document<'_>, size: &SvgSize) -> bool {
    let root = document.root_element();
    root.has_tag_name((SVG, "svg")) && !size.nothing
}

/// As [`draws`], of a text that is well-formed.
pub(super) fn draws_text(text: &str) -> bool {
    xml::parse(text)
        .is_ok_and(|document| draws(&document, &size::read(document.root_element(), &mut Vec::new())))
}

/// Whether a document type makes a browser know the entities of HTML, by its public identifier.
pub(super) fn knows_entities(doctype: &str) -> bool {
    [
        "-//W3C//DTD XHTML 1.0 Transitional//EN",
        "-//W3C//DTD XHTML 1.1//EN",
        "-//W3C//DTD XHTML 1.0 Strict//EN",
        "-//W3C//DTD XHTML 1.0 Frameset//EN",
        "-//W3C//DTD XHTML Basic 1.0//EN",
        "-//W3C//DTD XHTML 1.1 plus MathML 2.0//EN",
        "-//W3C//DTD XHTML 1.1 plus MathML 2.0 plus SVG 1.1//EN",
        "-//W3C//DTD MathML 2.0//EN",
    ]
    .iter()
    .any(|identifier| doctype.contains(identifier))
}
