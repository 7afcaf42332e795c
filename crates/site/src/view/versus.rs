//! Attempts on one prompt against each other: a table of figures, of which a script makes small pictures to choose two to
//! six from, and lays these side by side or over each other.

use pelicycle_text::{self as text, dollars, size};
use serde::Serialize;

use super::card::SitePicture;
use super::figures::{price, speed_in_words};
use super::hall::{PromptSection, Showcase, ShownAttempt, model_path, prompt_path};
use super::{page_path, words};
use crate::makers::Lab;

/// Samples of a contestant in the table.
const SAMPLES: usize = 12;
/// Rows of the table.
const ROWS: usize = 2_000;

/// All attempts on one prompt, to be compared.
#[derive(Debug, Serialize)]
pub(crate) struct VersusPage {
    #[serde(skip)]
    pub(crate) path: String,
    title: String,
    text: String,
    prompt_href: String,
    rows: Vec<Row>,
    more: usize,
    priced: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    label: String,
    model_href: String,
    href: String,
    sample: u32,
    demonstration: bool,
    verdict: &'static str,
    drawn: bool,
    picture: Option<SitePicture>,
    /// The small one, to choose by.
    small: Option<SitePicture>,
    lab: Option<Lab>,
    day: String,
    tokens: Option<String>,
    time: Option<String>,
    speed: Option<String>,
    price: Option<String>,
    elements: Option<String>,
    bytes: Option<String>,
}

/// Path of a prompt's comparison from the site's root; none where there is nothing to compare.
pub(super) fn path(section: &PromptSection<'_>) -> Option<String> {
    let attempts: usize = section.cases.iter().map(|case| case.shown.len()).sum();
    (attempts > 1).then(|| format!("versus/{}.html", section.stem()))
}

impl VersusPage {
    /// None where there is nothing to compare.
    pub(crate) fn new(section: &PromptSection<'_>) -> Option<Self> {
        let path = path(section)?;
        let all: usize = section.cases.iter().map(|case| case.shown.len()).sum();
        let shown =
            section.cases.iter().flat_map(|case| case.shown.iter().take(SAMPLES).map(move |one| (one, case)));
        let rows: Vec<Row> = shown.take(ROWS).map(|(shown, case)| Row::new(*shown, case)).collect();
        Some(Self {
            path,
            title: text::label(&section.prompt.title),
            text: text::visible(&section.prompt.text),
            prompt_href: prompt_path(section.prompt),
            more: all - rows.len(),
            priced: rows.iter().any(|row| row.price.is_some()),
            rows,
        })
    }
}

impl Row {
    fn new(ShownAttempt { attempt, pictures, .. }: ShownAttempt<'_>, case: &Showcase<'_>) -> Self {
        let result = words::result(attempt);
        let svg = attempt.check.as_ref().and_then(|check| check.svg.as_ref());
        Self {
            id: attempt.id.to_string(),
            label: text::label(&attempt.contestant.label),
            model_href: model_path(&attempt.contestant),
            href: page_path(attempt),
            sample: attempt.sample,
            demonstration: attempt.contestant.demonstration,
            verdict: result.name,
            drawn: result.drawn,
            picture: pictures.large.clone(),
            small: pictures.small.clone(),
            lab: case.origin.lab.clone(),
            day: text::day(attempt.timing.started),
            tokens: attempt.usage.output.map(text::count),
            time: attempt.timing.total.map(text::seconds),
            speed: attempt.speed().map(speed_in_words),
            price: price(attempt).map(dollars),
            elements: svg.and_then(|svg| svg.elements).map(|elements| text::count(elements as u64)),
            bytes: svg.map(|svg| size::words(svg.bytes as u64)),
        }
    }
}
