//! An attempt's texts as its page shows them: as much of them as a page holds, and the drawing as an image that a browser
//! may show.

use std::path::PathBuf;

use base64::Engine as _;
use pelicycle_record::{Attempt, Timeline, Verdict};
use pelicycle_text as text;

use super::take::{self, HungFiles, IntakeProblem, MissingTexts};
use super::view::{AttemptTexts, ReplayView};
use super::{Exhibit, replay};

/// Longest part of a text that a page shows; the whole of it is a link away.
const MAX_SHOWN_BYTES: usize = 64 << 10;
const MAX_SHOWN_LINES: usize = 2_000;
/// Longest drawing that a page carries as an image of its own.
const MAX_BROWSER_SVG: usize = 256 << 10;

/// Reads as much of an attempt's texts as its page shows.
pub(super) fn read(exhibit: &Exhibit<'_>, hung: &HungFiles) -> (AttemptTexts, Vec<IntakeProblem>) {
    let (files, MissingTexts { reply, thinking, svg }) = (&exhibit.files, hung.missing);
    let mut problems = Vec::new();
    let mut text = |path: &Option<PathBuf>, missing: bool| {
        let path = path.as_ref().filter(|_| !missing)?;
        take::read(path).map_err(|error| problems.push((path.clone(), error.to_string()))).ok()
    };
    let (reply, thinking) = (text(&files.reply, reply), text(&files.thinking, thinking));
    let svg = text(&files.svg, svg);
    let shown = |text: Vec<u8>| text::excerpt(&text, MAX_SHOWN_BYTES, MAX_SHOWN_LINES);
    let safe = svg.as_deref().filter(|_| shows_in_browser(exhibit.attempt, files.active));
    let texts = AttemptTexts {
        alone: svg.is_some()
            && svg.as_deref().map(<[u8]>::trim_ascii) == reply.as_deref().map(<[u8]>::trim_ascii),
        browser: safe.filter(|svg| svg.len() <= MAX_BROWSER_SVG).map(image_address),
        replay: safe.and_then(|svg| played(exhibit, svg)),
        reply: reply.map(shown),
        thinking: thinking.map(shown),
        svg: svg.map(shown),
        measures: None,
    };
    (texts, problems)
}

/// Whether the drawing may be shown as an image of its own: it passed the check's bounds and has no active content.
pub(super) fn shows_in_browser(attempt: &Attempt, active: bool) -> bool {
    let Some(check) = &attempt.check else { return false };
    matches!(check.verdict, Verdict::Drawn | Verdict::Blank) && check.draws.browser && !active
}

/// A drawing as an address for `<img>`, which shows it without script, load or link. It is no file that could be opened
/// by itself.
fn image_address(svg: &[u8]) -> String {
    format!("data:image/svg+xml;base64,{}", base64::engine::general_purpose::STANDARD.encode(svg))
}

/// The drawing as it came: by the times that were kept of the stream, else at an even pace over the reply's time.
fn played(exhibit: &Exhibit<'_>, svg: &[u8]) -> Option<ReplayView> {
    let attempt = exhibit.attempt;
    let length = attempt.reply.as_ref()?.bytes;
    let start = attempt.check.as_ref()?.candidates.iter().find(|candidate| candidate.chosen)?.start;
    let thinking = attempt.thinking.as_ref().map_or(0, |thinking| thinking.bytes);
    let timeline = exhibit.files.timeline.as_deref().and_then(|path| take::read(path).ok());
    let timeline = timeline.and_then(|text| Timeline::read(&text, length, thinking).ok());
    let points = timeline.map(|timeline| timeline.reply).filter(|points| points.len() > 1);
    let began = attempt.timing.first_token.unwrap_or_default();
    let total = attempt.timing.total.unwrap_or_default();
    let came = |offset: usize| {
        let byte = (start as u64).saturating_add(offset as u64);
        match &points {
            Some(points) => {
                let point = points.partition_point(|(_, there)| *there < byte).min(points.len() - 1);
                points[point].0 as f64 / 1e3
            }
            None => began + (total - began) * byte as f64 / length as f64,
        }
    };
    let replay = replay::replay(svg, came)?;
    Some(ReplayView {
        address: image_address(&replay.svg),
        shapes: replay.shapes,
        seconds: text::seconds(replay.seconds),
        took: text::seconds(replay.took),
        timed: points.is_some(),
    })
}
