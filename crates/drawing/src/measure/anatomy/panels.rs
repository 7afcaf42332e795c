//! Panels: a moon, a badge or a card that the whole scene is painted on. A face is none, whatever is painted on it.

use super::round::RoundOutline;
use super::wheels;
use crate::measure::geometry::{BoundingBox, Point};
use crate::measure::scene::PaintedScene;

/// A panel holds this share of all that is seen, painted after it, and at least so many shapes: a face that is painted last holds
/// what is on it, and the rest is elsewhere.
const HELD: f64 = 0.6;
const LEAST: usize = 8;
/// Wheels on a panel end in the lowest part of what it holds, and have at least this share of its width for a radius.
const LOWEST: f64 = 0.35;
const LARGE: f64 = 0.08;
/// A body on a panel has at least this share of a wheel's area.
const BODY: f64 = 0.35;
/// It is so long, in parts of the way from wheel to wheel: a nose is shorter.
const LONG: f64 = 0.35;
/// It ends this near to the tops of the wheels, in units: hair is further from cheeks.
const NEAR: f64 = 1.5;
/// Eyes are of one size and height to within this: in shares of the area, and in widths of one.
const TWIN: f64 = 0.5;
/// A frame's line comes this near to the middle of a wheel, in radii.
const AT_HUB: f64 = 0.3;
/// It leads this far out, in radii: spokes end at the rim.
const OUT: f64 = 1.2;
/// Rounds of which two may be wheels, and shapes that may be a body: the largest on a panel.
const PAIRED: usize = 16;
const BODIES: usize = 40;

/// A scene's shapes with what tells which of them are panels, computed once.
pub(super) struct Panels<'a> {
    scene: &'a PaintedScene,
    rounds: &'a [RoundOutline],
    seen: &'a [f64],
    areas: Vec<f64>,
    /// For each round, shapes and contours with a corner or an end at its middle: whiskers only pass there.
    at_hub: Vec<Vec<(usize, usize)>>,
}

impl<'a> Panels<'a> {
    pub(super) fn new(scene: &'a PaintedScene, rounds: &'a [RoundOutline], seen: &'a [f64]) -> Self {
        let passing = |round: &RoundOutline| {
            let near = AT_HUB * round.radius();
            let contours = scene.shapes.iter().enumerate().flat_map(|(index, shape)| {
                shape.contours.iter().enumerate().map(move |(which, contour)| (index, which, contour))
            });
            contours
                .filter(|(.., contour)| contour.extent.grown(near).holds(round.centre))
                .filter(|(.., contour)| {
                    contour.points.iter().any(|point| point.distance(round.centre) <= near)
                })
                .map(|(index, which, _)| (index, which))
                .collect()
        };
        let areas = scene.shapes.iter().map(|shape| shape.area()).collect();
        Self { scene, rounds, seen, areas, at_hub: rounds.iter().map(passing).collect() }
    }

    /// Whether a filled shape has the whole scene on it, with wheels at its bottom and what they carry: a face has its eyes higher
    /// than a mouth, and no body over its cheeks.
    pub(super) fn is_one(&self, index: usize, ground: &[bool]) -> bool {
        let shape = &self.scene.shapes[index];
        if !shape.filled {
            return false;
        }
        let count = self.scene.shapes.len();
        let plain = |other: &usize| *other != index && !ground[*other] && self.seen[*other] >= super::FAINT;
        let all = (0..count).filter(plain).count();
        let on = |other: &usize| shape.holds(self.scene.shapes[*other].extent.centre());
        let mut held: Vec<usize> = (index + 1..count).filter(plain).filter(on).collect();
        if held.len() < LEAST || (held.len() as f64) < HELD * all as f64 {
            return false;
        }
        let low = self.low(index, &held);
        held.sort_by(|a, b| self.areas[*b].total_cmp(&self.areas[*a]));
        held.truncate(BODIES);
        let pairs = low.iter().enumerate().flat_map(|(at, a)| low[at + 1..].iter().map(move |b| (*a, *b)));
        pairs
            .filter(|(a, b)| wheels::like(&self.rounds[*a], &self.rounds[*b]))
            .any(|pair| self.has_body(index, &held, pair) || self.has_frame(index, pair))
    }

    /// The largest rounds that stand low on a shape.
    fn low(&self, index: usize, held: &[usize]) -> Vec<usize> {
        let shape = &self.scene.shapes[index];
        let all = held.iter().map(|held| self.scene.shapes[*held].extent).reduce(BoundingBox::with);
        let Some(all) = all else { return Vec::new() };
        let least = (LARGE * shape.extent.width()).max(wheels::SMALLEST * self.scene.diagonal());
        let stands = |at: &usize| {
            let round = &self.rounds[*at];
            let (centre, radius) = (round.centre, round.radius());
            let within =
                |(x, y): (f64, f64)| shape.holds(Point::new(centre.x + x * radius, centre.y + y * radius));
            round.shape > index
                && radius >= least
                && round.bottom() >= all.bottom - LOWEST * all.height()
                && centre.y > shape.extent.centre().y
                && [(-1.0, 0.0), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0)].into_iter().all(within)
        };
        (0..self.rounds.len()).filter(stands).take(PAIRED).collect()
    }

    /// Whether something large is on a panel over two rounds: a rider. Eyes are as large, and two.
    fn has_body(&self, panel: usize, held: &[usize], (a, b): (usize, usize)) -> bool {
        let panel = &self.scene.shapes[panel];
        let (a, b) = (&self.rounds[a], &self.rounds[b]);
        let radius = f64::midpoint(a.radius(), b.radius());
        let middle = f64::midpoint(a.centre.x, b.centre.x);
        let least = BODY * std::f64::consts::PI * radius * radius;
        let top = a.centre.y.min(b.centre.y) - radius;
        let extent = |index: usize| self.scene.shapes[index].extent;
        let span = a.centre.distance(b.centre);
        let (long, near) = (LONG * span, top - NEAR * radius.max(span / 4.0));
        let large = |index: &usize| {
            let own = extent(*index);
            self.areas[*index] >= least
                && own.width().max(own.height()) >= long
                && own.centre().y <= top
                && own.bottom >= near
        };
        let large: Vec<usize> = held.iter().copied().filter(large).collect();
        let between =
            |place: Point| (a.centre.x.min(b.centre.x)..=a.centre.x.max(b.centre.x)).contains(&place.x);
        large.iter().any(|&index| {
            let (own, centre) = (extent(index), extent(index).centre());
            let slack = TWIN * own.width();
            let twin = |other: &usize| {
                let place = extent(*other).centre();
                (centre.x + place.x - 2.0 * middle).abs() <= slack
                    && (centre.y - place.y).abs() <= slack
                    && (centre.x - place.x).abs() >= slack
                    && self.areas[*other].min(self.areas[index])
                        >= TWIN * self.areas[*other].max(self.areas[index])
            };
            // Hair and hats reach over the rim.
            let ends = [own.left, own.right].map(|x| Point::new(x, centre.y));
            between(centre) && ends.into_iter().all(|end| panel.holds(end)) && !large.iter().any(twin)
        })
    }

    /// Whether lines lead from the middles of two rounds towards one another or up and, other than a mouth, not below them.
    fn has_frame(&self, panel: usize, (a, b): (usize, usize)) -> bool {
        let (one, two) = (&self.rounds[a], &self.rounds[b]);
        let low = one.centre.y.max(two.centre.y) + AT_HUB * one.radius().min(two.radius());
        let leads_out = |from: usize, to: &RoundOutline| {
            let (centre, out) = (self.rounds[from].centre, OUT * self.rounds[from].radius());
            self.at_hub[from].iter().any(|(shape, contour)| {
                let extent = self.scene.shapes[*shape].contours[*contour].extent;
                let far = match to.centre.x > centre.x {
                    true => extent.right >= centre.x + out,
                    false => extent.left <= centre.x - out,
                };
                *shape > panel && extent.bottom <= low && (far || extent.top <= centre.y - out)
            })
        };
        leads_out(a, two) && leads_out(b, one)
    }
}
