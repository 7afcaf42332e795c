//! Legs: thin shapes that hang from the rider, and where they end.

use super::answer::{self, DetectorAnswer, length};
use super::{Anatomy, rider};
use crate::measure::contour::Contour;
use crate::measure::geometry::Point;

/// A leg begins this near the rider, and drops at least so far, in the vehicle's units.
const BEGINS: f64 = 0.2;
const DROPS: f64 = 0.25;
/// A leg is thinner than this, likewise.
const THIN: f64 = 0.35;
/// A foot this near the pedals is on them, and this near may be.
const NEAR: f64 = 0.6;
const PERHAPS: f64 = 0.85;
/// A line that ends this near a hub, in radii, is the frame's.
const AT_HUB: f64 = 0.3;

/// A leg.
#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub(super) shape: usize,
    contour: usize,
    /// Its lower end.
    foot: Point,
    /// It is painted as the frame is, so it may be a tube.
    pub(super) like_frame: bool,
}

/// The thin shapes that hang from the rider.
pub(super) fn find(anatomy: &Anatomy<'_>) -> Vec<Leg> {
    if anatomy.body.is_none() {
        return Vec::new();
    }
    let mut legs = Vec::new();
    for (index, shape) in anatomy.scene.shapes.iter().enumerate() {
        let known = !anatomy.objects[index]
            || anatomy.is_body(index)
            || anatomy.wheels.own(index)
            || anatomy.seen[index] < super::FAINT
            || anatomy.head.beak.as_ref().is_some_and(|beak| beak.shape == index);
        if known || !shape.is_thin(THIN * anatomy.unit) {
            continue;
        }
        let like_frame = anatomy.frame.painted_like(anatomy, index);
        for (which, contour) in shape.contours.iter().enumerate() {
            let (top, foot) = ends(contour);
            let at_hub = anatomy.wheels.list.iter().any(|wheel| {
                let near = |end: Point| end.distance(wheel.hub()) <= AT_HUB * wheel.radius();
                anatomy.wheels.list.len() > 1 && (near(top) || near(foot))
            });
            let body = anatomy.body.map(|body| &anatomy.scene.shapes[body]);
            let hangs = foot.y - top.y >= DROPS * anatomy.unit
                && rider::from(anatomy, top) <= BEGINS * anatomy.unit
                && body.is_some_and(|body| foot.y > body.extent.bottom);
            let spoke = anatomy.wheels.list.iter().any(|wheel| {
                contour.points.iter().all(|point| point.distance(wheel.hub()) <= 1.05 * wheel.radius())
            });
            if hangs && !at_hub && !spoke {
                legs.push(Leg { shape: index, contour: which, foot, like_frame });
            }
        }
    }
    legs
}

/// The upper and the lower end of something thin: those of an open line, else its furthest places up and down.
fn ends(contour: &Contour) -> (Point, Point) {
    let by_height = |a: &&Point, b: &&Point| a.y.total_cmp(&b.y);
    let points = &contour.points;
    let (first, last) = (points[0], points[points.len() - 1]);
    let (a, b) = match contour.closed {
        false => (first, last),
        true => (
            points.iter().min_by(by_height).copied().unwrap_or(first),
            points.iter().max_by(by_height).copied().unwrap_or(last),
        ),
    };
    if a.y <= b.y { (a, b) } else { (b, a) }
}

/// The place where the pedals turn: at a small round between the hubs, else midway; on a single wheel, at its hub.
fn pedals(anatomy: &Anatomy<'_>) -> Option<Point> {
    let (left, right) = anatomy.base()?;
    let middle = left.towards(right, 0.5);
    let (span, radius) = (left.distance(right), anatomy.wheels.radius()?);
    let crank = |round: &&super::round::RoundOutline| {
        let (dx, dy) = ((round.centre.x - middle.x).abs(), (round.centre.y - middle.y).abs());
        !anatomy.wheels.own(round.shape)
            && round.radius() <= 0.5 * radius
            && round.seen >= super::FAINT
            && dx <= 0.3 * span
            && dy <= 0.6 * radius
    };
    Some(anatomy.rounds.iter().find(crank).map_or(middle, |round| round.centre))
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    let Some(pedals) = pedals(anatomy) else {
        return DetectorAnswer::cant_tell("there are no wheels, so there is no place for pedals", Vec::new());
    };
    if anatomy.body.is_none() {
        return DetectorAnswer::cant_tell("there is no rider to look for legs on", Vec::new());
    }
    let shapes = &anatomy.scene.shapes;
    let mark = |leg: &Leg| answer::contour("leg", &shapes[leg.shape].contours[leg.contour]);
    let legs: Vec<&Leg> = anatomy.legs.iter().filter(|leg| !leg.like_frame).collect();
    let on_pedals = legs.iter().copied().filter(|leg| leg.foot.distance(pedals) <= PERHAPS * anatomy.unit);
    let mut marks: Vec<_> = on_pedals.map(mark).collect();
    let nearest = legs.iter().min_by(|a, b| a.foot.distance(pedals).total_cmp(&b.foot.distance(pedals)));
    let Some(nearest) = nearest else {
        if !anatomy.legs.is_empty() {
            let why = "what hangs from the rider is painted as the frame is, and may be one of its tubes";
            return DetectorAnswer::cant_tell(why, marks);
        }
        return anatomy.absent("nothing thin hangs from the rider", marks);
    };
    let away = nearest.foot.distance(pedals);
    marks.push(answer::line("to the pedals", (nearest.foot, pedals)));
    let words = match legs.len() {
        1 => "one leg hangs from the rider, and ends".to_owned(),
        n => format!("{n} thin shapes hang from the rider; the nearest ends"),
    };
    let words = format!("{words} {} from where pedals turn", length(away));
    if away <= NEAR * anatomy.unit {
        DetectorAnswer::met(words, marks)
    } else if away <= PERHAPS * anatomy.unit {
        DetectorAnswer::cant_tell(words, marks)
    } else {
        anatomy.absent(&words, marks)
    }
}
