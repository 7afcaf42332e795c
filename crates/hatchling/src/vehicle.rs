//! The vehicles: where each stands, where its rider sits, and how it is drawn.

use crate::animal::with_article;
use crate::chance::Chance;
use crate::palette::Colour;
use crate::pen::{Path, Pen, Point, at};

/// The vehicle that is ridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Vehicle {
    /// Two equal wheels and a frame.
    Bicycle,
    /// One wheel under a saddle.
    Unicycle,
    /// A kick scooter: a low deck, two small wheels, a steering pole.
    Scooter,
    /// A board on small wheels.
    Skateboard,
    /// A hull on the water.
    Boat,
    /// A fuselage with wings, in the air.
    Airplane,
    /// A small open car.
    Car,
}

/// Every vehicle.
pub(crate) const VEHICLES: [Vehicle; 7] = [
    Vehicle::Bicycle,
    Vehicle::Unicycle,
    Vehicle::Scooter,
    Vehicle::Skateboard,
    Vehicle::Boat,
    Vehicle::Airplane,
    Vehicle::Car,
];

impl Vehicle {
    /// Its word in a prompt.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Vehicle::Bicycle => "bicycle",
            Vehicle::Unicycle => "unicycle",
            Vehicle::Scooter => "scooter",
            Vehicle::Skateboard => "skateboard",
            Vehicle::Boat => "boat",
            Vehicle::Airplane => "airplane",
            Vehicle::Car => "car",
        }
    }

    /// Its word with the article.
    pub(crate) fn with_article(self) -> String {
        with_article(self.name())
    }

    /// The medium that it travels on.
    pub(crate) fn medium(self) -> Medium {
        match self {
            Vehicle::Boat => Medium::Water,
            Vehicle::Airplane => Medium::Air,
            _ => Medium::Land,
        }
    }
}

/// The medium under a vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    /// Firm ground.
    Land,
    /// The sea or a lake.
    Water,
    /// Nothing but air.
    Air,
}

/// The place of a rider on a vehicle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mount {
    /// The lowest point of the rider's body.
    pub(crate) seat: Point,
    /// The places where the feet rest, the far one first.
    pub(crate) feet: [Point; 2],
    /// The place that the forelimb holds, if any.
    pub(crate) hand: Option<Point>,
    /// The rider's size; 1 is a body of about 70 units.
    pub(crate) scale: f64,
}

/// A vehicle in its place, ready to be drawn.
#[derive(Debug)]
pub(crate) struct Ride {
    shape: Shape,
    paint: Colour,
    line: Colour,
    /// Whether wheels have spokes, and other small parts are shown.
    detail: bool,
    /// The place of its rider.
    pub(crate) mount: Mount,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    Bicycle {
        rear: Point,
        front: Point,
        r: f64,
        bracket: Point,
        saddle: Point,
        head: Point,
        grip: Point,
        pedals: [Point; 2],
    },
    Unicycle {
        hub: Point,
        r: f64,
        saddle: Point,
        pedals: [Point; 2],
    },
    Scooter {
        rear: Point,
        front: Point,
        r: f64,
        deck: f64,
        grip: Point,
    },
    Skateboard {
        rear: Point,
        front: Point,
        r: f64,
        deck: f64,
    },
    Boat {
        stern: Point,
        bow: Point,
        depth: f64,
        sail: Option<f64>,
    },
    Airplane {
        middle: Point,
        half: f64,
        thick: f64,
    },
    Car {
        rear: Point,
        front: Point,
        r: f64,
        sill: f64,
        nose: f64,
        tail: f64,
    },
}

impl Ride {
    /// Sets a vehicle on ground (or water) at height `ground`.
    pub(crate) fn new(
        vehicle: Vehicle,
        ground: f64,
        paint: Colour,
        line: Colour,
        detail: bool,
        chance: &mut Chance,
    ) -> Ride {
        let (shape, mount) = match vehicle {
            Vehicle::Bicycle => bicycle(ground, chance),
            Vehicle::Unicycle => unicycle(ground, chance),
            Vehicle::Scooter => scooter(ground, chance),
            Vehicle::Skateboard => skateboard(ground, chance),
            Vehicle::Boat => boat(ground, chance),
            Vehicle::Airplane => airplane(chance),
            Vehicle::Car => car(ground, chance),
        };
        Ride { shape, paint, line, detail, mount }
    }

    /// Whether the rider is drawn before the vehicle, half hidden in it.
    pub(crate) fn rider_inside(&self) -> bool {
        matches!(self.shape, Shape::Boat { .. } | Shape::Car { .. } | Shape::Airplane { .. })
    }

    /// Draws it.
    pub(crate) fn draw(&self, pen: &mut Pen, chance: &mut Chance) {
        let (paint, line) = (self.paint, self.line);
        match self.shape {
            Shape::Bicycle { rear, front, r, bracket, saddle, head, grip, pedals } => {
                let wheel =
                    format!(r#"fill="none" stroke="{line}" stroke-width="{}""#, chance.pick(&[3, 4, 5]));
                pen.circle(rear, r, &wheel);
                pen.circle(front, r, &wheel);
                if self.detail {
                    for hub in [rear, front] {
                        pen.path(&spokes(hub, r), r##"stroke="#999""##);
                    }
                }
                let frame = Path::from(rear).line(saddle).line(head).line(bracket).close();
                let frame = frame.jump(bracket).line(saddle).jump(head).line(front);
                let stroke =
                    format!(r#"fill="none" stroke="{paint}" stroke-width="{}""#, chance.pick(&[4, 5]));
                pen.path(&frame, &stroke);
                let bar = Path::from(head).line(grip.by(-10.0, 2.0)).line(grip);
                pen.path(&bar, &format!(r#"fill="none" stroke="{line}" stroke-width="4""#));
                let seat = Path::from(saddle.by(-12.0, -5.0)).line(saddle.by(10.0, -5.0));
                pen.path(&seat, &format!(r#"stroke="{line}" stroke-width="7" stroke-linecap="round""#));
                pen.circle(bracket, r * 0.2, &format!(r#"fill="{line}""#));
                pen.path(&cranks(pedals), &format!(r#"stroke="{line}" stroke-width="3""#));
            }
            Shape::Unicycle { hub, r, saddle, pedals } => {
                pen.circle(hub, r, &format!(r#"fill="none" stroke="{line}" stroke-width="5""#));
                if self.detail {
                    pen.path(&spokes(hub, r), r##"stroke="#999""##);
                }
                let post = Path::from(hub).line(saddle);
                pen.path(&post, &format!(r#"stroke="{paint}" stroke-width="6""#));
                let seat = Path::from(saddle.by(-14.0, -5.0)).line(saddle.by(14.0, -5.0));
                pen.path(&seat, &format!(r#"stroke="{line}" stroke-width="8" stroke-linecap="round""#));
                pen.path(&cranks(pedals), &format!(r#"stroke="{line}" stroke-width="4""#));
            }
            Shape::Scooter { rear, front, r, deck, grip } => {
                let wheel = format!(
                    r#"fill="{}" stroke="{line}" stroke-width="4""#,
                    if self.detail { "#ccc" } else { "#fff" }
                );
                pen.circle(rear, r, &wheel);
                pen.circle(front, r, &wheel);
                let neck = at(front.x - 8.0, deck);
                let board = Path::from(at(rear.x, deck)).line(neck);
                pen.path(&board, &format!(r#"stroke="{paint}" stroke-width="7" stroke-linecap="round""#));
                let pole = Path::from(front).line(neck).line(grip.by(8.0, 0.0));
                pen.path(&pole, &format!(r#"fill="none" stroke="{paint}" stroke-width="5""#));
                let bar = Path::from(grip.by(-6.0, -2.0)).line(grip.by(14.0, 0.0));
                pen.path(&bar, &format!(r#"stroke="{line}" stroke-width="6" stroke-linecap="round""#));
            }
            Shape::Skateboard { rear, front, r, deck } => {
                for hub in [rear, front] {
                    pen.circle(hub, r, &format!(r#"fill="{line}""#));
                    if self.detail {
                        pen.circle(hub, r * 0.4, r##"fill="#ccc""##);
                    }
                }
                let (tail, nose) = (at(rear.x - 26.0, deck - 8.0), at(front.x + 26.0, deck - 8.0));
                let board =
                    Path::from(tail).line(at(rear.x - 8.0, deck)).line(at(front.x + 8.0, deck)).line(nose);
                pen.path(
                    &board,
                    &format!(r#"fill="none" stroke="{paint}" stroke-width="7" stroke-linecap="round""#),
                );
            }
            Shape::Boat { stern, bow, depth, sail } => {
                if let Some(height) = sail {
                    let foot = at(stern.x + (bow.x - stern.x) * 0.22, stern.y);
                    let mast = Path::from(foot).line(foot.by(0.0, -height));
                    pen.path(&mast, &format!(r#"stroke="{line}" stroke-width="4""#));
                    let cloth = Path::from(foot.by(-3.0, -height))
                        .line(foot.by(-3.0, -14.0))
                        .line(foot.by(-height * 0.4, -14.0));
                    pen.path(&cloth.close(), r##"fill="#fff""##);
                }
                let keel = stern.toward(bow, 0.5).by(0.0, depth * 1.6);
                let hull =
                    Path::from(stern).line(bow).curve(bow.by(-12.0, depth), keel.by(20.0, -depth * 0.55));
                let hull = hull
                    .line(at(stern.x + 28.0, keel.y - depth * 0.55))
                    .curve(stern.by(8.0, depth * 0.8), stern)
                    .close();
                pen.path(&hull, &format!(r#"fill="{paint}""#));
                let rim = Path::from(stern).line(bow);
                pen.path(&rim, &format!(r#"stroke="{line}" stroke-width="4""#));
            }
            Shape::Airplane { middle, half, thick } => {
                let (tail, nose) = (middle.by(-half, -4.0), middle.by(half, 0.0));
                let fin = Path::from(tail.by(2.0, 0.0))
                    .line(tail.by(-8.0, -30.0))
                    .line(tail.by(10.0, -30.0))
                    .line(tail.by(32.0, -6.0));
                pen.path(&fin.close(), &format!(r#"fill="{}""#, paint.shade(3)));
                let hull = Path::from(tail).cubic(
                    middle.by(-half * 0.5, -thick),
                    middle.by(half * 0.7, -thick),
                    nose,
                );
                let hull =
                    hull.cubic(middle.by(half * 0.7, thick), middle.by(-half * 0.4, thick), tail).close();
                pen.path(&hull, &format!(r#"fill="{paint}""#));
                let root = middle.by(10.0, 5.0);
                let wing = Path::from(root.by(-22.0, 0.0))
                    .line(root.by(20.0, 0.0))
                    .line(root.by(-20.0, 34.0))
                    .line(root.by(-42.0, 34.0));
                pen.path(&wing.close(), &format!(r#"fill="{}""#, paint.shade(3)));
                if self.detail {
                    for step in [-0.55, -0.35] {
                        pen.circle(middle.by(half * step, -1.0), 4.0, r##"fill="#def""##);
                    }
                }
                let blades = Path::from(nose.by(4.0, -26.0)).line(nose.by(4.0, 26.0));
                pen.path(&blades, &format!(r#"stroke="{line}" stroke-width="4" stroke-linecap="round""#));
                pen.circle(nose.by(1.0, 0.0), 5.0, &format!(r#"fill="{line}""#));
            }
            Shape::Car { rear, front, r, sill, nose, tail } => {
                let low = rear.y - 2.0;
                let body = Path::from(at(tail, low)).line(at(tail, sill)).line(at(front.x - 20.0, sill));
                let body = body.curve(at(nose - 4.0, sill + 2.0), at(nose, low)).close();
                pen.path(&body, &format!(r#"fill="{paint}""#));
                let screen = Path::from(at(front.x - 22.0, sill)).line(at(front.x - 36.0, sill - 28.0));
                pen.path(&screen, &format!(r#"stroke="{line}" stroke-width="4""#));
                for hub in [rear, front] {
                    pen.circle(hub, r, &format!(r#"fill="{line}""#));
                    pen.circle(hub, r * 0.5, r##"fill="#ccc""##);
                }
                pen.circle(at(nose - 8.0, low - 14.0), 5.0, r##"fill="#ff9""##);
            }
        }
    }
}

fn spokes(hub: Point, r: f64) -> Path {
    let d = r * 0.7;
    Path::from(hub.by(0.0, -r))
        .line(hub.by(0.0, r))
        .jump(hub.by(-r, 0.0))
        .line(hub.by(r, 0.0))
        .jump(hub.by(-d, -d))
        .line(hub.by(d, d))
        .jump(hub.by(-d, d))
        .line(hub.by(d, -d))
}

/// The cranks, and the pedals at their ends.
fn cranks([far, near]: [Point; 2]) -> Path {
    Path::from(far.by(-5.0, 0.0))
        .line(far.by(5.0, 0.0))
        .jump(far)
        .line(near)
        .jump(near.by(-5.0, 0.0))
        .line(near.by(5.0, 0.0))
}

fn turned(hub: Point, length: f64, chance: &mut Chance) -> [Point; 2] {
    let angle = chance.between(0.0, std::f64::consts::PI);
    let (dx, dy) = (angle.cos() * length, angle.sin() * length);
    [hub.by(-dx, -dy), hub.by(dx, dy)]
}

fn bicycle(ground: f64, chance: &mut Chance) -> (Shape, Mount) {
    let r = chance.between(34.0, 46.0).round();
    let base = r * chance.between(2.5, 2.9);
    let rear = at(chance.between(r + 40.0, 330.0 - base - r).round(), ground - r);
    let front = at((rear.x + base).round(), rear.y);
    let bracket = at((rear.x + base * 0.44).round(), rear.y + chance.between(0.0, 4.0));
    let saddle = bracket.by(-r * chance.between(0.3, 0.45), -r * chance.between(1.1, 1.35));
    let head = front.by(-r * chance.between(0.35, 0.5), -r * chance.between(1.15, 1.35));
    let grip = head.by(chance.between(0.0, 8.0), -r * chance.between(0.25, 0.45));
    let pedals = turned(bracket, r * 0.42, chance);
    let mount =
        Mount { seat: saddle.by(-1.0, -8.0), feet: pedals, hand: Some(grip), scale: (r / 40.0).min(1.06) };
    (Shape::Bicycle { rear, front, r, bracket, saddle, head, grip, pedals }, mount)
}

fn unicycle(ground: f64, chance: &mut Chance) -> (Shape, Mount) {
    let r = chance.between(30.0, 43.0).round();
    let hub = at(chance.between(140.0, 240.0).round(), ground - r);
    let saddle = hub.by(0.0, -r - chance.between(16.0, 28.0));
    let pedals = turned(hub, r * 0.45, chance);
    let mount =
        Mount { seat: saddle.by(0.0, -9.0), feet: pedals, hand: None, scale: chance.between(0.82, 0.98) };
    (Shape::Unicycle { hub, r, saddle, pedals }, mount)
}

fn scooter(ground: f64, chance: &mut Chance) -> (Shape, Mount) {
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
        Shape::Scooter { rear, front, r, deck, grip },
        Mount { seat, feet, hand: Some(grip), scale: chance.between(0.85, 1.0) },
    )
}

fn skateboard(ground: f64, chance: &mut Chance) -> (Shape, Mount) {
    let r = chance.between(8.0, 12.0).round();
    let base = chance.between(70.0, 105.0);
    let rear = at(chance.between(110.0, 180.0).round(), ground - r);
    let front = at((rear.x + base).round(), rear.y);
    let deck = rear.y - r - 2.0;
    let middle = at(rear.x + base * 0.5, deck);
    let feet = [middle.by(-20.0, -5.0), middle.by(20.0, -5.0)];
    let seat = middle.by(0.0, -chance.between(34.0, 46.0));
    (
        Shape::Skateboard { rear, front, r, deck },
        Mount { seat, feet, hand: None, scale: chance.between(0.95, 1.2) },
    )
}

fn boat(water: f64, chance: &mut Chance) -> (Shape, Mount) {
    let length = chance.between(170.0, 220.0);
    let depth = chance.between(28.0, 38.0);
    let stern = at(chance.between(50.0, 330.0 - length).round(), water - depth + chance.between(4.0, 12.0));
    let bow = stern.by(length, 0.0);
    let sail = chance.happens(0.5).then(|| chance.between(100.0, 130.0));
    let middle = stern.toward(bow, if sail.is_some() { 0.52 } else { 0.45 });
    let feet = [middle.by(-6.0, 6.0), middle.by(12.0, 6.0)];
    let mount = Mount { seat: middle.by(0.0, 6.0), feet, hand: None, scale: chance.between(0.95, 1.15) };
    (Shape::Boat { stern, bow, depth, sail }, mount)
}

fn airplane(chance: &mut Chance) -> (Shape, Mount) {
    let half = chance.between(90.0, 115.0);
    let thick = chance.between(36.0, 44.0);
    let middle = at(chance.between(half + 35.0, 345.0 - half).round(), chance.between(170.0, 205.0).round());
    let top = middle.by(0.0, -thick * 0.62);
    let feet = [top.by(-4.0, 8.0), top.by(12.0, 8.0)];
    let mount = Mount { seat: top, feet, hand: None, scale: chance.between(0.85, 1.05) };
    (Shape::Airplane { middle, half, thick }, mount)
}

fn car(ground: f64, chance: &mut Chance) -> (Shape, Mount) {
    let r = chance.between(20.0, 26.0).round();
    let base = chance.between(110.0, 140.0);
    let rear = at(chance.between(90.0, 150.0).round(), ground - r);
    let front = at((rear.x + base).round(), rear.y);
    let sill = rear.y - chance.between(30.0, 40.0);
    let (tail, nose) = (rear.x - r - chance.between(6.0, 14.0), front.x + r + chance.between(10.0, 20.0));
    let seat = at(rear.x + base * 0.35, sill + 8.0);
    let mount = Mount {
        seat,
        feet: [seat, seat.by(10.0, 0.0)],
        hand: Some(at(front.x - 36.0, sill - 8.0)),
        scale: 1.0,
    };
    (Shape::Car { rear, front, r, sill, nose, tail }, mount)
}
