//! Legs: thin shapes that hang from the rider, and where they end.

use std::collections::BTreeMap;

use super::answer::{self, DetectorAnswer, length};
use super::{Anatomy, rider};
use crate::measure::contour::{Contour, turn};
use crate::measure::geometry::Point;

/// A leg begins this near the rider, and drops at least so far, in the vehicle's units.
const BEGINS: f64 = 0.2;
const DROPS: f64 = 0.25;
/// A leg is thinner than this, likewise.
const THIN: f64 = 0.35;
/// A foot this near the pedals is on them, and this near may be.
const NEAR: f64 = 0.6;
const PERHAPS: f64 = 0.85;
/// Ends of bars this near one another, in radii, meet; so many make a place for pedals. What is shorter is a bar's cap.
const MEETS: f64 = 0.25;
const BARS: usize = 3;
/// A bar ends where its outline turns by this, in radians; two that leave a place nearer to one another than that are the sides of one.
const CORNER: f64 = 0.2;
const SIDES: f64 = 0.35;
/// Ends in one cell of a grid of this, in parts of that nearness, are one place.
const CELLS: i32 = 4;
/// Places that are looked at for pedals; a frame of more is hatched.
const MOST: usize = 40;
/// A foot is so much of a leg's height, and is looked at in places of so many on the whole outline.
const FOOT: f64 = 0.2;
const PLACES: usize = 60;
/// A line that ends this near a hub, in radii, is the frame's.
const AT_HUB: f64 = 0.3;

/// A leg.
#[derive(Debug, Clone)]
pub(super) struct Leg {
    pub(super) shape: usize,
    contour: usize,
    /// Places of its foot, whose toe may reach far beyond the pedal.
    foot: Vec<Point>,
    /// It is painted as the frame is, so it may be a tube.
    pub(super) like_frame: bool,
}

impl Leg {
    /// The least distance of a place of its foot to a pedal, and these two places. There is a pedal.
    fn reaches(&self, pedals: &[Point]) -> (f64, Point, Point) {
        let pairs = self.foot.iter().flat_map(|foot| pedals.iter().map(|pedal| (*foot, *pedal)));
        let all = pairs.map(|(foot, pedal)| (foot.distance(pedal), foot, pedal));
        all.min_by(|a, b| a.0.total_cmp(&b.0)).expect("a foot and a pedal")
    }
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
            let (top, end) = ends(contour);
            let at_hub = anatomy.wheels.list.iter().any(|wheel| {
                let near = |end: Point| end.distance(wheel.hub()) <= AT_HUB * wheel.radius();
                anatomy.wheels.list.len() > 1 && (near(top) || near(end))
            });
            let body = anatomy.body.map(|body| &anatomy.scene.shapes[body]);
            let hangs = end.y - top.y >= DROPS * anatomy.unit
                && rider::from(anatomy, top) <= BEGINS * anatomy.unit
                && body.is_some_and(|body| end.y > body.extent.bottom);
            let spoke = anatomy.wheels.list.iter().any(|wheel| {
                contour.points.iter().all(|point| point.distance(wheel.hub()) <= 1.05 * wheel.radius())
            });
            if hangs && !at_hub && !spoke {
                let low = end.y - FOOT * (end.y - top.y);
                let foot = contour.places(PLACES).into_iter().map(|(place, _)| place).chain([end]);
                let foot = foot.filter(|place| place.y >= low).collect();
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

/// The places where pedals may turn: at a small round between the hubs, else midway and wherever bars of the frame meet there;
/// on a single wheel, at its hub.
fn pedals(anatomy: &Anatomy<'_>) -> Vec<Point> {
    let (Some((left, right)), Some(radius)) = (anatomy.base(), anatomy.wheels.radius()) else {
        return Vec::new();
    };
    let middle = left.towards(right, 0.5);
    let span = left.distance(right);
    let there =
        |place: Point| (place.x - middle.x).abs() <= 0.3 * span && (place.y - middle.y).abs() <= 0.6 * radius;
    let crank = |round: &&super::round::RoundOutline| {
        !anatomy.wheels.own(round.shape)
            && round.radius() <= 0.5 * radius
            && round.seen >= super::FAINT
            && there(round.centre)
    };
    if let Some(round) = anatomy.rounds.iter().find(crank) {
        return vec![round.centre];
    }
    let meets = MEETS * radius;
    let bars = anatomy.frame.contours(anatomy).flat_map(|contour| contour.bars(CORNER));
    let bars = bars.filter(|(a, b)| a.distance(*b) >= meets).flat_map(|(a, b)| [(a, b), (b, a)]);
    let ends: Vec<BarEnd> = bars
        .filter(|(end, _)| there(*end))
        .map(|(at, other)| BarEnd { at, heading: (other.y - at.y).atan2(other.x - at.x) })
        .collect();
    std::iter::once(middle).chain(meetings(&ends, meets)).collect()
}

/// An end of a bar, and which way the bar leads from there.
#[derive(Debug, Clone, Copy)]
struct BarEnd {
    at: Point,
    heading: f64,
}

/// Places where ends of different bars meet. Ends lie in a grid, so that each is compared with those around it only.
fn meetings(ends: &[BarEnd], meets: f64) -> Vec<Point> {
    #[expect(clippy::cast_possible_truncation, reason = "an index that `as` bounds")]
    let index = |along: f64| (along / meets * f64::from(CELLS)).floor() as i64;
    let cell = |place: Point| (index(place.x), index(place.y));
    let reach = i64::from(CELLS);
    let mut cells: BTreeMap<(i64, i64), Vec<BarEnd>> = BTreeMap::new();
    for end in ends {
        cells.entry(cell(end.at)).or_default().push(*end);
    }
    let bars = |place: Point| {
        let (column, row) = cell(place);
        let columns = cells.range((column - reach, row - reach)..=(column + reach, row + reach));
        let near = columns.flat_map(|(_, ends)| ends).filter(|end| end.at.distance(place) <= meets);
        let mut headings: Vec<f64> = Vec::new();
        for end in near {
            if headings.iter().all(|other| turn(end.heading - other).abs() >= SIDES) {
                headings.push(end.heading);
            }
        }
        headings.len()
    };
    let places = cells.values().map(|ends| ends[0].at);
    places.filter(|place| bars(*place) >= BARS).take(MOST).collect()
}

pub(super) fn judge(anatomy: &Anatomy<'_>) -> DetectorAnswer {
    let pedals = pedals(anatomy);
    if pedals.is_empty() {
        return DetectorAnswer::cant_tell("there are no wheels, so there is no place for pedals", Vec::new());
    }
    if anatomy.body.is_none() {
        return DetectorAnswer::cant_tell("there is no rider to look for legs on", Vec::new());
    }
    let shapes = &anatomy.scene.shapes;
    let mark = |leg: &Leg| answer::contour("leg", &shapes[leg.shape].contours[leg.contour]);
    let legs: Vec<&Leg> = anatomy.legs.iter().filter(|leg| !leg.like_frame).collect();
    let reaches = |leg: &Leg| leg.reaches(&pedals);
    let on_pedals = legs.iter().copied().filter(|leg| reaches(leg).0 <= PERHAPS * anatomy.unit);
    let mut marks: Vec<_> = on_pedals.map(mark).collect();
    let nearest = legs.iter().map(|leg| reaches(leg)).min_by(|a, b| a.0.total_cmp(&b.0));
    let Some((away, foot, pedal)) = nearest else {
        if !anatomy.legs.is_empty() {
            let why = "what hangs from the rider is painted as the frame is, and may be one of its tubes";
            return DetectorAnswer::cant_tell(why, marks);
        }
        return anatomy.absent("nothing thin hangs from the rider", marks);
    };
    marks.push(answer::line("to the pedals", (foot, pedal)));
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
