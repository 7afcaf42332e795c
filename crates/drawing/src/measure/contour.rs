//! One outline: a line through points, open or closed.

use super::geometry::{BoundingBox, Point, between};

/// An open line, or a closed one whose last point joins the first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contour {
    /// Two points at least, no two in a row the same.
    pub(super) points: Vec<Point>,
    pub(super) closed: bool,
    pub(super) extent: BoundingBox,
}

/// The ellipse that has the area moments of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moments {
    pub(super) area: f64,
    pub(super) centre: Point,
    /// The longer semi-axis and the shorter one.
    pub(super) axes: (f64, f64),
    /// Direction of the longer one, in radians.
    pub(super) turn: f64,
}

/// A turn of less than this, in radians, leaves a line straight.
const STRAIGHT: f64 = 0.035;

/// Segments of a line that distances between lines are taken over: a circle has at most 96.
const COARSE: usize = 100;

fn heading(from: Point, to: Point) -> f64 {
    (to.y - from.y).atan2(to.x - from.x)
}

/// A difference of two directions as a turn from -π to π.
pub(super) fn turn(by: f64) -> f64 {
    (by + std::f64::consts::PI).rem_euclid(std::f64::consts::TAU) - std::f64::consts::PI
}

impl Contour {
    /// `None` for less than two points, or none that are apart. A line that ends where it began is closed.
    pub(super) fn new(mut points: Vec<Point>, closed: bool) -> Option<Self> {
        let extent = BoundingBox::of(points.iter().copied())?;
        let reach = extent.width().hypot(extent.height());
        points.dedup_by(|a, b| a.distance(*b) <= reach * 1e-6);
        let (first, last) = (*points.first()?, *points.last()?);
        let back = points.len() > 2 && first.distance(last) <= reach * 0.02;
        if back && points.len() > 3 && first.distance(last) <= reach * 1e-6 {
            points.pop();
        }
        (points.len() >= 2).then_some(Self { points, closed: closed || back, extent })
    }

    /// The segments, that which closes it among them.
    pub(super) fn segments(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let closing = (self.closed && self.points.len() > 2)
            .then(|| (self.points[self.points.len() - 1], self.points[0]));
        self.points.windows(2).map(|pair| (pair[0], pair[1])).chain(closing)
    }

    pub(super) fn length(&self) -> f64 {
        self.segments().map(|(a, b)| a.distance(b)).sum()
    }

    /// Moments of the area inside, as if it were closed; `None` when it has none.
    ///
    /// Green's theorem for a polygon; the semi-axes of an ellipse are twice the roots of its central moments.
    pub(super) fn moments(&self) -> Option<Moments> {
        let origin = self.extent.centre();
        let (mut area, mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        let n = self.points.len();
        for i in 0..n {
            let (a, b) = (self.points[i], self.points[(i + 1) % n]);
            let (ax, ay, bx, by) = (a.x - origin.x, a.y - origin.y, b.x - origin.x, b.y - origin.y);
            let cross = ax * by - bx * ay;
            area += cross / 2.0;
            x += (ax + bx) * cross / 6.0;
            y += (ay + by) * cross / 6.0;
            xx += (ax * ax + ax * bx + bx * bx) * cross / 12.0;
            yy += (ay * ay + ay * by + by * by) * cross / 12.0;
            xy += (ax * by + 2.0 * ax * ay + 2.0 * bx * by + bx * ay) * cross / 24.0;
        }
        let around = self.extent.width() * self.extent.height();
        if !area.is_finite() || area.abs() <= around * 1e-4 {
            return None;
        }
        let (x, y) = (x / area, y / area);
        let (xx, yy, xy) = (xx / area - x * x, yy / area - y * y, xy / area - x * y);
        let (mean, half) = (f64::midpoint(xx, yy), ((xx - yy) / 2.0).hypot(xy));
        Some(Moments {
            area: area.abs(),
            centre: Point::new(origin.x + x, origin.y + y),
            axes: (2.0 * (mean + half).max(0.0).sqrt(), 2.0 * (mean - half).max(0.0).sqrt()),
            turn: (2.0 * xy).atan2(xx - yy) / 2.0,
        })
    }

    /// Its straight pieces: segments joined where they do not turn.
    pub(super) fn straights(&self) -> Vec<(Point, Point)> {
        let mut runs: Vec<(Point, Point)> = Vec::new();
        for (a, b) in self.segments() {
            if let Some(last) = runs.last_mut()
                && turn(heading(a, b) - heading(last.0, last.1)).abs() < STRAIGHT
            {
                last.1 = b;
            } else {
                runs.push((a, b));
            }
        }
        runs
    }

    /// Its pieces from corner to corner: curves are no corners, turns of `bent` radians or more are.
    pub(super) fn bars(&self, bent: f64) -> Vec<(Point, Point)> {
        let mut bars: Vec<(Point, Point)> = Vec::new();
        let mut before = 0.0;
        for (a, b) in self.segments() {
            let now = heading(a, b);
            match bars.last_mut() {
                Some(last) if turn(now - before).abs() < bent => last.1 = b,
                _ => bars.push((a, b)),
            }
            before = now;
        }
        // A closed line may begin within a bar.
        let begins = heading(self.points[0], self.points[1]);
        if let [first, .., last] = &mut bars[..]
            && self.closed
            && turn(begins - before).abs() < bent
        {
            first.0 = last.0;
            bars.pop();
        }
        bars
    }

    /// Whether a point is inside, by the even-odd rule.
    pub(super) fn holds(&self, point: Point) -> bool {
        if !self.extent.holds(point) {
            return false;
        }
        let n = self.points.len();
        (0..n).fold(false, |inside, i| {
            let (a, b) = (self.points[i], self.points[(i + 1) % n]);
            let crosses = (a.y > point.y) != (b.y > point.y)
                && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x;
            inside != crosses
        })
    }

    /// Distance from a point to the line.
    pub(super) fn from(&self, point: Point) -> f64 {
        self.segments().map(|(a, b)| point.to_segment(a, b)).fold(f64::INFINITY, f64::min)
    }

    /// Distance between two lines; of more than [`COARSE`] segments, that of lines through some of their points.
    pub(super) fn gap(&self, other: &Self) -> f64 {
        let pairs = self.coarse().flat_map(|one| other.coarse().map(move |two| between(one, two)));
        pairs.fold(f64::INFINITY, f64::min)
    }

    /// The segments, or fewer and longer ones.
    fn coarse(&self) -> impl Iterator<Item = (Point, Point)> + '_ {
        let step = self.points.len().div_ceil(COARSE);
        let last = self.points.len() - 1;
        let closing = (self.closed && last > 1).then(|| (self.points[last], self.points[0]));
        let pairs = (0..last).step_by(step);
        pairs.map(move |at| (self.points[at], self.points[(at + step).min(last)])).chain(closing)
    }

    /// Evenly spaced places along it, with the unit normal at each.
    pub(super) fn places(&self, count: usize) -> Vec<(Point, Point)> {
        let length = self.length();
        let mut places = Vec::with_capacity(count);
        let (mut gone, mut next) = (0.0, length / count as f64 / 2.0);
        for (a, b) in self.segments() {
            let step = a.distance(b);
            while next <= gone + step && places.len() < count && step > 0.0 {
                let normal = Point::new((b.y - a.y) / step, (a.x - b.x) / step);
                places.push((a.towards(b, (next - gone) / step), normal));
                next += length / count as f64;
            }
            gone += step;
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(points: &[(f64, f64)]) -> Contour {
        Contour::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect(), true).unwrap()
    }

    #[test]
    fn a_rectangles_moments_are_those_of_the_textbook() {
        let moments = polygon(&[(10.0, 10.0), (22.0, 10.0), (22.0, 16.0), (10.0, 16.0)]).moments().unwrap();
        assert!((moments.area - 72.0).abs() < 1e-9);
        assert!(moments.centre.distance(Point::new(16.0, 13.0)) < 1e-9);
        // Variance of a side of length s is s²/12; a semi-axis is twice its root.
        assert!((moments.axes.0 - 2.0 * 12.0_f64.sqrt()).abs() < 1e-9);
        assert!((moments.axes.1 - 2.0 * 3.0_f64.sqrt()).abs() < 1e-9);
        assert!(moments.turn.abs() < 1e-9);
    }

    #[test]
    fn a_line_that_comes_back_is_closed_and_one_that_does_not_is_open() {
        let p = Point::new;
        let back = Contour::new(vec![p(0.0, 0.0), p(4.0, 0.0), p(4.0, 4.0), p(0.0, 0.0)], false).unwrap();
        assert!(back.closed && back.points.len() == 3);
        let open = Contour::new(vec![p(0.0, 0.0), p(4.0, 0.0), p(4.0, 4.0)], false).unwrap();
        assert!(!open.closed);
        assert_eq!(open.moments().map(|m| m.area), Some(8.0), "its area is that of the closed line");
        assert_eq!(Contour::new(vec![p(1.0, 1.0), p(1.0, 1.0)], true), None);
    }

    #[test]
    fn bars_end_at_corners_and_not_along_a_curve() {
        let p = Point::new;
        let points = vec![p(0.0, 0.0), p(4.0, 0.0), p(8.0, 1.0), p(11.0, 2.5), p(11.0, 9.0)];
        let line = Contour::new(points, false).unwrap();
        assert_eq!(line.bars(0.35), [(p(0.0, 0.0), p(11.0, 2.5)), (p(11.0, 2.5), p(11.0, 9.0))]);
    }

    #[test]
    fn straight_pieces_join_where_they_do_not_turn() {
        let p = Point::new;
        let line = Contour::new(vec![p(0.0, 0.0), p(1.0, 0.0), p(3.0, 0.0), p(3.0, 2.0)], false).unwrap();
        assert_eq!(line.straights(), [(p(0.0, 0.0), p(3.0, 0.0)), (p(3.0, 0.0), p(3.0, 2.0))]);
        assert_eq!(line.places(5).len(), 5);
        assert_eq!(line.places(5)[0].0, p(0.5, 0.0));
    }
}
