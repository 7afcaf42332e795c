//! The car.

use super::{RiderPose, VehicleFinish, VehicleShape};
use crate::chance::RandomSource;
use crate::pen::{PathOutline, Pen, PenPoint, at};

/// A small open car.
#[derive(Debug, Clone, Copy)]
pub(super) struct Car {
    rear: PenPoint,
    front: PenPoint,
    r: f64,
    sill: f64,
    nose: f64,
    tail: f64,
}

impl Car {
    /// Sets one on ground at height `ground`.
    pub(super) fn place(ground: f64, chance: &mut RandomSource) -> (VehicleShape, RiderPose) {
        let r = chance.between(20.0, 26.0).round();
        let base = chance.between(110.0, 140.0);
        let rear = at(chance.between(90.0, 150.0).round(), ground - r);
        let front = at((rear.x + base).round(), rear.y);
        let sill = rear.y - chance.between(30.0, 40.0);
        let (tail, nose) = (rear.x - r - chance.between(6.0, 14.0), front.x + r + chance.between(10.0, 20.0));
        let seat = at(rear.x + base * 0.35, sill + 8.0);
        let mount = RiderPose {
            seat,
            feet: [seat, seat.by(10.0, 0.0)],
            hand: Some(at(front.x - 36.0, sill - 8.0)),
            scale: 1.0,
        };
        (VehicleShape::Car(Car { rear, front, r, sill, nose, tail }), mount)
    }

    /// Draws it.
    pub(super) fn draw(&self, finish: &VehicleFinish, pen: &mut Pen) {
        let Car { rear, front, r, sill, nose, tail } = *self;
        let VehicleFinish { paint, line, .. } = *finish;
        let low = rear.y - 2.0;
        let body = PathOutline::from(at(tail, low)).line(at(tail, sill)).line(at(front.x - 20.0, sill));
        let body = body.curve(at(nose - 4.0, sill + 2.0), at(nose, low)).close();
        pen.path(&body, &format!(r#"fill="{paint}""#));
        let screen = PathOutline::from(at(front.x - 22.0, sill)).line(at(front.x - 36.0, sill - 28.0));
        pen.path(&screen, &format!(r#"stroke="{line}" stroke-width="4""#));
        for hub in [rear, front] {
            pen.circle(hub, r, &format!(r#"fill="{line}""#));
            pen.circle(hub, r * 0.5, r##"fill="#ccc""##);
        }
        pen.circle(at(nose - 8.0, low - 14.0), 5.0, r##"fill="#ff9""##);
    }
}
