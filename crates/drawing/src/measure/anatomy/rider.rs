//! The rider: the large shape above the vehicle, and what hangs together with it.

use crate::measure::geometry::{Extent, Point};

use super::Look;
use super::found::{self, Found, length};

/// The rider's middle is at least so far above the hubs, in the vehicle's units.
const ABOVE: f64 = 0.5;
/// What comes this near touches, likewise.
const TOUCH: f64 = 0.15;
/// Shapes that a rider may be made of.
const MOST: usize = 120;
/// A deck is this much wider than high, and this near to each hub, in radii.
const DECK: f64 = 3.0;
const ON_WHEEL: f64 = 1.2;
/// A hull is this much wider than high.
const LONG: f64 = 1.4;

/// The rider's shapes.
#[derive(Debug, Default)]
pub(super) struct Rider {
    /// The body first.
    pub(super) shapes: Vec<usize>,
    pub(super) extent: Option<Extent>,
}

/// The long shape at the bottom that a rider without wheels is carried by.
pub(super) fn hull(look: &Look<'_>) -> Option<usize> {
    let weight = |index: &usize| {
        let shape = &look.scene.shapes[*index];
        let long = shape.extent.width() >= LONG * shape.extent.height();
        shape.area() * look.height_of(shape.extent.centre().y).clamp(0.0, 1.0) * f64::from(u8::from(long))
    };
    let best = super::solids(look).max_by(|a, b| weight(a).total_cmp(&weight(b)))?;
    (weight(&best) > 0.0).then_some(best)
}

/// The largest shape that is above the vehicle or near it.
pub(super) fn body(look: &Look<'_>) -> Option<usize> {
    let unit = look.unit;
    let seat = look.base().map(|(left, right)| Extent {
        left: left.x - unit,
        right: right.x + unit,
        top: left.y.min(right.y) - 2.5 * unit,
        bottom: left.y.max(right.y),
    });
    let seat = seat.or_else(|| look.hull.map(|hull| look.scene.shapes[hull].extent));
    let weight = |index: &usize| {
        let shape = &look.scene.shapes[*index];
        let Some(seat) = seat else { return shape.area() };
        let far = shape.extent.gap(seat) / unit;
        let line = if look.hull.is_some() { seat.centre().y } else { seat.bottom };
        let above = ((line - shape.extent.centre().y) / (1.2 * unit)).clamp(0.0, 1.0);
        shape.area() * above / (1.0 + far * far)
    };
    let best = super::solids(look)
        .filter(|index| look.hull != Some(*index) && !is_deck(look, *index))
        .max_by(|a, b| weight(a).total_cmp(&weight(b)))?;
    (weight(&best) > 0.0).then_some(best)
}

/// Whether a shape is what a vehicle carries its rider on: long, level, and on every wheel.
pub(super) fn is_deck(look: &Look<'_>, index: usize) -> bool {
    let shape = &look.scene.shapes[index];
    let wheels = &look.wheels.list;
    let on = |wheel: &super::wheels::Wheel| shape.from(wheel.hub()) <= ON_WHEEL * wheel.radius();
    wheels.len() > 1 && shape.extent.width() >= DECK * shape.extent.height() && wheels.iter().all(on)
}

/// The shapes that hang together with the body and are no larger.
pub(super) fn grow(look: &Look<'_>) -> Rider {
    let Some(body) = look.body else { return Rider::default() };
    let shapes = &look.scene.shapes;
    let size = shapes[body].area().sqrt();
    let floor = look.base().map(|(left, right)| left.y.max(right.y));
    let fits = |index: usize| {
        let shape = &shapes[index];
        !look.background[index]
            && !look.wheels.own(index)
            && !look.frame.owns(index)
            && look.hull != Some(index)
            && look.seen[index] >= super::FAINT
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
    let extent = rider.iter().map(|index| shapes[*index].extent).reduce(Extent::with);
    Rider { shapes: rider, extent }
}

pub(super) fn judge(look: &Look<'_>) -> Found {
    let shapes = &look.scene.shapes;
    let wheeled = !look.wheels.list.is_empty();
    if !wheeled && look.hull.is_none() {
        return Found::cant_tell("there is no vehicle to hold a rider against", Vec::new());
    }
    let Some(body) = look.body else {
        return Found::not_met("nothing with an inside is above the vehicle", Vec::new());
    };
    let mut marks: Vec<_> =
        shapes[body].contours.iter().take(2).map(|contour| found::contour("rider", contour)).collect();
    let middle = shapes[body].extent.centre();
    let (over, above) = match look.base() {
        Some((left, right)) => (
            (left.x - look.unit..=right.x + look.unit).contains(&middle.x),
            (left.y.min(right.y) - middle.y) / look.unit,
        ),
        None => {
            let hull = look.hull.map_or(look.figure, |hull| shapes[hull].extent);
            let over = (hull.left..=hull.right).contains(&middle.x);
            // Half of it above the hull's middle is on board.
            (over, if middle.y < hull.centre().y { ABOVE } else { 0.0 })
        }
    };
    if !over {
        return Found::not_met("the largest shape is beside the vehicle, not above it", marks);
    }
    if above < ABOVE {
        return Found::not_met("the largest shape is not above the vehicle but in it or under it", marks);
    }
    let gap = gap(look);
    if gap <= TOUCH * look.unit {
        return Found::met("the largest shape is above the vehicle and touches it", marks);
    }
    marks.extend(look.frame.contours(look).take(8).map(|bar| found::contour("frame", bar)));
    Found::not_met(format!("the largest shape is above the vehicle and {} away from it", length(gap)), marks)
}

/// Distance from the rider to the vehicle, over whatever is between them and touches: 0 where a chain of shapes leads
/// from one to the other.
fn gap(look: &Look<'_>) -> f64 {
    let shapes = &look.scene.shapes;
    let slack = TOUCH * look.unit;
    let vehicle = |index: usize| look.wheels.own(index) || look.frame.owns(index) || look.hull == Some(index);
    let distance = |a: usize, b: usize| {
        let near = shapes[a].extent.gap(shapes[b].extent);
        if near > look.unit { near } else { shapes[a].gap(&shapes[b]) }
    };
    let mut left: Vec<usize> = (0..shapes.len())
        .filter(|index| !look.background[*index] && look.seen[*index] >= super::FAINT)
        .filter(|index| !look.rider.shapes.contains(index))
        .collect();
    let mut chain = look.rider.shapes.clone();
    let (mut next, mut least) = (0, f64::INFINITY);
    while next < chain.len() && chain.len() < MOST {
        let mut rest = Vec::with_capacity(left.len());
        for other in left {
            let far = distance(chain[next], other);
            if vehicle(other) {
                if far <= slack {
                    return 0.0;
                }
                least = least.min(far);
                rest.push(other);
            } else if far <= slack {
                chain.push(other);
            } else {
                rest.push(other);
            }
        }
        left = rest;
        next += 1;
    }
    least
}

/// The distance from a place to the nearest of the rider's shapes.
pub(super) fn from(look: &Look<'_>, place: Point) -> f64 {
    let own = look.rider.shapes.iter().map(|index| look.scene.shapes[*index].from(place));
    own.fold(f64::INFINITY, f64::min)
}
