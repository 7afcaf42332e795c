//! The page of one contestant: all it drew, prompt by prompt and run by run.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use pelicycle_record::Attempt;
use pelicycle_statistics::Rate;
use pelicycle_text as text;
use serde::Serialize;

use super::figures::{Fact, Figures, facts};
use super::hall::{self, ModelWorks, model_path, prompt_path};
use super::index::place_of_prompt;
use super::ranking::WallRanks;
use super::wall::PageLink;
use super::{Card, grid};
use crate::makers::Lab;

/// Samples of a prompt that hang on the page; the others are links.
const HUNG: usize = 12;
/// Links to samples beyond them.
const LINKED: usize = 500;
/// Runs in the history, newest first.
const RUNS: usize = 60;

/// The page of one contestant.
#[derive(Debug, Serialize)]
pub(crate) struct ModelPage {
    #[serde(skip)]
    pub(crate) path: String,
    label: String,
    demonstration: bool,
    /// The maker, and when it came out, where that is known.
    lab: Option<Lab>,
    released: Option<String>,
    /// The share of its pairs that it won, and its places, where it was judged.
    won: Option<String>,
    places: Option<String>,
    plate: Vec<Fact>,
    grid: Option<String>,
    prompts: Vec<PromptRow>,
    history: Vec<Event>,
    /// Some run tells by what name the model answered, or that it was another one.
    served: bool,
    earlier: usize,
}

/// All samples of one prompt.
#[derive(Debug, Serialize)]
struct PromptRow {
    href: String,
    anchor: String,
    title: String,
    figures: Figures,
    cards: Vec<Card>,
    beyond: Vec<PageLink>,
    /// Samples that have no link either.
    more: usize,
}

/// One run in the history of a contestant.
#[derive(Debug, Serialize)]
struct Event {
    day: String,
    prompts: String,
    drawn: String,
    speed: Option<String>,
    tool: String,
    served: Option<String>,
    /// The model that answered, or the weights, are not those of the run before.
    changed: bool,
}

impl ModelPage {
    /// The page of a model, whose prompts stand as on the first page: `lead` are those that the site puts first.
    pub(crate) fn new(model: &ModelWorks<'_>, ranks: &WallRanks, lead: &[String]) -> Self {
        let (contestant, origin) = (model.contestant(), model.origin());
        let standing = ranks.of(&contestant.slug);
        let mut cases: Vec<_> = model.cases.iter().collect();
        cases.sort_by_key(|(section, _)| place_of_prompt(section, lead));
        let all: Vec<&Attempt> = model.attempts().collect();
        let Figures { drawn, rate, tokens, time, speed, price, .. } = Figures::of(&all.iter().copied());
        let days = all.iter().map(|attempt| attempt.timing.started);
        let (first, last) = (days.clone().min().map(text::day), days.max().map(text::day));
        let plate = facts([
            ("Model", Some(text::label(&contestant.model))),
            ("Provider", Some(text::label(&contestant.provider))),
            ("Made by", Some(origin.lab.as_ref().map_or("unknown".to_owned(), |lab| text::label(&lab.name)))),
            ("Released", origin.released.map(text::date)),
            ("First asked", first.clone()),
            ("Last asked", last.filter(|last| Some(last) != first.as_ref())),
            ("Prompts", Some(text::count(model.cases.len() as u64))),
            ("Attempts", Some(text::count(all.len() as u64))),
            ("Drawn", Some(rate.map_or_else(|| drawn.clone(), |rate| format!("{drawn}: {rate}")))),
            ("Tokens of a reply", tokens),
            ("Time of a reply", time),
            ("Speed", speed),
            ("Price of a drawing", price),
        ]);
        let (history, earlier) = history(&all);
        Self {
            path: model_path(contestant),
            label: text::label(&contestant.label),
            demonstration: contestant.demonstration,
            lab: origin.lab.clone(),
            released: origin.released.map(text::date),
            won: standing.map(|standing| standing.won.clone()),
            places: standing.map(|standing| standing.place.clone()),
            plate,
            grid: grid::path(model),
            prompts: cases.into_iter().map(|(section, case)| PromptRow::new(section, case)).collect(),
            served: history.iter().any(|event| event.changed || event.served.is_some()),
            history,
            earlier,
        }
    }
}

impl PromptRow {
    fn new(section: &hall::PromptSection<'_>, case: &hall::Showcase<'_>) -> Self {
        let beyond = case.shown.iter().skip(HUNG).take(LINKED).map(|shown| PageLink {
            href: super::page_path(shown.attempt),
            words: format!("no. {}", shown.attempt.sample),
            note: text::day(shown.attempt.timing.started),
        });
        Self {
            href: prompt_path(section.prompt),
            anchor: section.stem(),
            title: text::label(&section.prompt.title),
            figures: Figures::of(&case.shown.iter().map(|shown| shown.attempt)),
            cards: case.shown.iter().take(HUNG).map(|shown| Card::new(*shown)).collect(),
            beyond: beyond.collect(),
            more: case.shown.len().saturating_sub(HUNG + LINKED),
        }
    }
}

/// The runs, newest first, and how many are left out.
fn history(all: &[&Attempt]) -> (Vec<Event>, usize) {
    let mut runs: BTreeMap<&str, Vec<&Attempt>> = BTreeMap::new();
    for attempt in all {
        runs.entry(attempt.run.as_str()).or_default().push(attempt);
    }
    let started = |run: &[&Attempt]| run.iter().map(|attempt| attempt.timing.started).min();
    let mut runs: Vec<(Option<Timestamp>, Vec<&Attempt>)> =
        runs.into_values().map(|run| (started(&run), run)).collect();
    runs.sort_by_key(|(started, _)| *started);
    let mut before: Option<BTreeSet<&str>> = None;
    let mut events = Vec::with_capacity(runs.len());
    for (started, run) in &runs {
        let identity: BTreeSet<&str> = run.iter().filter_map(|attempt| identity(attempt)).collect();
        let changed = before.as_ref().is_some_and(|before| !identity.is_empty() && *before != identity);
        let prompts: BTreeSet<_> = run.iter().map(|attempt| &attempt.prompt.id).collect();
        let Rate { hits, of } = hall::drawn(run.iter().copied());
        let served = run.iter().find_map(|attempt| attempt.contestant.served.as_deref());
        let tool = &run[0].tool;
        events.push(Event {
            day: started.map(text::day).unwrap_or_default(),
            prompts: text::plural(prompts.len() as u64, "prompt"),
            drawn: format!("{} of {}", text::count(hits), text::count(of)),
            speed: Figures::of(&run.iter().copied()).speed,
            tool: text::label(&format!("{} {}", tool.name, tool.version)),
            served: served.map(text::label),
            changed,
        });
        if !identity.is_empty() {
            before = Some(identity);
        }
    }
    events.reverse();
    let earlier = events.len().saturating_sub(RUNS);
    events.truncate(RUNS);
    (events, earlier)
}

/// The identity of the model that answered: the weights' hash, or the name that the service answered by.
fn identity(attempt: &Attempt) -> Option<&str> {
    let weights = attempt.engine.as_ref().map(|engine| engine.hash.as_str());
    weights.or(attempt.contestant.served.as_deref())
}
