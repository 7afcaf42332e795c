//! Spokes: straight lines inside of a wheel that run from its hub.

use pelicycle_record::measure::PartMark;

use super::Anatomy;
use super::answer::{self, DetectorAnswer};
use super::wheels::Wheel;
use crate::measure::geometry::Point;

/// A spoke ends no further from the hub than this, in radii.
const INSIDE: f64 = 1.1;
/// It is at least so long.
const LONG: f64 = 0.45;
/// Its line passes the hub no further away than this.
const THROUGH: f64 = 0.2;
/// Two spokes differ by more than this, in radians.
const APART: f64 = 0.12;
/// Spokes of a wheel that has them, and of one that may.
const ENOUGH: usize = 4;
const SOME: usize = 2;
/// A dashed ring of this width, in radii, is spokes drawn in one stroke.
const RING: f64 = 0.35;

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    let wheels = &anatomy.wheels.list;
    if wheels.is_empty() {
        return DetectorAnswer::cant_tell("there are no wheels to look for them in", Vec::new());
    }
    let mut marks = Vec::new();
    let counts: Vec<usize> = wheels.iter().map(|wheel| count(anatomy, wheel, &mut marks)).collect();
    let words = counts.iter().map(usize::to_string).collect::<Vec<_>>().join(" and ");
    let least = counts.iter().copied().min().unwrap_or_default();
    match least {
        ENOUGH.. => DetectorAnswer::met(format!("{words} lines run from the hubs"), marks),
        SOME.. => DetectorAnswer::cant_tell(format!("only {words} lines run from the hubs"), marks),
        _ if counts.iter().any(|count| *count >= ENOUGH) => {
            DetectorAnswer::not_met(format!("not in every wheel: {words} lines run from the hubs"), marks)
        }
        _ => DetectorAnswer::not_met("no lines run from the hubs to the rims", marks),
    }
}

/// Whether a line is inside of a wheel, from its hub or through it.
pub(super) fn is_spoke(wheel: &Wheel, (a, b): (Point, Point)) -> bool {
    let (hub, radius) = (wheel.hub(), wheel.radius());
    a.distance(hub) <= INSIDE * radius
        && b.distance(hub) <= INSIDE * radius
        && a.distance(b) >= LONG * radius
        && hub.to_segment(a, b) <= THROUGH * radius
}

/// The number of directions that spokes run in.
fn count(anatomy: &Anatomy<'_>, wheel: &Wheel, marks: &mut Vec<PartMark>) -> usize {
    let (hub, radius) = (wheel.hub(), wheel.radius());
    let mut directions: Vec<f64> = Vec::new();
    for (index, shape) in anatomy.scene.shapes.iter().enumerate() {
        if anatomy.seen[index] < super::FAINT || !shape.extent.grown(radius).holds(hub) {
            continue;
        }
        if let Some(line) = shape.line
            && line.dashed
            && line.width >= RING * radius
            && wheel.shapes.contains(&index)
        {
            marks.push(answer::round("spokes", &wheel.outer));
            return ENOUGH;
        }
        for contour in &shape.contours {
            for run in contour.straights().into_iter().filter(|run| is_spoke(wheel, *run)) {
                let ends = [run.0, run.1].into_iter().filter(|end| end.distance(hub) >= LONG * radius);
                let before = directions.len();
                for end in ends {
                    let heading = (end.y - hub.y).atan2(end.x - hub.x);
                    let apart = |known: &f64| {
                        let turn = (heading - known).rem_euclid(std::f64::consts::TAU);
                        turn.min(std::f64::consts::TAU - turn) > APART
                    };
                    if directions.iter().all(apart) {
                        directions.push(heading);
                    }
                }
                if directions.len() > before {
                    marks.push(answer::line("spoke", run));
                }
            }
        }
    }
    directions.len()
}
