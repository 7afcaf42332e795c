//! What an attempt counts for, and for whom.

use super::{Attempt, ContestantRecord, Outcome};
use crate::{Check, name};

impl Attempt {
    /// Whether the drawing as written shows something.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.check.as_ref().is_some_and(Check::is_drawn)
    }

    /// Whether a reply came that could not be checked, for reasons of our own machine.
    #[must_use]
    pub fn is_unchecked(&self) -> bool {
        self.reply.is_some() && self.check.is_none()
    }

    /// Whether it says something of the model: a request that failed for reasons of its service, or that the user broke
    /// off, does not, unless a drawing came all the same; nor does a reply that could not be checked.
    #[must_use]
    pub fn counts(&self) -> bool {
        if self.is_unchecked() {
            return false;
        }
        match self.outcome {
            Outcome::Complete | Outcome::Length | Outcome::Refusal | Outcome::Filtered => true,
            Outcome::Cancelled | Outcome::Error | Outcome::Cut => self.is_drawn(),
        }
    }
}

impl ContestantRecord {
    /// A model of a provider, under its own name.
    #[must_use]
    pub fn new(provider: &str, model: &str) -> Self {
        Self {
            slug: name::slug(&format!("{provider}/{model}")),
            label: model.to_owned(),
            provider: provider.to_owned(),
            model: model.to_owned(),
            served: None,
            released: None,
            demonstration: false,
        }
    }

    /// Whether it goes by a name: its slug, its label, or `PROVIDER/MODEL`.
    #[must_use]
    pub fn goes_by(&self, name: &str) -> bool {
        let named = || name.strip_prefix(&*self.provider)?.strip_prefix('/');
        self.slug == name || self.label == name || named() == Some(&*self.model)
    }
}
