//! A comparison as one HTML file: the numbers, and the drawings beside them.
//!
//! It asks for nothing from anywhere and runs no script; drawings are in it as our rasters, names as text.

use base64::Engine as _;
use pelicycle_compare::{ComparisonReport, ComparisonVerdict, MeasureComparison, PairedSides, words};
use pelicycle_record::Attempt;
use pelicycle_text as text;
use serde::Serialize;

use crate::templates::{PageError, lone_page};
use pelicycle_picture::small_picture;

/// Drawings of a side that are shown of one stratum.
const SHOWN: usize = 6;
/// Drawings on the page.
const MOST: usize = 240;
/// Longest side of a drawing on the page, in pixels.
const SIDE: u32 = 320;
/// The picture of a change is so many units wide, with no change in its middle.
const WIDTH: f64 = 200.0;

/// Gives the kept raster of an attempt.
pub type RasterLookup<'a> = dyn Fn(&Attempt) -> Option<Vec<u8>> + 'a;

#[derive(Serialize)]
struct Page {
    base: String,
    head: String,
    scope: String,
    rows: Vec<Row>,
    remarks: Vec<String>,
    rule: String,
    strata: Vec<Drawings>,
}

#[derive(Serialize)]
struct Row {
    label: &'static str,
    verdict: &'static str,
    class: &'static str,
    base: String,
    head: String,
    effect: String,
    outlook: String,
    /// The place of the estimate, in the picture's units.
    at: f64,
    bounds: Option<(f64, f64)>,
}

#[derive(Serialize)]
struct Drawings {
    name: String,
    sides: [Side; 2],
}

#[derive(Serialize)]
struct Side {
    name: String,
    thumbs: Vec<Thumbnail>,
    more: usize,
}

#[derive(Serialize)]
struct Thumbnail {
    picture: Option<String>,
    width: u32,
    height: u32,
    verdict: String,
    caption: String,
}

/// The comparison as HTML; `raster` gives an attempt's picture.
///
/// # Errors
/// Only when the template is broken.
pub fn page(
    report: &ComparisonReport,
    sides: &PairedSides<'_>,
    raster: &RasterLookup<'_>,
) -> Result<String, PageError> {
    let mut left = MOST;
    let mut strata = Vec::new();
    for stratum in &sides.strata {
        if left == 0 {
            break;
        }
        let mut side = |name: &str, attempts: &[&Attempt]| {
            let shown = attempts.len().min(SHOWN).min(left);
            left -= shown;
            Side {
                name: text::label(name),
                thumbs: attempts[..shown].iter().map(|attempt| thumb(attempt, raster)).collect(),
                more: attempts.len() - shown,
            }
        };
        let sides = [side(&report.base, &stratum.base), side(&report.head, &stratum.head)];
        strata.push(Drawings { name: text::label(&stratum.name), sides });
    }
    let page = Page {
        base: text::label(&report.base),
        head: text::label(&report.head),
        scope: text::sentence(&words::scope(report)),
        rows: report.answers.iter().map(row).collect(),
        remarks: words::remarks(report).iter().map(|remark| text::sentence(remark)).collect(),
        rule: words::rule(report),
        strata,
    };
    let style = include_str!("../../../../templates/compare.css");
    lone_page(include_str!("../../../../templates/compare.html"), style, &page)
}

fn row(answer: &MeasureComparison) -> Row {
    let effect = &answer.effect;
    // Ratios are laid out by their logarithms, so that halving and doubling are as far from the middle.
    let place = |value: f64| if effect.kind == "ratio" { value.ln() } else { value };
    let widest = [Some(effect.estimate), effect.low, effect.high]
        .into_iter()
        .flatten()
        .map(|value| place(value).abs())
        .filter(|value| value.is_finite())
        .fold(f64::MIN_POSITIVE, f64::max);
    let at = |value: f64| {
        let x = WIDTH / 2.0 * (1.0 + 0.92 * (place(value) / widest).clamp(-1.0, 1.0));
        (x * 10.0).round() / 10.0
    };
    Row {
        label: answer.label,
        verdict: words::verdict(answer),
        class: match answer.verdict {
            ComparisonVerdict::Better => "better",
            ComparisonVerdict::Worse => "worse",
            ComparisonVerdict::Differs => "differs",
            ComparisonVerdict::CantTell => "cant-tell",
        },
        base: words::side(answer, &answer.base),
        head: words::side(answer, &answer.head),
        effect: words::effect(effect),
        outlook: words::outlook(answer),
        at: at(effect.estimate),
        bounds: effect.low.zip(effect.high).map(|(low, high)| (at(low), at(high))),
    }
}

/// A picture as an address that a page carries in itself, with no side longer than `most`, and its size; nothing where it is
/// no whole PNG.
pub(super) fn picture_address(png: &[u8], most: u32) -> Option<(String, (u32, u32))> {
    let (png, size) = small_picture(png, most).ok()?;
    let png = base64::engine::general_purpose::STANDARD.encode(png);
    Some((format!("data:image/png;base64,{png}"), size))
}

fn thumb(attempt: &Attempt, raster: &RasterLookup<'_>) -> Thumbnail {
    let verdict = attempt.check.as_ref().and_then(|check| serde_json::to_value(check.verdict).ok());
    let verdict = verdict.as_ref().and_then(|word| word.as_str()).unwrap_or("no reply").to_owned();
    let (picture, width, height) = match raster(attempt).and_then(|png| picture_address(&png, SIDE)) {
        Some((address, (width, height))) => (Some(address), width, height),
        None => (None, SIDE, SIDE),
    };
    let caption = format!("{}, no. {}", text::day(attempt.timing.started), attempt.sample);
    Thumbnail { picture, width, height, verdict, caption }
}
