//! The frame: lines and bars that lead from hub to hub, however many there are between.

use std::collections::BTreeSet;

use pelicycle_record::measure::FrameJoint;

use super::answer::{self, DetectorAnswer};
use super::{Anatomy, rider};
use crate::measure::contour::Contour;
use crate::measure::geometry::{BoundingBox, Point};

/// A bar is thinner than this, in radii of a wheel or parts of the wheelbase, whichever is more.
const THIN: f64 = 0.35;
/// A bar that ends this near a hub, in radii, holds it.
const AT_HUB: f64 = 0.3;
/// A bar that comes this near holds the wheel, if not its hub.
const AT_WHEEL: f64 = 1.1;
/// A fork leads this far out from its hub, in radii.
const OUT: f64 = 0.7;
/// So many lines of one paint inside of a wheel are its spokes.
const SPOKES: usize = 4;
/// The reach of a frame: its height over the hubs, and its distance beside and under them, in the vehicle's units.
const HIGH: f64 = 3.0;
const BESIDE: f64 = 1.2;
/// Colours that differ by no more than this in each channel are one.
const SAME: f64 = 28.0;
/// Bars this near touch.
const TOUCH: f64 = 0.15;
/// Bars that are looked at; a drawing of more is hatched.
const MOST: usize = 300;

/// The bars that hold the wheels, and those that hang on them.
#[derive(Debug, Default)]
pub(super) struct VehicleFrame {
    /// Shape and contour of each.
    pub(super) bars: Vec<(usize, usize)>,
    /// Hubs that the largest connected part holds, and wheels.
    hubs: usize,
    wheels: usize,
    /// Colours and widths of the bars at hubs.
    paints: Vec<Paint>,
}

type Paint = (Option<[u8; 3]>, u64);

impl VehicleFrame {
    pub(super) fn owns(&self, shape: usize) -> bool {
        self.bars.iter().any(|(index, _)| *index == shape)
    }

    /// Whether it holds so many wheels, where the rubric says that a frame does.
    pub(super) fn joins(&self, count: usize, joint: FrameJoint) -> bool {
        match joint {
            FrameJoint::Hub => self.hubs == count,
            FrameJoint::Wheel => self.wheels == count,
        }
    }

    /// Whether a shape is painted as the bars at the hubs are: of their colour and width.
    pub(super) fn painted_like(&self, anatomy: &Anatomy<'_>, shape: usize) -> bool {
        self.paints.contains(&paint(anatomy, shape))
    }

    pub(super) fn contours<'a>(&'a self, anatomy: &'a Anatomy<'_>) -> impl Iterator<Item = &'a Contour> + 'a {
        self.bars.iter().map(|(shape, contour)| &anatomy.scene.shapes[*shape].contours[*contour])
    }
}

fn paint(anatomy: &Anatomy<'_>, shape: usize) -> Paint {
    let shape = &anatomy.scene.shapes[shape];
    let width = shape.line.map_or(0.0, |line| line.width) * 100.0 / anatomy.scene.diagonal();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rounded width, to compare"
    )]
    let width = (width * 10.0).round() as u64;
    (shape.colour, width)
}

/// Finds the bars. Needs the wheels; a body is left out of what may be a bar.
pub(super) fn find(anatomy: &Anatomy<'_>, joint: FrameJoint) -> VehicleFrame {
    let Some(radius) = anatomy.wheels.radius() else { return VehicleFrame::default() };
    let bars = candidates(anatomy, joint);
    let half = |bar: &(usize, usize)| anatomy.scene.shapes[bar.0].half_width();
    let contour = |bar: &(usize, usize)| &anatomy.scene.shapes[bar.0].contours[bar.1];
    let solid = |bar: &(usize, usize)| anatomy.scene.shapes[bar.0].filled;
    let reach = |bar: &(usize, usize), wheel: &super::wheels::Wheel| {
        if solid(bar) && contour(bar).holds(wheel.hub()) {
            return 0.0;
        }
        (contour(bar).from(wheel.hub()) - half(bar)).max(0.0) / wheel.radius()
    };
    let touches = |a: &(usize, usize), b: &(usize, usize)| {
        let slack = TOUCH * radius + half(a) + half(b);
        contour(a).extent.gap(contour(b).extent) <= slack
            && (contour(a).gap(contour(b)) <= slack
                || solid(a) && contour(a).holds(contour(b).points[0])
                || solid(b) && contour(b).holds(contour(a).points[0]))
    };
    let mut left: BTreeSet<usize> = (0..bars.len()).collect();
    let mut best = VehicleFrame::default();
    while let Some(first) = left.pop_first() {
        let mut part = vec![first];
        let mut next = 0;
        while next < part.len() {
            let here = part[next];
            let joined: Vec<usize> =
                left.iter().copied().filter(|other| touches(&bars[here], &bars[*other])).collect();
            for other in joined {
                left.remove(&other);
                part.push(other);
            }
            next += 1;
        }
        let holds = |least: f64| {
            let held =
                |wheel: &&super::wheels::Wheel| part.iter().any(|bar| reach(&bars[*bar], wheel) <= least);
            anatomy.wheels.list.iter().filter(held).count()
        };
        let (hubs, wheels) = (holds(AT_HUB), holds(AT_WHEEL));
        if wheels == 0 {
            continue;
        }
        let members: Vec<(usize, usize)> = part.iter().map(|bar| bars[*bar]).collect();
        let at_hub =
            |bar: &&(usize, usize)| anatomy.wheels.list.iter().any(|wheel| reach(bar, wheel) <= AT_HUB);
        let mut at_hubs: Vec<(usize, usize)> = members.iter().filter(at_hub).copied().collect();
        // A leg may end at a hub too: what begins in the body tells the frame's paint only where nothing else does.
        let (hung, own): (Vec<_>, Vec<_>) =
            at_hubs.iter().copied().partition(|bar| hangs_from_body(anatomy, contour(bar)));
        at_hubs = if own.is_empty() { hung } else { own };
        best.paints.extend(at_hubs.iter().map(|bar| paint(anatomy, bar.0)));
        best.bars.extend(members);
        if (hubs, wheels) > (best.hubs, best.wheels) {
            (best.hubs, best.wheels) = (hubs, wheels);
        }
    }
    best
}

/// Whether an end of a line is inside of the body.
fn hangs_from_body(anatomy: &Anatomy<'_>, contour: &Contour) -> bool {
    let ends = [contour.points[0], contour.points[contour.points.len() - 1]];
    anatomy.body.is_some_and(|body| ends.into_iter().any(|end| anatomy.scene.shapes[body].holds(end)))
}

/// Lines and thin shapes that are no wheel, no spoke, no ground and not inside of the body.
fn candidates(anatomy: &Anatomy<'_>, joint: FrameJoint) -> Vec<(usize, usize)> {
    let thin = THIN * anatomy.unit;
    let mut bars = Vec::new();
    let place = anatomy.base().map(|(left, right)| BoundingBox {
        left: left.x,
        right: right.x,
        top: left.y.min(right.y) - HIGH * anatomy.unit,
        bottom: left.y.max(right.y),
    });
    // Between the wheels and over them: waves and shadows lead on. So does a board.
    let there = |contour: &Contour| {
        let within =
            |point: &Point| place.is_none_or(|place| place.grown(BESIDE * anatomy.unit).holds(*point));
        joint == FrameJoint::Wheel || contour.points.iter().all(within)
    };
    for (index, shape) in anatomy.scene.shapes.iter().enumerate() {
        let slab = joint == FrameJoint::Wheel && rider::is_deck(anatomy, index);
        if !anatomy.objects[index]
            || anatomy.wheels.own(index)
            || anatomy.seen[index] < super::FAINT
            || anatomy.is_body(index)
            || !(shape.is_thin(thin) || slab)
        {
            continue;
        }
        for (which, contour) in shape.contours.iter().enumerate() {
            // Spokes and hubs, and what is drawn on the body.
            let in_wheel = || {
                anatomy.wheels.list.iter().position(|wheel| {
                    contour
                        .points
                        .iter()
                        .all(|point| point.distance(wheel.hub()) <= AT_WHEEL * wheel.radius())
                })
            };
            let of_wheel = || {
                in_wheel().is_some_and(|wheel| {
                    contour.closed && !shape.filled
                        || !leads_out(anatomy, contour, wheel)
                        || like_spokes(anatomy, index, wheel) >= SPOKES
                })
            };
            let on_body = anatomy.body.is_some_and(|body| {
                let body = &anatomy.scene.shapes[body];
                let inside = contour.points.iter().filter(|point| body.holds(**point)).count();
                // A wing is a shape that begins on the body; a tube may end under it.
                inside == contour.points.len() || shape.filled && 4 * inside > contour.points.len()
            });
            // A neck or a wing, painted as the body is.
            let of_body = anatomy.body.is_some_and(|body| {
                like_in_colour(anatomy, index, body)
                    && shape.gap(&anatomy.scene.shapes[body]) <= TOUCH * anatomy.unit
                    && anatomy
                        .wheels
                        .list
                        .iter()
                        .all(|wheel| contour.from(wheel.hub()) > AT_HUB * wheel.radius())
            });
            if there(contour) && !of_wheel() && !on_body && !of_body {
                bars.push((index, which));
            }
        }
        if bars.len() >= MOST {
            break;
        }
    }
    bars.truncate(MOST);
    bars
}

/// Whether two shapes are of about one colour where they can be seen.
fn like_in_colour(anatomy: &Anatomy<'_>, a: usize, b: usize) -> bool {
    let (one, two) = (&anatomy.visible[a], &anatomy.visible[b]);
    let apart = one.colour.iter().zip(two.colour).map(|(one, two)| (one - two).abs()).fold(0.0, f64::max);
    one.pixels > 0 && two.pixels > 0 && apart <= SAME
}

/// Whether a line inside of a wheel runs from about its hub to about its rim: a fork does, and so does a spoke.
fn leads_out(anatomy: &Anatomy<'_>, contour: &Contour, wheel: usize) -> bool {
    let wheel = &anatomy.wheels.list[wheel];
    let far = contour.points.iter().map(|point| point.distance(wheel.hub())).fold(0.0, f64::max);
    contour.from(wheel.hub()) <= AT_HUB * wheel.radius() && far >= OUT * wheel.radius()
}

/// Lines inside of a wheel that are painted as a shape is: one of many is a spoke, one of two a fork.
fn like_spokes(anatomy: &Anatomy<'_>, shape: usize, wheel: usize) -> usize {
    let wheel = &anatomy.wheels.list[wheel];
    let inside = |contour: &&Contour| {
        contour.points.iter().all(|point| point.distance(wheel.hub()) <= AT_WHEEL * wheel.radius())
    };
    let own = paint(anatomy, shape);
    let like = (0..anatomy.scene.shapes.len()).filter(|other| paint(anatomy, *other) == own);
    like.map(|other| anatomy.scene.shapes[other].contours.iter().filter(inside).count()).sum()
}

pub(super) fn judge(anatomy: &Anatomy<'_>, joint: FrameJoint) -> DetectorAnswer {
    let frame = &anatomy.frame;
    let count = anatomy.wheels.list.len();
    if count == 0 {
        return DetectorAnswer::cant_tell("there are no wheels for it to join", Vec::new());
    }
    let marks = || frame.contours(anatomy).map(|bar| answer::contour("frame", bar)).collect::<Vec<_>>();
    let bars = frame.bars.len();
    // One leads, several lead.
    let pieces = |verb: &str| match bars {
        1 => format!("one line or bar {verb}s"),
        n => format!("{n} lines and bars {verb}"),
    };
    if count == 1 {
        return match frame.hubs {
            1 => DetectorAnswer::met(format!("{} from the hub", pieces("rise")), marks()),
            _ if frame.wheels == 1 => {
                DetectorAnswer::cant_tell(format!("{} at the wheel, none at its hub", pieces("end")), marks())
            }
            _ => DetectorAnswer::not_met("nothing thin touches the wheel", marks()),
        };
    }
    match (joint, frame.hubs, frame.wheels) {
        (FrameJoint::Hub, hubs, _) if hubs == count => {
            DetectorAnswer::met(format!("{} from hub to hub", pieces("lead")), marks())
        }
        (FrameJoint::Wheel, _, wheels) if wheels == count => {
            DetectorAnswer::met(format!("{} from wheel to wheel", pieces("lead")), marks())
        }
        (FrameJoint::Hub, hubs, wheels) if wheels == count => DetectorAnswer::cant_tell(
            format!(
                "{} the wheels, reaching {hubs} of {count} hubs: the rest end at the rims",
                pieces("join")
            ),
            marks(),
        ),
        (_, 0, 0) => anatomy.absent("no line or bar touches a wheel", marks()),
        (_, _, wheels) => anatomy.absent(
            &format!("nothing leads from wheel to wheel: what hangs together touches {wheels} of {count}"),
            marks(),
        ),
    }
}
