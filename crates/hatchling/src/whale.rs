//! The whale: one great body with a tail in the air, a fin, and a spout.

use crate::animal::AnimalColours;
use crate::chance::RandomSource;
use crate::pen::{PathOutline, Pen};
use crate::vehicle::RiderPose;

/// Draws a whale.
pub(crate) fn draw(coat: AnimalColours, mount: &RiderPose, pen: &mut Pen, chance: &mut RandomSource) {
    let s = mount.scale;
    let half = chance.between(48.0, 58.0) * s;
    let tall = chance.between(27.0, 33.0) * s;
    let body = mount.seat.by(2.0 * s, -tall * 0.85);
    let rise = chance.between(20.0, 34.0) * s;
    let root = body.by(-half - 14.0 * s, -rise);
    let fill = format!(r#"fill="{}""#, coat.main);

    let fluke = PathOutline::from(root).curve(root.by(-24.0 * s, -2.0), root.by(-28.0 * s, -18.0 * s));
    let fluke = fluke.curve(root.by(-8.0 * s, -14.0 * s), root.by(2.0, -8.0 * s));
    let fluke = fluke
        .curve(root.by(4.0 * s, -20.0 * s), root.by(18.0 * s, -24.0 * s))
        .curve(root.by(16.0 * s, -4.0), root);
    pen.path(&fluke.close(), &format!(r#"fill="{}""#, coat.second));
    let outline = PathOutline::from(root).cubic(
        body.by(-half * 0.8, -tall * 0.2),
        body.by(-half * 0.5, -tall),
        body.by(half * 0.3, -tall),
    );
    let outline = outline
        .curve(body.by(half, -tall), body.by(half, 0.0))
        .curve(body.by(half * 0.9, tall), body.by(0.0, tall));
    let outline = outline.cubic(body.by(-half * 0.6, tall), body.by(-half * 0.9, tall * 0.6), root).close();
    pen.path(&outline, &fill);
    let belly = PathOutline::from(body.by(half * 0.98, tall * 0.25))
        .curve(body.by(half * 0.8, tall), body.by(0.0, tall));
    let belly = belly.curve(body.by(half * 0.3, tall * 0.4), body.by(half * 0.98, tall * 0.25)).close();
    pen.path(&belly, &format!(r#"fill="{}""#, coat.accent));
    let spout = body.by(half * 0.3, -tall);
    let water = PathOutline::from(spout).curve(spout.by(-2.0, -20.0 * s), spout.by(-16.0 * s, -18.0 * s));
    let water = water.jump(spout).curve(spout.by(2.0, -20.0 * s), spout.by(16.0 * s, -18.0 * s));
    pen.path(&water, r##"fill="none" stroke="#7cf" stroke-width="4" stroke-linecap="round""##);
    let shoulder = body.by(half * 0.15, tall * 0.4);
    let tip = mount.hand.unwrap_or_else(|| shoulder.by(chance.between(-20.0, 0.0) * s, 30.0 * s));
    let fin = PathOutline::from(shoulder.by(-10.0 * s, 0.0))
        .curve(shoulder.toward(tip, 0.5).by(-4.0, 12.0 * s), tip);
    let fin = fin.curve(shoulder.toward(tip, 0.5).by(6.0, -2.0), shoulder.by(8.0 * s, -4.0)).close();
    pen.path(&fin, &format!(r#"fill="{}""#, coat.second));
    let eye = body.by(half * 0.62, -tall * 0.25);
    pen.circle(eye, 4.0 * s, r##"fill="#fff""##);
    pen.circle(eye.by(1.0, 0.0), 2.0 * s, r##"fill="#111""##);
}
