//! The page of one attempt: all that is known about it.

use pelicycle_record::{Attempt, TextRecord};
use pelicycle_text::{self as text, Excerpt, size};
use serde::Serialize;

use super::card::{AttemptPictures, SitePicture};
use super::experts::ExpertsView;
use super::figures::Fact;
use super::hall::model_path;
use super::looks::LookStrip;
use super::measures::MeasuresView;
use super::neighbour::{AdjacentAttempts, Neighbour, Neighbours};
use super::words;
use crate::makers::{Lab, ModelOrigin};

mod facts;
mod source;

use facts::{FactGroup, groups, plate};
use source::{FindingView, MAX_FINDINGS, SourceView};

/// The page of one attempt.
#[derive(Debug, Serialize)]
pub(crate) struct AttemptPage {
    label: String,
    prompt: String,
    prompt_text: String,
    /// Path of the prompt's page from the site's root.
    prompt_href: String,
    /// The attempt's identifier.
    id: String,
    /// The maker of the model, and when it came out.
    lab: Option<Lab>,
    released: Option<String>,
    demonstration: bool,
    verdict: &'static str,
    drawn: bool,
    meaning: String,
    reason: Option<String>,
    picture: Option<SitePicture>,
    /// The drawing as a moving image, where it moves: its path from the site's root.
    moving: Option<String>,
    repaired: Option<SitePicture>,
    repair: Option<String>,
    /// The drawing as an address that a browser shows as an image; absent where it may not or cannot.
    browser: Option<String>,
    replay: Option<ReplayView>,
    /// Path of the model's page from the site's root.
    model_href: String,
    draws: Option<Draws>,
    /// The label beside the drawing, as a museum has one.
    plate: Vec<Fact>,
    findings: Vec<FindingView>,
    more_findings: usize,
    source: Option<SourceView>,
    reply: Option<ShownText>,
    /// The reply is the source and nothing else.
    alone: bool,
    thinking: Option<ShownText>,
    measures: Option<MeasuresView>,
    experts: Option<ExpertsView>,
    groups: Vec<FactGroup>,
    /// The attempt and its looks, where there are any.
    looks: Option<LookStrip>,
    /// Other samples by the same model on the same prompt.
    samples: AdjacentAttempts,
    /// Other things to see: other models on this prompt, and this model on other prompts.
    beside: Vec<BesideView>,
}

/// Attempts that have something in common with one.
#[derive(Debug, Serialize)]
struct BesideView {
    title: &'static str,
    links: Vec<BesideLink>,
}

#[derive(Debug, Serialize)]
struct BesideLink {
    order: &'static str,
    words: String,
    to: Neighbour,
}

/// The texts of an attempt, as far as a page shows them.
#[derive(Debug, Default)]
pub(crate) struct AttemptTexts {
    pub(crate) reply: Option<Excerpt>,
    pub(crate) thinking: Option<Excerpt>,
    pub(crate) svg: Option<Excerpt>,
    /// The reply is the drawing and nothing else.
    pub(crate) alone: bool,
    /// Address of the drawing as an image.
    pub(crate) browser: Option<String>,
    pub(crate) replay: Option<ReplayView>,
    /// Measures of the drawing.
    pub(crate) measures: Option<MeasuresView>,
}

/// The drawing as it came, as an image that plays by itself.
#[derive(Debug, Serialize)]
pub(crate) struct ReplayView {
    /// Address of the image.
    pub(crate) address: String,
    pub(crate) shapes: usize,
    /// The time that it plays, in words.
    pub(crate) seconds: String,
    /// The time that the model took for it, in words.
    pub(crate) took: String,
    /// The pace is the model's own; else it is even.
    pub(crate) timed: bool,
}

#[derive(Debug, Serialize)]
struct Draws {
    resvg: bool,
    browser: bool,
}

#[derive(Debug, Serialize)]
struct ShownText {
    text: String,
    cut: bool,
    length: String,
}

impl ShownText {
    /// An excerpt of a text, whose whole length is recorded.
    fn new(Excerpt { text, cut }: Excerpt, recorded: Option<&TextRecord>) -> Self {
        Self { text, cut, length: size::words(recorded.map_or(0, |recorded| recorded.bytes)) }
    }
}

impl AttemptPage {
    #[expect(clippy::too_many_arguments, reason = "each is of another source")]
    pub(crate) fn new(
        attempt: &Attempt,
        pictures: &AttemptPictures,
        texts: AttemptTexts,
        experts: Option<ExpertsView>,
        active: bool,
        origin: ModelOrigin,
        prompt_href: &str,
        Neighbours { samples, model, prompt }: Neighbours,
    ) -> Self {
        let result = words::result(attempt);
        let check = attempt.check.as_ref();
        let findings = check.map(|check| check.findings.as_slice()).unwrap_or_default();
        let source = texts.svg.map(|svg| SourceView::new(&svg, findings, active));
        let shown_lines = source.as_ref().map_or(0, SourceView::shown_lines);
        Self {
            label: text::label(&attempt.contestant.label),
            prompt: text::label(&attempt.prompt.title),
            prompt_text: text::visible(&attempt.prompt.text),
            prompt_href: prompt_href.to_owned(),
            id: attempt.id.to_string(),
            lab: origin.lab,
            released: origin.released.map(text::date),
            demonstration: attempt.contestant.demonstration,
            verdict: result.name,
            drawn: result.drawn,
            meaning: result.meaning,
            reason: pictures.problem.clone().or(result.reason),
            picture: pictures.large.clone(),
            moving: pictures.moving.clone(),
            repaired: pictures.repaired_large.clone(),
            repair: check.and_then(|check| check.repair.as_deref()).map(text::label),
            browser: texts.browser,
            replay: texts.replay,
            model_href: model_path(&attempt.contestant),
            draws: check.map(|check| Draws { resvg: check.draws.resvg, browser: check.draws.browser }),
            plate: plate(attempt),
            findings: FindingView::all(attempt, findings, shown_lines),
            more_findings: findings.len().saturating_sub(MAX_FINDINGS),
            source,
            reply: texts.reply.map(|reply| ShownText::new(reply, attempt.reply.as_ref())),
            alone: texts.alone,
            thinking: texts.thinking.map(|thinking| ShownText::new(thinking, attempt.thinking.as_ref())),
            measures: texts.measures,
            experts,
            groups: groups(attempt),
            looks: None,
            samples,
            beside: [
                BesideView::new("The same prompt by other models", prompt, |to| to.label.clone()),
                BesideView::new("Other prompts by the same model", model, |to| to.prompt.clone()),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }

    /// The same with the strip of looks.
    pub(crate) fn with_looks(self, looks: Option<LookStrip>) -> Self {
        Self { looks, ..self }
    }
}

impl BesideView {
    /// None where there is nothing.
    fn new(title: &'static str, beside: AdjacentAttempts, words: fn(&Neighbour) -> String) -> Option<Self> {
        let links: Vec<_> = [("Earlier", beside.older), ("Later", beside.newer)]
            .into_iter()
            .filter_map(|(order, to)| to.map(|to| BesideLink { order, words: words(&to), to }))
            .collect();
        (!links.is_empty()).then_some(Self { title, links })
    }
}
