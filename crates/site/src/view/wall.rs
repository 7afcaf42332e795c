//! The walls: one card a contestant, all its samples behind it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use pelicycle_record::LOCAL;
use pelicycle_statistics::Rate;
use pelicycle_text as text;
use serde::Serialize;

use super::figures::Figures;
use super::hall::{PromptSection, Showcase, model_path, prompt_path};
use super::ranking::{RankingPage, WallRanks};
use super::seals::SealNote;
use super::{Card, chart, lineage, timeline, versus, words};
use crate::makers::Lab;

/// Samples of a contestant that unfold on a wall; the model's own page has them all.
const UNFOLDED: usize = 24;
/// A wall of so few drawings shows all samples at once.
const FEW: usize = 16;
/// Fewer contestants need no tools to find their way.
const TOOLS_FROM: usize = 4;

/// The page of one prompt.
#[derive(Debug, Serialize)]
pub(crate) struct PromptPage {
    tools: Option<WallTools>,
    wall: Wall,
    seal: Option<SealNote>,
    /// The page of the rankings, where there is one.
    ranking: Option<&'static str>,
}

/// A way to another page.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PageLink {
    pub(super) href: String,
    pub(super) words: String,
    pub(super) note: String,
}

/// One prompt's wall.
#[derive(Debug, Serialize)]
pub(super) struct Wall {
    href: String,
    anchor: String,
    pub(super) title: String,
    family: String,
    pub(super) text: String,
    pub(super) attempts: String,
    contestants: String,
    drawn: String,
    /// Several samples of some contestant stand behind one card.
    folded: bool,
    /// Contestants that hang on the prompt's own page only.
    more: usize,
    pub(super) cases: Vec<WallEntry>,
    pub(super) timeline: Option<String>,
    chart: Option<String>,
    pub(super) versus: Option<String>,
}

/// One contestant on a wall.
#[derive(Debug, Serialize)]
pub(super) struct WallEntry {
    label: String,
    href: String,
    /// The maker, where that is known.
    lab: Option<Lab>,
    /// When it came out, where that is known, else when it was first asked.
    when: String,
    /// Whether that is when it came out.
    dated: bool,
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
    /// Its order among those who were judged, its places, and the share of its pairs that it won.
    rank: Option<usize>,
    places: Option<String>,
    won: Option<String>,
    samples: usize,
    drawn: String,
    open: bool,
    lead: Card,
    /// All samples, where there are several: the newest run first, each in the order in which it was asked.
    cards: Vec<Card>,
    /// Samples that only the model's own page has.
    beyond: usize,
}

/// Tools to sort and filter a wall by.
#[derive(Debug, Serialize)]
pub(super) struct WallTools {
    labs: BTreeSet<String>,
    /// Models whose lab is not known.
    unknown_labs: bool,
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
    pub(super) fn new(section: &PromptSection<'_>, most: usize, ranks: &WallRanks) -> Self {
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
            chart: chart::path(section, ranks),
            versus: versus::path(section),
        }
    }
}

impl WallEntry {
    fn new(case: &Showcase<'_>, open: bool, ranks: &WallRanks) -> Self {
        let contestant = case.contestant();
        let numbers = Figures::of(&case.shown.iter().map(|shown| shown.attempt)).numbers;
        let lead = case.lead();
        let several = case.shown.len() > 1;
        let mut samples: Vec<_> = case.shown.iter().collect();
        // A run's samples stand as they were asked, the newest run first.
        samples.sort_by_key(|shown| (Reverse(&shown.attempt.run), shown.attempt.sample, &shown.attempt.id));
        let verdicts: BTreeSet<_> =
            case.shown.iter().map(|shown| words::result(shown.attempt).name).collect();
        let Rate { hits, of } = case.drawn();
        let standing = ranks.of(&contestant.slug);
        Self {
            label: text::label(&contestant.label),
            href: model_path(contestant),
            lab: case.origin.lab.clone(),
            when: text::day(lineage::dated(case)),
            dated: case.origin.released.is_some(),
            provider: text::label(&contestant.provider),
            family: text::label(&lineage::family(contestant)),
            place: place(&contestant.provider),
            demonstration: contestant.demonstration,
            verdicts: verdicts.into_iter().collect(),
            newest: case.shown[0].attempt.timing.started.as_second(),
            released: lineage::dated(case).as_second(),
            speed: numbers.speed,
            price: numbers.price,
            rank: standing.map(|standing| standing.order),
            places: standing.map(|standing| standing.place.clone()),
            won: standing.map(|standing| standing.won.clone()),
            samples: case.shown.len(),
            drawn: format!("{} of {}", text::count(hits), text::count(of)),
            open: open && several,
            lead: Card::new(lead),
            cards: if several {
                samples.into_iter().take(UNFOLDED).map(|shown| Card::new(*shown)).collect()
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

impl WallTools {
    /// None where there is nothing to find.
    pub(super) fn new<'a>(cases: &(impl Iterator<Item = &'a WallEntry> + Clone)) -> Option<Self> {
        if cases.clone().count() < TOOLS_FROM {
            return None;
        }
        Some(Self {
            labs: cases.clone().filter_map(|case| Some(case.lab.as_ref()?.name.clone())).collect(),
            unknown_labs: cases.clone().any(|case| case.lab.is_none()),
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
    pub(crate) fn new(section: &PromptSection<'_>, ranks: &WallRanks) -> Self {
        let wall = Wall::new(section, usize::MAX, ranks);
        let ranking = (!ranks.is_empty()).then_some(RankingPage::PATH);
        Self { tools: WallTools::new(&wall.cases.iter()), wall, seal: None, ranking }
    }

    /// The same with what is known of the prompt's seal.
    pub(crate) fn with_seal(self, seal: Option<SealNote>) -> Self {
        Self { seal, ..self }
    }
}
