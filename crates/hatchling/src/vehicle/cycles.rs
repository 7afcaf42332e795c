//! The vehicles with pedals: bicycle and unicycle.

use super::{RiderPose, VehicleFinish, VehicleShape};
use crate::chance::RandomSource;
use crate::pen::{PathOutline, Pen, PenPoint, at};

/// A bicycle: two equal wheels, a frame, bars, a saddle and pedals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bicycle {
    rear: PenPoint,
    front: PenPoint,
    r: f64,
    bracket: PenPoint,
    saddle: PenPoint,
    head: PenPoint,
    grip: PenPoint,
    pedals: [PenPoint; 2],
}

impl Bicycle {
    /// Sets one on ground at height `ground`.
    pub(super) fn place(ground: f64, chance: &mut RandomSource) -> (VehicleShape, RiderPose) {
        let r = chance.between(34.0, 46.0).round();
        let base = r * chance.between(2.5, 2.9);
        let rear = at(chance.between(r + 40.0, 330.0 - base - r).round(), ground - r);
        let front = at((rear.x + base).round(), rear.y);
        let bracket = at((rear.x + base * 0.44).round(), rear.y + chance.between(0.0, 4.0));
        let saddle = bracket.by(-r * chance.between(0.3, 0.45), -r * chance.between(1.1, 1.35));
        let head = front.by(-r * chance.between(0.35, 0.5), -r * chance.between(1.15, 1.35));
        let grip = head.by(chance.between(0.0, 8.0), -r * chance.between(0.25, 0.45));
        let pedals = turned(bracket, r * 0.42, chance);
        let mount = RiderPose {
            seat: saddle.by(-1.0, -8.0),
            feet: pedals,
            hand: Some(grip),
            scale: (r / 40.0).min(1.06),
        };
        (VehicleShape::Bicycle(Bicycle { rear, front, r, bracket, saddle, head, grip, pedals }), mount)
    }

    /// Draws it.
    pub(super) fn draw(&self, finish: &VehicleFinish, pen: &mut Pen, chance: &mut RandomSource) {
        let Bicycle { rear, front, r, bracket, saddle, head, grip, pedals } = *self;
        let VehicleFinish { paint, line, detail } = *finish;
        let wheel = format!(r#"fill="none" stroke="{line}" stroke-width="{}""#, chance.pick(&[3, 4, 5]));
        pen.circle(rear, r, &wheel);
        pen.circle(front, r, &wheel);
        if detail {
            for hub in [rear, front] {
                pen.path(&spokes(hub, r), r##"stroke="#999""##);
            }
        }
        let frame = PathOutline::from(rear).line(saddle).line(head).line(bracket).close();
        let frame = frame.jump(bracket).line(saddle).jump(head).line(front);
        let stroke = format!(r#"fill="none" stroke="{paint}" stroke-width="{}""#, chance.pick(&[4, 5]));
        pen.path(&frame, &stroke);
        let bar = PathOutline::from(head).line(grip.by(-10.0, 2.0)).line(grip);
        pen.path(&bar, &format!(r#"fill="none" stroke="{line}" stroke-width="4""#));
        let seat = PathOutline::from(saddle.by(-12.0, -5.0)).line(saddle.by(10.0, -5.0));
        pen.path(&seat, &format!(r#"stroke="{line}" stroke-width="7" stroke-linecap="round""#));
        pen.circle(bracket, r * 0.2, &format!(r#"fill="{line}""#));
        pen.path(&cranks(pedals), &format!(r#"stroke="{line}" stroke-width="3""#));
    }
}

/// A unicycle: one wheel under a saddle, and pedals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unicycle {
    hub: PenPoint,
    r: f64,
    saddle: PenPoint,
    pedals: [PenPoint; 2],
}

impl Unicycle {
    /// Sets one on ground at height `ground`.
    pub(super) fn place(ground: f64, chance: &mut RandomSource) -> (VehicleShape, RiderPose) {
        let r = chance.between(30.0, 43.0).round();
        let hub = at(chance.between(140.0, 240.0).round(), ground - r);
        let saddle = hub.by(0.0, -r - chance.between(16.0, 28.0));
        let pedals = turned(hub, r * 0.45, chance);
        let mount = RiderPose {
            seat: saddle.by(0.0, -9.0),
            feet: pedals,
            hand: None,
            scale: chance.between(0.82, 0.98),
        };
        (VehicleShape::Unicycle(Unicycle { hub, r, saddle, pedals }), mount)
    }

    /// Draws it.
    pub(super) fn draw(&self, finish: &VehicleFinish, pen: &mut Pen) {
        let Unicycle { hub, r, saddle, pedals } = *self;
        let VehicleFinish { paint, line, detail } = *finish;
        pen.circle(hub, r, &format!(r#"fill="none" stroke="{line}" stroke-width="5""#));
        if detail {
            pen.path(&spokes(hub, r), r##"stroke="#999""##);
        }
        let post = PathOutline::from(hub).line(saddle);
        pen.path(&post, &format!(r#"stroke="{paint}" stroke-width="6""#));
        let seat = PathOutline::from(saddle.by(-14.0, -5.0)).line(saddle.by(14.0, -5.0));
        pen.path(&seat, &format!(r#"stroke="{line}" stroke-width="8" stroke-linecap="round""#));
        pen.path(&cranks(pedals), &format!(r#"stroke="{line}" stroke-width="4""#));
    }
}

fn spokes(hub: PenPoint, r: f64) -> PathOutline {
    let d = r * 0.7;
    PathOutline::from(hub.by(0.0, -r))
        .line(hub.by(0.0, r))
        .jump(hub.by(-r, 0.0))
        .line(hub.by(r, 0.0))
        .jump(hub.by(-d, -d))
        .line(hub.by(d, d))
        .jump(hub.by(-d, d))
        .line(hub.by(d, -d))
}

/// The cranks, and the pedals at their ends.
fn cranks([far, near]: [PenPoint; 2]) -> PathOutline {
    PathOutline::from(far.by(-5.0, 0.0))
        .line(far.by(5.0, 0.0))
        .jump(far)
        .line(near)
        .jump(near.by(-5.0, 0.0))
        .line(near.by(5.0, 0.0))
}

fn turned(hub: PenPoint, length: f64, chance: &mut RandomSource) -> [PenPoint; 2] {
    let angle = chance.between(0.0, std::f64::consts::PI);
    let (dx, dy) = (angle.cos() * length, angle.sin() * length);
    [hub.by(-dx, -dy), hub.by(dx, dy)]
}
