//! Birds: a body, a neck, a head with a bill, a wing, two legs.

use crate::animal::{Animal, AnimalColours};
use crate::chance::RandomSource;
use crate::palette::rgb;
use crate::pen::{PathOutline, Pen, PenPoint};
use crate::vehicle::RiderPose;

/// Draws a bird. `plumage` asks for the breeding plumage of a brown pelican.
pub(crate) fn draw(
    kind: Animal,
    coat: AnimalColours,
    plumage: bool,
    mount: &RiderPose,
    pen: &mut Pen,
    chance: &mut RandomSource,
) {
    let s = mount.scale;
    let upright = matches!(kind, Animal::Owl | Animal::Penguin);
    let (rx, ry) = match kind {
        Animal::Pelican => (chance.between(34.0, 40.0), chance.between(23.0, 27.0)),
        Animal::Flamingo => (chance.between(28.0, 33.0), chance.between(19.0, 23.0)),
        Animal::Heron => (chance.between(29.0, 34.0), chance.between(17.0, 20.0)),
        Animal::Owl => (chance.between(24.0, 28.0), chance.between(32.0, 36.0)),
        Animal::Penguin => (chance.between(22.0, 26.0), chance.between(34.0, 38.0)),
        _ => (chance.between(31.0, 36.0), chance.between(20.0, 24.0)),
    };
    let (rx, ry) = ((rx * s).round(), (ry * s).round());
    let body = mount.seat.by(if upright { 0.0 } else { 4.0 * s }, -ry + 2.0);
    let main = coat.main;

    legs(coat, body, ry, mount, pen);
    if upright {
        let tail = PathOutline::from(body.by(-rx * 0.6, ry * 0.5))
            .line(body.by(-rx - 8.0 * s, ry))
            .line(body.by(-rx * 0.2, ry * 0.9));
        pen.path(&tail.close(), &format!(r#"fill="{}""#, coat.second));
    } else {
        let tip = body.by(-rx - 20.0 * s, -chance.between(2.0, 12.0) * s);
        let tail = PathOutline::from(body.by(-rx * 0.8, -ry * 0.5))
            .line(tip)
            .line(tip.by(2.0, 12.0 * s))
            .line(body.by(-rx * 0.7, ry * 0.5));
        pen.path(&tail.close(), &format!(r#"fill="{}""#, coat.second));
    }
    pen.ellipse(body, rx, ry, &format!(r#"fill="{main}""#));
    if kind == Animal::Penguin || kind == Animal::Owl {
        let belly = if kind == Animal::Penguin { rgb(0xfff) } else { rgb(0xdc9) };
        pen.ellipse(body.by(rx * 0.2, ry * 0.15), rx * 0.65, ry * 0.75, &format!(r#"fill="{belly}""#));
    }

    let head = head(kind, coat, plumage, body, rx, ry, s, pen, chance);
    wing(coat, body, rx, ry, mount, upright, plumage, pen, chance);
    bill(kind, coat, plumage, head, s, pen);
}

fn legs(coat: AnimalColours, body: PenPoint, ry: f64, mount: &RiderPose, pen: &mut Pen) {
    let [far, near] = mount.feet;
    let hip = body.by(2.0, ry * 0.7);
    let mut legs = PathOutline::default();
    for foot in [far, near] {
        let knee = hip.toward(foot, 0.5).by(10.0 * mount.scale, -2.0);
        legs = legs.jump(hip).curve(knee, foot).line(foot.by(9.0, 0.0));
    }
    pen.path(&legs, &format!(r#"fill="none" stroke="{}" stroke-width="4""#, coat.accent.shade(2)));
}

/// Draws neck and head; gives the head's centre and radius.
#[expect(clippy::too_many_arguments, reason = "the measures of one bird")]
fn head(
    kind: Animal,
    coat: AnimalColours,
    plumage: bool,
    body: PenPoint,
    rx: f64,
    ry: f64,
    s: f64,
    pen: &mut Pen,
    chance: &mut RandomSource,
) -> (PenPoint, f64) {
    let paint = format!(r#"fill="{}""#, coat.main);
    match kind {
        Animal::Owl => {
            let head = body.by(0.0, -ry - 8.0 * s);
            let r = 22.0 * s;
            for side in [-1.0, 1.0] {
                let ear = PathOutline::from(head.by(side * r * 0.9, -r * 0.3))
                    .line(head.by(side * r * 0.8, -r * 1.4));
                pen.path(
                    &ear.line(head.by(side * r * 0.2, -r * 0.8)).close(),
                    &format!(r#"fill="{}""#, coat.second),
                );
            }
            pen.circle(head, r, &paint);
            (head, r)
        }
        Animal::Penguin => {
            let head = body.by(2.0 * s, -ry - 6.0 * s);
            pen.circle(head, 16.0 * s, &paint);
            (head, 16.0 * s)
        }
        _ => {
            let (reach, rise, width, r) = match kind {
                Animal::Pelican => (chance.between(10.0, 18.0), chance.between(34.0, 46.0), 13.0, 12.0),
                Animal::Flamingo => (chance.between(4.0, 14.0), chance.between(48.0, 60.0), 7.0, 9.0),
                Animal::Heron => (chance.between(8.0, 18.0), chance.between(44.0, 56.0), 7.0, 9.0),
                _ => (chance.between(2.0, 8.0), chance.between(18.0, 26.0), 14.0, 13.0),
            };
            let base = body.by(rx * 0.72, -ry * 0.4);
            let head = base.by(reach * s, -rise * s);
            let bend = rise * s * 0.45;
            let neck =
                PathOutline::from(base).cubic(base.by(bend, -bend * 0.5), head.by(-bend, bend * 0.8), head);
            let colour = if plumage { rgb(0x632) } else { coat.main };
            pen.path(
                &neck,
                &format!(
                    r#"fill="none" stroke="{colour}" stroke-width="{}" stroke-linecap="round""#,
                    (width * s).round()
                ),
            );
            if kind == Animal::Heron {
                let crest = PathOutline::from(head.by(0.0, -6.0 * s))
                    .line(head.by(-26.0 * s, -chance.between(2.0, 8.0) * s));
                pen.path(&crest, &format!(r#"stroke="{}" stroke-width="3""#, coat.second));
            }
            let crown = match kind {
                Animal::Duck if coat.main.0[0] == coat.main.0[1] + 2 => format!(r#"fill="{}""#, rgb(0x264)),
                _ if plumage => format!(r#"fill="{}""#, rgb(0xfea)),
                _ => paint,
            };
            pen.circle(head, r * s, &crown);
            (head, r * s)
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the measures of one bird")]
fn wing(
    coat: AnimalColours,
    body: PenPoint,
    rx: f64,
    ry: f64,
    mount: &RiderPose,
    upright: bool,
    plumage: bool,
    pen: &mut Pen,
    chance: &mut RandomSource,
) {
    let fill = format!(r#"fill="{}""#, coat.second);
    let shoulder = body.by(rx * if upright { 0.1 } else { 0.35 }, -ry * 0.4);
    if let Some(hand) = mount.hand {
        let arm =
            PathOutline::from(shoulder.by(-12.0, 0.0)).curve(shoulder.toward(hand, 0.5).by(0.0, 16.0), hand);
        pen.path(&arm.curve(shoulder.toward(hand, 0.5), shoulder.by(4.0, -6.0)).close(), &fill);
    } else {
        let lift = chance.between(-0.7, 0.6);
        let tip = body.by(-rx * 0.9, ry * lift);
        let folded = PathOutline::from(shoulder)
            .curve(body.by(-rx * 0.2, -ry * 0.9), tip)
            .curve(body.by(-rx * 0.1, ry * 0.9), shoulder);
        pen.path(&folded.close(), &fill);
    }
    if plumage {
        let mut feathers = PathOutline::default();
        for step in 0..3 {
            let p = body.by(-rx * 0.6 + f64::from(step) * rx * 0.35, ry * 0.1);
            feathers = feathers.jump(p).curve(p.by(6.0, 12.0), p.by(14.0, 2.0));
        }
        pen.path(&feathers, &format!(r#"fill="none" stroke="{}" stroke-width="2""#, coat.second.shade(2)));
    }
}

fn bill(kind: Animal, coat: AnimalColours, plumage: bool, (head, r): (PenPoint, f64), s: f64, pen: &mut Pen) {
    let fill = format!(r#"fill="{}""#, coat.accent);
    match kind {
        Animal::Pelican => {
            let tip = head.by(r + 44.0 * s, 14.0 * s);
            let pouch =
                PathOutline::from(head.by(r * 0.5, 3.0)).curve(head.by(r + 16.0 * s, 40.0 * s), tip).close();
            let colour = if plumage { rgb(0xc43) } else { coat.accent.shade(2) };
            pen.path(&pouch, &format!(r#"fill="{colour}""#));
            let upper = PathOutline::from(head.by(r * 0.5, -6.0 * s))
                .line(tip)
                .line(head.by(r * 0.5, 5.0 * s))
                .close();
            pen.path(&upper, &fill);
        }
        Animal::Flamingo => {
            let bend = head.by(r + 14.0 * s, 6.0 * s);
            let upper = PathOutline::from(head.by(r * 0.5, -5.0 * s))
                .line(bend)
                .line(head.by(r * 0.5, 6.0 * s))
                .close();
            pen.path(&upper, r##"fill="#fed""##);
            let hook = PathOutline::from(bend.by(-5.0, -5.0))
                .line(bend.by(2.0, 14.0 * s))
                .line(bend.by(-8.0, 3.0))
                .close();
            pen.path(&hook, r##"fill="#222""##);
        }
        Animal::Heron => {
            let dagger = PathOutline::from(head.by(r * 0.5, -4.0 * s))
                .line(head.by(r + 36.0 * s, 4.0 * s))
                .line(head.by(r * 0.5, 5.0 * s));
            pen.path(&dagger.close(), &fill);
        }
        Animal::Owl => {
            let beak = PathOutline::from(head.by(-4.0 * s, 2.0 * s))
                .line(head.by(4.0 * s, 2.0 * s))
                .line(head.by(0.0, 12.0 * s));
            pen.path(&beak.close(), &fill);
        }
        _ => {
            let flat = PathOutline::from(head.by(r * 0.6, -4.0 * s))
                .line(head.by(r + 17.0 * s, 2.0 * s))
                .line(head.by(r * 0.6, 7.0 * s));
            pen.path(&flat.close(), &fill);
        }
    }
    if kind == Animal::Owl {
        for side in [-1.0, 1.0] {
            pen.circle(head.by(side * r * 0.42, -r * 0.15), r * 0.38, r##"fill="#fff""##);
            pen.circle(head.by(side * r * 0.42, -r * 0.15), r * 0.18, r##"fill="#222""##);
        }
    } else {
        let eye = head.by(r * 0.3, -r * 0.3);
        pen.circle(eye, 4.0 * s, r##"fill="#fff""##);
        pen.circle(eye.by(1.0, 0.0), 2.0 * s, r##"fill="#111""##);
    }
}
