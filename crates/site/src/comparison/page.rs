//! A comparison as one HTML file: what it says in a sentence, the drawings in pairs, the numbers.
//!
//! It asks for nothing from anywhere and runs no script; drawings are in it as our rasters, names as text.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use pelicycle_compare::{
    ComparisonReport, ComparisonVerdict, JudgedPair, MeasureComparison, MeasureRole, PairedSides, words,
};
use pelicycle_record::{Attempt, Id};
use pelicycle_text as text;
use serde::Serialize;

use crate::templates::{PageError, lone_page};
use pelicycle_picture::small_picture;

/// Pairs of drawings that are shown, judged ones first.
const MOST: usize = 60;
/// Pairs that are shown of one stratum where fewer were judged.
const UNJUDGED: usize = 8;
/// Longest side of a drawing on the page, in pixels.
pub(super) const SIDE: u32 = 320;
/// The picture of a change is so many units wide, with no change in its middle.
const WIDTH: f64 = 200.0;

/// Gives the kept raster of an attempt.
pub type RasterLookup<'a> = dyn Fn(&Attempt) -> Option<Vec<u8>> + 'a;

#[derive(Serialize)]
struct Page {
    sentence: String,
    verdict: &'static str,
    others: Vec<String>,
    commands: Vec<String>,
    base: String,
    head: String,
    scope: String,
    heading: &'static str,
    conditions: Vec<String>,
    pairs: Vec<Pair>,
    more: usize,
    preferred: Option<PreferredRow>,
    rows: Vec<Row>,
    items: Vec<Row>,
    notes: [String; 2],
    rule: String,
}

/// The preference, as the first row of the table.
#[derive(Serialize)]
struct PreferredRow {
    verdict: String,
    class: &'static str,
    base: String,
    head: String,
    share: String,
    at: f64,
    bounds: (f64, f64),
}

#[derive(Serialize)]
struct Row {
    label: String,
    verdict: &'static str,
    class: &'static str,
    base: String,
    head: String,
    effect: String,
    /// The place of the estimate, in the picture's units.
    at: f64,
    bounds: Option<(f64, f64)>,
}

/// A drawing of the first side beside one of the second.
#[derive(Serialize)]
struct Pair {
    sides: [Thumbnail; 2],
    /// The judgements on it, where it was judged.
    judged: Option<String>,
}

#[derive(Serialize)]
struct Thumbnail {
    picture: Option<String>,
    width: u32,
    height: u32,
    verdict: String,
    caption: String,
    /// Whether it was found the better of the two.
    preferred: bool,
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
    let (pairs, more) = pairs(report, sides, raster);
    let (heading, conditions) = words::conditions(report);
    let all = |lines: Vec<String>| lines.iter().map(|line| text::sentence(line)).collect::<Vec<_>>();
    let by_rules = |answer: &&MeasureComparison| answer.role == MeasureRole::Item;
    let rows = report.answers.iter().filter(|answer| !by_rules(answer)).map(row).collect();
    let page = Page {
        sentence: text::sentence(&report.sentence),
        verdict: class(report.verdict),
        others: all(words::other_views(report)),
        commands: words::collecting(report).iter().map(|command| text::visible(command)).collect(),
        base: text::label(&report.base),
        head: text::label(&report.head),
        scope: text::sentence(&words::scope(report)),
        heading,
        conditions: all(conditions),
        pairs,
        more,
        preferred: preferred(report),
        rows,
        items: report.answers.iter().filter(by_rules).map(row).collect(),
        notes: [words::outlooks(report), words::remarks(report)].map(|lines| all(lines).join(" ")),
        rule: words::rule(report),
    };
    let style = pelicycle_templates::COMPARE_CSS;
    lone_page(pelicycle_templates::COMPARE_HTML, style, &page)
}

/// A drawing of each side, to be shown beside each other.
pub(super) struct ChosenPair<'a> {
    pub(super) base: &'a Attempt,
    pub(super) head: &'a Attempt,
    /// The judgements on the two, where they were judged.
    pub(super) judged: Option<&'a JudgedPair>,
}

fn pairs(
    report: &ComparisonReport,
    sides: &PairedSides<'_>,
    raster: &RasterLookup<'_>,
) -> (Vec<Pair>, usize) {
    let (chosen, more) = chosen(report, sides);
    let named = |attempt: &Attempt, preferred| thumb(attempt, raster, report.of_all, preferred);
    let pair = |ChosenPair { base, head, judged }: ChosenPair<'_>| {
        let preferred = judged.map_or([false; 2], |pair| [pair.lost > pair.won, pair.won > pair.lost]);
        Pair { sides: [named(base, preferred[0]), named(head, preferred[1])], judged: judged.map(said) }
    };
    (chosen.into_iter().map(pair).collect(), more)
}

/// The pairs that are shown, those that were judged first, and how many attempts of the larger side are not: the others in
/// their order, none picked.
pub(super) fn chosen<'a>(
    report: &'a ComparisonReport,
    sides: &PairedSides<'a>,
) -> (Vec<ChosenPair<'a>>, usize) {
    let both = sides.both();
    let known: BTreeMap<&Id, &'a Attempt> =
        both.iter().flatten().map(|attempt| (&attempt.id, *attempt)).collect();
    let judged = report.preferred.pairs.iter().filter_map(|pair| {
        let (base, head) = (known.get(&pair.base)?, known.get(&pair.head)?);
        Some(ChosenPair { base, head, judged: Some(pair) })
    });
    let mut shown: Vec<ChosenPair<'a>> = judged.take(MOST).collect();
    let seen: BTreeSet<&Id> =
        report.preferred.pairs.iter().take(MOST).flat_map(|pair| [&pair.base, &pair.head]).collect();
    let fresh = |attempts: &[&'a Attempt]| -> Vec<&'a Attempt> {
        attempts.iter().copied().filter(|attempt| !seen.contains(&attempt.id)).collect()
    };
    let mut told = seen.len();
    for stratum in &sides.strata {
        for (base, head) in fresh(&stratum.base).into_iter().zip(fresh(&stratum.head)).take(UNJUDGED) {
            if shown.len() < MOST {
                shown.push(ChosenPair { base, head, judged: None });
                told += 2;
            }
        }
    }
    (shown, known.len().saturating_sub(told))
}

/// The judgements on a pair: `2 of 3 for the right one`.
pub(super) fn said(pair: &JudgedPair) -> String {
    let all = pair.won + pair.lost + pair.tied;
    let number = |value: f64| text::decimal((value * 10.0).round() / 10.0);
    match (pair.lost > pair.won, pair.won > pair.lost) {
        (true, _) => format!("{} of {} for the left one", number(pair.lost), number(all)),
        (_, true) => format!("{} of {} for the right one", number(pair.won), number(all)),
        _ => format!("{} for neither", text::plural(all.round() as u64, "judgement")),
    }
}

fn preferred(report: &ComparisonReport) -> Option<PreferredRow> {
    let [_, verdict, base, head, share] = words::preferred_row(report)?;
    let view = report.preferred.views.first()?;
    let at = |share: f64| (share * WIDTH * 10.0).round() / 10.0;
    let bounds = (at(view.low), at(view.high));
    Some(PreferredRow { verdict, class: class(view.verdict), base, head, share, at: at(view.share), bounds })
}

fn class(verdict: ComparisonVerdict) -> &'static str {
    match verdict {
        ComparisonVerdict::Better => "better",
        ComparisonVerdict::Worse => "worse",
        ComparisonVerdict::Differs => "differs",
        ComparisonVerdict::CantTell => "cant-tell",
    }
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
        label: words::marked_label(answer),
        verdict: words::verdict(answer),
        class: class(answer.verdict),
        base: words::side(answer, &answer.base),
        head: words::side(answer, &answer.head),
        effect: words::effect(effect),
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

fn thumb(attempt: &Attempt, raster: &RasterLookup<'_>, of_all: bool, preferred: bool) -> Thumbnail {
    let verdict = attempt.check.as_ref().and_then(|check| serde_json::to_value(check.verdict).ok());
    let verdict = verdict.as_ref().and_then(|word| word.as_str()).unwrap_or("no reply").to_owned();
    let (picture, width, height) = match raster(attempt).and_then(|png| picture_address(&png, SIDE)) {
        Some((address, (width, height))) => (Some(address), width, height),
        None => (None, SIDE, SIDE),
    };
    // Where a side has many contestants, each drawing says whose it is.
    let whose = if of_all { text::label(&attempt.contestant.label) + ", " } else { String::new() };
    let caption = format!("{whose}{}, no. {}", text::day(attempt.timing.started), attempt.sample);
    Thumbnail { picture, width, height, verdict, caption, preferred }
}
