//! The animals: which there are, what colours they come in, and which plan of body each has.

use crate::chance::RandomSource;
use crate::palette::{Colour, rgb};
use crate::words::with_article;

/// The rider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Animal {
    Pelican,
    Flamingo,
    Heron,
    Duck,
    Owl,
    Penguin,
    Cat,
    Raccoon,
    Otter,
    Antelope,
    Fox,
    Bear,
    Rabbit,
    Whale,
}

/// Every animal.
pub(crate) const ANIMALS: [Animal; 14] = [
    Animal::Pelican,
    Animal::Flamingo,
    Animal::Heron,
    Animal::Duck,
    Animal::Owl,
    Animal::Penguin,
    Animal::Cat,
    Animal::Raccoon,
    Animal::Otter,
    Animal::Antelope,
    Animal::Fox,
    Animal::Bear,
    Animal::Rabbit,
    Animal::Whale,
];

/// The colours of one animal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnimalColours {
    /// Most of the body.
    pub(crate) main: Colour,
    /// Wings, tail tips, inner ears.
    pub(crate) second: Colour,
    /// Bill, legs of birds; belly and snout of beasts.
    pub(crate) accent: Colour,
}

impl Animal {
    /// Its word in a prompt.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Animal::Pelican => "pelican",
            Animal::Flamingo => "flamingo",
            Animal::Heron => "heron",
            Animal::Duck => "duck",
            Animal::Owl => "owl",
            Animal::Penguin => "penguin",
            Animal::Cat => "cat",
            Animal::Raccoon => "raccoon",
            Animal::Otter => "otter",
            Animal::Antelope => "antelope",
            Animal::Fox => "fox",
            Animal::Bear => "bear",
            Animal::Rabbit => "rabbit",
            Animal::Whale => "whale",
        }
    }

    /// Its word with the article.
    pub(crate) fn with_article(self) -> String {
        with_article(self.name())
    }

    /// The coats it comes in, each as the three digits of its colours in the order of [`AnimalColours`].
    pub(crate) fn colours(self) -> &'static [(u16, u16, u16)] {
        match self {
            Animal::Pelican => &[(0xffe, 0xccd, 0xfa3), (0xeee, 0xbbc, 0xf93), (0xfed, 0xdcc, 0xfb4)],
            Animal::Flamingo => &[(0xf9b, 0xe68, 0xf8a), (0xfab, 0xe79, 0xf9a)],
            Animal::Heron => &[(0x9ab, 0x678, 0xdb4), (0xabc, 0x789, 0xec5)],
            Animal::Duck => &[(0xa85, 0x764, 0xfa2), (0xfd4, 0xeb3, 0xf82)],
            Animal::Owl => &[(0x975, 0x753, 0xfb3), (0xa86, 0x864, 0xec3)],
            Animal::Penguin => &[(0x223, 0x112, 0xfa2), (0x234, 0x123, 0xf92)],
            Animal::Cat => &[(0xe93, 0xc72, 0xfec), (0x777, 0x555, 0xddd), (0x333, 0x222, 0xeee)],
            Animal::Raccoon => &[(0x889, 0x333, 0xddd), (0x998, 0x322, 0xeed)],
            Animal::Otter => &[(0x853, 0x642, 0xdb8), (0x964, 0x743, 0xec9)],
            Animal::Antelope => &[(0xc95, 0x642, 0xfeb), (0xb84, 0x532, 0xfed)],
            Animal::Fox => &[(0xe62, 0x421, 0xfff), (0xd52, 0x321, 0xfee)],
            Animal::Bear => &[(0x642, 0x431, 0xb96), (0x531, 0x421, 0xa85)],
            Animal::Rabbit => &[(0xddd, 0xbbb, 0xfbc), (0xedc, 0xcba, 0xfbb)],
            Animal::Whale => &[(0x47a, 0x258, 0xcde), (0x569, 0x347, 0xdee)],
        }
    }

    /// Its colours, a little different each time.
    pub(crate) fn coat(self, chance: &mut RandomSource) -> AnimalColours {
        let (main, second, accent) = chance.pick(self.colours());
        AnimalColours { main: rgb(main).near(chance), second: rgb(second), accent: rgb(accent) }
    }
}
