//! How good drawings are by the day when their models came out: a chart of a prompt, drawn here, read without script.
//!
//! What is good is the strength in the ranking, where there is one, else the share of answers that drew. A line joins the
//! models of one lab; the frontier is the best so far at each day.

use jiff::civil::Date;
use pelicycle_statistics::Interval;
use pelicycle_text as text;
use serde::Serialize;

use super::hall::{Case, Section, model_path, prompt_path};
use super::ranking::Ranks;
use crate::makers::Lab;

mod frame;

use frame::Frame;

/// Fewer dated models make no chart.
const LEAST: usize = 3;
/// The colour of a model whose lab is not known.
const PLAIN: &str = "#868e96";

/// The chart of one prompt, and its values.
#[derive(Debug, Serialize)]
pub(crate) struct ChartPage {
    #[serde(skip)]
    pub(crate) path: String,
    title: String,
    text: String,
    prompt_href: String,
    /// Values are strengths; else shares of answers that drew.
    judged: bool,
    /// The same chart for wide screens and for narrow ones.
    frames: [Frame; 2],
    rows: Vec<Row>,
    /// Models that are not on it.
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    href: String,
    lab: Option<Lab>,
    released: String,
    value: String,
    likely: String,
    leads: bool,
}

/// One model on the chart.
struct Dot<'b, 'a> {
    case: &'b Case<'a>,
    day: Date,
    value: f64,
    interval: Interval,
    /// Better than all that came out before it.
    leads: bool,
}

/// The models of a section that a chart can show, oldest first, and whether their values are strengths.
fn dots<'b, 'a>(section: &'b Section<'a>, ranks: &Ranks) -> (Vec<Dot<'b, 'a>>, bool) {
    let contestants = || section.cases.iter().filter(|case| !case.contestant().demonstration);
    let placed =
        |case: &&Case<'_>| case.origin.released.is_some() && ranks.of(&case.contestant().slug).is_some();
    let judged = contestants().filter(placed).count() >= LEAST;
    let value = |case: &Case<'_>| match judged {
        true => ranks.of(&case.contestant().slug).map(|standing| (standing.chance, standing.strength)),
        false => case.drawn().share().zip(case.drawn().interval()),
    };
    let mut dots: Vec<Dot<'_, '_>> = contestants()
        .filter_map(|case| {
            let (value, interval) = value(case)?;
            Some(Dot { case, day: case.origin.released?, value, interval, leads: false })
        })
        .collect();
    dots.sort_by(|a, b| {
        a.day.cmp(&b.day).then(b.value.total_cmp(&a.value)).then_with(|| a.slug().cmp(b.slug()))
    });
    let mut best = f64::NEG_INFINITY;
    for dot in &mut dots {
        dot.leads = dot.value > best;
        best = best.max(dot.value);
    }
    (dots, judged)
}

impl Dot<'_, '_> {
    fn slug(&self) -> &str {
        &self.case.contestant().slug
    }

    fn label(&self) -> String {
        text::label(&self.case.contestant().label)
    }

    fn colour(&self) -> String {
        self.case.origin.lab.as_ref().map_or(PLAIN, |lab| &lab.colour).to_owned()
    }
}

/// Path of a prompt's chart from the site's root; none where too few of its models are dated.
pub(super) fn path(section: &Section<'_>, ranks: &Ranks) -> Option<String> {
    (dots(section, ranks).0.len() >= LEAST).then(|| format!("charts/{}.html", section.stem()))
}

/// The cases of the frontier, the newest first.
pub(super) fn frontier<'b, 'a>(section: &'b Section<'a>, ranks: &Ranks) -> Vec<&'b Case<'a>> {
    dots(section, ranks).0.into_iter().rev().filter(|dot| dot.leads).map(|dot| dot.case).collect()
}

impl ChartPage {
    /// None where too few models are dated.
    pub(crate) fn new(section: &Section<'_>, ranks: &Ranks) -> Option<Self> {
        let path = path(section, ranks)?;
        let (dots, judged) = dots(section, ranks);
        Some(Self {
            path,
            title: text::label(&section.prompt.title),
            text: text::visible(&section.prompt.text),
            prompt_href: prompt_path(section.prompt),
            judged,
            frames: [Frame::new("broad", (960.0, 480.0), &dots), Frame::new("slim", (380.0, 420.0), &dots)],
            rows: dots.iter().rev().map(Row::new).collect(),
            left_out: section.cases.iter().filter(|case| !case.contestant().demonstration).count()
                - dots.len(),
        })
    }
}

impl Row {
    fn new(dot: &Dot<'_, '_>) -> Self {
        Self {
            label: dot.label(),
            href: model_path(dot.case.contestant()),
            lab: dot.case.origin.lab.clone(),
            released: text::date(dot.day),
            value: percent(dot.value),
            likely: format!("{:.0} to {:.0}", dot.interval.low * 100.0, dot.interval.high * 100.0),
            leads: dot.leads,
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}
