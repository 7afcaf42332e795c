//! What can be judged: drawings that show something, by prompt and contestant.

use std::collections::BTreeMap;

use pelicycle_record::Id;
use pelicycle_record::{AskedPrompt, Attempt};

/// A contestant with drawings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrant {
    /// Its slug.
    pub slug: String,
    /// The name shown to people, as its newest attempt has it.
    pub label: String,
    /// `PROVIDER/MODEL`, as its newest attempt has it.
    pub model: String,
    /// Attempts that say something of it, drawn or not.
    pub attempts: usize,
    /// Those of them that drew.
    pub drawn: usize,
}

/// A drawing that can be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// The attempt.
    pub id: Id,
    /// Index of its contestant.
    pub entrant: usize,
    /// Index of its prompt.
    pub prompt: usize,
}

/// All that can be judged.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// Contestants, by slug.
    pub entrants: Vec<Entrant>,
    /// Prompts: an edited text is another one.
    pub prompts: Vec<AskedPrompt>,
    /// Drawings, by time.
    pub drawings: Vec<Drawing>,
    places: BTreeMap<Id, usize>,
}

impl Field {
    /// The field of some attempts, oldest first. Demonstrations are no contestants, unless asked for.
    #[must_use]
    pub fn new(attempts: &[&Attempt], with_demonstrations: bool) -> Field {
        let mut field = Field::default();
        let taken =
            || attempts.iter().filter(|attempt| with_demonstrations || !attempt.contestant.demonstration);
        let mut entrants: BTreeMap<&str, Entrant> = BTreeMap::new();
        for attempt in taken() {
            let who = &attempt.contestant;
            let entrant = entrants.entry(&who.slug).or_insert_with(|| Entrant {
                slug: who.slug.clone(),
                label: String::new(),
                model: String::new(),
                attempts: 0,
                drawn: 0,
            });
            entrant.label.clone_from(&who.label);
            entrant.model = format!("{}/{}", who.provider, who.model);
            entrant.attempts += usize::from(attempt.counts() || attempt.is_drawn());
            entrant.drawn += usize::from(attempt.is_drawn());
        }
        entrants.retain(|_, entrant| entrant.drawn > 0);
        let slugs: BTreeMap<&str, usize> =
            entrants.keys().enumerate().map(|(index, slug)| (*slug, index)).collect();
        let mut prompts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for attempt in taken().filter(|attempt| attempt.is_drawn()) {
            let asked = &attempt.prompt;
            let prompt = *prompts.entry((&asked.id, &asked.hash)).or_insert_with(|| {
                field.prompts.push(AskedPrompt { id: asked.id.clone(), hash: asked.hash.clone() });
                field.prompts.len() - 1
            });
            field.places.insert(attempt.id.clone(), field.drawings.len());
            let entrant = slugs[attempt.contestant.slug.as_str()];
            field.drawings.push(Drawing { id: attempt.id.clone(), entrant, prompt });
        }
        field.entrants = entrants.into_values().collect();
        field
    }

    /// Index of an attempt's drawing.
    #[must_use]
    pub fn place(&self, id: &Id) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The contestants of two drawings.
    #[must_use]
    pub fn entrants_of(&self, drawings: (usize, usize)) -> (usize, usize) {
        (self.drawings[drawings.0].entrant, self.drawings[drawings.1].entrant)
    }

    /// Whether two drawings are by two contestants: of one alone they say nothing of how it stands to others.
    #[must_use]
    pub fn is_between(&self, drawings: (usize, usize)) -> bool {
        let (one, other) = self.entrants_of(drawings);
        one != other
    }

    /// Whether any two contestants have drawings on the same prompt.
    #[must_use]
    pub fn has_pairs(&self) -> bool {
        let mut first: BTreeMap<usize, usize> = BTreeMap::new();
        self.drawings
            .iter()
            .any(|drawing| *first.entry(drawing.prompt).or_insert(drawing.entrant) != drawing.entrant)
    }
}
