//! The rider, drawn: each kind of animal by its own file.

use crate::animal::{Animal, AnimalColours};
use crate::chance::RandomSource;
use crate::pen::Pen;
use crate::vehicle::RiderPose;
use crate::{beast, bird, whale};

impl Animal {
    /// Draws it where the vehicle wants it.
    pub(crate) fn draw(
        self,
        coat: AnimalColours,
        plumage: bool,
        mount: &RiderPose,
        pen: &mut Pen,
        chance: &mut RandomSource,
    ) {
        match self {
            Animal::Pelican
            | Animal::Flamingo
            | Animal::Heron
            | Animal::Duck
            | Animal::Owl
            | Animal::Penguin => bird::draw(self, coat, plumage, mount, pen, chance),
            Animal::Whale => whale::draw(coat, mount, pen, chance),
            _ => beast::draw(self, coat, mount, pen, chance),
        }
    }
}
