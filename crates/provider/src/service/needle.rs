//! Searching a text for many secrets at once: Knuth, Morris and Pratt's way, a step a letter for each secret that is begun.

use secrecy::{ExposeSecret as _, SecretString};

use super::projection::Mark;

/// Letters and digits to be found, in small letters.
#[derive(Debug)]
pub(super) struct Needle {
    letters: SecretString,
    /// For each number of letters that fit, how many still do where the next does not.
    fallback: Vec<usize>,
}

impl Needle {
    pub(super) fn new(letters: &str) -> Needle {
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
        Needle { letters: SecretString::from(letters), fallback }
    }

    /// How many letters fit after this one, where so many did before it.
    fn step(&self, mut fit: usize, letter: u8) -> usize {
        let letters = self.letters.expose_secret().as_bytes();
        while fit > 0 && letters[fit] != letter {
            fit = self.fallback[fit];
        }
        fit + usize::from(letters[fit] == letter)
    }

    fn len(&self) -> usize {
        self.letters.expose_secret().len()
    }
}

/// Adds the places of all needles to `found`, and gives how many letters of each fit at the end, but for none.
/// At most letters no needle begins and none is open, so that their number costs little.
pub(super) fn search(needles: &[Needle], marks: &[Mark], found: &mut Vec<(usize, usize)>) -> Vec<usize> {
    let mut ends = Vec::new();
    for needles in needles.chunks(u128::BITS as usize) {
        let mut begins = [0_u128; 256];
        for (n, needle) in needles.iter().enumerate() {
            begins[usize::from(needle.letters.expose_secret().as_bytes()[0])] |= 1 << n;
        }
        let (mut open, mut fits) = (0_u128, vec![0; needles.len()]);
        for (at, mark) in marks.iter().enumerate() {
            let mut concerned = open | begins[usize::from(mark.letter)];
            while concerned != 0 {
                let n = concerned.trailing_zeros() as usize;
                concerned &= concerned - 1;
                fits[n] = needles[n].step(fits[n], mark.letter);
                if fits[n] == needles[n].len() {
                    found.push((marks[at + 1 - fits[n]].begin, mark.end));
                    fits[n] = 0;
                }
                open = if fits[n] > 0 { open | 1 << n } else { open & !(1 << n) };
            }
        }
        ends.extend(fits.into_iter().filter(|fit| *fit > 0));
    }
    ends
}
