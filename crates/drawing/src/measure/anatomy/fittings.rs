//! Saddle and handlebar: small shapes where they belong on the frame.

use pelicycle_record::measure::PartMark;

use super::Anatomy;
use super::answer::{self, DetectorAnswer};
use super::wheels::Wheel;
use crate::measure::contour::Contour;
use crate::measure::geometry::{Extent, Point};
use crate::measure::scene::PaintedShape;

/// How near to the frame either must be, in the vehicle's units.
const TOUCH: f64 = 0.2;
/// An end this far from all bars is free.
const FREE: f64 = 0.06;
/// How wide a saddle is, at least and at most, likewise, and how much wider than high.
const SADDLE: (f64, f64) = (0.2, 1.3);
const LEVEL: f64 = 1.3;
/// How high above the hubs a saddle is, at least and at most.
const SADDLE_HIGH: (f64, f64) = (0.5, 2.8);
/// A saddle is nearer the rear hub: at most this share of the wheelbase before it.
const REAR: f64 = 0.65;
/// Length of the bar that hands hold, and its height above the hub.
const BAR: (f64, f64) = (0.12, 1.3);
const BAR_HIGH: (f64, f64) = (0.9, 3.2);
/// On small wheels it is as high as this share of the wheelbase.
const COLUMN: f64 = 1.1;
/// How far before the front hub and behind it the bar may be.
const BEFORE: f64 = 0.9;
const BEHIND: f64 = 1.4;

/// Which way a vehicle may drive: by what is known, else both ways.
fn headings(anatomy: &Anatomy<'_>) -> Vec<f64> {
    anatomy.heading().map_or_else(|| vec![1.0, -1.0], |heading| vec![heading])
}

/// The front wheel and the rear one of a vehicle that drives this way; on one wheel both are it.
fn ends<'a>(anatomy: &'a Anatomy<'_>, heading: f64) -> Option<(&'a Wheel, &'a Wheel)> {
    let (left, right) = (anatomy.wheels.list.first()?, anatomy.wheels.list.last()?);
    Some(if heading > 0.0 { (right, left) } else { (left, right) })
}

fn on_frame(anatomy: &Anatomy<'_>, contour: &Contour, shape: &PaintedShape) -> bool {
    let slack = TOUCH * anatomy.unit + shape.half_width();
    let near = |bar: &Contour| bar.extent.gap(contour.extent) <= slack && bar.gap(contour) <= slack;
    anatomy.frame.contours(anatomy).any(|bar| !std::ptr::eq(bar, contour) && near(bar))
}

/// Whether one of its ends, to the left or to the right, is no joint of the frame: a tube's are both joined.
fn has_free_end(anatomy: &Anatomy<'_>, contour: &Contour, shape: &PaintedShape) -> bool {
    let by_x = |a: &&Point, b: &&Point| a.x.total_cmp(&b.x);
    let ends = [contour.points.iter().min_by(by_x), contour.points.iter().max_by(by_x)];
    ends.into_iter().flatten().any(|end| is_free(anatomy, contour, *end, shape.half_width()))
}

fn is_free(anatomy: &Anatomy<'_>, own: &Contour, end: Point, half_width: f64) -> bool {
    let slack = FREE * anatomy.unit + half_width;
    anatomy.frame.contours(anatomy).filter(|bar| !std::ptr::eq(*bar, own)).all(|bar| bar.from(end) > slack)
}

/// Small shapes that are no rider's and no wheel's, nor drawn on the body.
fn small<'a>(anatomy: &'a Anatomy<'_>) -> impl Iterator<Item = (usize, &'a PaintedShape)> + 'a {
    let on_body = |shape: &PaintedShape| {
        anatomy.body.map(|body| &anatomy.scene.shapes[body]).is_some_and(|body| {
            let points = || shape.contours.iter().flat_map(|contour| &contour.points);
            2 * points().filter(|point| body.holds(**point)).count() > points().count()
        })
    };
    anatomy.scene.shapes.iter().enumerate().filter(move |(index, shape)| {
        !anatomy.background[*index]
            && !anatomy.is_body(*index)
            && !on_body(shape)
            && !anatomy.wheels.own(*index)
            && anatomy.seen[*index] >= 2.0 * super::FAINT
            && !anatomy.legs.iter().any(|leg| leg.shape == *index)
            && anatomy.beak.as_ref().is_none_or(|beak| beak.shape != *index)
            && !anatomy.eyes.iter().any(|eye| eye.shape == *index)
    })
}

pub(super) fn saddle(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    let Some((left, right)) = anatomy.base() else {
        return DetectorAnswer::cant_tell("there are no wheels for a saddle to be above", Vec::new());
    };
    let span = left.distance(right).max(anatomy.unit);
    let hubs = left.y.min(right.y);
    let unit = anatomy.unit;
    let single = anatomy.wheels.list.len() == 1;
    for heading in headings(anatomy) {
        let Some((_, rear)) = ends(anatomy, heading) else { continue };
        let belongs = |extent: Extent| {
            let middle = extent.centre();
            let forward = (middle.x - rear.hub().x) * heading / span;
            let along = if single { forward.abs() <= 0.6 } else { (-0.15..=REAR).contains(&forward) };
            let high = (hubs - middle.y) / unit;
            let wide = extent.width() / unit;
            along
                && (SADDLE_HIGH.0..=SADDLE_HIGH.1).contains(&high)
                && (SADDLE.0..=SADDLE.1).contains(&wide)
                && extent.width() >= LEVEL * extent.height()
        };
        for (_, shape) in small(anatomy) {
            for contour in &shape.contours {
                // A line's own thickness counts: a saddle is often one thick stroke.
                let extent = contour.extent.grown(shape.half_width());
                let bar = shape.filled || contour.straights().len() <= 3;
                if bar
                    && belongs(extent)
                    && on_frame(anatomy, contour, shape)
                    && has_free_end(anatomy, contour, shape)
                {
                    let words = "a level shape is on the frame, nearer the rear wheel";
                    return DetectorAnswer::met(words, vec![answer::contour("saddle", contour)]);
                }
            }
        }
    }
    let top = anatomy.frame.contours(anatomy).map(|bar| bar.extent.top).fold(f64::INFINITY, f64::min);
    let covered = anatomy.body.map(|body| &anatomy.scene.shapes[body]).is_some_and(|body| {
        body.extent.bottom >= top && body.extent.left <= right.x && body.extent.right >= left.x
    });
    if covered {
        return DetectorAnswer::cant_tell(
            "none can be seen, and the rider covers the top of the frame",
            Vec::new(),
        );
    }
    DetectorAnswer::not_met("no small level shape is on the frame where a saddle would be", Vec::new())
}

pub(super) fn handlebar(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    if anatomy.wheels.list.is_empty() {
        return DetectorAnswer::cant_tell("there are no wheels for a handlebar to be above", Vec::new());
    }
    for heading in headings(anatomy) {
        if let Some(mark) = bar(anatomy, heading) {
            let side = if heading > 0.0 { "right" } else { "left" };
            return DetectorAnswer::met(
                format!("a short bar is above the {side} wheel, on the frame"),
                vec![mark],
            );
        }
    }
    DetectorAnswer::not_met("no short bar is on the frame above the front wheel", Vec::new())
}

/// A short piece above the front wheel that hangs on the frame and does not itself lead down to the wheel.
fn bar(anatomy: &Anatomy<'_>, heading: f64) -> Option<PartMark> {
    let (front, rear) = ends(anatomy, heading)?;
    let (hub, unit) = (front.hub(), anatomy.unit);
    let highest = BAR_HIGH.1.max(COLUMN * hub.distance(rear.hub()) / unit);
    let there = |place: Point| {
        let before = (place.x - hub.x) * heading / unit;
        let high = (hub.y - place.y) / unit;
        (-BEHIND..=BEFORE).contains(&before) && (BAR_HIGH.0..=highest).contains(&high)
    };
    for (index, shape) in small(anatomy) {
        for contour in &shape.contours {
            if !(anatomy.frame.owns(index) || on_frame(anatomy, contour, shape)) {
                continue;
            }
            let runs = contour.straights();
            // A curve is a bar as a whole; a bent line has one as its last piece.
            let curve = runs.len() > 3;
            let pieces = if curve {
                vec![(contour.points[0], contour.points[contour.points.len() - 1])]
            } else {
                runs
            };
            let free = |a, b| {
                let alone = |end| is_free(anatomy, contour, end, shape.half_width());
                // A joint within one bent line is no free end either.
                let ends = [contour.points[0], contour.points[contour.points.len() - 1]];
                [a, b].into_iter().any(|end| (contour.closed || ends.contains(&end)) && alone(end))
            };
            for (a, b) in pieces {
                let size = if curve { contour.length() } else { a.distance(b) } / unit;
                let steep = (b.y - a.y).abs() > 1.6 * (b.x - a.x).abs();
                let alone = contour.points.len() == 2 && anatomy.frame.bars.len() < 2;
                if there(a) && there(b) && (BAR.0..=BAR.1).contains(&size) && !steep && !alone && free(a, b) {
                    let mark = if curve {
                        answer::contour("handlebar", contour)
                    } else {
                        answer::line("handlebar", (a, b))
                    };
                    return Some(mark);
                }
            }
        }
    }
    None
}
