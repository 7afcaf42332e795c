//! The first page: the drawings of the prompt that leads, and the ways to everything else.

use std::cmp::Reverse;

use pelicycle_statistics::Rate;
use pelicycle_text as text;
use serde::Serialize;

use super::hall::{self, PromptSection, model_path};
use super::news::ReleaseNews;
use super::premium::PremiumPage;
use super::ranking::{RankingPage, WallRanks};
use super::seals::SealsPage;
use super::wall::{PageLink, Wall, WallTools};
use crate::{GalleryContext, OmittedRecord, SiteSettings};

/// Contestants of the first prompt that hang on the first page; the prompt's own page has them all.
const ON_INDEX: usize = 24;
/// The same for the prompts after it, each in a row to scroll.
const IN_ROW: usize = 8;
/// The prompts that people know.
const FAMOUS: &str = "pelican";

/// The first page.
#[derive(Debug, Serialize)]
pub(crate) struct IndexPage {
    title: String,
    attempts: String,
    contestants: String,
    drawn: String,
    prompts: Vec<PageLink>,
    models: Vec<PageLink>,
    /// The page of the rankings.
    ranking: Option<&'static str>,
    tools: Option<WallTools>,
    news: Option<ReleaseNews>,
    walls: Vec<Wall>,
    omissions: Vec<Omitted>,
    /// Further pages: of sealed prompts, and of the famous prompt's premium.
    seals: Option<&'static str>,
    premium: Option<&'static str>,
}

/// A record that is not shown.
#[derive(Debug, Serialize)]
struct Omitted {
    place: String,
    reason: String,
}

impl IndexPage {
    pub(crate) fn new(
        sections: &[PromptSection<'_>],
        models: &[hall::ModelWorks<'_>],
        omissions: &[OmittedRecord],
        ranks: &WallRanks,
        (site, context): (&SiteSettings, GalleryContext<'_>),
    ) -> Self {
        let order = in_order(sections, &site.lead);
        let most = |index: usize| if index == 0 { ON_INDEX } else { IN_ROW };
        let walls: Vec<_> =
            order.iter().enumerate().map(|(index, section)| Wall::new(section, most(index), ranks)).collect();
        let shown = || sections.iter().flat_map(|section| &section.cases).flat_map(|case| &case.shown);
        let drawn = shown().filter(|shown| shown.attempt.is_drawn()).count();
        let prompts = order.iter().zip(&walls).map(|(section, wall)| PageLink {
            href: hall::prompt_path(section.prompt),
            words: wall.title.clone(),
            note: wall.attempts.clone(),
        });
        Self {
            title: title(site, order.first().copied()),
            attempts: text::plural(shown().count() as u64, "attempt"),
            contestants: text::plural(models.len() as u64, "model"),
            drawn: text::count(drawn as u64),
            prompts: prompts.collect(),
            models: models.iter().map(model_link).collect(),
            ranking: (!ranks.is_empty()).then_some(RankingPage::PATH),
            tools: WallTools::new(&walls.iter().flat_map(|wall| &wall.cases)),
            news: order.first().and_then(|section| ReleaseNews::new(section, models, ranks, context)),
            walls,
            omissions: omissions
                .iter()
                .map(|omission| Omitted {
                    place: text::sentence(&omission.place),
                    reason: text::sentence(&omission.reason),
                })
                .collect(),
            seals: None,
            premium: None,
        }
    }

    /// The same with ways to further pages.
    pub(crate) fn with_pages(self, seals: bool, premium: bool) -> Self {
        let (seals, premium) = (seals.then_some(SealsPage::PATH), premium.then_some(PremiumPage::PATH));
        Self { seals, premium, ..self }
    }
}

/// The title of the site: its own, else one that says what is drawn.
pub(super) fn title(site: &SiteSettings, first: Option<&PromptSection<'_>>) -> String {
    let famous = first.is_none_or(|section| section.prompt.family == FAMOUS);
    let usual = || if famous { "Pelicans on bicycles" } else { "Drawings by language models" }.to_owned();
    site.title.as_deref().map_or_else(usual, text::label)
}

/// Walls as they hang on the first page: the prompts that the site puts first; the prompts that people know, of these the
/// one first that most models were asked; then the others, from sections in the order of their newest attempt.
pub(super) fn in_order<'a, 'b>(
    sections: &'b [PromptSection<'a>],
    lead: &[String],
) -> Vec<&'b PromptSection<'a>> {
    let mut order: Vec<&PromptSection<'_>> = sections.iter().collect();
    order.sort_by_key(|section| place_of_prompt(section, lead));
    order
}

/// The place of a prompt among others: the lower, the further in front.
pub(super) fn place_of_prompt(section: &PromptSection<'_>, lead: &[String]) -> (usize, bool, Reverse<usize>) {
    let place = lead.iter().position(|id| *id == section.prompt.id).unwrap_or(usize::MAX);
    let famous = section.prompt.family == FAMOUS;
    (place, !famous, Reverse(if famous { section.cases.len() } else { 0 }))
}

fn model_link(model: &hall::ModelWorks<'_>) -> PageLink {
    let contestant = model.contestant();
    let Rate { hits, of } = hall::drawn(model.attempts());
    let lab = model.origin().lab.as_ref().map(|lab| format!("{} · ", lab.name)).unwrap_or_default();
    PageLink {
        href: model_path(contestant),
        words: text::label(&contestant.label),
        note: format!("{lab}{} of {} drawn", text::count(hits), text::count(of)),
    }
}
