//! Measures of a drawing: how it is built, and whether the parts that its prompt asks for are there. Read off the
//! renderer's tree and pixels by rules, never by a model; docs/measures.md has the rules.

mod anatomy;
mod canvas;
mod contour;
mod geometry;
mod ownership;
mod scene;
mod structure;

use canvas::Canvas;
pub(crate) use canvas::SIDE;
use pelicycle_record::measure::{Measures, RULES_VERSION, Rubric};
use roxmltree::Document;
use scene::PaintedScene;
use tiny_skia::Pixmap;
use usvg::Tree;

/// Measures a drawing that passed every bound of the check. `pixmap` is it, at most [`SIDE`] pixels a side, on a
/// transparent ground.
pub(crate) fn measure(document: &Document<'_>, tree: &Tree, pixmap: &Pixmap, rubric: &Rubric) -> Measures {
    let scene = PaintedScene::of(tree, (pixmap.width(), pixmap.height()));
    let canvas = Canvas::new(pixmap, &scene);
    let (painted, judged) = anatomy::judge(&scene, &canvas, rubric);
    Measures {
        rules: RULES_VERSION,
        canvas: [scene.canvas.0, scene.canvas.1],
        structure: structure::structure(document, tree, &scene, canvas.coverage()),
        painted,
        rubric: judged,
    }
}
