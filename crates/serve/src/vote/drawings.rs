//! The drawings that can be shown, as the results have them at one moment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use pelicycle_judge::{Competition, Scope};
use pelicycle_record::Id;
use pelicycle_store::StoredAttempt;

/// Drawings, each with its picture, and the texts that they answer.
#[derive(Debug, Default)]
pub(super) struct VotingDrawings {
    pub(super) competition: Competition,
    /// Files of the pictures, by drawing.
    pub(super) pictures: Vec<PathBuf>,
    /// Texts of the prompts, by prompt.
    pub(super) texts: Vec<String>,
    /// Pairs of drawings of different contestants on one prompt.
    pub(super) pairs: usize,
    /// Drawings of demonstrations that were not taken.
    pub(super) demonstrations: usize,
}

impl VotingDrawings {
    /// Those in a scope, of what lies in the store.
    pub(super) fn new(stored: &[StoredAttempt], scope: &Scope) -> VotingDrawings {
        let taken: Vec<&StoredAttempt> = stored
            .iter()
            .filter(|stored| stored.files.png.is_some() && scope.takes(&stored.attempt))
            .collect();
        let attempts: Vec<_> = taken.iter().map(|stored| &stored.attempt).collect();
        let competition = Competition::new(&attempts, scope.demonstrations);
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
        VotingDrawings {
            pictures: competition.drawings.iter().map(|drawing| files[&drawing.id].clone()).collect(),
            texts: competition
                .prompts
                .iter()
                .map(|p| texts[&(p.id.as_str(), p.hash.as_str())].to_owned())
                .collect(),
            pairs: pairs(&competition),
            demonstrations: attempts
                .iter()
                .filter(|attempt| !scope.demonstrations && attempt.contestant.demonstration)
                .filter(|attempt| attempt.is_drawn())
                .count(),
            competition,
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
