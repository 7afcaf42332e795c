//! The counting of attempts: what each counts for, and for whom.

use super::{Attempt, ContestantRecord, Outcome, Timing};
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

    /// Whether it is a first attempt, and no look at one. First attempts alone are counted, ranked and shown on walls.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.look.is_none()
    }

    /// The number of the look, from 1; 0 for a first attempt.
    #[must_use]
    pub fn look_number(&self) -> u32 {
        self.look.as_ref().map_or(0, |look| look.number)
    }

    /// Whether it counts for its model: a first attempt that is conclusive.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.is_first() && self.is_conclusive()
    }

    /// Whether it says something of the model: a request that failed for reasons of its service, or that the user broke
    /// off, does not, unless a drawing came all the same; nor does a reply that could not be checked.
    #[must_use]
    pub fn is_conclusive(&self) -> bool {
        if self.is_unchecked() {
            return false;
        }
        match self.outcome {
            Outcome::Complete | Outcome::Length | Outcome::Refusal | Outcome::Filtered => true,
            Outcome::Cancelled | Outcome::Error | Outcome::Cut => self.is_drawn(),
        }
    }
}

impl Attempt {
    /// Tokens a second between the first token and the last, where what came tells a speed. What a service held back and
    /// sent in one burst says how fast a network is and nothing of the model, whatever an older record makes of it.
    #[must_use]
    pub fn speed(&self) -> Option<f64> {
        let speed = self.timing.tokens_per_second?;
        match (&self.service, self.timing.first_token, self.timing.last_token) {
            (Some(_), Some(first), Some(last)) => Timing::is_stream(first, last, speed).then_some(speed),
            _ => Some(speed),
        }
    }
}

impl Timing {
    /// Whether what came between `first` and `last`, in seconds from the request, at so many tokens a second was a stream:
    /// longer than a network's hiccup, no less than one part in fifty of the wait, and not faster than any model writes.
    #[must_use]
    pub fn is_stream(first: f64, last: f64, speed: f64) -> bool {
        let spread = last - first;
        spread >= 0.02 && spread >= last / 50.0 && speed <= 20_000.0
    }

    /// Whether other programs took more than a quarter of the host's processor time, so that times say more of the host
    /// than of the model.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.host_load.is_some_and(|share| share > 0.25)
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
