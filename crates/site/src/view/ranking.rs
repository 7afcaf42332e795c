//! The page of rankings: who draws best to those who judged, with what it takes to believe that.

use std::collections::BTreeMap;

use pelicycle_judge::{GroupStandings, RankingReport, words};
use pelicycle_text as text;
use serde::Serialize;

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
    /// Contestants of different groups can't be held against each other.
    groups: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Group {
    rows: Vec<Row>,
    doubts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    places: String,
    label: String,
    /// Its page, where it has one.
    href: Option<String>,
    chance: String,
    /// The place of the estimate, and then of its bounds, in the bar's units.
    at: f64,
    bounds: (f64, f64),
    record: String,
    drawings: usize,
    drew: String,
}

#[derive(Debug, Serialize)]
struct Judge {
    name: String,
    votes: usize,
    side: String,
    turned: String,
    again: String,
    people: String,
}

/// Places on the walls: those of the first ranking, which is people's where people judged.
#[derive(Debug, Default)]
pub(crate) struct Ranks {
    /// By slug: the order, and the places in words.
    of: BTreeMap<String, (usize, String)>,
}

impl RankingPage {
    pub(crate) const PATH: &'static str = "ranking.html";

    /// None where nobody judged.
    pub(crate) fn new(report: &RankingReport, models: &[ModelWorks<'_>]) -> Option<Self> {
        if report.rankings.is_empty() {
            return None;
        }
        let pages: BTreeMap<&str, String> = models
            .iter()
            .map(|model| (model.contestant().slug.as_str(), model_path(model.contestant())))
            .collect();
        let tables = report.rankings.iter().map(|ranked| Table {
            by: text::sentence(&words::by(ranked)),
            groups: ranked.groups.iter().map(|group| Group::new(group, &pages)).collect(),
        });
        let judges = report.judges.iter().map(|judge| Judge {
            name: text::label(&judge.name),
            votes: judge.votes,
            side: words::side(judge),
            turned: words::share(&judge.turned),
            again: words::share(&judge.again),
            people: words::people(judge),
        });
        Some(Self {
            tables: tables.collect(),
            judges: judges.collect(),
            remarks: words::advice(report).into_iter().chain(words::remarks(report)).collect(),
            rule: words::RULE,
        })
    }
}

impl Group {
    fn new(group: &GroupStandings, pages: &BTreeMap<&str, String>) -> Self {
        let at = |chance: f64| (chance * WIDTH * 10.0).round() / 10.0;
        let rows = group.standings.iter().map(|placed| Row {
            places: words::places(placed),
            label: text::label(&placed.label),
            href: pages.get(placed.slug.as_str()).cloned(),
            chance: words::chance(placed),
            at: at(placed.chance),
            bounds: (at(placed.low), at(placed.high)),
            record: words::record(placed),
            drawings: placed.drawings,
            drew: words::drawn(placed),
        });
        let doubts = words::doubts(group);
        Self { rows: rows.collect(), doubts: doubts.iter().map(|doubt| text::sentence(doubt)).collect() }
    }
}

impl Ranks {
    pub(crate) fn new(report: Option<&RankingReport>) -> Self {
        let Some(first) = report.and_then(|report| report.rankings.first()) else { return Self::default() };
        // Those whom no judgement joins to the largest group have no place beside it.
        let standings = first.groups.first().into_iter().flat_map(|group| &group.standings);
        let of = standings.enumerate().map(|(order, placed)| {
            let places = words::places(placed);
            let noun = if placed.best == placed.worst { "place" } else { "places" };
            (placed.slug.clone(), (order, format!("{noun} {places}")))
        });
        Self { of: of.collect() }
    }

    /// Whether nobody was judged.
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The order and the places of a contestant.
    pub(super) fn of(&self, slug: &str) -> Option<&(usize, String)> {
        self.of.get(slug)
    }
}
