//! The vehicles that are stood on: scooter and skateboard.

use super::{RiderPose, VehicleFinish, VehicleShape};
use crate::chance::RandomSource;
use crate::pen::{PathOutline, Pen, PenPoint, at};

/// A kick scooter: a low deck, two small wheels, a steering pole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scooter {
    rear: PenPoint,
    front: PenPoint,
    r: f64,
    deck: f64,
    grip: PenPoint,
}

impl Scooter {
    /// Sets one on ground at height `ground`.
    pub(super) fn place(ground: f64, chance: &mut RandomSource) -> (VehicleShape, RiderPose) {
        let r = chance.between(12.0, 18.0).round();
        let base = chance.between(105.0, 135.0);
        let rear = at(chance.between(90.0, 170.0).round(), ground - r);
        let front = at((rear.x + base).round(), rear.y);
        let deck = rear.y - chance.between(0.0, 5.0);
        let grip = at(front.x - chance.between(18.0, 28.0), deck - chance.between(85.0, 105.0));
        let middle = at(rear.x + base * 0.42, deck);
        let feet = [middle.by(-14.0, -5.0), middle.by(16.0, -5.0)];
        let seat = middle.by(0.0, -chance.between(36.0, 46.0));
        (
            VehicleShape::Scooter(Scooter { rear, front, r, deck, grip }),
            RiderPose { seat, feet, hand: Some(grip), scale: chance.between(0.85, 1.0) },
        )
    }

    /// Draws it.
    pub(super) fn draw(&self, finish: &VehicleFinish, pen: &mut Pen) {
        let Scooter { rear, front, r, deck, grip } = *self;
        let VehicleFinish { paint, line, detail } = *finish;
        let wheel =
            format!(r#"fill="{}" stroke="{line}" stroke-width="4""#, if detail { "#ccc" } else { "#fff" });
        pen.circle(rear, r, &wheel);
        pen.circle(front, r, &wheel);
        let neck = at(front.x - 8.0, deck);
        let board = PathOutline::from(at(rear.x, deck)).line(neck);
        pen.path(&board, &format!(r#"stroke="{paint}" stroke-width="7" stroke-linecap="round""#));
        let pole = PathOutline::from(front).line(neck).line(grip.by(8.0, 0.0));
        pen.path(&pole, &format!(r#"fill="none" stroke="{paint}" stroke-width="5""#));
        let bar = PathOutline::from(grip.by(-6.0, -2.0)).line(grip.by(14.0, 0.0));
        pen.path(&bar, &format!(r#"stroke="{line}" stroke-width="6" stroke-linecap="round""#));
    }
}

/// A board on small wheels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skateboard {
    rear: PenPoint,
    front: PenPoint,
    r: f64,
    deck: f64,
}

impl Skateboard {
    /// Sets one on ground at height `ground`.
    pub(super) fn place(ground: f64, chance: &mut RandomSource) -> (VehicleShape, RiderPose) {
        let r = chance.between(8.0, 12.0).round();
        let base = chance.between(70.0, 105.0);
        let rear = at(chance.between(110.0, 180.0).round(), ground - r);
        let front = at((rear.x + base).round(), rear.y);
        let deck = rear.y - r - 2.0;
        let middle = at(rear.x + base * 0.5, deck);
        let feet = [middle.by(-20.0, -5.0), middle.by(20.0, -5.0)];
        let seat = middle.by(0.0, -chance.between(34.0, 46.0));
        (
            VehicleShape::Skateboard(Skateboard { rear, front, r, deck }),
            RiderPose { seat, feet, hand: None, scale: chance.between(0.95, 1.2) },
        )
    }

    /// Draws it.
    pub(super) fn draw(&self, finish: &VehicleFinish, pen: &mut Pen) {
        let Skateboard { rear, front, r, deck } = *self;
        let VehicleFinish { paint, line, detail } = *finish;
        for hub in [rear, front] {
            pen.circle(hub, r, &format!(r#"fill="{line}""#));
            if detail {
                pen.circle(hub, r * 0.4, r##"fill="#ccc""##);
            }
        }
        let (tail, nose) = (at(rear.x - 26.0, deck - 8.0), at(front.x + 26.0, deck - 8.0));
        let board =
            PathOutline::from(tail).line(at(rear.x - 8.0, deck)).line(at(front.x + 8.0, deck)).line(nose);
        pen.path(&board, &format!(r#"fill="none" stroke="{paint}" stroke-width="7" stroke-linecap="round""#));
    }
}
