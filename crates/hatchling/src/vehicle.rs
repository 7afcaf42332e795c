//! The vehicles: where each stands, where its rider sits, and how it is drawn.

mod airplane;
mod boards;
mod boat;
mod car;
mod cycles;

use airplane::Airplane;
use boards::{Scooter, Skateboard};
use boat::Boat;
use car::Car;
use cycles::{Bicycle, Unicycle};

use crate::chance::RandomSource;
use crate::palette::Colour;
use crate::pen::{Pen, PenPoint};
use crate::words::with_article;

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
pub(crate) struct RiderPose {
    /// The lowest point of the rider's body.
    pub(crate) seat: PenPoint,
    /// The places where the feet rest, the far one first.
    pub(crate) feet: [PenPoint; 2],
    /// The place that the forelimb holds, if any.
    pub(crate) hand: Option<PenPoint>,
    /// The rider's size; 1 is a body of about 70 units.
    pub(crate) scale: f64,
}

/// A vehicle in its place, ready to be drawn.
#[derive(Debug)]
pub(crate) struct PlacedVehicle {
    shape: VehicleShape,
    finish: VehicleFinish,
    /// The place of its rider.
    pub(crate) mount: RiderPose,
}

/// The finish of a vehicle: its colours, and how much of it is shown.
#[derive(Debug)]
struct VehicleFinish {
    paint: Colour,
    line: Colour,
    /// Whether wheels have spokes, and other small parts are shown.
    detail: bool,
}

/// The shape of a vehicle in its place.
#[derive(Debug, Clone, Copy)]
enum VehicleShape {
    Bicycle(Bicycle),
    Unicycle(Unicycle),
    Scooter(Scooter),
    Skateboard(Skateboard),
    Boat(Boat),
    Airplane(Airplane),
    Car(Car),
}

impl PlacedVehicle {
    /// Sets a vehicle on ground (or water) at height `ground`.
    pub(crate) fn new(
        vehicle: Vehicle,
        ground: f64,
        paint: Colour,
        line: Colour,
        detail: bool,
        chance: &mut RandomSource,
    ) -> PlacedVehicle {
        let (shape, mount) = match vehicle {
            Vehicle::Bicycle => Bicycle::place(ground, chance),
            Vehicle::Unicycle => Unicycle::place(ground, chance),
            Vehicle::Scooter => Scooter::place(ground, chance),
            Vehicle::Skateboard => Skateboard::place(ground, chance),
            Vehicle::Boat => Boat::place(ground, chance),
            Vehicle::Airplane => Airplane::place(chance),
            Vehicle::Car => Car::place(ground, chance),
        };
        PlacedVehicle { shape, finish: VehicleFinish { paint, line, detail }, mount }
    }

    /// Whether the rider is drawn before the vehicle, half hidden in it.
    pub(crate) fn rider_inside(&self) -> bool {
        matches!(self.shape, VehicleShape::Boat(_) | VehicleShape::Car(_) | VehicleShape::Airplane(_))
    }

    /// Draws it.
    pub(crate) fn draw(&self, pen: &mut Pen, chance: &mut RandomSource) {
        let finish = &self.finish;
        match &self.shape {
            VehicleShape::Bicycle(bicycle) => bicycle.draw(finish, pen, chance),
            VehicleShape::Unicycle(unicycle) => unicycle.draw(finish, pen),
            VehicleShape::Scooter(scooter) => scooter.draw(finish, pen),
            VehicleShape::Skateboard(skateboard) => skateboard.draw(finish, pen),
            VehicleShape::Boat(boat) => boat.draw(finish, pen),
            VehicleShape::Airplane(airplane) => airplane.draw(finish, pen),
            VehicleShape::Car(car) => car.draw(finish, pen),
        }
    }
}
