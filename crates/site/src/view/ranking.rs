//! The page of rankings: who draws best to those who judged, and how sure that is.

use std::collections::BTreeMap;

use pelicycle_judge::{ContestantStanding, JudgedRanking, RankingReport, words};
use pelicycle_statistics::Interval;
use pelicycle_text as text;
use serde::Serialize;

use super::card::Card;
use super::hall::{ModelWorks, model_path};

/// The bar of an interval is so many units wide.
const WIDTH: f64 = 200.0;

/// The page of all rankings.
#[derive(Debug, Serialize)]
pub(crate) struct RankingPage {
    tables: Vec<Table>,
    judges: Vec<Judge>,
    remarks: Vec<String>,
    rule: &'static str,
}

#[derive(Debug, Serialize)]
struct Table {
    by: String,
    /// Whether one of those who judged fails the calibration.
    fails: bool,
    /// The best first: what the page shows without its script.
    rows: Vec<Row>,
    /// The meaning of the mark of those with few votes, where somebody has it.
    few: Option<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    places: String,
    label: String,
    /// Its page, where it has one.
    href: Option<String>,
    /// The attempt that stands for it.
    card: Option<Card>,
    strength: String,
    interval: String,
    /// The place of the estimate, and then of its bounds, in the bar's units.
    at: f64,
    bounds: (f64, f64),
    votes: usize,
    few: bool,
    drawings: usize,
    won: String,
    drew: String,
    /// The numbers by which the columns of the best place, the strength, the share won and the share drawn are
    /// sorted.
    best: usize,
    chance: f64,
    share_won: Option<f64>,
    share_drawn: f64,
}

#[derive(Debug, Serialize)]
struct Judge {
    name: String,
    votes: usize,
    side: String,
    turned: String,
    again: String,
    people: String,
    calibration: String,
    fails: bool,
}

/// Places on the walls: those of the first ranking, which is people's where people judged. One by a judge that fails the
/// calibration gives no places.
#[derive(Debug, Default)]
pub(crate) struct WallRanks {
    /// By slug.
    of: BTreeMap<String, ModelStanding>,
}

/// The standing of one contestant by judgements.
#[derive(Debug)]
pub(super) struct ModelStanding {
    /// Its order among those who were judged, from 0.
    pub(super) order: usize,
    /// `place 3`, `place 2–4`.
    pub(super) place: String,
    /// `won 62 %`, or `won 100 % of 1 vote` where votes are few.
    pub(super) won: String,
    /// The chance that a typical drawing of it is preferred to a middling model's, with its bounds at 95 %.
    pub(super) strength: Interval,
    pub(super) chance: f64,
}

impl RankingPage {
    pub(crate) const PATH: &'static str = "ranking.html";

    /// None where nobody judged.
    pub(crate) fn new(report: &RankingReport, models: &[ModelWorks<'_>]) -> Option<Self> {
        if report.rankings.is_empty() {
            return None;
        }
        let models: BTreeMap<&str, &ModelWorks<'_>> =
            models.iter().map(|model| (model.contestant().slug.as_str(), model)).collect();
        let tables = report.rankings.iter().map(|ranked| Table::new(ranked, &models, &report.prompts));
        let judges = report.judges.iter().map(|judge| Judge {
            name: text::label(&judge.name),
            votes: judge.votes,
            side: words::side(judge),
            turned: words::share(&judge.turned),
            again: words::share(&judge.again),
            people: words::people(judge),
            calibration: words::calibrated(judge),
            fails: judge.fails(),
        });
        Some(Self {
            tables: tables.collect(),
            judges: judges.collect(),
            remarks: words::advice(report).into_iter().chain(words::remarks(report)).collect(),
            rule: words::RULE,
        })
    }
}

impl Table {
    fn new(ranked: &JudgedRanking, models: &BTreeMap<&str, &ModelWorks<'_>>, prompts: &[String]) -> Self {
        let row = |placed: &ContestantStanding| {
            Row::new(placed, models.get(placed.slug.as_str()).copied(), prompts)
        };
        Self {
            by: text::sentence(&words::by(ranked)),
            fails: !ranked.failing.is_empty(),
            rows: ranked.standings().iter().map(row).collect(),
            few: words::few(ranked),
        }
    }
}

impl Row {
    fn new(placed: &ContestantStanding, works: Option<&ModelWorks<'_>>, prompts: &[String]) -> Self {
        let at = |chance: f64| (chance * WIDTH * 10.0).round() / 10.0;
        // Of the prompts that were judged, the one that it answered last.
        let judged = works
            .and_then(|works| works.cases.iter().find(|(section, _)| prompts.contains(&section.prompt.id)));
        Self {
            places: words::places(placed),
            label: text::label(&placed.label),
            href: works.map(|works| model_path(works.contestant())),
            card: judged.map(|(_, case)| Card::new(case.lead())),
            strength: words::strength(placed),
            interval: words::interval(placed),
            at: at(placed.chance),
            bounds: (at(placed.low), at(placed.high)),
            votes: placed.votes,
            few: placed.few,
            drawings: placed.drawings,
            won: words::share_won(placed),
            drew: words::drawn(placed),
            best: placed.best,
            chance: placed.chance,
            share_won: placed.share_won,
            share_drawn: placed.drawn as f64 / placed.attempts.max(1) as f64,
        }
    }
}

/// The share of its votes that a contestant won; of few votes their number says how little that is.
fn won(placed: &ContestantStanding) -> String {
    let share = words::share_won(placed);
    match placed.few {
        true => format!("won {share} of {}", text::plural(placed.votes as u64, "vote")),
        false => format!("won {share}"),
    }
}

impl WallRanks {
    pub(crate) fn new(report: Option<&RankingReport>) -> Self {
        let heard = report.and_then(|report| report.rankings.iter().find(|ranked| ranked.failing.is_empty()));
        let Some(first) = heard else { return Self::default() };
        // Of those who were never judged no place is known.
        let standings = first.standings().iter().filter(|placed| placed.votes > 0);
        let of = standings.enumerate().map(|(order, placed)| {
            let standing = ModelStanding {
                order,
                place: format!("place {}", words::places(placed)),
                won: won(placed),
                strength: Interval { low: placed.low, high: placed.high },
                chance: placed.chance,
            };
            (placed.slug.clone(), standing)
        });
        Self { of: of.collect() }
    }

    /// Whether nobody was judged.
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The standing of a contestant, where it is known.
    pub(super) fn of(&self, slug: &str) -> Option<&ModelStanding> {
        self.of.get(slug)
    }
}
