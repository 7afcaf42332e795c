//! From the renderer's tree and pixels to measures.

use roxmltree::Document;
use tiny_skia::Pixmap;
use usvg::Tree;

use super::anatomy;
use super::canvas::Canvas;
use super::scene::Scene;
use super::structure::structure;
use pelicycle_record::measure::{Measures, RULES, Rubric};

/// Measures a drawing that passed every bound of the check. `pixmap` is it, at most [`super::SIDE`] pixels a side, on a
/// transparent ground.
pub(crate) fn measure(document: &Document<'_>, tree: &Tree, pixmap: &Pixmap, rubric: &Rubric) -> Measures {
    let scene = Scene::of(tree);
    let canvas = Canvas::new(pixmap, &scene);
    let (painted, judged) = anatomy::judge(&scene, &canvas, rubric);
    Measures {
        rules: RULES,
        canvas: [scene.canvas.0, scene.canvas.1],
        structure: structure(document, tree, &scene, canvas.coverage()),
        painted,
        rubric: judged,
    }
}
