//! The experts of the model that an attempt took, in words, as a map and as a table.

use pelicycle_record::{ExpertCounts, ExpertsRecord, LayerCounts};
use pelicycle_text::{self as text, size};
use serde::Serialize;

use super::card::SitePicture;
use crate::heat::DEEPEST;

/// Pixels that the map may be wide and high; cells grow until they fill it.
const WIDTH: u32 = 1024;
const HEIGHT: u32 = 512;
/// A cell is at most so many pixels on each side.
const CELL: u32 = 24;
/// More experts than this are small on a narrow screen.
const FINE: usize = 64;

/// The experts that an attempt took, as its page shows them.
#[derive(Debug, Serialize)]
pub(crate) struct ExpertsView {
    summary: Vec<String>,
    tokens: String,
    /// The reason why the counts are not shown.
    problem: Option<String>,
    map: Option<Map>,
    layers: Vec<ExpertsLayer>,
}

#[derive(Debug, Serialize)]
struct Map {
    /// For light and for dark pages, a pixel an expert; their size here is that on the page.
    light: SitePicture,
    dark: SitePicture,
    alt: String,
    first_layer: usize,
    last_layer: usize,
    last_expert: usize,
    /// Whether there are so many experts that cells are small.
    fine: bool,
    scale: ScaleWords,
}

#[derive(Debug, Serialize)]
struct ScaleWords {
    middle: String,
    deepest: String,
}

/// The experts of one layer and how they were taken, in words.
#[derive(Debug, Serialize)]
struct ExpertsLayer {
    layer: usize,
    taken: String,
    evenness: String,
    busiest: usize,
    share: String,
}

/// Paths of the two maps of an attempt from the site's root.
#[derive(Debug)]
pub(crate) struct MapPaths {
    pub(crate) light: String,
    pub(crate) dark: String,
}

impl ExpertsView {
    /// With the counts and where their maps are, or why there are none.
    pub(crate) fn new(record: &ExpertsRecord, counts: Result<(&ExpertCounts, MapPaths), String>) -> Self {
        let (counts, problem) = match counts {
            Ok(counts) => (Some(counts), None),
            Err(problem) => (None, Some(text::sentence(&problem))),
        };
        let rows = |counts: &ExpertCounts| counts.with_experts().map(|l| layer(&l, record.tokens)).collect();
        let shown = counts.as_ref().map(|(counts, _)| *counts);
        Self {
            summary: summary(record, shown),
            tokens: text::plural(record.tokens, "token"),
            problem,
            layers: shown.map(rows).unwrap_or_default(),
            map: counts.and_then(|(counts, paths)| map(record, counts, paths)),
        }
    }
}

/// The number of times that each expert would have been taken if all were equally.
pub(crate) fn equal_share(record: &ExpertsRecord) -> f64 {
    record.tokens as f64 * f64::from(record.used) / f64::from(record.experts.max(1))
}

fn summary(record: &ExpertsRecord, counts: Option<&ExpertCounts>) -> Vec<String> {
    let number = |n: u32| text::count(u64::from(n));
    let layers = match counts.map(|counts| counts.with_experts().count()) {
        Some(with) if with != record.layers as usize => {
            format!("each of {with} of the {} layers", number(record.layers))
        }
        _ => format!("each of {} layers", number(record.layers)),
    };
    let all = counts.map(|counts| (counts.with_experts().count() * counts.experts()) as u64);
    let of_all = all.map(|all| format!(" of the {}", text::count(all))).unwrap_or_default();
    let mut sentences = vec![
        format!("A token takes {} of {} experts in {layers}.", number(record.used), number(record.experts)),
        format!(
            "Over {}, {}{of_all} were taken at least once, with an evenness of {}, where 1 is each as often as \
             any other.",
            text::plural(record.tokens, "token"),
            number(record.taken),
            text::decimal((record.evenness * 100.0).round() / 100.0),
        ),
    ];
    let busiest = counts.and_then(|counts| counts.with_experts().max_by_key(|layer| layer.busiest().1));
    if let Some(layer) = busiest {
        let (expert, count) = layer.busiest();
        sentences.push(format!(
            "The busiest, expert {expert} of layer {}, was taken by {} of the tokens.",
            layer.layer,
            percent(count, record.tokens)
        ));
    }
    sentences.push(format!(
        "A token reads {} of the model's {} of weights; the whole reply touched {}.",
        size::words(record.token_bytes),
        size::words(record.total_bytes),
        size::words(record.touched_bytes),
    ));
    sentences
}

fn map(record: &ExpertsRecord, counts: &ExpertCounts, paths: MapPaths) -> Option<Map> {
    let layers: Vec<usize> = counts.with_experts().map(|layer| layer.layer).collect();
    let (first_layer, last_layer) = (*layers.first()?, *layers.last()?);
    let (across, down) = (u32::try_from(counts.experts()).ok()?, u32::try_from(layers.len()).ok()?);
    let width = across * (WIDTH / across).clamp(1, CELL);
    // A cell is no lower than it is wide, unless the map would grow too high.
    let height = down * (HEIGHT / down).clamp(1, CELL).min((width / across).max(10));
    let picture = |href| SitePicture { href, width, height, tiny: None };
    let alt = format!(
        "Heat map of {down} layers by {across} experts: how often each was taken. {} The table below has each \
         layer in numbers.",
        summary(record, Some(counts))[1]
    );
    let equal = equal_share(record);
    let scale = ScaleWords {
        middle: format!("by {} of the tokens, an equal share", share(equal, record.tokens)),
        deepest: match equal * DEEPEST {
            deepest if deepest < record.tokens as f64 => {
                format!("by {} or more", share(deepest, record.tokens))
            }
            _ => "by all".to_owned(),
        },
    };
    Some(Map {
        light: picture(paths.light),
        dark: picture(paths.dark),
        alt,
        first_layer,
        last_layer,
        last_expert: counts.experts() - 1,
        fine: counts.experts() > FINE,
        scale,
    })
}

fn layer(layer: &LayerCounts<'_>, tokens: u64) -> ExpertsLayer {
    let (busiest, count) = layer.busiest();
    ExpertsLayer {
        layer: layer.layer,
        taken: text::count(layer.taken() as u64),
        evenness: format!("{:.2}", layer.evenness()),
        busiest,
        share: percent(count, tokens),
    }
}

fn percent(count: u32, tokens: u64) -> String {
    share(f64::from(count), tokens)
}

fn share(count: f64, tokens: u64) -> String {
    let percent = count * 100.0 / tokens.max(1) as f64;
    format!("{} %", text::decimal((percent * 10.0).round() / 10.0))
}
