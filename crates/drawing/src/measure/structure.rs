//! The structure of a drawing: counts and shares that need no idea of what it shows.

use std::collections::BTreeSet;

use pelicycle_record::measure::DrawingStructure;
use roxmltree::Document;
use usvg::{Group, Node, Paint, Tree};

use super::canvas::Coverage;
use super::scene::PaintedScene;

/// Measures the structure. Counts of the markup are as written; paints and shapes are those that the renderer shows,
/// so one that is used twice counts twice.
pub(super) fn structure(
    document: &Document<'_>,
    tree: &Tree,
    scene: &PaintedScene,
    coverage: Coverage,
) -> DrawingStructure {
    let elements = || document.descendants().filter(|node| node.is_element());
    let named = |names: &[&str]| elements().filter(|node| names.contains(&node.tag_name().name())).count();
    let commands = elements()
        .filter(|node| node.tag_name().name() == "path")
        .filter_map(|node| node.attribute("d"))
        .map(|data| svgtypes::PathParser::from(data).take_while(Result::is_ok).count())
        .sum();
    let mut colours = BTreeSet::new();
    collect_colours(tree.root(), &mut colours);
    let frame = scene.frame();
    let visible = |shape: &super::scene::PaintedShape| shape.extent.grown(shape.half_width());
    let beyond = |shape: &&super::scene::PaintedShape| {
        let extent = visible(shape);
        extent.right <= frame.left
            || extent.left >= frame.right
            || extent.bottom <= frame.top
            || extent.top >= frame.bottom
    };
    // A hair's breadth over the edge is no part outside.
    let slack = scene.diagonal() * 0.005;
    let over = |shape: &&super::scene::PaintedShape| {
        let (extent, frame) = (shape.extent, frame.grown(slack));
        extent.left < frame.left
            || extent.right > frame.right
            || extent.top < frame.top
            || extent.bottom > frame.bottom
    };
    let outside = scene.shapes.iter().filter(beyond).count();
    DrawingStructure {
        shapes: scene.shapes.len(),
        path_commands: commands,
        groups: named(&["g"]),
        gradients: named(&["linearGradient", "radialGradient"]),
        depth: elements().map(|node| node.ancestors().filter(|n| n.is_element()).count()).max().unwrap_or(0),
        colours: colours.len(),
        texts: scene.texts,
        pictures: scene.pictures,
        outside,
        over_the_edge: scene.shapes.iter().filter(over).count() - outside,
        painted: rounded(coverage.painted),
        figure: rounded(coverage.figure),
        symmetry: coverage.symmetry.map(rounded),
    }
}

/// A share, to a tenth of a percent.
fn rounded(share: f64) -> f64 {
    (share * 1e3).round() / 1e3
}

fn collect_colours(group: &Group, colours: &mut BTreeSet<(u8, u8, u8)>) {
    let add = |paint: &Paint, colours: &mut BTreeSet<_>| {
        let mut one = |colour: usvg::Color| {
            colours.insert((colour.red, colour.green, colour.blue));
        };
        match paint {
            Paint::Color(colour) => one(*colour),
            Paint::LinearGradient(gradient) => gradient.stops().iter().for_each(|stop| one(stop.color())),
            Paint::RadialGradient(gradient) => gradient.stops().iter().for_each(|stop| one(stop.color())),
            // Its own shapes are not on the canvas as such.
            Paint::Pattern(_) => {}
        }
    };
    for node in group.children() {
        match node {
            Node::Path(path) if path.is_visible() => {
                path.fill().into_iter().for_each(|fill| add(fill.paint(), colours));
                path.stroke().into_iter().for_each(|stroke| add(stroke.paint(), colours));
            }
            Node::Group(group) => collect_colours(group, colours),
            Node::Text(text) => collect_colours(text.flattened(), colours),
            Node::Path(_) | Node::Image(_) => {}
        }
    }
}
