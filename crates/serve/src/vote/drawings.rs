//! The drawings that can be shown, as the results have them at one moment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pelicycle_judge::{AttemptFilter, Competition, CrossPairs, SideAttempts};
use pelicycle_record::{Attempt, Id};
use pelicycle_site::prompt_stem;
use pelicycle_store::StoredAttempt;

/// The choice of the pairs that are shown.
#[derive(Debug, Default)]
pub(super) struct PairChoice {
    pub(super) scope: AttemptFilter,
    /// The attempts of the two sides that are held against each other, where two sides are.
    pub(super) sides: Option<Vec<SideAttempts>>,
    /// The one prompt, by its name in the paths of a gallery, which has the hash of its text.
    pub(super) prompt: Option<String>,
}

impl PairChoice {
    fn takes(&self, attempt: &Attempt) -> bool {
        let asked = |stem: &String| prompt_stem(&attempt.prompt) == *stem;
        self.scope.takes(attempt) && self.prompt.as_ref().is_none_or(asked)
    }
}

/// Drawings, each with its picture, and the texts that they answer.
#[derive(Debug, Default)]
pub(super) struct VotingDrawings {
    pub(super) competition: Competition,
    /// Files of the pictures, by drawing.
    pub(super) pictures: Vec<PathBuf>,
    /// Texts of the prompts, by prompt.
    pub(super) texts: Vec<String>,
    /// Pairs of drawings of different contestants on one prompt, or of two sides.
    pub(super) pairs: usize,
    /// The pairs of two sides, where only those are shown.
    pub(super) between: Option<CrossPairs>,
    /// Drawings of demonstrations that were not taken.
    pub(super) demonstrations: usize,
}

impl VotingDrawings {
    /// Those that were chosen of what lies in the store.
    pub(super) fn new(stored: &[StoredAttempt], choice: &PairChoice) -> VotingDrawings {
        let (sides, demonstrations) = (choice.sides.as_deref(), choice.scope.demonstrations);
        let named: Option<BTreeSet<&Id>> = sides.map(|sides| {
            sides.iter().flat_map(|attempts| attempts.base.iter().chain(&attempts.head)).collect()
        });
        let on_a_side = |id: &Id| named.as_ref().is_none_or(|named| named.contains(id));
        let taken: Vec<&StoredAttempt> = stored
            .iter()
            .filter(|stored| stored.files.png.is_some() && choice.takes(&stored.attempt))
            .filter(|stored| on_a_side(&stored.attempt.id))
            .collect();
        let attempts: Vec<_> = taken.iter().map(|stored| &stored.attempt).collect();
        let competition = Competition::new(&attempts, demonstrations);
        let files: BTreeMap<&Id, &PathBuf> = taken
            .iter()
            .filter_map(|stored| Some((&stored.attempt.id, stored.files.png.as_ref()?)))
            .collect();
        let texts: BTreeMap<(&str, &str), &str> = attempts
            .iter()
            .map(|attempt| {
                let prompt = &attempt.prompt;
                ((prompt.id.as_str(), prompt.hash.as_str()), prompt.text.as_str())
            })
            .collect();
        let between = sides.map(|sides| CrossPairs::new(&competition, sides));
        VotingDrawings {
            pictures: competition.drawings.iter().map(|drawing| files[&drawing.id].clone()).collect(),
            texts: competition
                .prompts
                .iter()
                .map(|p| texts[&(p.id.as_str(), p.hash.as_str())].to_owned())
                .collect(),
            pairs: between.as_ref().map_or_else(|| pairs(&competition), CrossPairs::len),
            between,
            demonstrations: attempts
                .iter()
                .filter(|attempt| !demonstrations && attempt.contestant.demonstration)
                .filter(|attempt| attempt.is_drawn())
                .count(),
            competition,
        }
    }
}

impl VotingDrawings {
    /// Whether there is any pair to show.
    pub(super) fn has_pairs(&self) -> bool {
        match &self.between {
            Some(between) => !between.is_empty(),
            None => self.competition.has_pairs(),
        }
    }

    /// Whether two drawings are a pair that is shown here.
    pub(super) fn is_pair(&self, pair: (usize, usize)) -> bool {
        match &self.between {
            Some(between) => between.sides_of(pair).is_some(),
            None => self.competition.is_between(pair),
        }
    }
}

/// Counts the pairs of drawings of different contestants on one prompt.
fn pairs(competition: &Competition) -> usize {
    let mut own: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for drawing in &competition.drawings {
        *own.entry(drawing.prompt).or_default().entry(drawing.competitor).or_default() += 1;
    }
    let of_prompt = |counts: &BTreeMap<usize, usize>| {
        let all: usize = counts.values().sum();
        (all * all - counts.values().map(|own| own * own).sum::<usize>()) / 2
    };
    own.values().map(of_prompt).sum()
}
