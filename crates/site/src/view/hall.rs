//! Attempts in their order: by prompt, by contestant, by model. What the pages are made from.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use pelicycle_record::{Attempt, ContestantRecord, PromptRecord, name};
use pelicycle_statistics::Rate;

use super::card::AttemptPictures;
use super::looks::LookSeries;
use super::order;
use super::ranking::WallRanks;
use crate::makers::{ModelOrigin, OwnMakers};

/// An attempt on show: its record and its pictures in the site.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShownAttempt<'a> {
    pub(crate) attempt: &'a Attempt,
    pub(crate) pictures: &'a AttemptPictures,
    /// The number of looks at it, where it is a first attempt.
    pub(crate) looks: usize,
    /// The key of everything else that pages show of it; none where that can't be told (`inputs.rs`).
    pub(crate) inputs: Option<&'a blake3::Hash>,
}

/// All attempts on one prompt: its id and its exact text.
#[derive(Debug)]
pub(crate) struct PromptSection<'a> {
    /// The prompt as the newest attempt recorded it.
    pub(crate) prompt: &'a PromptRecord,
    /// By contestant, in the order of the house (`order.rs`).
    pub(crate) cases: Vec<Showcase<'a>>,
}

/// All attempts of one contestant on one prompt, newest first; there is at least one.
#[derive(Debug)]
pub(crate) struct Showcase<'a> {
    pub(crate) shown: Vec<ShownAttempt<'a>>,
    pub(crate) origin: ModelOrigin,
}

/// All that one contestant drew: a case a prompt, in the order of its own newest attempts, so that what others drew
/// does not change its page.
#[derive(Debug)]
pub(crate) struct ModelWorks<'a> {
    pub(crate) cases: Vec<(&'a PromptSection<'a>, &'a Showcase<'a>)>,
}

/// Sections by prompt, and in them cases by contestant, from attempts that are given newest first, without looks. Sections come in the
/// order of their newest attempt, cases in that of the house.
pub(crate) fn sections<'a>(
    newest_first: impl Iterator<Item = ShownAttempt<'a>> + Clone,
    makers: &OwnMakers,
    ranks: &WallRanks,
) -> Vec<PromptSection<'a>> {
    let mut sections: Vec<(PromptSection<'a>, HashMap<&'a str, usize>)> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let looks = LookSeries::new(newest_first.clone());
    for shown in newest_first.filter(|shown| shown.attempt.is_first()) {
        let shown = ShownAttempt { looks: looks.looks_at(shown.attempt), ..shown };
        let (prompt, contestant) = (&shown.attempt.prompt, &shown.attempt.contestant);
        let place = *places.entry((&prompt.id, &prompt.text)).or_insert_with(|| {
            sections.push((PromptSection { prompt, cases: Vec::new() }, HashMap::new()));
            sections.len() - 1
        });
        let (section, cases) = &mut sections[place];
        let case = *cases.entry(&contestant.slug).or_insert_with(|| {
            section.cases.push(Showcase { shown: Vec::new(), origin: makers.origin(contestant) });
            section.cases.len() - 1
        });
        section.cases[case].shown.push(shown);
    }
    let mut sections: Vec<PromptSection<'a>> = sections.into_iter().map(|(section, _)| section).collect();
    for section in &mut sections {
        order::house(&mut section.cases, ranks);
    }
    sections
}

/// Models by slug.
pub(crate) fn models<'a>(sections: &'a [PromptSection<'a>]) -> Vec<ModelWorks<'a>> {
    let mut models: BTreeMap<&str, ModelWorks<'a>> = BTreeMap::new();
    for section in sections {
        for case in &section.cases {
            let model =
                models.entry(&case.contestant().slug).or_insert_with(|| ModelWorks { cases: Vec::new() });
            model.cases.push((section, case));
        }
    }
    let mut models: Vec<ModelWorks<'a>> = models.into_values().collect();
    for model in &mut models {
        model.cases.sort_by_key(|(_, case)| {
            let newest = case.shown[0].attempt;
            Reverse((newest.timing.started, &newest.id))
        });
    }
    models
}

impl<'a> Showcase<'a> {
    /// The contestant as the newest attempt recorded it.
    pub(crate) fn contestant(&self) -> &'a ContestantRecord {
        &self.shown[0].attempt.contestant
    }

    /// The attempt that stands for all: the first sample of the newest run, whatever came of it, so that nobody
    /// picks it.
    pub(crate) fn lead(&self) -> ShownAttempt<'a> {
        let run = &self.shown[0].attempt.run;
        let newest_run = self.shown.iter().filter(|shown| shown.attempt.run == *run);
        newest_run
            .min_by_key(|shown| (shown.attempt.sample, &shown.attempt.id))
            .copied()
            .unwrap_or(self.shown[0])
    }

    pub(crate) fn drawn(&self) -> Rate {
        drawn(self.shown.iter().map(|shown| shown.attempt))
    }
}

impl<'a> ModelWorks<'a> {
    pub(crate) fn attempts(&self) -> impl Iterator<Item = &'a Attempt> + Clone {
        self.cases.iter().flat_map(|(_, case)| case.shown.iter().map(|shown| shown.attempt))
    }

    /// Its origin.
    pub(crate) fn origin(&self) -> &'a ModelOrigin {
        &self.cases[0].1.origin
    }

    /// The contestant as its newest attempt recorded it.
    pub(crate) fn contestant(&self) -> &'a ContestantRecord {
        let newest = self.attempts().max_by_key(|attempt| (attempt.timing.started, &attempt.id));
        newest.map_or_else(|| self.cases[0].1.contestant(), |attempt| &attempt.contestant)
    }
}

impl<'a> PromptSection<'a> {
    pub(crate) fn attempts(&self) -> impl Iterator<Item = &'a Attempt> + Clone {
        self.cases.iter().flat_map(|case| case.shown.iter().map(|shown| shown.attempt))
    }

    /// Name of the prompt in paths. The recorded hash is not trusted to be a safe name, and an edited text must not
    /// share the page.
    pub(crate) fn stem(&self) -> String {
        prompt_stem(self.prompt)
    }
}

/// Name of a prompt in the paths of a gallery: `pelican-41c826e0`.
#[must_use]
pub fn prompt_stem(prompt: &PromptRecord) -> String {
    format!("{}-{}", name::slug(&prompt.id), &blake3::hash(prompt.text.as_bytes()).to_hex()[..8])
}

/// Name of the place of a contestant's samples of one prompt, on the contestant's page.
pub(crate) fn anchor(case: &Showcase<'_>) -> String {
    prompt_stem(&case.shown[0].attempt.prompt)
}

/// Path of a prompt's page from the site's root.
pub(crate) fn prompt_path(prompt: &PromptRecord) -> String {
    format!("prompts/{}.html", prompt_stem(prompt))
}

/// Path of a model's page from the site's root.
pub(crate) fn model_path(contestant: &ContestantRecord) -> String {
    format!("models/{}.html", name::slug(&contestant.slug))
}

/// The share of drawings among the attempts that count.
pub(crate) fn drawn<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> Rate {
    attempts.filter(|attempt| attempt.counts()).map(Attempt::is_drawn).collect()
}
