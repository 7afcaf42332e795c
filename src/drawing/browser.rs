//! Whether a browser shows a picture when the file is given to it as an image: rules that
//! `tests/drawing_browser.rs` holds against a real Chromium.
//!
//! A browser refuses what is not well-formed, an `svg` element outside of its namespace, and a size of
//! nothing. The rest it shows, at 300 x 150 when it is told no size.

use super::size::SvgSize;
use super::survey::SVG;

/// Whether a browser draws this well-formed document.
pub(super) fn draws(document: &roxmltree::Document<'_>, size: &SvgSize) -> bool {
    let root = document.root_element();
    root.has_tag_name((SVG, "svg")) && !size.nothing
}
