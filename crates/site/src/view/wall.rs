//! The walls: one card a contestant, all its samples behind it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use pelicycle_record::LOCAL;
use pelicycle_statistics::Rate;
use pelicycle_text as text;
use serde::Serialize;

use super::figures::Figures;
use super::hall::{self, Case, Section, model_path, prompt_path};
use super::ranking::{RankingPage, Ranks};
use super::{Card, lineage, timeline, versus, words};
use crate::Omission;

/// Contestants of one prompt that hang on the first page; the prompt's own page has them all.
const ON_INDEX: usize = 24;
/// The same for the prompts after the first few.
const ON_INDEX_LATER: usize = 6;
/// Prompts that get the larger share.
const FIRST: usize = 2;
/// Samples of a contestant that unfold on a wall; the model's own page has them all.
const UNFOLDED: usize = 24;
/// A wall of so few drawings shows all samples at once.
const FEW: usize = 16;
/// Fewer contestants need no tools to find their way.
const TOOLS_FROM: usize = 4;

/// The first page.
#[derive(Debug, Serialize)]
pub(crate) struct IndexPage {
    attempts: String,
    contestants: String,
    drawn: String,
    prompts: Vec<PageLink>,
    models: Vec<PageLink>,
    /// The page of the rankings.
    ranking: Option<&'static str>,
    tools: Option<Tools>,
    walls: Vec<Wall>,
    omissions: Vec<Omitted>,
}

/// The page of one prompt.
#[derive(Debug, Serialize)]
pub(crate) struct PromptPage {
    tools: Option<Tools>,
    wall: Wall,
}

/// A way to another page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PageLink {
    pub(super) href: String,
    pub(super) words: String,
    pub(super) note: String,
}

/// A record that is not shown.
#[derive(Debug, Serialize)]
struct Omitted {
    place: String,
    reason: String,
}

/// One prompt's wall.
#[derive(Debug, Serialize)]
struct Wall {
    href: String,
    anchor: String,
    title: String,
    family: String,
    text: String,
    attempts: String,
    contestants: String,
    drawn: String,
    /// Several samples of some contestant stand behind one card.
    folded: bool,
    /// Contestants that hang on the prompt's own page only.
    more: usize,
    cases: Vec<WallEntry>,
    timeline: Option<String>,
    versus: Option<String>,
}

/// One contestant on a wall.
#[derive(Debug, Serialize)]
struct WallEntry {
    label: String,
    href: String,
    provider: String,
    family: String,
    place: &'static str,
    demonstration: bool,
    /// Verdicts of its samples, for the filter.
    verdicts: Vec<&'static str>,
    /// Seconds since 1970, to sort by.
    newest: i64,
    released: i64,
    speed: Option<f64>,
    price: Option<f64>,
    /// Its order and its places among those who were judged.
    rank: Option<usize>,
    places: Option<String>,
    samples: usize,
    drawn: String,
    open: bool,
    lead: Card,
    /// All samples, newest first, where there are several.
    cards: Vec<Card>,
    /// Samples that only the model's own page has.
    beyond: usize,
}

/// Tools to sort and filter a wall by.
#[derive(Debug, Serialize)]
struct Tools {
    providers: BTreeSet<String>,
    families: BTreeSet<String>,
    verdicts: BTreeSet<&'static str>,
    places: BTreeSet<&'static str>,
    speed: bool,
    price: bool,
    released: bool,
    ranked: bool,
    demonstration: bool,
}

impl Wall {
    fn new(section: &Section<'_>, most: usize, ranks: &Ranks) -> Self {
        let prompt = section.prompt;
        let attempts: usize = section.cases.iter().map(|case| case.shown.len()).sum();
        let open = attempts <= FEW;
        let drawn = section.cases.iter().flat_map(|case| &case.shown);
        let drawn = drawn.filter(|shown| shown.attempt.is_drawn()).count();
        Self {
            href: prompt_path(prompt),
            anchor: section.stem(),
            title: text::label(&prompt.title),
            family: text::label(&prompt.family),
            text: text::visible(&prompt.text),
            attempts: text::plural(attempts as u64, "attempt"),
            contestants: text::plural(section.cases.len() as u64, "model"),
            drawn: text::count(drawn as u64),
            folded: !open && section.cases.iter().any(|case| case.shown.len() > 1),
            more: section.cases.len().saturating_sub(most),
            cases: section.cases.iter().take(most).map(|case| WallEntry::new(case, open, ranks)).collect(),
            timeline: timeline::path(section),
            versus: versus::path(section),
        }
    }
}

impl WallEntry {
    fn new(case: &Case<'_>, open: bool, ranks: &Ranks) -> Self {
        let contestant = case.contestant();
        let numbers = Figures::of(&case.shown.iter().map(|shown| shown.attempt)).numbers;
        let lead = case.lead();
        let several = case.shown.len() > 1;
        let verdicts: BTreeSet<_> =
            case.shown.iter().map(|shown| words::result(shown.attempt).name).collect();
        let Rate { hits, of } = case.drawn();
        let (rank, places) = ranks.of(&contestant.slug).cloned().unzip();
        Self {
            label: text::label(&contestant.label),
            href: model_path(contestant),
            provider: text::label(&contestant.provider),
            family: text::label(&lineage::family(contestant)),
            place: place(&contestant.provider),
            demonstration: contestant.demonstration,
            verdicts: verdicts.into_iter().collect(),
            newest: case.shown[0].attempt.timing.started.as_second(),
            released: lineage::dated(case).as_second(),
            speed: numbers.speed,
            price: numbers.price,
            rank,
            places,
            samples: case.shown.len(),
            drawn: format!("{} of {}", text::count(hits), text::count(of)),
            open: open && several,
            lead: Card::new(lead),
            cards: if several {
                case.shown.iter().take(UNFOLDED).map(|shown| Card::new(*shown)).collect()
            } else {
                Vec::new()
            },
            beyond: case.shown.len().saturating_sub(UNFOLDED),
        }
    }
}

fn place(provider: &str) -> &'static str {
    if provider == LOCAL { "local" } else { "remote" }
}

impl Tools {
    /// None where there is nothing to find.
    fn new<'a>(cases: &(impl Iterator<Item = &'a WallEntry> + Clone)) -> Option<Self> {
        if cases.clone().count() < TOOLS_FROM {
            return None;
        }
        Some(Self {
            providers: cases.clone().map(|case| case.provider.clone()).collect(),
            families: cases.clone().map(|case| case.family.clone()).collect(),
            verdicts: cases.clone().flat_map(|case| case.verdicts.iter().copied()).collect(),
            places: cases.clone().map(|case| case.place).collect(),
            speed: cases.clone().any(|case| case.speed.is_some()),
            price: cases.clone().any(|case| case.price.is_some()),
            released: cases.clone().any(|case| case.released != case.newest),
            ranked: cases.clone().any(|case| case.rank.is_some()),
            demonstration: cases.clone().any(|case| case.demonstration)
                && cases.clone().any(|case| !case.demonstration),
        })
    }
}

impl PromptPage {
    pub(crate) fn new(section: &Section<'_>, ranks: &Ranks) -> Self {
        let wall = Wall::new(section, usize::MAX, ranks);
        Self { tools: Tools::new(&wall.cases.iter()), wall }
    }
}

impl IndexPage {
    pub(crate) fn new(
        sections: &[Section<'_>],
        models: &[hall::ModelWorks<'_>],
        omissions: &[Omission],
        ranks: &Ranks,
    ) -> Self {
        let order = in_order(sections);
        let most = |index: usize| if index < FIRST { ON_INDEX } else { ON_INDEX_LATER };
        let walls: Vec<_> =
            order.iter().enumerate().map(|(index, section)| Wall::new(section, most(index), ranks)).collect();
        let shown = || sections.iter().flat_map(|section| &section.cases).flat_map(|case| &case.shown);
        let drawn = shown().filter(|shown| shown.attempt.is_drawn()).count();
        let prompts = order.iter().zip(&walls).map(|(section, wall)| PageLink {
            href: format!("#{}", section.stem()),
            words: wall.title.clone(),
            note: wall.attempts.clone(),
        });
        Self {
            attempts: text::plural(shown().count() as u64, "attempt"),
            contestants: text::plural(models.len() as u64, "model"),
            drawn: text::count(drawn as u64),
            prompts: prompts.collect(),
            models: models.iter().map(model_link).collect(),
            ranking: (!ranks.is_empty()).then_some(RankingPage::PATH),
            tools: Tools::new(&walls.iter().flat_map(|wall| &wall.cases)),
            walls,
            omissions: omissions
                .iter()
                .map(|omission| Omitted {
                    place: text::sentence(&omission.place),
                    reason: text::sentence(&omission.reason),
                })
                .collect(),
        }
    }
}

/// The prompts that people know.
const FAMOUS: &str = "pelican";

/// Walls as they hang on the first page: the prompts that people know, of these the one first that most models were
/// asked; then the others, from sections in the order of their newest attempt.
pub(super) fn in_order<'a, 'b>(sections: &'b [Section<'a>]) -> Vec<&'b Section<'a>> {
    let (mut famous, others): (Vec<_>, Vec<_>) =
        sections.iter().partition(|section| section.prompt.family == FAMOUS);
    famous.sort_by_key(|section| Reverse(section.cases.len()));
    famous.into_iter().chain(others).collect()
}

fn model_link(model: &hall::ModelWorks<'_>) -> PageLink {
    let contestant = model.contestant();
    let Rate { hits, of } = hall::drawn(model.attempts());
    PageLink {
        href: model_path(contestant),
        words: text::label(&contestant.label),
        note: format!("{} of {} drawn", text::count(hits), text::count(of)),
    }
}
