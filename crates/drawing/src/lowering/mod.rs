//! Lowering: what browsers know and the renderer does not, written in words that it knows. The drawing itself is kept as it is;
//! only the renderer reads the lowered text.
//!
//! The drawing is read into a tree that can be changed ([`tree`]). Style sheets are applied as a browser applies them ([`css`]),
//! then one file a subject writes what is left: values, moves, clips, strokes, text, the root's ground. What is written down
//! again has no style sheets, only attributes.
//!
//! The same text makes the same lowered text. What is not understood is left as it was. Every step is linear in the size of the
//! drawing, or counts its work.

mod animation;
mod boxes;
mod clips;
mod colours;
mod css;
mod filters;
mod gradients;
mod ground;
mod ids;
mod numbers;
mod outline;
mod page;
mod properties;
mod shapes;
mod strokes;
mod text;
mod transforms;
mod tree;
mod values;

use roxmltree::Document;

use super::bounds::{DrawingBounds, VERDICT_SIDE};
use super::survey;
pub(super) use animation::Moment;
use boxes::Boxes;
use page::Page;
use tree::Tree;

/// Whether the ground that CSS gives the root is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RootGround {
    /// As a browser shows it.
    Painted,
    /// For those who measure shapes: a ground is none.
    LeftOut,
}

/// Whether a value is a length in the words of today's CSS.
pub(super) fn is_length(value: &str) -> bool {
    numbers::is_length(value, true, false)
}

/// What is to be shown of a drawing.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    /// Whether the root's ground is.
    pub(super) ground: RootGround,
    /// The longest side of the picture, in pixels.
    pub(super) side: u32,
    /// The moment, of one that moves.
    pub(super) moment: Moment,
}

/// A lowered drawing.
#[derive(Debug)]
pub(super) struct Lowered {
    /// Its text; `None` where there is nothing to lower, or where the lowered text would pass a bound that the drawing itself has
    /// passed.
    pub(super) text: Option<String>,
    /// Whether it moves.
    pub(super) moves: bool,
}

/// Lowers a drawing.
pub(super) fn lower(document: &Document<'_>, view: View, bounds: &DrawingBounds) -> Lowered {
    let mut tree = Tree::read(document);
    let before = tree.write();
    let page = Page::of(&tree);
    let sheet = css::cascade(&mut tree, page.canvas, bounds.css_work, bounds.svg_bytes * 4);
    let Some(sheet) = sheet else { return Lowered { text: None, moves: false } };
    let animated = animation::lower(&mut tree, &sheet, view.moment);
    tree.measure(page.canvas);
    ids::lower(&mut tree);
    text::lower(&mut tree);
    values::lower(&mut tree);
    shapes::lower(&mut tree);
    let mut boxes = Boxes::new(&tree);
    transforms::lower(&mut tree, &mut boxes);
    transforms::move_by(&mut tree, &animated.motions);
    clips::lower(&mut tree, &mut boxes);
    strokes::lower(&mut tree, &page);
    text::shadows(&mut tree, &page);
    filters::lower(&mut tree, &page, f64::from(view.side) / f64::from(VERDICT_SIDE));
    gradients::lower(&mut tree);
    if view.ground == RootGround::Painted {
        ground::lower(&mut tree);
    }
    let lowered = tree.write();
    // What a style sheet says that no element heeds is the renderer's to misread.
    let changed = lowered != before || document.descendants().any(|node| node.tag_name().name() == "style");
    let good = changed && lowered.len() <= bounds.svg_bytes && survey::within(&lowered, bounds);
    Lowered { text: good.then_some(lowered), moves: animated.moves }
}
