//! The backdrop of the scene: a sky, what shines in it, land or water.

use crate::chance::RandomSource;
use crate::palette::{Colour, rgb};
use crate::pen::{HEIGHT, PathOutline, Pen, PenPoint, at};
use crate::vehicle::Medium;

/// When or where a scene plays; a prompt may name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backdrop {
    /// A bright day.
    Day,
    /// The sun low, a warm sky.
    Sunset,
    /// Moon and stars.
    Night,
    /// Beside the sea.
    Beach,
    /// Before mountains.
    Mountains,
    /// Nothing but a plain ground: the sparest style.
    Plain,
}

impl Backdrop {
    /// The words that ask for it, if any do.
    pub(crate) fn words(self) -> Option<&'static str> {
        match self {
            Backdrop::Day | Backdrop::Plain => None,
            Backdrop::Sunset => Some("at sunset"),
            Backdrop::Night => Some("at night"),
            Backdrop::Beach => Some("on the beach"),
            Backdrop::Mountains => Some("in the mountains"),
        }
    }
}

/// Draws what is behind, the ground at height `ground`.
pub(crate) fn draw(setting: Backdrop, medium: Medium, ground: f64, pen: &mut Pen, chance: &mut RandomSource) {
    let sky = match setting {
        Backdrop::Day | Backdrop::Beach => chance.pick(&[rgb(0x9cf), rgb(0xbdf), rgb(0xcef), rgb(0xadf)]),
        Backdrop::Mountains => chance.pick(&[rgb(0xbde), rgb(0xcde)]),
        Backdrop::Sunset => chance.pick(&[rgb(0xfb8), rgb(0xfa7), rgb(0xfc9), rgb(0xf98)]),
        Backdrop::Night => chance.pick(&[rgb(0x124), rgb(0x236), rgb(0x113)]),
        Backdrop::Plain => chance.pick(&[rgb(0xfff), rgb(0xfed), rgb(0xeee), rgb(0xeff)]),
    };
    let sky = if setting == Backdrop::Plain { sky } else { sky.near(chance) };
    pen.band(0.0, HEIGHT, &format!(r#"fill="{sky}""#));
    let low = match medium {
        Medium::Air => HEIGHT,
        _ => ground,
    };
    let mut parts: Vec<fn(Backdrop, f64, &mut Pen, &mut RandomSource)> = Vec::new();
    match setting {
        Backdrop::Plain => {}
        Backdrop::Mountains => parts.extend([peaks as fn(_, _, &mut _, &mut _), light]),
        Backdrop::Night => parts.extend([light as fn(_, _, &mut _, &mut _), stars]),
        _ => parts.extend([light as fn(_, _, &mut _, &mut _), clouds]),
    }
    if chance.happens(0.5) && matches!(setting, Backdrop::Day | Backdrop::Sunset) && medium == Medium::Land {
        parts.push(hills);
    }
    chance.shuffle(&mut parts);
    for part in parts {
        part(setting, low, pen, chance);
    }
    match medium {
        Medium::Air => {}
        Medium::Water => pen.band(ground, HEIGHT, &format!(r#"fill="{}""#, water(setting).near(chance))),
        Medium::Land => {
            if setting == Backdrop::Beach {
                pen.band(
                    ground - chance.between(26.0, 40.0),
                    ground,
                    &format!(r#"fill="{}""#, rgb(0x39c).near(chance)),
                );
            }
            let soil = match setting {
                Backdrop::Beach => rgb(0xed9),
                Backdrop::Night => rgb(0x343),
                Backdrop::Plain => rgb(0xccb),
                Backdrop::Sunset => rgb(0x975),
                _ => chance.pick(&[rgb(0x8c6), rgb(0x7b5), rgb(0xaaa), rgb(0xcb8)]),
            };
            pen.band(ground, HEIGHT, &format!(r#"fill="{}""#, soil.near(chance)));
        }
    }
}

fn water(setting: Backdrop) -> Colour {
    match setting {
        Backdrop::Night => rgb(0x136),
        Backdrop::Sunset => rgb(0x85a),
        _ => rgb(0x38c),
    }
}

/// Waves in front of a hull.
pub(crate) fn waves(setting: Backdrop, ground: f64, pen: &mut Pen, chance: &mut RandomSource) {
    let colour = if setting == Backdrop::Night { rgb(0x358) } else { rgb(0x6ae) }.near(chance);
    let y = ground + chance.between(10.0, 16.0);
    let mut line = PathOutline::from(at(0.0, y));
    for step in 0..4 {
        let x = f64::from(step) * 100.0;
        let lift = if step % 2 == 0 { -14.0 } else { 14.0 };
        line = line.curve(at(x + 50.0, y + lift), at(x + 100.0, y));
    }
    let line = line.line(at(400.0, HEIGHT)).line(at(0.0, HEIGHT)).close();
    pen.path(&line, &format!(r#"fill="{colour}""#));
}

/// Draws the sun or the moon.
fn light(setting: Backdrop, low: f64, pen: &mut Pen, chance: &mut RandomSource) {
    let (colour, y) = match setting {
        Backdrop::Night => (rgb(0xffd), chance.between(35.0, 65.0)),
        Backdrop::Sunset => (rgb(0xf64), low.min(250.0) - chance.between(30.0, 80.0)),
        _ => (rgb(0xfd4), chance.between(35.0, 65.0)),
    };
    let x = if chance.happens(0.7) { chance.between(320.0, 365.0) } else { chance.between(35.0, 80.0) };
    let r = chance.between(18.0, 30.0);
    pen.circle(at(x, y), r, &format!(r#"fill="{}""#, colour.near(chance)));
}

fn cloud(centre: PenPoint, size: f64, fill: Colour, pen: &mut Pen) {
    let paint = format!(r#"fill="{fill}""#);
    pen.ellipse(centre, size, size * 0.45, &paint);
    pen.ellipse(centre.by(size * 0.5, -size * 0.3), size * 0.6, size * 0.4, &paint);
}

fn clouds(setting: Backdrop, _: f64, pen: &mut Pen, chance: &mut RandomSource) {
    let fill = if setting == Backdrop::Sunset { rgb(0xfdc) } else { rgb(0xfff) };
    for left in [30.0, 210.0] {
        if chance.happens(0.7) {
            let centre = at(chance.between(left, left + 100.0), chance.between(30.0, 80.0));
            cloud(centre, chance.between(22.0, 36.0), fill, pen);
        }
    }
}

fn stars(_: Backdrop, _: f64, pen: &mut Pen, chance: &mut RandomSource) {
    for part in 0..chance.pick(&[3, 4, 5]) {
        let x = f64::from(part) * 75.0;
        pen.circle(
            at(chance.between(x, x + 70.0), chance.between(10.0, 110.0)),
            chance.pick(&[1.0, 2.0]),
            r##"fill="#fff""##,
        );
    }
}

fn hills(setting: Backdrop, low: f64, pen: &mut Pen, chance: &mut RandomSource) {
    let colour = if setting == Backdrop::Sunset { rgb(0xb76) } else { rgb(0x9c8) }.near(chance);
    let mut line = PathOutline::from(at(0.0, low));
    let middle = chance.between(140.0, 260.0);
    line = line.curve(at(middle * 0.5, low - chance.between(40.0, 110.0)), at(middle, low));
    line = line.curve(at(middle * 0.5 + 200.0, low - chance.between(40.0, 110.0)), at(400.0, low)).close();
    pen.path(&line, &format!(r#"fill="{colour}""#));
}

fn peaks(_: Backdrop, low: f64, pen: &mut Pen, chance: &mut RandomSource) {
    let colour = rgb(0x89a).near(chance);
    let mut line = PathOutline::from(at(0.0, low))
        .line(at(chance.between(50.0, 100.0), low - chance.between(80.0, 150.0)));
    line = line.line(at(chance.between(130.0, 180.0), low - chance.between(20.0, 50.0)));
    line = line
        .line(at(chance.between(230.0, 320.0), low - chance.between(100.0, 170.0)))
        .line(at(400.0, low))
        .close();
    pen.path(&line, &format!(r#"fill="{colour}""#));
}
