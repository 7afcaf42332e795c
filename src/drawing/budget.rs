//! What drawing would cost, measured on the renderer's own tree before a pixel is touched.

use usvg::Tree;

use super::bounds::Bounds;

/// Refuses, in words, what would take too much time or memory.
pub(super) fn check(_tree: &Tree, _bounds: &Bounds, _longest: u32) -> Result<(), String> {
    Ok(())
}
