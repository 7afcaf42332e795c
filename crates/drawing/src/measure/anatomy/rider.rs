//! The rider: the large shape above the vehicle, and what hangs together with it.

use super::Anatomy;
use super::answer::{self, DetectorAnswer, length};
use crate::measure::geometry::{Extent, Point};

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
    let seat = anatomy.base().map(|(left, right)| Extent {
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
    let best = super::solids(anatomy)
        .filter(|index| anatomy.hull != Some(*index) && !is_deck(anatomy, *index))
        .max_by(|a, b| weight(a).total_cmp(&weight(b)))?;
    (weight(&best) > 0.0).then_some(best)
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
        !anatomy.background[index]
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
    let extent = rider.iter().map(|index| shapes[*index].extent).reduce(Extent::with);
    Rider { shapes: rider, extent }
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    let shapes = &anatomy.scene.shapes;
    let wheeled = !anatomy.wheels.list.is_empty();
    if !wheeled && anatomy.hull.is_none() {
        return DetectorAnswer::cant_tell("there is no vehicle to hold a rider against", Vec::new());
    }
    let Some(body) = anatomy.body else {
        return DetectorAnswer::not_met("nothing with an inside is above the vehicle", Vec::new());
    };
    let mut marks: Vec<_> =
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
    if !over {
        return DetectorAnswer::not_met("the largest shape is beside the vehicle, not above it", marks);
    }
    if above < ABOVE {
        return DetectorAnswer::not_met(
            "the largest shape is not above the vehicle but in it or under it",
            marks,
        );
    }
    let gap = gap(anatomy);
    if gap <= TOUCH * anatomy.unit {
        return DetectorAnswer::met("the largest shape is above the vehicle and touches it", marks);
    }
    marks.extend(anatomy.frame.contours(anatomy).take(8).map(|bar| answer::contour("frame", bar)));
    DetectorAnswer::not_met(
        format!("the largest shape is above the vehicle and {} away from it", length(gap)),
        marks,
    )
}

/// Distance from the rider to the vehicle, over whatever is between them and touches: 0 where a chain of shapes leads
/// from one to the other.
fn gap(anatomy: &Anatomy<'_>) -> f64 {
    let shapes = &anatomy.scene.shapes;
    let slack = TOUCH * anatomy.unit;
    let vehicle =
        |index: usize| anatomy.wheels.own(index) || anatomy.frame.owns(index) || anatomy.hull == Some(index);
    let distance = |a: usize, b: usize| {
        let near = shapes[a].extent.gap(shapes[b].extent);
        if near > anatomy.unit { near } else { shapes[a].gap(&shapes[b]) }
    };
    let mut left: Vec<usize> = (0..shapes.len())
        .filter(|index| !anatomy.background[*index] && anatomy.seen[*index] >= super::FAINT)
        .filter(|index| !anatomy.rider.shapes.contains(index))
        .collect();
    let mut chain = anatomy.rider.shapes.clone();
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
pub(super) fn from(anatomy: &Anatomy<'_>, place: Point) -> f64 {
    let own = anatomy.rider.shapes.iter().map(|index| anatomy.scene.shapes[*index].from(place));
    own.fold(f64::INFINITY, f64::min)
}
