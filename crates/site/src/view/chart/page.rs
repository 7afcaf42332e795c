//! The page of one chart.

use std::collections::BTreeSet;

use pelicycle_statistics::Interval;
use pelicycle_text as text;
use serde::Serialize;

use super::frame::ChartFrame;
use super::{Chart, ChartKind, Dot};
use crate::makers::Lab;
use crate::view::hall::{PromptSection, model_path, prompt_path};
use crate::view::ranking::{RankingPage, WallRanks};
use crate::view::wall::PageLink;

/// One chart of one prompt, and its values.
#[derive(Debug, Serialize)]
pub(crate) struct ChartPage {
    #[serde(skip)]
    pub(crate) path: String,
    title: String,
    text: String,
    prompt_href: String,
    /// The quantity upwards, and its explanation.
    what: &'static str,
    meaning: &'static str,
    /// The quantity across.
    by: &'static str,
    column: &'static str,
    best: Option<&'static str>,
    explains: &'static str,
    /// Labs on it, by name: a colour is a lab.
    labs: BTreeSet<Lab>,
    /// The page that strengths come from.
    ranking: Option<&'static str>,
    /// Some models ran on a local machine, and some at a service.
    is_mixed: bool,
    has_intervals: bool,
    /// The same chart for wide screens and for narrow ones.
    frames: [ChartFrame; 2],
    /// The same in the picture for links.
    #[serde(skip)]
    poster: ChartFrame,
    rows: Vec<Row>,
    /// Models that are not on it, or files of those on it, and what they are without.
    left_out: usize,
    /// What is left out are files.
    of_files: bool,
    without: String,
    /// The other charts of the prompt.
    others: Vec<PageLink>,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    href: String,
    lab: Option<Lab>,
    place: String,
    value: String,
    likely: Option<String>,
    leads: bool,
}

impl Chart<'_, '_> {
    pub(super) fn page(&self, section: &PromptSection<'_>, links: &[(ChartKind, PageLink)]) -> ChartPage {
        let words = self.kind.words();
        let (what, meaning) = self.what();
        let contestants = section.cases.iter().filter(|case| !case.contestant().demonstration).count();
        let without = match (self.kind, self.judged) {
            (ChartKind::QuantizationSpeed, _) | (_, false) => words.without.to_owned(),
            (ChartKind::Quantization, true) => "votes".to_owned(),
            (_, true) => format!("{}, or without votes,", words.without),
        };
        ChartPage {
            path: self.path(section),
            title: text::label(&section.prompt.title),
            text: text::visible(&section.prompt.text),
            prompt_href: prompt_path(section.prompt),
            what,
            meaning,
            by: words.by,
            column: words.column,
            best: words.best,
            explains: words.explains,
            labs: self.dots.iter().filter_map(|dot| dot.case.origin.lab.clone()).collect(),
            ranking: self.judged.then_some(RankingPage::PATH),
            is_mixed: self.dots.iter().any(Dot::is_local) && !self.dots.iter().all(Dot::is_local),
            has_intervals: self.dots.iter().any(|dot| dot.interval.is_some()),
            frames: [
                ChartFrame::new("broad", (960.0, 480.0), self),
                ChartFrame::new("slim", (380.0, 420.0), self),
            ],
            poster: ChartFrame::new("poster", (802.0, 300.0), self),
            rows: self.dots.iter().rev().map(|dot| Row::new(dot, self)).collect(),
            left_out: if self.kind.is_of_quantizations() {
                self.other_files(section)
            } else {
                contestants - self.dots.len()
            },
            of_files: self.kind.is_of_quantizations(),
            without,
            others: links
                .iter()
                .filter(|(kind, _)| *kind != self.kind)
                .map(|(_, link)| link.clone())
                .collect(),
        }
    }
}

impl Chart<'_, '_> {
    /// Files of the models on it that are not on it themselves. A model of one file was never meant.
    fn other_files(&self, section: &PromptSection<'_>) -> usize {
        let lines: BTreeSet<&str> = self.dots.iter().filter_map(|dot| dot.line.as_deref()).collect();
        let released = section.cases.iter().filter(|case| !case.contestant().demonstration);
        let models = released.filter_map(super::quantization::of);
        models.filter(|(model, _)| lines.contains(model.as_str())).count() - self.dots.len()
    }
}

impl ChartPage {
    /// Its two quantities: `Strength by release date`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.what, self.by)
    }

    /// The chart as it stands in the picture for links.
    pub(crate) fn poster(&self) -> &ChartFrame {
        &self.poster
    }

    /// All charts of a prompt that there is something to see on.
    pub(crate) fn all(section: &PromptSection<'_>, ranks: &WallRanks) -> Vec<Self> {
        let charts: Vec<Chart<'_, '_>> =
            ChartKind::ALL.into_iter().filter_map(|kind| Chart::new(section, ranks, kind)).collect();
        let link = |chart: &Chart<'_, '_>| PageLink {
            href: chart.path(section),
            words: chart.kind.words().link.to_owned(),
            note: String::new(),
        };
        let links: Vec<_> = charts.iter().map(|chart| (chart.kind, link(chart))).collect();
        charts.iter().map(|chart| chart.page(section, &links)).collect()
    }
}

impl Row {
    fn new(dot: &Dot<'_, '_>, chart: &Chart<'_, '_>) -> Self {
        let likely =
            |interval: Interval| format!("{:.0} to {:.0}", interval.low * 100.0, interval.high * 100.0);
        let place = chart.kind.place(dot.at);
        Self {
            label: dot.label(),
            href: model_path(dot.case.contestant()),
            lab: dot.case.origin.lab.clone(),
            place: dot
                .quantization
                .as_ref()
                .map_or_else(|| place.clone(), |name| format!("{}, {place}", text::label(name))),
            value: chart.value_in_words(dot.value),
            likely: dot.interval.map(likely),
            leads: dot.leads,
        }
    }
}
