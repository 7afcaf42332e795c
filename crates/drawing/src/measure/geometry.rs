//! Points, boxes and distances, in the units of a drawing's canvas, y downwards.

/// A place on the canvas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Point {
    pub(super) fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    pub(super) fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The place at `share` of the way to another.
    pub(super) fn towards(self, other: Self, share: f64) -> Self {
        Self::new(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
    }

    /// Distance to the segment from `a` to `b`.
    pub(super) fn to_segment(self, a: Self, b: Self) -> f64 {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx * dx + dy * dy;
        let share = match length > 0.0 {
            true => (((self.x - a.x) * dx + (self.y - a.y) * dy) / length).clamp(0.0, 1.0),
            false => 0.0,
        };
        self.distance(a.towards(b, share))
    }
}

/// Distance between two segments, 0 where they cross.
pub(super) fn between((a, b): (Point, Point), (c, d): (Point, Point)) -> f64 {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    let crosses = side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0;
    if crosses {
        return 0.0;
    }
    a.to_segment(c, d).min(b.to_segment(c, d)).min(c.to_segment(a, b)).min(d.to_segment(a, b))
}

/// A box along the axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BoundingBox {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl BoundingBox {
    /// The least box around points; `None` without any.
    pub(super) fn of(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        points.into_iter().map(|p| Self { left: p.x, top: p.y, right: p.x, bottom: p.y }).reduce(Self::with)
    }

    /// The least box around both.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub(super) fn width(self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(self) -> f64 {
        self.bottom - self.top
    }

    pub(super) fn centre(self) -> Point {
        Point::new(f64::midpoint(self.left, self.right), f64::midpoint(self.top, self.bottom))
    }

    pub(super) fn holds(self, point: Point) -> bool {
        (self.left..=self.right).contains(&point.x) && (self.top..=self.bottom).contains(&point.y)
    }

    /// Grown by `by` on each side.
    pub(super) fn grown(self, by: f64) -> Self {
        Self { left: self.left - by, top: self.top - by, right: self.right + by, bottom: self.bottom + by }
    }

    /// Distance between two boxes, 0 where they overlap: no shapes in them are nearer.
    pub(super) fn gap(self, other: Self) -> f64 {
        let x = (other.left - self.right).max(self.left - other.right).max(0.0);
        let y = (other.top - self.bottom).max(self.top - other.bottom).max(0.0);
        x.hypot(y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_that_cross_touch_and_others_are_as_far_as_their_nearest_points() {
        let p = Point::new;
        assert_eq!(between((p(0.0, 0.0), p(2.0, 2.0)), (p(0.0, 2.0), p(2.0, 0.0))), 0.0);
        assert_eq!(between((p(0.0, 0.0), p(2.0, 0.0)), (p(1.0, 3.0), p(1.0, 1.0))), 1.0);
        assert_eq!(between((p(0.0, 0.0), p(1.0, 0.0)), (p(4.0, 4.0), p(9.0, 9.0))), 5.0);
        assert_eq!(p(3.0, 4.0).to_segment(p(0.0, 0.0), p(0.0, 0.0)), 5.0, "a segment of no length");
    }

    #[test]
    fn boxes_grow_and_keep_apart() {
        let p = Point::new;
        let a = BoundingBox::of([p(0.0, 0.0), p(2.0, 1.0)]).unwrap();
        let b = BoundingBox::of([p(5.0, 5.0), p(6.0, 9.0)]).unwrap();
        assert_eq!(a.gap(b), 5.0);
        assert_eq!(a.grown(3.0).gap(b), 1.0);
        assert_eq!(a.with(b).centre(), p(3.0, 4.5));
        assert_eq!(BoundingBox::of([]), None);
    }
}
