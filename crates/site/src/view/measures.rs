//! Measures of a drawing, for its page: numbers of how it is built, and the rubric's items with their words.

use base64::Engine as _;
use pelicycle_record::RubricReading;
use pelicycle_record::measure::{DrawingStructure, ItemState, JudgedItem, Measures};
use pelicycle_text as text;
use serde::Serialize;

use super::figures::{Fact, facts};
use super::reader::ReaderView;
use crate::overlay;

/// The measures of one drawing.
#[derive(Debug, Serialize)]
pub(crate) struct MeasuresView {
    /// The reason why there are no measures.
    problem: Option<String>,
    rules: u32,
    structure: Vec<Fact>,
    items: Vec<Row>,
    /// Models that looked at it.
    readers: Vec<ReaderView>,
    /// The parts in the order of painting, in words.
    painted: Option<String>,
    /// Whether what was measured lacks the styles that the picture has.
    alone: bool,
    /// The overlay as an address, to lie on the raster.
    overlay: Option<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    asked: String,
    /// `met`, `not-met` or `cant-tell`, for the style.
    class: &'static str,
    state: String,
    why: String,
}

impl MeasuresView {
    /// `size` is that of the raster the overlay lies on.
    pub(crate) fn new(
        measured: Result<Measures, String>,
        alone: bool,
        size: Option<(u32, u32)>,
        readings: &[&RubricReading],
    ) -> Self {
        let rubric = measured.as_ref().map(|measures| measures.rubric.as_slice()).unwrap_or_default();
        let readers = ReaderView::all(readings, rubric);
        let measures = match measured {
            Ok(measures) => measures,
            Err(why) => return Self { readers, ..Self::none(&why) },
        };
        let drawn = size.and_then(|size| overlay::overlay(&measures, size));
        let encode = |svg: String| base64::engine::general_purpose::STANDARD.encode(svg);
        Self {
            problem: None,
            rules: measures.rules,
            structure: structure(&measures.structure),
            items: measures.rubric.iter().map(row).collect(),
            readers,
            painted: (!measures.painted.is_empty()).then(|| measures.painted.join(", ")),
            alone,
            overlay: drawn.map(|svg| format!("data:image/svg+xml;base64,{}", encode(svg))),
        }
    }

    fn none(why: &str) -> Self {
        Self {
            problem: Some(text::sentence(why)),
            rules: 0,
            structure: Vec::new(),
            items: Vec::new(),
            readers: Vec::new(),
            painted: None,
            alone: false,
            overlay: None,
        }
    }
}

/// An answer's class and words.
pub(super) fn words(state: ItemState) -> (&'static str, &'static str) {
    match state {
        ItemState::Met => ("met", "met"),
        ItemState::NotMet => ("not-met", "not met"),
        ItemState::CantTell => ("cant-tell", "can’t tell"),
    }
}

fn row(judged: &JudgedItem) -> Row {
    let (class, state) = words(judged.state);
    let sure = match judged.state {
        ItemState::Met => format!(", {:.0} % sure", 100.0 * judged.confidence),
        ItemState::NotMet => format!(", {:.0} % sure", 100.0 * (1.0 - judged.confidence)),
        ItemState::CantTell => String::new(),
    };
    Row { asked: judged.asked.clone(), class, state: format!("{state}{sure}"), why: judged.why.clone() }
}

fn structure(structure: &DrawingStructure) -> Vec<Fact> {
    let count = |n: usize| Some(text::count(n as u64));
    let some = |n: usize| (n > 0).then(|| text::count(n as u64));
    let percent = |share: f64| Some(format!("{:.1} %", share * 100.0));
    facts([
        ("Shapes painted", count(structure.shapes)),
        ("Path commands", count(structure.path_commands)),
        ("Colours", count(structure.colours)),
        ("Groups", count(structure.groups)),
        ("Gradients", count(structure.gradients)),
        ("Texts", some(structure.texts)),
        ("Embedded pictures", some(structure.pictures)),
        ("Depth", count(structure.depth)),
        ("Canvas painted", percent(structure.painted)),
        ("Differs from ground", percent(structure.figure)),
        ("Mirror symmetry", structure.symmetry.map(|share| format!("{share:.2}"))),
        ("Shapes off the canvas", count(structure.outside)),
        ("Over its edge", count(structure.over_the_edge)),
    ])
}
