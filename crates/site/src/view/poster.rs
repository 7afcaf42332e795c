//! The poster of a page, which it shows to those who link to it: its words, and the drawings that stand for it.

use jiff::Timestamp;
use pelicycle_record::Attempt;
use pelicycle_store::StoredSeal;
use pelicycle_text as text;
use serde::Serialize;

use super::card::{Card, SitePicture};
use super::hall::{ModelWorks, PromptSection, Showcase, ShownAttempt, model_path, prompt_path};
use super::premium::PremiumPage;
use super::ranking::WallRanks;
use super::{ChartFrame, ChartPage, grid, index, lineage, order, timeline};
use crate::SiteSettings;
use crate::makers::ModelOrigin;

/// Drawings on the poster of a wall.
const PLATES: usize = 4;

/// The poster of a page: what it says of itself.
#[derive(Debug, Serialize)]
pub(crate) struct Poster {
    pub(crate) title: String,
    /// The prompt's text, where all drawings answer one prompt.
    pub(crate) asked: Option<String>,
    /// A line of figures.
    pub(crate) sum: String,
    /// The site's description of itself, where the page stands for it.
    pub(crate) about: Option<String>,
    pub(crate) plates: Vec<Plate>,
    /// The chart in their place, where the page has one.
    pub(crate) chart: Option<ChartFrame>,
    /// Whether there is one drawing, large, with its label beside it.
    pub(crate) single: bool,
    /// The moment of the newest thing on the page; none where it has none.
    pub(crate) newest: Option<Timestamp>,
    /// Title and path of the page that it stands below; none where that is the first page.
    pub(crate) within: Option<(String, String)>,
    /// The drawing that the page is about, where there is one to see.
    pub(crate) work: Option<PosterDrawing>,
}

/// The drawing that a page is about.
#[derive(Debug, Serialize)]
pub(crate) struct PosterDrawing {
    pub(crate) picture: SitePicture,
    /// The prompt's title.
    pub(crate) prompt: String,
    pub(crate) model: String,
    pub(crate) lab: Option<String>,
}

/// A drawing on a poster, or the verdict in its place.
#[derive(Debug, Serialize)]
pub(crate) struct Plate {
    pub(crate) picture: Option<SitePicture>,
    pub(crate) verdict: &'static str,
    pub(crate) label: String,
}

impl Plate {
    fn new(shown: ShownAttempt<'_>, label: &str) -> Self {
        // A repaired picture does not count, so it stands for nothing.
        let picture = shown.pictures.small.clone();
        Self { picture, verdict: Card::new(shown).verdict, label: text::label(label) }
    }

    fn of_case(case: &Showcase<'_>) -> Self {
        Self::new(case.lead(), &case.contestant().label)
    }
}

impl Poster {
    /// The poster of the first page: of its first wall, the newest release of each lab.
    pub(crate) fn index(
        sections: &[PromptSection<'_>],
        models: &[ModelWorks<'_>],
        site: &SiteSettings,
    ) -> Self {
        let order = index::in_order(sections, &site.lead);
        let attempts = sections.iter().flat_map(PromptSection::attempts);
        Self {
            title: index::title(site, order.first().copied()),
            asked: order.first().map(|first| text::sentence(&first.prompt.text)),
            sum: sum(attempts.clone(), Some(models.len())),
            about: site.description.as_deref().map(text::sentence),
            plates: order.first().map(|first| leads(first)).unwrap_or_default(),
            chart: None,
            single: false,
            newest: newest(attempts),
            within: None,
            work: None,
        }
    }

    /// The poster of the ranking: its top.
    pub(crate) fn ranking(
        sections: &[PromptSection<'_>],
        models: &[ModelWorks<'_>],
        ranks: &WallRanks,
        site: &SiteSettings,
    ) -> Self {
        let order = index::in_order(sections, &site.lead);
        let top = order.first().map(|first| order::by_rank(&first.cases, ranks)).unwrap_or_default();
        let plates: Vec<_> = top.into_iter().take(PLATES).map(Plate::of_case).collect();
        let whole = Self::index(sections, models, site);
        let plates = if plates.is_empty() { whole.plates } else { plates };
        Self { title: "Who draws best?".to_owned(), plates, ..whole }
    }

    /// The poster of the seals, which shows no drawings.
    pub(crate) fn seals(seals: &[StoredSeal]) -> Self {
        let opened = seals.iter().filter(|stored| stored.revealed.is_some()).count();
        let moments = seals.iter().flat_map(|StoredSeal { seal, revealed }| {
            [Some(seal.sealed), revealed.as_ref().map(|revealed| revealed.revealed)]
        });
        Self {
            title: "Sealed prompts".to_owned(),
            asked: None,
            sum: format!(
                "{}, {} published",
                text::plural(seals.len() as u64, "seal"),
                text::count(opened as u64)
            ),
            about: Some(
                "Prompts that are kept secret until models have answered them, and whether the texts that were published are \
                 those that were sealed."
                    .to_owned(),
            ),
            plates: Vec::new(),
            chart: None,
            single: false,
            newest: moments.flatten().max(),
            within: None,
            work: None,
        }
    }

    /// The poster of the premium: pelicans of the models that its page has first.
    pub(crate) fn premium(page: &PremiumPage, models: &[ModelWorks<'_>]) -> Self {
        let famous = |href: &str| {
            let model = models.iter().find(|model| model_path(model.contestant()) == href)?;
            grid::famous(model).map(Plate::of_case)
        };
        Self {
            title: "Is the pelican easier than other prompts?".to_owned(),
            asked: None,
            sum: page.sum().to_owned(),
            about: Some(format!(
                "How much more often models draw a pelican riding a bicycle than prompts that nobody asks for. {}",
                page.sum()
            )),
            plates: page.models().filter_map(famous).take(PLATES).collect(),
            chart: None,
            single: false,
            newest: newest(models.iter().flat_map(ModelWorks::attempts)),
            within: None,
            work: None,
        }
    }

    /// The poster of a prompt's wall.
    pub(crate) fn wall(section: &PromptSection<'_>) -> Self {
        Self { within: None, ..Self::of_prompt(section, text::label(&section.prompt.title), leads(section)) }
    }

    /// The poster of a prompt's drawings side by side.
    pub(crate) fn versus(section: &PromptSection<'_>) -> Self {
        Self::of_prompt(section, format!("{}, compared", text::label(&section.prompt.title)), leads(section))
    }

    /// The poster of a prompt's families: the newest models of the largest one, the oldest of them first.
    pub(crate) fn timeline(section: &PromptSection<'_>) -> Self {
        let strips = timeline::strips(section);
        let longest = strips.values().max_by_key(|cases| cases.len());
        let plates = longest.map(|cases| {
            let cases = &cases[cases.len().saturating_sub(PLATES)..];
            cases.iter().map(|case| {
                let day = text::day(lineage::dated(case));
                Plate::new(case.lead(), &format!("{} · {day}", case.contestant().label))
            })
        });
        let title = format!("{}, over time", text::label(&section.prompt.title));
        Self::of_prompt(section, title, plates.into_iter().flatten().collect())
    }

    /// The poster of a prompt's chart: the chart.
    pub(crate) fn chart(section: &PromptSection<'_>, page: &ChartPage) -> Self {
        let chart = Some(page.poster().clone());
        Self { chart, ..Self::of_prompt(section, page.name(), Vec::new()) }
    }

    fn of_prompt(section: &PromptSection<'_>, title: String, plates: Vec<Plate>) -> Self {
        Self {
            title,
            asked: Some(text::sentence(&section.prompt.text)),
            sum: sum(section.attempts(), Some(section.cases.len())),
            about: None,
            plates,
            chart: None,
            single: false,
            newest: newest(section.attempts()),
            within: Some((text::label(&section.prompt.title), prompt_path(section.prompt))),
            work: None,
        }
    }

    /// The poster of all that a model drew.
    pub(crate) fn model(model: &ModelWorks<'_>) -> Self {
        let cases = model.cases.iter().map(|(section, case)| (&section.prompt.title, *case));
        Self::of_model(model, "", cases)
    }

    /// The poster of a model's animals by vehicles.
    pub(crate) fn grid(model: &ModelWorks<'_>) -> Self {
        let cases = model.cases.iter().filter(|(section, _)| grid::pair(section.prompt).is_some());
        let cases = cases.map(|(section, case)| (&section.prompt.title, *case));
        let contestant = model.contestant();
        let within = Some((text::label(&contestant.label), model_path(contestant)));
        Self { within, ..Self::of_model(model, ": animals by vehicles", cases) }
    }

    fn of_model<'a>(
        model: &ModelWorks<'_>,
        view: &str,
        cases: impl Iterator<Item = (&'a String, &'a Showcase<'a>)>,
    ) -> Self {
        let cases: Vec<_> = cases.take(PLATES).collect();
        let contestant = model.contestant();
        let demonstration = if contestant.demonstration { "Demonstration · " } else { "" };
        Self {
            title: text::label(&contestant.label) + view,
            asked: None,
            sum: demonstration.to_owned() + &sum(model.attempts(), None),
            about: None,
            plates: match cases.as_slice() {
                [(_, only)] => samples(only),
                cases => cases.iter().map(|(title, case)| Plate::new(case.lead(), title)).collect(),
            },
            chart: None,
            single: false,
            newest: newest(model.attempts()),
            within: None,
            work: None,
        }
    }

    /// The poster of one attempt.
    pub(crate) fn attempt(shown: ShownAttempt<'_>, origin: ModelOrigin) -> Self {
        let ShownAttempt { attempt, pictures, .. } = shown;
        let prompt = text::label(&attempt.prompt.title);
        let card = Card::new(shown);
        let demonstration = attempt.contestant.demonstration.then_some("Demonstration");
        let named = name(attempt);
        let facts = demonstration.into_iter().chain([card.verdict]);
        let facts: Vec<_> = facts.chain(card.facts.iter().map(String::as_str)).collect();
        Self {
            title: named.clone(),
            asked: Some(text::sentence(&attempt.prompt.text)),
            sum: facts.join(" · "),
            about: None,
            plates: vec![Plate::new(shown, &named)],
            chart: None,
            single: true,
            newest: Some(attempt.timing.started),
            within: Some((prompt.clone(), prompt_path(&attempt.prompt))),
            work: pictures.large.clone().map(|picture| PosterDrawing {
                picture,
                prompt,
                model: text::label(&attempt.contestant.label),
                lab: origin.lab.map(|lab| lab.name),
            }),
        }
    }
}

/// The name of one attempt where it stands by itself: its contestant's, and which look it is.
fn name(attempt: &Attempt) -> String {
    let label = text::label(&attempt.contestant.label);
    attempt.look.as_ref().map_or(label.clone(), |look| format!("{label}, look {}", look.number))
}

/// The newest release of each lab on a wall; where one contestant has it for itself, its newest samples.
fn leads(section: &PromptSection<'_>) -> Vec<Plate> {
    match section.cases.as_slice() {
        [only] => samples(only),
        cases => order::first_of_each_lab(cases, PLATES).into_iter().map(Plate::of_case).collect(),
    }
}

fn samples(case: &Showcase<'_>) -> Vec<Plate> {
    let named = |shown: &ShownAttempt<'_>| {
        format!("{}, no. {}", shown.attempt.contestant.label, shown.attempt.sample)
    };
    case.shown.iter().take(PLATES).map(|shown| Plate::new(*shown, &named(shown))).collect()
}

/// The moment of the newest of these attempts.
pub(crate) fn newest<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> Option<Timestamp> {
    attempts.map(|attempt| attempt.timing.started).max()
}

/// `12 attempts by 5 models, 9 drawn`.
fn sum<'a>(attempts: impl Iterator<Item = &'a Attempt> + Clone, models: Option<usize>) -> String {
    let all = text::plural(attempts.clone().count() as u64, "attempt");
    let by = models.map(|models| format!(" by {}", text::plural(models as u64, "model"))).unwrap_or_default();
    let drawn = attempts.filter(|attempt| attempt.is_drawn()).count();
    format!("{all}{by}, {} drawn", text::count(drawn as u64))
}
