//! The competition, which is all that can be judged: drawings that show something, by prompt and contestant.

use std::collections::BTreeMap;

use pelicycle_record::{AskedPrompt, Attempt, Id};

/// A contestant that takes part: one with drawings to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Competitor {
    /// The contestant's slug.
    pub slug: String,
    /// The name shown to people, as its newest attempt has it.
    pub label: String,
    /// `PROVIDER/MODEL`, as its newest attempt has it.
    pub model: String,
    /// The number of attempts that say something of it, drawn or not.
    pub attempts: usize,
    /// The number of those that drew.
    pub drawn: usize,
}

/// A drawing that can be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The attempt that made it.
    pub id: Id,
    /// Index of its contestant.
    pub competitor: usize,
    /// Index of its prompt.
    pub prompt: usize,
}

/// All that can be judged: drawings that show something, by prompt and contestant.
#[derive(Debug, Clone, Default)]
pub struct Competition {
    /// Contestants in the order of their slugs.
    pub competitors: Vec<Competitor>,
    /// Prompts; an edited text is another prompt.
    pub prompts: Vec<AskedPrompt>,
    /// Drawings in the order of their attempts.
    pub drawings: Vec<Drawing>,
    places: BTreeMap<Id, usize>,
}

impl Competition {
    /// The competition of some attempts, oldest first. Demonstrations are no contestants, unless asked for.
    #[must_use]
    pub fn new(attempts: &[&Attempt], with_demonstrations: bool) -> Competition {
        let mut competition = Competition::default();
        let taken =
            || attempts.iter().filter(|attempt| with_demonstrations || !attempt.contestant.demonstration);
        let mut competitors: BTreeMap<&str, Competitor> = BTreeMap::new();
        for attempt in taken() {
            let who = &attempt.contestant;
            let competitor = competitors.entry(&who.slug).or_insert_with(|| Competitor {
                slug: who.slug.clone(),
                label: String::new(),
                model: String::new(),
                attempts: 0,
                drawn: 0,
            });
            competitor.label.clone_from(&who.label);
            competitor.model = format!("{}/{}", who.provider, who.model);
            competitor.attempts += usize::from(attempt.counts() || attempt.is_drawn());
            competitor.drawn += usize::from(attempt.is_drawn());
        }
        competitors.retain(|_, competitor| competitor.drawn > 0);
        let slugs: BTreeMap<&str, usize> =
            competitors.keys().enumerate().map(|(index, slug)| (*slug, index)).collect();
        let mut prompts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for attempt in taken().filter(|attempt| attempt.is_drawn()) {
            let asked = &attempt.prompt;
            let prompt = *prompts.entry((&asked.id, &asked.hash)).or_insert_with(|| {
                competition.prompts.push(AskedPrompt { id: asked.id.clone(), hash: asked.hash.clone() });
                competition.prompts.len() - 1
            });
            competition.places.insert(attempt.id.clone(), competition.drawings.len());
            let competitor = slugs[attempt.contestant.slug.as_str()];
            competition.drawings.push(Drawing { id: attempt.id.clone(), competitor, prompt });
        }
        competition.competitors = competitors.into_values().collect();
        competition
    }

    /// Index of an attempt's drawing.
    #[must_use]
    pub fn place(&self, id: &Id) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The contestants of two drawings.
    #[must_use]
    pub fn competitors_of(&self, drawings: (usize, usize)) -> (usize, usize) {
        (self.drawings[drawings.0].competitor, self.drawings[drawings.1].competitor)
    }

    /// Whether two drawings are by two contestants: of one alone they say nothing of how it stands to others.
    #[must_use]
    pub fn is_between(&self, drawings: (usize, usize)) -> bool {
        let (one, other) = self.competitors_of(drawings);
        one != other
    }

    /// Whether any two contestants have drawings on the same prompt.
    #[must_use]
    pub fn has_pairs(&self) -> bool {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        self.drawings
            .iter()
            .any(|drawing| *first.entry(drawing.prompt).or_insert(drawing.competitor) != drawing.competitor)
    }
}
