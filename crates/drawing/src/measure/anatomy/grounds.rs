//! Ground, sky, panels: what a vehicle and its rider stand before, and no part of either.

use super::Anatomy;
use super::round::RoundOutline;
use super::wheels;
use crate::measure::geometry::{Extent, Point};
use crate::measure::scene::PaintedScene;

/// A filled shape that comes this near both sides of the canvas, in widths of it, is ground or sky; so is a line.
const RIM: f64 = 0.02;
/// A panel holds this share of all that is seen, painted after it, and at least so many shapes: a face that is painted last holds
/// what is on it, and the rest is elsewhere.
const HELD: f64 = 0.6;
const LEAST: usize = 8;
/// Wheels on a panel end in the lowest part of what it holds, and have at least this share of its width for a radius.
const LOWEST: f64 = 0.35;
const LARGE: f64 = 0.08;

/// Which shapes are ground, sky or panel: they reach from side to side, hold nearly all of the canvas, or are a moon, a badge
/// or a frame around the whole scene.
pub(super) fn find(scene: &PaintedScene, rounds: &[RoundOutline], seen: &[f64]) -> Vec<bool> {
    let (width, height) = scene.canvas;
    let all = scene.shapes.iter().map(|shape| {
        let across = shape.extent.left <= RIM * width && shape.extent.right >= (1.0 - RIM) * width;
        let covers = shape.filled && shape.area() >= 0.7 * width * height;
        let level =
            !shape.filled && shape.extent.width() >= 0.6 * width && shape.extent.height() <= 0.02 * height;
        across || covers || level
    });
    let mut found: Vec<bool> = all.collect();
    // The innermost first, so that what is around it is looked at without it.
    for index in (0..scene.shapes.len()).rev() {
        found[index] = found[index] || is_panel(scene, rounds, seen, &found, index);
    }
    found
}

/// Whether a filled shape has the whole scene on it, wheels at its bottom: a face has its eyes higher than a mouth, and no body.
fn is_panel(
    scene: &PaintedScene,
    rounds: &[RoundOutline],
    seen: &[f64],
    ground: &[bool],
    index: usize,
) -> bool {
    let shape = &scene.shapes[index];
    if !shape.filled {
        return false;
    }
    let plain = |other: &usize| *other != index && !ground[*other] && seen[*other] >= super::FAINT;
    let all = (0..scene.shapes.len()).filter(plain);
    let held: Vec<Extent> = all
        .clone()
        .filter(|other| *other > index)
        .map(|other| scene.shapes[other].extent)
        .filter(|extent| shape.holds(extent.centre()))
        .collect();
    if held.len() < LEAST || (held.len() as f64) < HELD * all.count() as f64 {
        return false;
    }
    let Some(all) = held.into_iter().reduce(Extent::with) else { return false };
    let least = (LARGE * shape.extent.width()).max(wheels::SMALLEST * scene.diagonal());
    let stands = |round: &&RoundOutline| {
        let (centre, radius) = (round.centre, round.radius());
        let within =
            |(x, y): (f64, f64)| shape.holds(Point::new(centre.x + x * radius, centre.y + y * radius));
        round.shape > index
            && radius >= least
            && round.bottom() >= all.bottom - LOWEST * all.height()
            && centre.y > shape.extent.centre().y
            && [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)].into_iter().all(within)
    };
    let low: Vec<&RoundOutline> = rounds.iter().filter(stands).collect();
    low.iter().enumerate().any(|(at, a)| low[at + 1..].iter().any(|b| wheels::like(a, b)))
}

/// A level line that stands on the wheels is a deck, and no ground.
pub(super) fn leave_out_decks(anatomy: &mut Anatomy<'_>) {
    let (Some((left, right)), Some(radius)) = (anatomy.base(), anatomy.wheels.radius()) else { return };
    for (index, shape) in anatomy.scene.shapes.iter().enumerate() {
        let beside = shape.extent.left >= left.x - 2.0 * anatomy.unit
            && shape.extent.right <= right.x + 2.0 * anatomy.unit;
        let high = shape.extent.bottom <= left.y.max(right.y) + 0.3 * radius
            && shape.extent.top >= left.y.min(right.y) - 2.0 * radius;
        if !shape.filled && beside && high {
            anatomy.background[index] = false;
        }
    }
}
