//! The boat.

use super::{RiderPose, VehicleFinish, VehicleShape};
use crate::chance::RandomSource;
use crate::pen::{PathOutline, Pen, PenPoint, at};

/// A hull on the water, with or without a sail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Boat {
    stern: PenPoint,
    bow: PenPoint,
    depth: f64,
    sail: Option<f64>,
}

impl Boat {
    /// Sets one on water at height `water`.
    pub(super) fn place(water: f64, chance: &mut RandomSource) -> (VehicleShape, RiderPose) {
        let length = chance.between(170.0, 220.0);
        let depth = chance.between(28.0, 38.0);
        let stern =
            at(chance.between(50.0, 330.0 - length).round(), water - depth + chance.between(4.0, 12.0));
        let bow = stern.by(length, 0.0);
        let sail = chance.happens(0.5).then(|| chance.between(100.0, 130.0));
        let middle = stern.toward(bow, if sail.is_some() { 0.52 } else { 0.45 });
        let feet = [middle.by(-6.0, 6.0), middle.by(12.0, 6.0)];
        let mount =
            RiderPose { seat: middle.by(0.0, 6.0), feet, hand: None, scale: chance.between(0.95, 1.15) };
        (VehicleShape::Boat(Boat { stern, bow, depth, sail }), mount)
    }

    /// Draws it.
    pub(super) fn draw(&self, finish: &VehicleFinish, pen: &mut Pen) {
        let Boat { stern, bow, depth, sail } = *self;
        let VehicleFinish { paint, line, .. } = *finish;
        if let Some(height) = sail {
            let foot = at(stern.x + (bow.x - stern.x) * 0.22, stern.y);
            let mast = PathOutline::from(foot).line(foot.by(0.0, -height));
            pen.path(&mast, &format!(r#"stroke="{line}" stroke-width="4""#));
            let cloth = PathOutline::from(foot.by(-3.0, -height))
                .line(foot.by(-3.0, -14.0))
                .line(foot.by(-height * 0.4, -14.0));
            pen.path(&cloth.close(), r##"fill="#fff""##);
        }
        let keel = stern.toward(bow, 0.5).by(0.0, depth * 1.6);
        let hull =
            PathOutline::from(stern).line(bow).curve(bow.by(-12.0, depth), keel.by(20.0, -depth * 0.55));
        let hull = hull
            .line(at(stern.x + 28.0, keel.y - depth * 0.55))
            .curve(stern.by(8.0, depth * 0.8), stern)
            .close();
        pen.path(&hull, &format!(r#"fill="{paint}""#));
        let rim = PathOutline::from(stern).line(bow);
        pen.path(&rim, &format!(r#"stroke="{line}" stroke-width="4""#));
    }
}
