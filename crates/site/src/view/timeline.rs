//! One prompt through the years: drawings on an axis of time, and a strip a family of models, the oldest model first.

use std::collections::BTreeMap;

use pelicycle_text as text;
use serde::Serialize;

use super::figures::{difference_in_words, rate_in_words};
use super::hall::{PromptSection, Showcase, model_path, prompt_path};
use super::time_axis::TimeAxis;
use super::{Card, lineage};

/// Models of a strip, the newest.
const MOST: usize = 60;

/// All strips of one prompt.
#[derive(Debug, Serialize)]
pub(crate) struct TimelinePage {
    #[serde(skip)]
    pub(crate) path: String,
    title: String,
    text: String,
    prompt_href: String,
    /// Drawings at the days when their models came out.
    axis: Option<TimeAxis>,
    strips: Vec<Strip>,
    /// Every model's date of release is known.
    all_released: bool,
}

#[derive(Debug, Serialize)]
struct Strip {
    family: String,
    models: String,
    earlier: usize,
    stops: Vec<TimelineStop>,
}

/// One model at its date.
#[derive(Debug, Serialize)]
struct TimelineStop {
    label: String,
    href: String,
    day: String,
    released: bool,
    drawn: String,
    rate: Option<String>,
    card: Card,
    /// It draws less often, or more often, than the one before it, and the samples tell so.
    step: Option<RateStep>,
}

#[derive(Debug, Serialize)]
struct RateStep {
    worse: bool,
    words: String,
}

/// Path of a prompt's timeline from the site's root; none where no family has two models and too few have a date for an axis.
pub(super) fn path(section: &PromptSection<'_>) -> Option<String> {
    let shows = !strips(section).is_empty() || TimeAxis::new(&section.cases).is_some();
    shows.then(|| format!("timelines/{}.html", section.stem()))
}

/// Cases by family, oldest first, where there are two or more. A demonstration is no release.
pub(super) fn strips<'b, 'a>(section: &'b PromptSection<'a>) -> BTreeMap<String, Vec<&'b Showcase<'a>>> {
    let mut strips: BTreeMap<String, Vec<&Showcase<'_>>> = BTreeMap::new();
    for case in section.cases.iter().filter(|case| !case.contestant().demonstration) {
        strips.entry(lineage::family(case.contestant())).or_default().push(case);
    }
    strips.retain(|_, cases| cases.len() > 1);
    for cases in strips.values_mut() {
        cases.sort_by_key(|case| (lineage::dated(case), &case.contestant().slug));
    }
    strips
}

impl TimelinePage {
    /// None where [`path`] has none.
    pub(crate) fn new(section: &PromptSection<'_>) -> Option<Self> {
        let path = path(section)?;
        let mut strips: Vec<Strip> =
            strips(section).into_iter().map(|(family, cases)| Strip::new(&family, &cases)).collect();
        strips.sort_by_key(|strip| std::cmp::Reverse(strip.stops.len()));
        Some(Self {
            path,
            title: text::label(&section.prompt.title),
            text: text::visible(&section.prompt.text),
            prompt_href: prompt_path(section.prompt),
            all_released: strips.iter().flat_map(|strip| &strip.stops).all(|stop| stop.released),
            axis: TimeAxis::new(&section.cases),
            strips,
        })
    }
}

impl Strip {
    fn new(family: &str, cases: &[&Showcase<'_>]) -> Self {
        let earlier = cases.len().saturating_sub(MOST);
        let before = std::iter::once(None).chain(cases.iter().map(Some));
        let stops = cases.iter().zip(before).map(|(case, before)| TimelineStop::new(case, before.copied()));
        Self {
            family: text::label(family),
            models: text::plural(cases.len() as u64, "model"),
            earlier,
            stops: stops.skip(earlier).collect(),
        }
    }
}

impl TimelineStop {
    fn new(case: &Showcase<'_>, before: Option<&Showcase<'_>>) -> Self {
        let contestant = case.contestant();
        let drawn = case.drawn();
        let step = before
            .and_then(|before| drawn.less(before.drawn()))
            .filter(|(_, interval)| interval.excludes_zero())
            .map(|difference| RateStep { worse: difference.0 < 0.0, words: difference_in_words(difference) });
        Self {
            label: text::label(&contestant.label),
            href: model_path(contestant),
            day: text::day(lineage::dated(case)),
            released: case.origin.released.is_some(),
            drawn: format!("{} of {} drawn", text::count(drawn.hits), text::count(drawn.of)),
            // Of one answer there is no rate to tell.
            rate: rate_in_words(drawn).filter(|_| drawn.of > 1),
            card: Card::new(case.lead()),
            step,
        }
    }
}
