//! Ground and sky: what a vehicle and its rider stand before, and no part of either. Panels are in a file of their own.

use super::Anatomy;
use super::panels::Panels;
use super::round::RoundOutline;
use crate::measure::geometry::BoundingBox;
use crate::measure::scene::PaintedScene;

/// A filled shape that comes this near both sides of the canvas, in widths of it, is ground or sky; so is a line.
const RIM: f64 = 0.02;
/// A deck comes this near to the tops of its wheels, a tube to their hubs, in radii.
const AT: f64 = 0.3;
/// Wheels of a board have a radius of less than this, in units.
const SMALL: f64 = 0.6;

/// For each shape whether it is ground, sky or panel: such a one reaches from side to side, holds nearly all of the
/// canvas, or is a moon, a badge or a frame around the whole scene.
pub(super) fn find(scene: &PaintedScene, rounds: &[RoundOutline], seen: &[f64]) -> Vec<bool> {
    let (width, height) = scene.canvas;
    let all = scene.shapes.iter().map(|shape| {
        let across = is_across(scene, shape.extent);
        let covers = shape.filled && shape.area() >= 0.7 * width * height;
        let level =
            !shape.filled && shape.extent.width() >= 0.6 * width && shape.extent.height() <= 0.02 * height;
        across || covers || level
    });
    let mut found: Vec<bool> = all.collect();
    // The innermost first, so that what is around it is looked at without it.
    let panels = Panels::new(scene, rounds, seen);
    for index in (0..scene.shapes.len()).rev() {
        found[index] = found[index] || panels.is_one(index, &found);
    }
    found
}

/// Whether something reaches from side to side of the canvas.
fn is_across(scene: &PaintedScene, extent: BoundingBox) -> bool {
    let width = scene.canvas.0;
    extent.left <= RIM * width && extent.right >= (1.0 - RIM) * width
}

/// Takes decks and tubes out of the ground: a level line that stands on the wheels is a deck, one from hub to hub a
/// tube. A horizon leads on.
pub(super) fn leave_out_decks(anatomy: &mut Anatomy<'_>) {
    let (Some((left, right)), Some(radius)) = (anatomy.base(), anatomy.wheels.radius()) else { return };
    let (top, hubs) = (f64::midpoint(left.y, right.y) - radius, f64::midpoint(left.y, right.y));
    // A skateboard's deck leads on far beyond its small wheels.
    let past = if radius < SMALL * anatomy.unit { 2.0 * anatomy.unit } else { anatomy.unit };
    for (index, shape) in anatomy.scene.shapes.iter().enumerate() {
        let (extent, half) = (shape.extent, shape.half_width());
        if shape.filled || !anatomy.background[index] || is_across(anatomy.scene, extent) {
            continue;
        }
        let at = |y: f64| extent.top - half <= y + AT * radius && extent.bottom + half >= y - AT * radius;
        let beside = extent.left >= left.x - past && extent.right <= right.x + past;
        let over_both = extent.left <= left.x + radius && extent.right >= right.x - radius;
        let ends = (extent.left - left.x).abs().max((extent.right - right.x).abs());
        let deck = at(top) && beside && over_both;
        let tube = at(hubs) && ends <= AT * radius;
        if deck || tube {
            anatomy.background[index] = false;
        }
    }
}
