//! Round outlines, however they were drawn: circles, ellipses, arcs, Bézier curves, polygons of many sides.

use crate::measure::canvas::Canvas;
use crate::measure::contour::Contour;
use crate::measure::geometry::Point;
use crate::measure::scene::PaintedScene;

/// The distance, in parts of the radius, by which an outline may leave the ellipse of its own moments. A regular
/// octagon leaves it by 5%, a hexagon by 10%.
const LEAVES: f64 = 0.08;
/// Shorter axis over longer, below which nothing is called round.
pub(super) const FLATTEST: f64 = 0.4;
/// Places looked at along an outline.
const PLACES: usize = 40;
/// Round outlines that are kept, the largest; a drawing of more is stippled.
const MOST: usize = 200;

/// A round outline.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoundOutline {
    /// The index of its shape.
    pub(super) shape: usize,
    pub(super) centre: Point,
    pub(super) axes: (f64, f64),
    pub(super) turn: f64,
    /// Share of it that can be seen.
    pub(super) seen: f64,
}

impl RoundOutline {
    pub(super) fn radius(&self) -> f64 {
        (self.axes.0 * self.axes.1).sqrt()
    }

    /// Shorter axis over longer: 1 is a circle.
    pub(super) fn roundness(&self) -> f64 {
        self.axes.1 / self.axes.0
    }

    /// The lowest place that an upright one of this shape reaches.
    pub(super) fn bottom(&self) -> f64 {
        let (sine, cosine) = self.turn.sin_cos();
        self.centre.y + (self.axes.0 * sine).hypot(self.axes.1 * cosine)
    }
}

/// The round outlines of a drawing that are no flatter than `flattest`, the largest first.
pub(super) fn rounds(scene: &PaintedScene, canvas: &Canvas<'_>, flattest: f64) -> Vec<RoundOutline> {
    let mut found: Vec<RoundOutline> = Vec::new();
    for (index, shape) in scene.shapes.iter().enumerate() {
        for contour in shape.contours.iter().filter(|contour| contour.closed || shape.filled) {
            let Some((centre, axes, turn)) = fit(contour, flattest) else { continue };
            let wide = shape.half_width();
            // What is seen of a ring ends where its line does.
            let axes = (axes.0 + wide, axes.1 + wide);
            found.push(RoundOutline { shape: index, centre, axes, turn, seen: canvas.seen(contour, shape) });
        }
    }
    found.sort_by(|a, b| b.radius().total_cmp(&a.radius()));
    found.truncate(MOST);
    found
}

/// The ellipse that an outline follows all along.
fn fit(contour: &Contour, flattest: f64) -> Option<(Point, (f64, f64), f64)> {
    let moments = contour.moments()?;
    let (a, b) = moments.axes;
    if b < a * flattest || contour.points.len() < 7 {
        return None;
    }
    let (sine, cosine) = moments.turn.sin_cos();
    // Corners leave the ellipse the furthest one way, the middles of sides the other.
    let places = contour.places(PLACES).into_iter().map(|(place, _)| place);
    let follows = places.chain(contour.points.iter().copied()).all(|place| {
        let (dx, dy) = (place.x - moments.centre.x, place.y - moments.centre.y);
        let (along, across) = ((dx * cosine + dy * sine) / a, (dy * cosine - dx * sine) / b);
        (along.hypot(across) - 1.0).abs() <= LEAVES
    });
    follows.then_some((moments.centre, moments.axes, moments.turn))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regular(sides: u32, flat: f64) -> Contour {
        let corner = |i: u32| {
            let angle = std::f64::consts::TAU * f64::from(i) / f64::from(sides);
            Point::new(50.0 + 20.0 * angle.cos(), 50.0 + 20.0 * flat * angle.sin())
        };
        Contour::new((0..sides).map(corner).collect(), true).unwrap()
    }

    #[test]
    fn many_sides_are_round_and_few_are_not() {
        for sides in [8, 12, 24, 90] {
            assert!(fit(&regular(sides, 1.0), FLATTEST).is_some(), "{sides} sides");
        }
        for sides in [3, 4, 5, 6] {
            assert!(fit(&regular(sides, 1.0), FLATTEST).is_none(), "{sides} sides");
        }
    }

    #[test]
    fn an_ellipse_keeps_its_axes_and_a_flat_one_is_not_round() {
        let (centre, axes, turn) = fit(&regular(48, 0.7), FLATTEST).unwrap();
        assert!(centre.distance(Point::new(50.0, 50.0)) < 1e-6);
        assert!((axes.0 - 20.0).abs() < 0.1 && (axes.1 - 14.0).abs() < 0.1, "{axes:?}");
        assert!(turn.abs() < 1e-6);
        assert!(fit(&regular(48, 0.3), FLATTEST).is_none());
    }
}
