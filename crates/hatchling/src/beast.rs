//! Beasts with fur: a body that sits up, a round head with ears and a snout, arms, legs and a tail.

use crate::animal::{Animal, AnimalColours};
use crate::chance::RandomSource;
use crate::palette::rgb;
use crate::pen::{PathOutline, Pen, PenPoint};
use crate::vehicle::RiderPose;

/// Draws a beast.
pub(crate) fn draw(
    kind: Animal,
    coat: AnimalColours,
    mount: &RiderPose,
    pen: &mut Pen,
    chance: &mut RandomSource,
) {
    // The horns need room above.
    let s = mount.scale * if kind == Animal::Antelope { 0.88 } else { 1.0 };
    let (rx, ry) = match kind {
        Animal::Bear => (chance.between(27.0, 31.0), chance.between(34.0, 38.0)),
        Animal::Otter => (chance.between(19.0, 22.0), chance.between(36.0, 41.0)),
        Animal::Antelope => (chance.between(19.0, 22.0), chance.between(34.0, 38.0)),
        _ => (chance.between(21.0, 25.0), chance.between(31.0, 36.0)),
    };
    let (rx, ry) = ((rx * s).round(), (ry * s).round());
    let body = mount.seat.by(0.0, -ry + 4.0);
    tail(kind, coat, body, rx, ry, s, pen, chance);
    limbs(coat, body, rx, ry, mount, pen);
    pen.ellipse(body, rx, ry, &format!(r#"fill="{}""#, coat.main));
    pen.ellipse(body.by(rx * 0.3, ry * 0.2), rx * 0.55, ry * 0.65, &format!(r#"fill="{}""#, coat.accent));

    let r = s * if kind == Animal::Bear { 23.0 } else { chance.between(18.0, 21.0) };
    let rise = if kind == Animal::Antelope { 22.0 } else { 12.0 };
    let head = body.by(6.0 * s, -ry - rise * s);
    if kind == Animal::Antelope {
        let neck = PathOutline::from(body.by(2.0, -ry * 0.6)).line(head);
        pen.path(&neck, &format!(r#"stroke="{}" stroke-width="{}""#, coat.main, (14.0 * s).round()));
    }
    ears(kind, coat, head, r, pen, chance);
    if kind == Animal::Antelope {
        pen.ellipse(head.by(5.0 * s, 2.0), r, r * 0.72, &format!(r#"fill="{}""#, coat.main));
    } else {
        pen.circle(head, r, &format!(r#"fill="{}""#, coat.main));
    }
    face(kind, coat, head, r, s, pen);
    arm(coat, body, ry, mount, pen, chance);
}

#[expect(clippy::too_many_arguments, reason = "the measures of one beast")]
fn tail(
    kind: Animal,
    coat: AnimalColours,
    body: PenPoint,
    rx: f64,
    ry: f64,
    s: f64,
    pen: &mut Pen,
    chance: &mut RandomSource,
) {
    let root = body.by(-rx * 0.7, ry * 0.7);
    let sway = chance.between(24.0, 40.0) * s;
    let rise = chance.between(10.0, 40.0) * s;
    let tip = root.by(-sway, -rise);
    let curve = PathOutline::from(root).curve(root.by(-sway, 6.0), tip);
    let stroke = |colour, width: f64| {
        format!(
            r#"fill="none" stroke="{colour}" stroke-width="{}" stroke-linecap="round""#,
            (width * s).round()
        )
    };
    match kind {
        Animal::Rabbit => pen.circle(root.by(-6.0 * s, -4.0), 9.0 * s, r##"fill="#fff""##),
        Animal::Bear => pen.circle(root.by(-6.0 * s, -2.0), 7.0 * s, &format!(r#"fill="{}""#, coat.main)),
        Animal::Antelope => pen.path(&curve, &stroke(coat.second, 4.0)),
        Animal::Cat => pen.path(&curve, &stroke(coat.main, 7.0)),
        Animal::Otter => pen.path(&curve, &stroke(coat.second, 12.0)),
        Animal::Raccoon => {
            pen.path(&curve, &stroke(coat.main, 15.0));
            let rings = PathOutline::from(root).curve(root.by(-sway, 6.0), tip);
            let paint = format!(
                r#"fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="7""#,
                coat.second,
                (15.0 * s).round()
            );
            pen.path(&rings, &paint);
        }
        _ => {
            pen.path(&curve, &stroke(coat.main, 16.0));
            pen.circle(tip, 8.0 * s, r##"fill="#fff""##);
        }
    }
}

fn limbs(coat: AnimalColours, body: PenPoint, rx: f64, ry: f64, mount: &RiderPose, pen: &mut Pen) {
    let s = mount.scale;
    let hip = body.by(rx * 0.2, ry * 0.65);
    let mut legs = PathOutline::default();
    for foot in mount.feet {
        let knee = hip.toward(foot, 0.5).by(14.0 * s, -4.0);
        legs = legs.jump(hip).curve(knee, foot).line(foot.by(8.0, 0.0));
    }
    let paint = format!(
        r#"fill="none" stroke="{}" stroke-width="{}" stroke-linecap="round""#,
        coat.main.shade(1),
        (9.0 * s).round()
    );
    pen.path(&legs, &paint);
}

fn arm(
    coat: AnimalColours,
    body: PenPoint,
    ry: f64,
    mount: &RiderPose,
    pen: &mut Pen,
    chance: &mut RandomSource,
) {
    let s = mount.scale;
    let shoulder = body.by(4.0 * s, -ry * 0.45);
    let hand = mount
        .hand
        .unwrap_or_else(|| shoulder.by(chance.between(30.0, 42.0) * s, chance.between(-24.0, 12.0) * s));
    let arm = PathOutline::from(shoulder).curve(shoulder.toward(hand, 0.5).by(0.0, 12.0 * s), hand);
    let paint = format!(
        r#"fill="none" stroke="{}" stroke-width="{}" stroke-linecap="round""#,
        coat.main.shade(1),
        (9.0 * s).round()
    );
    pen.path(&arm, &paint);
}

fn ears(kind: Animal, coat: AnimalColours, head: PenPoint, r: f64, pen: &mut Pen, chance: &mut RandomSource) {
    match kind {
        Animal::Cat | Animal::Fox => {
            let mut ears = PathOutline::default();
            for side in [-1.0, 1.0] {
                ears =
                    ears.jump(head.by(side * r * 0.95, -r * 0.3)).line(head.by(side * r * 0.75, -r * 1.55));
                ears = ears.line(head.by(side * r * 0.1, -r * 0.9)).close();
            }
            let colour = if kind == Animal::Fox { coat.second } else { coat.main };
            pen.path(&ears, &format!(r#"fill="{colour}""#));
        }
        Animal::Rabbit => {
            let long = r * chance.between(0.95, 1.2);
            for side in [-0.45, 0.45] {
                let ear = head.by(side * r, -r - long * 0.7);
                pen.ellipse(ear, r * 0.28, long, &format!(r#"fill="{}""#, coat.main));
                pen.ellipse(ear, r * 0.14, long * 0.7, &format!(r#"fill="{}""#, coat.accent));
            }
        }
        Animal::Antelope => {
            let horn = chance.between(24.0, 34.0) * r / 20.0;
            let horns = PathOutline::from(head.by(-4.0, -r * 0.6))
                .curve(head.by(-14.0, -r - horn * 0.5), head.by(-10.0, -r - horn));
            let horns = horns
                .jump(head.by(4.0, -r * 0.6))
                .curve(head.by(-2.0, -r - horn * 0.5), head.by(4.0, -r - horn));
            pen.path(
                &horns,
                &format!(r#"fill="none" stroke="{}" stroke-width="4" stroke-linecap="round""#, coat.second),
            );
            let ear = PathOutline::from(head.by(-r * 0.7, -r * 0.3))
                .line(head.by(-r * 1.6, -r * 0.8))
                .line(head.by(-r * 0.3, -r * 0.7));
            pen.path(&ear.close(), &format!(r#"fill="{}""#, coat.main));
        }
        _ => {
            let share = if kind == Animal::Otter { 0.28 } else { 0.42 };
            for side in [-0.8, 0.8] {
                pen.circle(head.by(side * r, -r * 0.75), r * share, &format!(r#"fill="{}""#, coat.second));
            }
        }
    }
}

fn face(kind: Animal, coat: AnimalColours, head: PenPoint, r: f64, s: f64, pen: &mut Pen) {
    match kind {
        Animal::Raccoon => {
            pen.ellipse(head.by(2.0, -r * 0.1), r * 0.9, r * 0.35, &format!(r#"fill="{}""#, coat.second));
        }
        Animal::Fox => {
            let cheek = PathOutline::from(head.by(-r * 0.2, r * 0.3))
                .line(head.by(r * 1.5, r * 0.35))
                .line(head.by(r * 0.1, r * 0.95));
            pen.path(&cheek.close(), &format!(r#"fill="{}""#, coat.accent));
        }
        _ => {}
    }
    let nose = match kind {
        Animal::Antelope => head.by(r * 1.2, r * 0.4),
        Animal::Fox => head.by(r * 1.4, r * 0.35),
        _ => {
            let snout = head.by(r * 0.45, r * 0.4);
            pen.ellipse(snout, r * 0.5, r * 0.38, &format!(r#"fill="{}""#, coat.accent));
            snout.by(r * 0.25, -r * 0.15)
        }
    };
    pen.circle(nose, 3.0 * s, r##"fill="#222""##);
    let white = if kind == Animal::Raccoon { rgb(0xfff) } else { rgb(0x111) };
    for x in [-0.15, 0.5] {
        pen.circle(head.by(r * x, -r * 0.15), 2.6 * s, &format!(r#"fill="{white}""#));
    }
    if matches!(kind, Animal::Cat | Animal::Otter) {
        let from = head.by(r * 0.6, r * 0.45);
        let whiskers = PathOutline::from(from)
            .line(from.by(r * 0.9, -3.0))
            .jump(from.by(0.0, 2.0))
            .line(from.by(r * 0.9, 5.0));
        pen.path(&whiskers, r##"stroke="#555""##);
    }
}
