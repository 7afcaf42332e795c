//! Colours as three hexadecimal digits, a little different each time.

use crate::chance::RandomSource;

/// A colour of sixteen steps a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Colour(pub(crate) [u8; 3]);

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:x}{g:x}{b:x}")
    }
}

/// A colour from its three digits.
pub(crate) const fn rgb(digits: u16) -> Colour {
    Colour([(digits >> 8) as u8 & 15, (digits >> 4) as u8 & 15, digits as u8 & 15])
}

impl Colour {
    /// The colour with each channel a step up or down by chance.
    pub(crate) fn near(self, chance: &mut RandomSource) -> Colour {
        Colour(self.0.map(|c| (i16::from(c) + chance.pick(&[-1, 0, 0, 1])).clamp(0, 15) as u8))
    }

    /// Two to four steps darker.
    pub(crate) fn shade(self, steps: u8) -> Colour {
        Colour(self.0.map(|c| c.saturating_sub(steps)))
    }
}

/// The word for a vehicle's colour in a prompt, and the colour.
pub(crate) const PAINTS: &[(&str, Colour)] = &[
    ("red", rgb(0xd33)),
    ("blue", rgb(0x36c)),
    ("green", rgb(0x394)),
    ("yellow", rgb(0xec2)),
    ("orange", rgb(0xf82)),
    ("purple", rgb(0x84b)),
    ("pink", rgb(0xe6a)),
    ("black", rgb(0x222)),
    ("teal", rgb(0x299)),
];
