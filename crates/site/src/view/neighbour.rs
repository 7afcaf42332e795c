//! The attempts beside one: other samples of its contestant on its prompt, its contestant on other prompts, and other
//! contestants on its prompt.

use std::collections::HashMap;
use std::convert::Infallible;
use std::hash::Hash;

use pelicycle_text as text;
use serde::Serialize;

use super::card::SitePicture;
use super::hall::ShownAttempt;
use super::page_path;
use crate::parallel;

/// An attempt beside another.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Neighbour {
    /// Path of its page from the site's root.
    href: String,
    sample: u32,
    pub(super) label: String,
    pub(super) prompt: String,
    picture: Option<SitePicture>,
}

/// The attempts that come next to one in time.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct AdjacentAttempts {
    pub(super) newer: Option<Neighbour>,
    pub(super) older: Option<Neighbour>,
}

/// The neighbours of one attempt.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Neighbours {
    /// Other samples by the same contestant on the same prompt.
    pub(super) samples: AdjacentAttempts,
    /// By the same contestant, on other prompts.
    pub(super) model: AdjacentAttempts,
    /// By other contestants, on the same prompt.
    pub(super) prompt: AdjacentAttempts,
}

/// The places among all of the attempts that come next to one in time.
#[derive(Debug, Clone, Copy, Default)]
struct BesidePlaces {
    newer: Option<usize>,
    older: Option<usize>,
}

/// The places of one attempt's neighbours among all.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct NeighbourPlaces {
    samples: BesidePlaces,
    model: BesidePlaces,
    prompt: BesidePlaces,
}

impl NeighbourPlaces {
    /// The six places, each where there is one, always in the same order.
    pub(crate) fn all(&self) -> [Option<usize>; 6] {
        let Self { samples, model, prompt } = self;
        [samples.newer, samples.older, model.newer, model.older, prompt.newer, prompt.older]
    }

    /// The neighbours as the attempt's page shows them.
    pub(crate) fn view<'a>(&self, shown: impl Fn(usize) -> ShownAttempt<'a>) -> Neighbours {
        let view = |place: Option<usize>| place.map(|place| Neighbour::new(shown(place)));
        let beside = |at: BesidePlaces| AdjacentAttempts { newer: view(at.newer), older: view(at.older) };
        Neighbours { samples: beside(self.samples), model: beside(self.model), prompt: beside(self.prompt) }
    }
}

impl Neighbour {
    fn new(ShownAttempt { attempt, pictures, .. }: ShownAttempt<'_>) -> Self {
        Self {
            href: page_path(attempt),
            sample: attempt.sample,
            label: text::label(&attempt.contestant.label),
            prompt: text::label(&attempt.prompt.title),
            picture: pictures.small.clone(),
        }
    }
}

/// The places of each attempt's neighbours, of attempts that are given newest first; looks have none.
pub(crate) fn neighbours<'a>(newest_first: &[ShownAttempt<'a>]) -> Vec<NeighbourPlaces> {
    let slug = |shown: &ShownAttempt<'a>| shown.attempt.contestant.slug.as_str();
    let prompt =
        |shown: &ShownAttempt<'a>| (shown.attempt.prompt.id.as_str(), shown.attempt.prompt.text.as_str());
    let id = |shown: &ShownAttempt<'a>| &shown.attempt.id;
    let kinds: [&(dyn Fn() -> Vec<BesidePlaces> + Sync); 3] = [
        &|| beside(newest_first, |shown| (slug(shown), prompt(shown)), id),
        &|| beside(newest_first, slug, prompt),
        &|| beside(newest_first, prompt, slug),
    ];
    let Ok(found) = parallel::map(&kinds, |kind| Ok::<_, Infallible>(kind()));
    let mut found = found.into_iter();
    let mut next = || found.next().unwrap_or_default();
    let (samples, of_model, of_prompt) = (next(), next(), next());
    let all = samples.into_iter().zip(of_model).zip(of_prompt);
    all.map(|((samples, model), prompt)| NeighbourPlaces { samples, model, prompt }).collect()
}

/// Of each attempt, those next to it among all of the same `group` that are another `one`.
fn beside<'a, G: Hash + Eq, O: PartialEq>(
    newest_first: &[ShownAttempt<'a>],
    group: impl Fn(&ShownAttempt<'a>) -> G,
    one: impl Fn(&ShownAttempt<'a>) -> O,
) -> Vec<BesidePlaces> {
    let mut groups: HashMap<G, Vec<usize>> = HashMap::new();
    for (index, shown) in newest_first.iter().enumerate().filter(|(_, shown)| shown.attempt.is_first()) {
        groups.entry(group(shown)).or_default().push(index);
    }
    let mut found = vec![BesidePlaces::default(); newest_first.len()];
    for members in groups.into_values() {
        for (index, other) in others(members.iter().copied(), newest_first, &one) {
            found[index].newer = Some(other);
        }
        for (index, other) in others(members.iter().rev().copied(), newest_first, &one) {
            found[index].older = Some(other);
        }
    }
    found
}

/// Each index with the last one before it that is of another one.
fn others<'a, O: PartialEq>(
    indices: impl Iterator<Item = usize>,
    shown: &[ShownAttempt<'a>],
    one: impl Fn(&ShownAttempt<'a>) -> O,
) -> Vec<(usize, usize)> {
    let (mut last, mut other): (Option<(usize, O)>, Option<usize>) = (None, None);
    let mut found = Vec::new();
    for index in indices {
        let own = one(&shown[index]);
        if let Some((before, named)) = &last
            && *named != own
        {
            other = Some(*before);
        }
        found.extend(other.map(|other| (index, other)));
        last = Some((index, own));
    }
    found
}

#[cfg(test)]
mod tests {
    use pelicycle_record::Attempt;
    use pelicycle_testkit::attempts::attempt;

    use super::*;
    use crate::view::card::AttemptPictures;

    #[test]
    fn neighbours_are_samples_other_prompts_and_other_models() {
        // Newest first.
        let asked =
            [("pelican", "b"), ("pelican", "a"), ("otter-boat", "a"), ("pelican", "a"), ("pelican", "c")];
        let attempts: Vec<Attempt> = asked
            .iter()
            .enumerate()
            .map(|(n, (prompt, slug))| attempt(prompt, slug, &format!("2026-11-2{}T00:00:00Z", 9 - n), None))
            .collect();
        let pictures = AttemptPictures::default();
        let shown: Vec<_> = attempts
            .iter()
            .map(|attempt| ShownAttempt { attempt, pictures: &pictures, looks: 0, inputs: None })
            .collect();
        let found = neighbours(&shown);
        let all: Vec<_> = found
            .iter()
            .map(|it| [it.samples, it.model, it.prompt].map(|beside| (beside.older, beside.newer)))
            .collect();
        assert_eq!(all[0], [(None, None), (None, None), (Some(1), None)]);
        assert_eq!(all[1], [(Some(3), None), (Some(2), None), (Some(4), Some(0))]);
        assert_eq!(all[2], [(None, None), (Some(3), Some(1)), (None, None)]);
        assert_eq!(all[3], [(None, Some(1)), (None, Some(2)), (Some(4), Some(0))]);
        assert_eq!(all[4], [(None, None), (None, None), (None, Some(3))]);
        let view = found[1].view(|place| shown[place]);
        assert_eq!(view.prompt.newer.unwrap().href, page_path(&attempts[0]));
        assert!(view.model.newer.is_none());
    }
}
