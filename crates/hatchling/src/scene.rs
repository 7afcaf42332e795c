//! A scene: what was asked for, in words, and the drawing that answers it.

use crate::animal::{ANIMALS, Animal, AnimalColours};
use crate::backdrop::{self, Backdrop};
use crate::chance::RandomSource;
use crate::palette::{PAINTS, rgb};
use crate::pen::Pen;
use crate::vehicle::{Medium, PlacedVehicle, VEHICLES, Vehicle};
use crate::words::with_article;

/// The long prompt that asks for a brown pelican in detail, word for word as in `prompts/bundled/pelican-2.toml`.
pub(crate) const BROWN_PELICAN: &str = "Generate an SVG of a California brown pelican riding a bicycle. The bicycle must have \
    spokes and a correctly shaped bicycle frame. The pelican must have its characteristic large pouch, and there should \
    be a clear indication of feathers. The pelican must be clearly pedaling the bicycle. The image should show the full \
    breeding plumage of the California brown pelican.";

/// One example: a prompt and the reply to it.
#[derive(Debug)]
pub(crate) struct Scene {
    /// The prompt that is asked.
    pub(crate) prompt: String,
    /// The SVG that answers.
    pub(crate) svg: String,
}

/// The way in which a drawing names its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Naming {
    Ids,
    Classes,
    Comments,
    None,
}

impl Scene {
    /// The scene of a seed: all of it, prompt and drawing, follows from the number.
    pub(crate) fn new(seed: u64) -> Scene {
        let chance = &mut RandomSource::new(seed);
        let (animal, vehicle) = if chance.happens(0.08) {
            (Animal::Pelican, Vehicle::Bicycle)
        } else {
            let animal = chance.weighted(&ANIMALS.map(|a| (a, if in_grid(a) { 1.0 } else { 0.4 })));
            (animal, chance.weighted(&VEHICLES.map(|v| (v, if v == Vehicle::Car { 0.4 } else { 1.0 }))))
        };
        if (animal, vehicle) == (Animal::Pelican, Vehicle::Bicycle) && chance.happens(0.15) {
            let setting =
                chance.weighted(&[(Backdrop::Day, 2.0), (Backdrop::Beach, 1.0), (Backdrop::Mountains, 1.0)]);
            let prompt = BROWN_PELICAN.to_owned();
            return Scene { prompt, svg: draw(animal, vehicle, setting, None, true, chance) };
        }
        let named = chance.happens(0.2);
        let setting = if named {
            let mut settings = vec![Backdrop::Sunset, Backdrop::Night, Backdrop::Mountains];
            if vehicle.medium() == Medium::Land {
                settings.push(Backdrop::Beach);
            }
            chance.pick(&settings)
        } else {
            let beach = if vehicle.medium() == Medium::Land { 0.8 } else { 0.0 };
            chance.weighted(&[
                (Backdrop::Day, 4.0),
                (Backdrop::Plain, 1.5),
                (Backdrop::Sunset, 1.0),
                (Backdrop::Night, 0.7),
                (Backdrop::Mountains, 1.0),
                (Backdrop::Beach, beach),
            ])
        };
        let paint = chance.happens(0.2).then(|| chance.pick(PAINTS));
        let prompt = ask(animal, vehicle, paint.map(|p| p.0), setting.words().filter(|_| named), chance);
        Scene { prompt, svg: draw(animal, vehicle, setting, paint.map(|p| p.1), false, chance) }
    }
}

fn capital(text: &str) -> String {
    text.replacen('a', "A", 1)
}

fn in_grid(animal: Animal) -> bool {
    use Animal::{Antelope, Cat, Flamingo, Heron, Otter, Pelican, Raccoon, Whale};
    matches!(animal, Antelope | Cat | Flamingo | Heron | Otter | Pelican | Raccoon | Whale)
}

fn ask(
    animal: Animal,
    vehicle: Vehicle,
    paint: Option<&str>,
    setting: Option<&str>,
    chance: &mut RandomSource,
) -> String {
    let what = match paint {
        Some(paint) => format!("{paint} {}", vehicle.name()),
        None => vehicle.name().to_owned(),
    };
    let what = with_article(&what);
    let verb = chance.weighted(&[("riding", 6.0), ("on", 1.0)]);
    let lead = chance.weighted(&[
        ("Generate an SVG of", 6.0),
        ("Draw", 1.0),
        ("Draw an SVG of", 1.0),
        ("Create an SVG of", 1.0),
        ("Make an SVG image of", 1.0),
    ]);
    let end = setting.map(|s| format!(" {s}")).unwrap_or_default();
    format!("{lead} {} {verb} {what}{end}", animal.with_article())
}

fn draw(
    animal: Animal,
    vehicle: Vehicle,
    setting: Backdrop,
    paint: Option<crate::palette::Colour>,
    plumage: bool,
    chance: &mut RandomSource,
) -> String {
    let mut pen = Pen::new(chance.happens(0.25), chance.happens(0.3));
    let naming = chance.weighted(&[
        (Naming::Ids, 4.0),
        (Naming::Classes, 1.0),
        (Naming::Comments, 2.0),
        (Naming::None, 2.0),
    ]);
    pen.raw(r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">"#);
    if chance.happens(0.3) {
        pen.raw(&format!("<title>{} on {}</title>", capital(&animal.with_article()), vehicle.with_article()));
    }
    let ground = chance.between(246.0, 270.0).round();
    let line = chance.pick(&[rgb(0x222), rgb(0x333), rgb(0x444), rgb(0x234)]);
    let line = if setting == Backdrop::Night { rgb(0xbbc) } else { line };
    let paint = paint.unwrap_or_else(|| chance.pick(PAINTS).1).near(chance);
    let paint = if setting == Backdrop::Night && paint == rgb(0x222) { rgb(0x555) } else { paint };
    let ride = PlacedVehicle::new(vehicle, ground, paint, line, plumage || chance.happens(0.6), chance);
    backdrop::draw(setting, vehicle.medium(), ground, &mut pen, chance);
    let coat = if plumage {
        AnimalColours { main: rgb(0x875).near(chance), second: rgb(0x654), accent: rgb(0xdb7) }
    } else {
        animal.coat(chance)
    };
    let rider_first = ride.rider_inside() || chance.happens(0.25);
    for rider in [rider_first, !rider_first] {
        let name = if rider { animal.name() } else { vehicle.name() };
        open(naming, name, &mut pen);
        if rider {
            animal.draw(coat, plumage, &ride.mount, &mut pen, chance);
        } else {
            ride.draw(&mut pen, chance);
        }
        if matches!(naming, Naming::Ids | Naming::Classes) {
            pen.raw("</g>");
        }
    }
    if vehicle == Vehicle::Boat {
        backdrop::waves(setting, ground, &mut pen, chance);
    }
    pen.raw("</svg>");
    pen.finish()
}

fn open(naming: Naming, name: &str, pen: &mut Pen) {
    match naming {
        Naming::Ids => pen.raw(&format!(r#"<g id="{name}">"#)),
        Naming::Classes => pen.raw(&format!(r#"<g class="{name}">"#)),
        Naming::Comments => pen.raw(&format!("<!-- {name} -->")),
        Naming::None => {}
    }
}
