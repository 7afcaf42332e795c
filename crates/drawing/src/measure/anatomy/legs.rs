//! Legs: thin shapes that hang from the rider, and where they end.

use crate::measure::contour::Contour;
use crate::measure::geometry::Point;

use super::found::{self, Found, length};
use super::{Look, rider};

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
}

/// The thin shapes that hang from the rider. What is painted as the frame is a tube.
pub(super) fn find(look: &Look<'_>) -> Vec<Leg> {
    if look.body.is_none() {
        return Vec::new();
    }
    let mut legs = Vec::new();
    for (index, shape) in look.scene.shapes.iter().enumerate() {
        let known = look.background[index]
            || look.is_body(index)
            || look.wheels.own(index)
            || look.seen[index] < super::FAINT
            || look.beak.as_ref().is_some_and(|beak| beak.shape == index)
            || look.frame.painted_like(look, index);
        if known || !shape.is_thin(THIN * look.unit) {
            continue;
        }
        for (which, contour) in shape.contours.iter().enumerate() {
            let (top, foot) = ends(contour);
            let at_hub = look.wheels.list.iter().any(|wheel| {
                let near = |end: Point| end.distance(wheel.hub()) <= AT_HUB * wheel.radius();
                look.wheels.list.len() > 1 && (near(top) || near(foot))
            });
            let body = look.body.map(|body| &look.scene.shapes[body]);
            let hangs = foot.y - top.y >= DROPS * look.unit
                && rider::from(look, top) <= BEGINS * look.unit
                && body.is_some_and(|body| foot.y > body.extent.bottom);
            if hangs && !at_hub {
                legs.push(Leg { shape: index, contour: which, foot });
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

/// Where the pedals turn: at a small round between the hubs, else midway; on a single wheel, at its hub.
fn pedals(look: &Look<'_>) -> Option<Point> {
    let (left, right) = look.base()?;
    let middle = left.towards(right, 0.5);
    let (span, radius) = (left.distance(right), look.wheels.radius()?);
    let crank = |round: &&super::round::Round| {
        let (dx, dy) = ((round.centre.x - middle.x).abs(), (round.centre.y - middle.y).abs());
        !look.wheels.own(round.shape)
            && round.radius() <= 0.5 * radius
            && round.seen >= super::FAINT
            && dx <= 0.3 * span
            && dy <= 0.6 * radius
    };
    Some(look.rounds.iter().find(crank).map_or(middle, |round| round.centre))
}

pub(super) fn judge(look: &Look<'_>) -> Found {
    let Some(pedals) = pedals(look) else {
        return Found::cant_tell("there are no wheels, so there is no place for pedals", Vec::new());
    };
    if look.body.is_none() {
        return Found::cant_tell("there is no rider to look for legs on", Vec::new());
    }
    let shapes = &look.scene.shapes;
    let mark = |leg: &Leg| found::contour("leg", &shapes[leg.shape].contours[leg.contour]);
    let mut marks: Vec<_> = look.legs.iter().map(mark).collect();
    let nearest = look.legs.iter().min_by(|a, b| a.foot.distance(pedals).total_cmp(&b.foot.distance(pedals)));
    let Some(nearest) = nearest else {
        return Found::not_met("nothing thin hangs from the rider", marks);
    };
    let away = nearest.foot.distance(pedals);
    marks.push(found::line("to the pedals", (nearest.foot, pedals)));
    let words = match look.legs.len() {
        1 => "one leg hangs from the rider, and ends".to_owned(),
        n => format!("{n} thin shapes hang from the rider; the nearest ends"),
    };
    let words = format!("{words} {} from where pedals turn", length(away));
    if away <= NEAR * look.unit {
        Found::met(words, marks)
    } else if away <= PERHAPS * look.unit {
        Found::cant_tell(words, marks)
    } else {
        Found::not_met(words, marks)
    }
}
