//! Prompts that nobody can have trained on: made by a seed from a large vocabulary.

mod vocabulary;

use std::collections::BTreeSet;

use super::Prompt;
use vocabulary::{ANIMALS, MANNERS, PLACES, VEHICLES};

/// The edition of the words and of the way of choosing that make a seed's prompts: another one makes others of the same
/// seed.
pub const EDITION: u32 = 1;
/// The most prompts of one seed: no animal comes twice.
pub const MOST_FRESH: usize = ANIMALS.len();

/// The file of a fresh prompt, and the prompt that stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshPrompt {
    /// The text of its TOML file, which is `ID.toml`.
    pub toml: String,
    /// The prompt.
    pub prompt: Prompt,
}

/// The number of different prompts that the vocabulary makes.
#[must_use]
pub fn possible() -> u64 {
    [ANIMALS.len(), VEHICLES.len(), MANNERS.len(), PLACES.len()].map(|words| words as u64).iter().product()
}

/// The first `number` prompts of a seed, [`MOST_FRESH`] at most: the same for the same seed on every machine, no two with
/// the same animal. A longer list begins with a shorter one.
///
/// # Panics
/// Never in a build whose tests pass: one reads a prompt of every word.
#[must_use]
pub fn fresh(seed: u64, number: usize) -> Vec<FreshPrompt> {
    let mut dice = Dice::new(seed);
    let mut animals = BTreeSet::new();
    let mut all = Vec::new();
    while all.len() < number.min(MOST_FRESH) {
        let animal = ANIMALS[dice.below(ANIMALS.len())];
        let words = Words {
            animal,
            vehicle: VEHICLES[dice.below(VEHICLES.len())],
            manner: MANNERS[dice.below(MANNERS.len())],
            place: PLACES[dice.below(PLACES.len())],
        };
        if animals.insert(animal) {
            all.push(words.prompt(seed));
        }
    }
    all
}

/// The words of one prompt.
struct Words {
    animal: &'static str,
    vehicle: (&'static str, Option<u8>),
    manner: &'static str,
    place: &'static str,
}

impl Words {
    fn prompt(&self, seed: u64) -> FreshPrompt {
        let Self { animal, vehicle: (vehicle, wheels), manner, place } = self;
        let text = format!("Generate an SVG of {animal} {vehicle} {place}, {manner}");
        let bare = animal.split_once(' ').map_or(*animal, |(_, bare)| bare);
        let id = format!("fresh-{}-{}", bare.replace(' ', "-"), &blake3::hash(text.as_bytes()).to_hex()[..8]);
        let title = format!("{}{} {vehicle}", animal[..1].to_uppercase(), &animal[1..]);
        let wheels = wheels
            .map(|count| format!("    {{ find = \"wheels\", count = {count} }},\n"))
            .unwrap_or_default();
        let toml = format!(
            "# Fresh: edition {EDITION}, seed {seed}.\n\
             id = \"{id}\"\n\
             title = \"{title}\"\n\
             family = \"fresh\"\n\
             text = \"{text}\"\n\
             expects = [\n    \"The animal is {animal}.\",\n    \"It is {vehicle}.\",\n    \"It is {manner}.\",\n    \
             \"The scene is {place}.\",\n]\n\
             rubric = [\n{wheels}    {{ find = \"rider\" }},\n    {{ find = \"eye\" }},\n]\n"
        );
        let file = format!("{id}.toml");
        let prompt = Prompt::parse(file.as_ref(), &toml).expect("a test reads a prompt of every word");
        FreshPrompt { toml, prompt }
    }
}

/// Numbers that follow from the seed: the output of BLAKE3, read eight bytes at a time.
struct Dice(blake3::OutputReader);

impl Dice {
    fn new(seed: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("pelicycle fresh prompts");
        hasher.update(&EDITION.to_le_bytes()).update(&seed.to_le_bytes());
        Self(hasher.finalize_xof())
    }

    /// A number below `sides`; with lists of some hundred words, remainders of 64 bits favour none that counts.
    fn below(&mut self, sides: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % sides as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_prompts_for_good() {
        let texts: Vec<_> = fresh(1, 3).into_iter().map(|one| one.prompt.text).collect();
        assert_eq!(
            texts,
            [
                "Generate an SVG of a reindeer in a pedal boat along a railway platform, looking through a telescope",
                "Generate an SVG of a capybara driving a snowplough under a stone arch, carrying a tray of cupcakes",
                "Generate an SVG of an owl in a gondola among giant mushrooms, wearing a tutu",
            ]
        );
        assert_eq!(fresh(1, 9)[..3], fresh(1, 3));
        assert_ne!(fresh(2, 1), fresh(1, 1));
    }

    #[test]
    fn a_prompt_of_every_word_is_a_prompt() {
        let longest = [ANIMALS.len(), VEHICLES.len(), MANNERS.len(), PLACES.len()].into_iter().max().unwrap();
        for turn in 0..longest {
            let words = Words {
                animal: ANIMALS[turn % ANIMALS.len()],
                vehicle: VEHICLES[turn % VEHICLES.len()],
                manner: MANNERS[turn % MANNERS.len()],
                place: PLACES[turn % PLACES.len()],
            };
            assert!(words.prompt(u64::MAX).prompt.text.starts_with("Generate an SVG of a"));
        }
    }

    #[test]
    fn no_word_comes_twice_and_no_animal_in_one_set() {
        for list in [ANIMALS, MANNERS, PLACES] {
            assert_eq!(list.iter().collect::<BTreeSet<_>>().len(), list.len());
        }
        assert_eq!(VEHICLES.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len(), VEHICLES.len());
        let all = fresh(7, usize::MAX);
        assert_eq!(all.len(), MOST_FRESH);
        assert_eq!(all.iter().map(|one| &one.prompt.id).collect::<BTreeSet<_>>().len(), MOST_FRESH);
        assert!(possible() > 10_000_000, "{}", possible());
    }
}
