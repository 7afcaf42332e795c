//! Wheels: round outlines of like size that stand on one line, low in the picture.

use pelicycle_record::measure::PartMark;

use super::Anatomy;
use super::answer::{self, DetectorAnswer, length};
use super::round::RoundOutline;
use crate::measure::geometry::{BoundingBox, Point};

/// Smaller over larger radius of wheels of like size.
const LIKE: f64 = 0.8;
/// The largest difference between the lowest places of two wheels, in radii.
const LEVEL: f64 = 0.25;
/// The largest slope of the road of two wheels that a frame joins: its rise over the distance of the hubs across.
const HILL: f64 = 0.25;
/// The least distance of two wheels, in radii from hub to hub: they may overlap on paper.
const APART: f64 = 1.3;
/// Shorter axis over longer; what is flatter is seen from an angle, or no wheel.
const ROUND: f64 = 0.8;
const FLAT: f64 = 0.6;
/// The same of upright outlines that may be wheels seen nearly from the front.
const FLATTEST: f64 = 0.25;
/// Smaller over larger radius, below which wheels of one size are not even such at two distances.
const UNLIKE: f64 = 0.65;
/// Sine of the angle from which on a long axis is upright.
const UPRIGHT: f64 = 0.7;
/// Radius of a wheel at least and at most, in diagonals of the canvas.
pub(super) const SMALLEST: f64 = 0.012;
const LARGEST: f64 = 0.3;
/// Centres of rounds of one wheel (tyre, rim, hub) differ by no more than this, in radii of the outermost.
const CONCENTRIC: f64 = 0.2;
/// Share of an outline that must be seen for a wheel to be one, and for it to be certain.
const SEEN: f64 = 0.3;
const PLAIN: f64 = 0.6;
/// The least height of two wheels' lowest places, from the top of what is drawn (0) to its bottom (1): of their mean or, seen
/// from an angle, of the higher one.
const LOW: f64 = 0.5;
/// A single wheel stands at the very bottom.
const LOWEST: f64 = 0.85;
/// The weight of a wheel that is see-through or half hidden, beside one that is plain to see.
const REFLECTED: f64 = 0.5;
/// A filled shape around both, of less than so many times their area, is a face or a lamp, and they are its eyes.
const FACE: f64 = 40.0;

/// One wheel: the outermost of concentric rounds.
#[derive(Debug, Clone)]
pub(super) struct Wheel {
    pub(super) outer: RoundOutline,
    /// Shapes of all its rounds.
    pub(super) shapes: Vec<usize>,
}

impl Wheel {
    pub(super) fn hub(&self) -> Point {
        self.outer.centre
    }

    pub(super) fn radius(&self) -> f64 {
        self.outer.radius()
    }
}

/// The wheels that a vehicle stands on, from left to right.
#[derive(Debug, Default)]
pub(super) struct Wheels {
    pub(super) list: Vec<Wheel>,
    /// They stand on a hill: on one line that is not level.
    pub(super) uphill: bool,
    /// Two that are nearly wheels, and why they are not.
    near: Option<(Wheel, Wheel, Near)>,
}

/// The ground that wheels may stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Road {
    Level,
    Hill,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Near {
    /// Flattened: perhaps seen from an angle.
    Flat,
    /// Not on a level line, but on one that a hill may have.
    Hill,
    /// Not on one line.
    Level,
    /// Not of one size.
    Size,
}

impl Wheels {
    /// The mean radius; `None` without wheels.
    pub(super) fn radius(&self) -> Option<f64> {
        let count = self.list.len();
        (count > 0).then(|| self.list.iter().map(Wheel::radius).sum::<f64>() / count as f64)
    }

    /// Whether a shape is a part of one.
    pub(super) fn own(&self, shape: usize) -> bool {
        self.list.iter().any(|wheel| wheel.shapes.contains(&shape))
    }

    pub(super) fn marks(&self) -> Vec<PartMark> {
        self.list.iter().map(|wheel| answer::round("wheel", &wheel.outer)).collect()
    }
}

/// Finds the wheels. `expected` settles what one round at the bottom is.
pub(super) fn find(anatomy: &Anatomy<'_>, expected: Option<u32>, road: Road) -> Wheels {
    let diagonal = anatomy.scene.diagonal();
    let groups = groups(anatomy, diagonal);
    let mut best: Option<(f64, usize, usize)> = None;
    let mut near: Option<(f64, usize, usize, Near)> = None;
    for (i, a) in groups.iter().enumerate() {
        for (j, b) in groups.iter().enumerate().skip(i + 1) {
            let Some((size, fault)) = pair(anatomy, a, b) else { continue };
            let larger = |least: Option<f64>| least.is_none_or(|least| size > least);
            match fault {
                None if larger(best.map(|(least, ..)| least)) => best = Some((size, i, j)),
                Some(fault) if larger(near.map(|(least, ..)| least)) => near = Some((size, i, j, fault)),
                None | Some(_) => {}
            }
        }
    }
    let best = best.map(|best| reflected(&groups, best));
    let mut list: Vec<Wheel> = Vec::new();
    let two = match (best, road, near) {
        (Some((_, i, j)), ..) | (None, Road::Hill, Some((_, i, j, Near::Hill))) => Some((i, j)),
        _ => None,
    };
    let mut uphill = best.is_none() && two.is_some();
    if let Some((i, j)) = two {
        list = vec![groups[i].clone(), groups[j].clone()];
        for (_, other) in groups.iter().enumerate().filter(|(k, _)| *k != i && *k != j) {
            if let Some(stands_on) = stands_beside(anatomy, &list, other)
                && (stands_on == Road::Level || road == Road::Hill)
            {
                uphill |= stands_on == Road::Hill;
                list.push(other.clone());
            }
        }
    } else if expected == Some(1) {
        list = single(anatomy, &groups).into_iter().collect();
    }
    list.sort_by(|a, b| a.hub().x.total_cmp(&b.hub().x));
    let near = near.map(|(_, i, j, fault)| (groups[i].clone(), groups[j].clone(), fault));
    let near = if list.is_empty() { near.or_else(|| turned(anatomy)) } else { near };
    Wheels { list, uphill, near }
}

/// The pair that is found, or the one of which it is the reflection: above it, and as far apart.
fn reflected(groups: &[Wheel], best: (f64, usize, usize)) -> (f64, usize, usize) {
    let (_, i, j) = best;
    let over = |above: &Wheel, below: &Wheel| {
        (above.hub().x - below.hub().x).abs() <= LEVEL * below.radius()
            && above.hub().y < below.hub().y - below.radius()
            && above.radius().min(below.radius()) >= LIKE * above.radius().max(below.radius())
    };
    let above = |below: usize| groups.iter().position(|wheel| over(wheel, &groups[below]));
    let Some((a, b)) = above(i).zip(above(j)) else { return best };
    let (one, two) = (&groups[a].outer, &groups[b].outer);
    let level = (one.bottom() - two.bottom()).abs() <= LEVEL * one.radius();
    let round = one.roundness().min(two.roundness()) >= ROUND;
    if level && round { (best.0, a.min(b), a.max(b)) } else { best }
}

/// Whether two rounds may be wheels of one vehicle: of one size, and not within one another.
pub(super) fn like(a: &RoundOutline, b: &RoundOutline) -> bool {
    let (small, large) = (a.radius().min(b.radius()), a.radius().max(b.radius()));
    small >= LIKE * large
        && (a.centre.x - b.centre.x).abs() + (a.centre.y - b.centre.y).abs() >= APART * large
}

/// The road on which a round stands with all of these wheels; `None` where it is no wheel beside them.
fn stands_beside(anatomy: &Anatomy<'_>, list: &[Wheel], other: &Wheel) -> Option<Road> {
    let mut road = Road::Level;
    for wheel in list {
        match pair(anatomy, wheel, other)? {
            (_, None) => {}
            (_, Some(Near::Hill)) => road = Road::Hill,
            (_, Some(_)) => return None,
        }
    }
    // A hill is one line, so that a round over the vehicle is not on it.
    (road == Road::Level || list.windows(2).all(|two| on_one_line([&two[0], &two[1], other]))).then_some(road)
}

/// Whether the middle one of three ends on the line through where the outer two end.
fn on_one_line(mut three: [&Wheel; 3]) -> bool {
    three.sort_by(|a, b| a.hub().x.total_cmp(&b.hub().x));
    let [from, between, to] = three.map(|wheel| Point::new(wheel.hub().x, wheel.outer.bottom()));
    let line = from.y + (to.y - from.y) * (between.x - from.x) / (to.x - from.x);
    (between.y - line).abs() <= LEVEL * three[1].radius()
}

/// Two upright ellipses of one form: wheels that are seen nearly from the front.
fn turned(anatomy: &Anatomy<'_>) -> Option<(Wheel, Wheel, Near)> {
    let least = SMALLEST * anatomy.scene.diagonal();
    let upright = |round: &RoundOutline| {
        round.radius() >= least
            && round.roundness() < ROUND
            && round.seen >= SEEN
            && round.turn.sin().abs() >= UPRIGHT
    };
    let mut found = super::round::rounds(anatomy.scene, anatomy.canvas, FLATTEST);
    found.retain(upright);
    let wheel = |round: &RoundOutline| Wheel { outer: *round, shapes: vec![round.shape] };
    let pairs = found.iter().enumerate().flat_map(|(i, a)| found[i + 1..].iter().map(move |b| (a, b)));
    let like = |a: f64, b: f64| a.min(b) >= UNLIKE * a.max(b);
    pairs
        .filter(|(a, b)| {
            like(a.axes.0, b.axes.0)
                && like(a.axes.1, b.axes.1)
                && a.centre.distance(b.centre) >= a.axes.0
                && anatomy.height_of(a.bottom().min(b.bottom())) >= LOW
        })
        .map(|(a, b)| (wheel(a), wheel(b), Near::Flat))
        .next()
}

/// Concentric rounds together, each by its outermost.
fn groups(anatomy: &Anatomy<'_>, diagonal: f64) -> Vec<Wheel> {
    let mut groups: Vec<Wheel> = Vec::new();
    for round in &anatomy.rounds {
        let inside = |wheel: &&mut Wheel| {
            wheel.hub().distance(round.centre) <= CONCENTRIC * wheel.radius()
                && round.radius() <= wheel.radius() * 1.001
        };
        if let Some(wheel) = groups.iter_mut().find(inside) {
            wheel.shapes.push(round.shape);
            continue;
        }
        let radius = round.radius();
        let plausible = (SMALLEST * diagonal..=LARGEST * diagonal).contains(&radius);
        if plausible && round.roundness() >= FLAT && round.seen >= SEEN {
            groups.push(Wheel { outer: *round, shapes: vec![round.shape] });
        }
    }
    groups
}

/// The weight of two wheels as a pair (their mean radius, less where they are high or half hidden), and what is wrong with
/// them; `None` if they are no pair, or more than one thing is wrong.
fn pair(anatomy: &Anatomy<'_>, a: &Wheel, b: &Wheel) -> Option<(f64, Option<Near>)> {
    let radius = f64::midpoint(a.radius(), b.radius());
    let low = f64::midpoint(anatomy.height_of(a.outer.bottom()), anatomy.height_of(b.outer.bottom()));
    if a.hub().distance(b.hub()) < APART * radius || low < LOW || in_one_face(anatomy, a, b) {
        return None;
    }
    let rise = (a.outer.bottom() - b.outer.bottom()).abs();
    let run = (a.hub().x - b.hub().x).abs();
    let like = a.radius().min(b.radius()) / a.radius().max(b.radius());
    let faults = [
        (a.outer.roundness().min(b.outer.roundness()) < ROUND, Near::Flat),
        (rise > LEVEL * radius, if rise <= HILL * run { Near::Hill } else { Near::Level }),
        (like < LIKE, Near::Size),
    ];
    let mut faults = faults.into_iter().filter(|(is, _)| *is).map(|(_, fault)| fault);
    let first = faults.next();
    // The lower of two pairs of one size is the wheels, but not their reflection in the water.
    let plain = |wheel: &Wheel| {
        let solid = wheel.shapes.iter().any(|shape| !anatomy.scene.shapes[*shape].soft);
        if solid && wheel.outer.seen >= PLAIN { 1.0 } else { REFLECTED }
    };
    let size = radius * low * plain(a).min(plain(b));
    (faults.next().is_none() && like >= LIKE / 2.0).then_some((size, first))
}

/// Whether both lie in one shape that is no ground.
fn in_one_face(anatomy: &Anatomy<'_>, a: &Wheel, b: &Wheel) -> bool {
    let own = std::f64::consts::PI * (a.radius().powi(2) + b.radius().powi(2));
    let reach = |wheel: &Wheel| {
        let (hub, r) = (wheel.hub(), wheel.radius());
        BoundingBox { left: hub.x - r, right: hub.x + r, top: hub.y - r, bottom: hub.y + r }
    };
    let before = a.outer.shape.min(b.outer.shape);
    anatomy.scene.shapes.iter().enumerate().take(before).any(|(index, shape)| {
        let wide = |wheel: &Wheel| {
            let reach = reach(wheel);
            let corners = [reach.left, reach.right].map(|x| Point::new(x, wheel.hub().y));
            let ends = [reach.top, reach.bottom].map(|y| Point::new(wheel.hub().x, y));
            corners.into_iter().chain(ends).all(|place| shape.holds(place))
        };
        shape.filled && !anatomy.background[index] && shape.area() < FACE * own && wide(a) && wide(b)
    })
}

/// The one wheel of a unicycle: the largest round at the bottom that has nothing solid below its hub.
fn single(anatomy: &Anatomy<'_>, groups: &[Wheel]) -> Option<Wheel> {
    let stands = |wheel: &&Wheel| {
        wheel.outer.roundness() >= ROUND && anatomy.height_of(wheel.outer.bottom()) >= LOWEST
    };
    groups.iter().filter(stands).max_by(|a, b| a.radius().total_cmp(&b.radius())).cloned()
}

/// Whether the wheels are as many as were asked for.
pub(super) fn judge(anatomy: &Anatomy<'_>, expected: u32) -> DetectorAnswer {
    let wheels = &anatomy.wheels;
    let (count, marks) = (wheels.list.len(), wheels.marks());
    let radii: Vec<String> = wheels.list.iter().map(|wheel| length(wheel.radius())).collect();
    let stand = match count {
        0 => "no round outlines of like size stand on one line".to_owned(),
        1 => format!("one round outline stands at the bottom, radius {}", radii[0]),
        n => format!("{n} round outlines of like size stand on one line, radii {}", radii.join(" and ")),
    };
    if expected as usize == count {
        let hidden = wheels.list.iter().filter(|wheel| wheel.outer.seen < PLAIN).count();
        return match hidden {
            0 => DetectorAnswer::met(stand, marks),
            n => DetectorAnswer::cant_tell(format!("{stand}; much of {n} can't be seen"), marks),
        };
    }
    if let (0, Some((a, b, fault))) = (count, &wheels.near) {
        let marks = vec![answer::round("round", &a.outer), answer::round("round", &b.outer)];
        let both = (length(a.radius()), length(b.radius()));
        let lines = (length(a.outer.bottom()), length(b.outer.bottom()));
        return match fault {
            Near::Flat => DetectorAnswer::cant_tell(
                "two outlines of like size stand on one line, and are flattened: perhaps wheels at an angle",
                marks,
            ),
            Near::Level | Near::Hill => {
                let why = format!(
                    "two round outlines of like size, and not on one level line: they end at y {} and {}",
                    lines.0, lines.1
                );
                match fault {
                    Near::Hill => DetectorAnswer::cant_tell(why, marks),
                    _ => anatomy.absent(&why, marks),
                }
            }
            Near::Size => {
                let why = format!(
                    "two round outlines on one line, and of unlike size: radii {} and {}",
                    both.0, both.1
                );
                let like = a.radius().min(b.radius()) / a.radius().max(b.radius());
                if like < UNLIKE {
                    DetectorAnswer::not_met(why, marks)
                } else {
                    DetectorAnswer::cant_tell(why, marks)
                }
            }
        };
    }
    if count == 0 { anatomy.absent(&stand, marks) } else { DetectorAnswer::not_met(stand, marks) }
}
