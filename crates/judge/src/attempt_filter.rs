//! The filter of voting and ranking: the attempts that take part.

use pelicycle_record::Attempt;

/// A filter of attempts; an empty list leaves none out.
#[derive(Debug, Clone, Default)]
pub struct AttemptFilter {
    /// Prompts by their ids.
    pub prompts: Vec<String>,
    /// Contestants by any name that they go by.
    pub contestants: Vec<String>,
    /// Whether demonstrations take part.
    pub demonstrations: bool,
    /// Whether looks take part beside first attempts.
    pub looks: bool,
}

impl AttemptFilter {
    /// Whether it is a first attempt (or looks take part), answers one of the prompts and is by one of the contestants. The competition leaves demonstrations out.
    #[must_use]
    pub fn takes(&self, attempt: &Attempt) -> bool {
        let asked = self.prompts.is_empty() || self.prompts.contains(&attempt.prompt.id);
        let by = || self.contestants.iter().any(|name| attempt.contestant.goes_by(name));
        let shown = self.looks || attempt.is_first();
        shown && asked && (self.contestants.is_empty() || by())
    }
}
