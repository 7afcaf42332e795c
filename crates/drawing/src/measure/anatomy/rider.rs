//! The rider: the large shape above the vehicle, and what hangs together with it.

use super::answer::{self, DetectorAnswer};
use super::{Anatomy, objects};
use crate::measure::contour::Contour;
use crate::measure::geometry::{BoundingBox, Point};

/// The rider's middle is at least so far above the hubs, in the vehicle's units.
const ABOVE: f64 = 0.5;
/// A body has at least so much area, in squares of the unit: a bottle, a lamp or a saddle has less.
const LEAST: f64 = 0.15;
/// A frame's tubes come nearer to the hubs' height than this, likewise.
const CLEAR: f64 = 0.4;
/// Shapes that a rider may be made of.
const MOST: usize = 120;
/// A deck is this much wider than high, and this near to each hub, in radii.
const DECK: f64 = 3.0;
const ON_WHEEL: f64 = 1.2;
/// A hull is this much wider than high.
const LONG: f64 = 1.4;

/// A body among more than so many shapes of at least this share of its area is one of a heap, and nobody's.
const CROWD: usize = 24;
const LIKE: f64 = 0.25;

/// The rider's shapes.
#[derive(Debug, Default)]
pub(super) struct Rider {
    /// The body first.
    pub(super) shapes: Vec<usize>,
}

/// The long shape at the bottom that a rider without wheels is carried by.
pub(super) fn hull(anatomy: &Anatomy<'_>) -> Option<usize> {
    let weight = |index: &usize| {
        let shape = &anatomy.scene.shapes[*index];
        let long = shape.extent.width() >= LONG * shape.extent.height();
        shape.area() * anatomy.height_of(shape.extent.centre().y).clamp(0.0, 1.0) * f64::from(u8::from(long))
    };
    let best = super::solids(anatomy).max_by(|a, b| weight(a).total_cmp(&weight(b)))?;
    (weight(&best) > 0.0).then_some(best)
}

/// The largest shape that is above the vehicle or near it.
pub(super) fn body(anatomy: &Anatomy<'_>) -> Option<usize> {
    let unit = anatomy.unit;
    let seat = anatomy.base().map(|(left, right)| BoundingBox {
        left: left.x - unit,
        right: right.x + unit,
        top: left.y.min(right.y) - 2.5 * unit,
        bottom: left.y.max(right.y),
    });
    let seat = seat.or_else(|| anatomy.hull.map(|hull| anatomy.scene.shapes[hull].extent));
    let weight = |index: &usize| {
        let shape = &anatomy.scene.shapes[*index];
        let Some(seat) = seat else { return shape.area() };
        let far = shape.extent.gap(seat) / unit;
        let line = if anatomy.hull.is_some() { seat.centre().y } else { seat.bottom };
        let above = ((line - shape.extent.centre().y) / (1.2 * unit)).clamp(0.0, 1.0);
        shape.area() * above / (1.0 + far * far)
    };
    let large = |index: &usize| {
        anatomy.wheels.list.is_empty() || anatomy.scene.shapes[*index].area() >= LEAST * unit * unit
    };
    let best = super::solids(anatomy)
        .filter(|index| anatomy.hull != Some(*index) && anatomy.objects[*index] && !is_deck(anatomy, *index))
        .filter(large)
        .max_by(|a, b| weight(a).total_cmp(&weight(b)))?;
    let like = |index: &usize| {
        let area = anatomy.scene.shapes[*index].area();
        anatomy.objects[*index] && area >= LIKE * anatomy.scene.shapes[best].area()
    };
    let crowd = super::solids(anatomy).filter(like).count() > CROWD;
    (weight(&best) > 0.0 && !crowd).then_some(best)
}

/// Whether a shape is what a vehicle carries its rider on: long, level, and on every wheel.
pub(super) fn is_deck(anatomy: &Anatomy<'_>, index: usize) -> bool {
    let shape = &anatomy.scene.shapes[index];
    let wheels = &anatomy.wheels.list;
    let on = |wheel: &super::wheels::Wheel| shape.from(wheel.hub()) <= ON_WHEEL * wheel.radius();
    wheels.len() > 1 && shape.extent.width() >= DECK * shape.extent.height() && wheels.iter().all(on)
}

/// The shapes that hang together with the body and are no larger.
pub(super) fn grow(anatomy: &Anatomy<'_>) -> Rider {
    let Some(body) = anatomy.body else { return Rider::default() };
    let shapes = &anatomy.scene.shapes;
    let size = shapes[body].area().sqrt();
    let floor = anatomy.base().map(|(left, right)| left.y.max(right.y));
    let fits = |index: usize| {
        let shape = &shapes[index];
        anatomy.objects[index]
            && !anatomy.wheels.own(index)
            && !anatomy.frame.owns(index)
            && anatomy.hull != Some(index)
            && anatomy.seen[index] >= super::FAINT
            && shape.area() <= 1.2 * size * size
            && floor.is_none_or(|floor| shape.extent.centre().y < floor)
    };
    let mut left: Vec<usize> = (0..shapes.len()).filter(|index| *index != body && fits(*index)).collect();
    let mut rider = vec![body];
    let mut next = 0;
    while next < rider.len() && rider.len() < MOST {
        let here = &shapes[rider[next]];
        let touches = |index: &usize| {
            let other = &shapes[*index];
            here.extent.gap(other.extent) <= 0.1 * size + here.half_width() + other.half_width()
                && here.gap(other) <= 0.1 * size
        };
        let (joined, rest): (Vec<usize>, Vec<usize>) = left.iter().partition(|index| touches(index));
        rider.extend(joined);
        left = rest;
        next += 1;
    }
    Rider { shapes: rider }
}

/// Whether a closed outline without a fill is as large as a body, and higher than a frame reaches down: one that is drawn in
/// lines alone.
fn in_lines(anatomy: &Anatomy<'_>) -> bool {
    let least = LEAST * anatomy.unit * anatomy.unit;
    let lowest = anatomy.hub_line().map_or(f64::INFINITY, |line| line - CLEAR * anatomy.unit);
    anatomy.scene.shapes.iter().enumerate().any(|(index, shape)| {
        let outline = |contour: &Contour| {
            contour.closed
                && contour.extent.bottom <= lowest
                && contour.moments().is_some_and(|moments| moments.area >= least)
        };
        !shape.filled
            && !anatomy.background[index]
            && anatomy.seen[index] >= super::FAINT
            && shape.contours.iter().any(outline)
    })
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    let shapes = &anatomy.scene.shapes;
    if anatomy.wheels.list.is_empty() && anatomy.hull.is_none() {
        return DetectorAnswer::cant_tell("there is no vehicle to hold a rider against", Vec::new());
    }
    let Some(body) = anatomy.body else {
        let why = "nothing with an inside is above the vehicle";
        return match in_lines(anatomy) {
            true => DetectorAnswer::cant_tell(why, Vec::new()),
            false => anatomy.absent(why, Vec::new()),
        };
    };
    let marks: Vec<_> =
        shapes[body].contours.iter().take(2).map(|contour| answer::contour("rider", contour)).collect();
    let middle = shapes[body].extent.centre();
    let (over, above) = match anatomy.base() {
        Some((left, right)) => (
            (left.x - anatomy.unit..=right.x + anatomy.unit).contains(&middle.x),
            (left.y.min(right.y) - middle.y) / anatomy.unit,
        ),
        None => {
            let hull = anatomy.hull.map_or(anatomy.figure, |hull| shapes[hull].extent);
            let over = (hull.left..=hull.right).contains(&middle.x);
            // Half of it above the hull's middle is on board.
            (over, if middle.y < hull.centre().y { ABOVE } else { 0.0 })
        }
    };
    if !over || above < ABOVE {
        let where_ = if over { "in the vehicle or under it" } else { "beside it" };
        return anatomy.absent(&format!("the largest shape is not above the vehicle but {where_}"), marks);
    }
    let apart = anatomy.hull.is_some_and(|hull| {
        !objects::flood(anatomy, [hull].into(), |index| anatomy.objects[index]).contains(&body)
    });
    if apart {
        return anatomy.absent("the largest shape is above the vehicle and does not touch it", marks);
    }
    let (sure, words) = match (&anatomy.head.beak, anatomy.head.eyes.first()) {
        (Some(beak), _) => {
            (0.5 + 0.5 * beak.weight, "a body is above the vehicle, with a head that has a beak")
        }
        (None, Some(eye)) => {
            (0.2 + 0.5 * eye.weight, "a body is above the vehicle, with something like an eye")
        }
        (None, None) => (0.3, "something is above the vehicle, and no head is found on it"),
    };
    DetectorAnswer::weighed(sure, words, marks)
}

/// The distance from a place to the nearest of the rider's shapes.
pub(super) fn from(anatomy: &Anatomy<'_>, place: Point) -> f64 {
    let own = anatomy.rider.shapes.iter().map(|index| anatomy.scene.shapes[*index].from(place));
    own.fold(f64::INFINITY, f64::min)
}
