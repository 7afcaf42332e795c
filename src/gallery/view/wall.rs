//! The walls: all prompts on the first page, and one page for each prompt.

use std::collections::HashMap;

use serde::Serialize;

use super::Card;
use crate::attempt::{Attempt, PromptRecord};
use crate::drawing::Verdict;
use crate::gallery::{Omission, text};
use crate::name;

/// Samples of one contestant that hang on the first page; the prompt's own page has them all.
const ON_INDEX: usize = 8;

/// The first page.
#[derive(Debug, Serialize)]
pub(in crate::gallery) struct IndexPage<'a> {
    pub(in crate::gallery) attempts: String,
    pub(in crate::gallery) contestants: String,
    pub(in crate::gallery) drawn: String,
    pub(in crate::gallery) sections: Vec<Hung<'a>>,
    pub(in crate::gallery) omissions: Vec<Omitted>,
}

/// The page of one prompt.
#[derive(Debug, Serialize)]
pub(in crate::gallery) struct PromptPage<'a> {
    pub(in crate::gallery) section: Hung<'a>,
}

/// A record that is not shown.
#[derive(Debug, Serialize)]
pub(in crate::gallery) struct Omitted {
    place: String,
    reason: String,
}

/// All attempts on one prompt: its id and its exact text.
#[derive(Debug, Serialize)]
pub(in crate::gallery) struct Section {
    /// Path of the prompt's page from the site's root.
    pub(in crate::gallery) href: String,
    /// Name of its place on the first page.
    anchor: String,
    title: String,
    family: String,
    text: String,
    attempts: String,
    contestants: String,
    drawn: String,
    #[serde(skip)]
    cases: Vec<Case>,
}

/// All attempts of one contestant on one prompt, newest first.
#[derive(Debug, Serialize)]
struct Case {
    label: String,
    provider: String,
    demonstration: bool,
    drawn: usize,
    cards: Vec<Card>,
}

/// A section as a page shows it.
#[derive(Debug, Serialize)]
pub(in crate::gallery) struct Hung<'a> {
    #[serde(flatten)]
    section: &'a Section,
    cases: Vec<HungCase<'a>>,
}

#[derive(Debug, Serialize)]
struct HungCase<'a> {
    label: &'a str,
    provider: &'a str,
    demonstration: bool,
    drawn: usize,
    /// All samples, of which `cards` may be the newest only.
    samples: usize,
    cards: &'a [Card],
}

/// Sections by prompt, and in them cases by contestant, from attempts that are given newest first. Both come in the
/// order of their newest attempt.
pub(in crate::gallery) fn sections<'a>(hung: impl Iterator<Item = (&'a Attempt, Card)>) -> Vec<Section> {
    let mut sections: Vec<(Section, HashMap<String, usize>)> = Vec::new();
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    for (attempt, card) in hung {
        let place = *places.entry((&attempt.prompt.id, &attempt.prompt.text)).or_insert_with(|| {
            sections.push((Section::new(attempt), HashMap::new()));
            sections.len() - 1
        });
        let (section, cases) = &mut sections[place];
        let case = *cases.entry(attempt.contestant.slug.clone()).or_insert_with(|| {
            section.cases.push(Case::new(attempt));
            section.cases.len() - 1
        });
        let case = &mut section.cases[case];
        case.drawn += usize::from(is_drawn(attempt));
        case.cards.push(card);
    }
    let finished = sections.into_iter().map(|(mut section, _)| {
        let sum = |count: fn(&Case) -> usize| section.cases.iter().map(count).sum::<usize>() as u64;
        (section.attempts, section.drawn, section.contestants) = (
            text::plural(sum(|case| case.cards.len()), "attempt"),
            text::count(sum(|case| case.drawn)),
            text::plural(section.cases.len() as u64, "model"),
        );
        section
    });
    finished.collect()
}

/// Path of a prompt's page from the site's root.
pub(in crate::gallery) fn prompt_path(prompt: &PromptRecord) -> String {
    format!("prompts/{}.html", anchor(prompt))
}

/// The recorded hash is not trusted to be a safe name, and an edited text must not share the page.
fn anchor(prompt: &PromptRecord) -> String {
    format!("{}-{}", name::slug(&prompt.id), &blake3::hash(prompt.text.as_bytes()).to_hex()[..8])
}

impl Section {
    fn new(attempt: &Attempt) -> Self {
        let prompt = &attempt.prompt;
        Self {
            href: prompt_path(prompt),
            anchor: anchor(prompt),
            title: text::label(&prompt.title),
            family: text::label(&prompt.family),
            text: text::visible(&prompt.text),
            attempts: String::new(),
            contestants: String::new(),
            drawn: String::new(),
            cases: Vec::new(),
        }
    }

    /// All of it, or the newest of each contestant.
    pub(in crate::gallery) fn hang(&self, all: bool) -> Hung<'_> {
        let cases = self.cases.iter().map(|case| HungCase {
            label: &case.label,
            provider: &case.provider,
            demonstration: case.demonstration,
            drawn: case.drawn,
            samples: case.cards.len(),
            cards: if all { &case.cards } else { &case.cards[..case.cards.len().min(ON_INDEX)] },
        });
        Hung { section: self, cases: cases.collect() }
    }
}

impl Case {
    fn new(newest: &Attempt) -> Self {
        Self {
            label: text::label(&newest.contestant.label),
            provider: text::label(&newest.contestant.provider),
            demonstration: newest.contestant.demonstration,
            drawn: 0,
            cards: Vec::new(),
        }
    }
}

impl Omitted {
    pub(in crate::gallery) fn new(omission: &Omission) -> Self {
        Self { place: text::sentence(&omission.place), reason: text::sentence(&omission.reason) }
    }
}

impl<'a> IndexPage<'a> {
    pub(in crate::gallery) fn new<'b>(
        attempts: impl Iterator<Item = &'b Attempt>,
        sections: &'a [Section],
        omissions: &[Omission],
    ) -> Self {
        let mut contestants = std::collections::HashSet::new();
        let (mut count, mut drawn) = (0, 0);
        for attempt in attempts {
            count += 1;
            drawn += u64::from(is_drawn(attempt));
            contestants.insert(&attempt.contestant.slug);
        }
        Self {
            attempts: text::plural(count, "attempt"),
            contestants: text::plural(contestants.len() as u64, "model"),
            drawn: text::count(drawn),
            sections: sections.iter().map(|section| section.hang(false)).collect(),
            omissions: omissions.iter().map(Omitted::new).collect(),
        }
    }
}

fn is_drawn(attempt: &Attempt) -> bool {
    attempt.check.as_ref().is_some_and(|check| check.verdict == Verdict::Drawn)
}
