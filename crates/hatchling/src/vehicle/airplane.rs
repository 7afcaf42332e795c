//! The airplane.

use super::{RiderPose, VehicleFinish, VehicleShape};
use crate::chance::RandomSource;
use crate::pen::{PathOutline, Pen, PenPoint, at};

/// A fuselage with wings, in the air.
#[derive(Debug, Clone, Copy)]
pub(super) struct Airplane {
    middle: PenPoint,
    half: f64,
    thick: f64,
}

impl Airplane {
    /// Sets one in the air.
    pub(super) fn place(chance: &mut RandomSource) -> (VehicleShape, RiderPose) {
        let half = chance.between(90.0, 115.0);
        let thick = chance.between(36.0, 44.0);
        let middle =
            at(chance.between(half + 35.0, 345.0 - half).round(), chance.between(170.0, 205.0).round());
        let top = middle.by(0.0, -thick * 0.62);
        let feet = [top.by(-4.0, 8.0), top.by(12.0, 8.0)];
        let mount = RiderPose { seat: top, feet, hand: None, scale: chance.between(0.85, 1.05) };
        (VehicleShape::Airplane(Airplane { middle, half, thick }), mount)
    }

    /// Draws it.
    pub(super) fn draw(&self, finish: &VehicleFinish, pen: &mut Pen) {
        let Airplane { middle, half, thick } = *self;
        let VehicleFinish { paint, line, detail } = *finish;
        let (tail, nose) = (middle.by(-half, -4.0), middle.by(half, 0.0));
        let fin = PathOutline::from(tail.by(2.0, 0.0))
            .line(tail.by(-8.0, -30.0))
            .line(tail.by(10.0, -30.0))
            .line(tail.by(32.0, -6.0));
        pen.path(&fin.close(), &format!(r#"fill="{}""#, paint.shade(3)));
        let hull = PathOutline::from(tail).cubic(
            middle.by(-half * 0.5, -thick),
            middle.by(half * 0.7, -thick),
            nose,
        );
        let hull = hull.cubic(middle.by(half * 0.7, thick), middle.by(-half * 0.4, thick), tail).close();
        pen.path(&hull, &format!(r#"fill="{paint}""#));
        let root = middle.by(10.0, 5.0);
        let wing = PathOutline::from(root.by(-22.0, 0.0))
            .line(root.by(20.0, 0.0))
            .line(root.by(-20.0, 34.0))
            .line(root.by(-42.0, 34.0));
        pen.path(&wing.close(), &format!(r#"fill="{}""#, paint.shade(3)));
        if detail {
            for step in [-0.55, -0.35] {
                pen.circle(middle.by(half * step, -1.0), 4.0, r##"fill="#def""##);
            }
        }
        let blades = PathOutline::from(nose.by(4.0, -26.0)).line(nose.by(4.0, 26.0));
        pen.path(&blades, &format!(r#"stroke="{line}" stroke-width="4" stroke-linecap="round""#));
        pen.circle(nose.by(1.0, 0.0), 5.0, &format!(r#"fill="{line}""#));
    }
}
