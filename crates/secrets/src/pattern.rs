//! Searching a text for many secrets at once: Knuth, Morris and Pratt's way, a step a letter for each secret that is begun.

use secrecy::{ExposeSecret as _, SecretString};

use crate::readings::PlacedLetter;

/// Letters and digits to be found, in small letters.
#[derive(Debug)]
pub(crate) struct SecretPattern {
    letters: SecretString,
    /// For each number of letters that fit, how many still do where the next does not.
    fallback: Vec<usize>,
}

impl SecretPattern {
    pub(crate) fn new(letters: &str) -> SecretPattern {
        let bytes = letters.as_bytes();
        let mut fallback = vec![0; bytes.len() + 1];
        let mut fit = 0;
        for at in 1..bytes.len() {
            while fit > 0 && bytes[at] != bytes[fit] {
                fit = fallback[fit];
            }
            fit += usize::from(bytes[at] == bytes[fit]);
            fallback[at + 1] = fit;
        }
        SecretPattern { letters: SecretString::from(letters), fallback }
    }

    /// How many letters fit after this one, where so many did before it.
    fn step(&self, letters: &[u8], mut fit: usize, letter: u8) -> usize {
        while fit > 0 && letters[fit] != letter {
            fit = self.fallback[fit];
        }
        fit + usize::from(letters[fit] == letter)
    }

    fn bytes(&self) -> &[u8] {
        self.letters.expose_secret().as_bytes()
    }
}

/// A beginning of a needle that a text may go on with: where it begins, and how many letters of it are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub(crate) begin: usize,
    pub(crate) letters: usize,
}

/// Adds the places of all needles to `found`, and gives their beginnings: those at the end of the reading, and those that stood
/// before each of these places in the text, in order, from which on it may read otherwise when more of it is there.
/// At most letters no needle begins and none is open, so that their number costs little.
pub(crate) fn search(
    needles: &[SecretPattern],
    reading: &[PlacedLetter],
    places: &[usize],
    found: &mut Vec<(usize, usize)>,
) -> Vec<Beginning> {
    let mut begun = Vec::new();
    for needles in needles.chunks(u128::BITS as usize) {
        let mut begins = [0_u128; 256];
        let letters: Vec<&[u8]> = needles.iter().map(SecretPattern::bytes).collect();
        for (n, letters) in letters.iter().enumerate() {
            begins[usize::from(letters[0])] |= 1 << n;
        }
        let (mut open, mut fits) = (0_u128, vec![0; needles.len()]);
        let mut beginnings = |at: usize, fits: &[usize]| {
            let fits = fits.iter().filter(|letters| **letters > 0);
            begun.extend(fits.map(|&letters| Beginning { begin: reading[at - letters].begin, letters }));
        };
        let mut next = 0;
        for (at, mark) in reading.iter().enumerate() {
            if next < places.len() && places[next] < mark.end {
                next += places[next..].partition_point(|place| *place < mark.end);
                if open != 0 {
                    beginnings(at, &fits);
                }
            }
            let mut concerned = open | begins[usize::from(mark.letter)];
            while concerned != 0 {
                let n = concerned.trailing_zeros() as usize;
                concerned &= concerned - 1;
                let mut fit = needles[n].step(letters[n], fits[n], mark.letter);
                if fit == letters[n].len() {
                    found.push((reading[at + 1 - fit].begin, mark.end));
                    fit = 0;
                }
                fits[n] = fit;
                open = if fit > 0 { open | 1 << n } else { open & !(1 << n) };
            }
        }
        beginnings(reading.len(), &fits);
    }
    begun
}
