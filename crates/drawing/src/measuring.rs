//! Measuring a kept drawing: the check's bounds again, then the renderer's tree and a small picture, then the rules.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pelicycle_lowering::{self as lowering, AnimationMoment, LoweringOptions, LoweringPurpose};
use pelicycle_record::FindingCode;
use pelicycle_record::measure::{Measures, Rubric};
use roxmltree::Document;

use super::bounds::DrawingBounds;
use super::worker_error::WorkerError;
use super::{budget, raster, survey, xml};
use crate::measure as rules;
use crate::measure::SIDE;

/// The reason why there are no measures.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// There is no worker.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The drawing can't be measured, in words.
    #[error("{0}")]
    Drawing(String),
}

/// Measures a drawing in this process, as [`inspect()`](super::inspect()) inspects one: for workers and tests.
/// Everybody else asks a [`super::WorkerPool`].
///
/// # Errors
/// In words, for what is no drawing, or passes a bound.
pub fn measure(svg: &[u8], rubric: &Rubric, bounds: &DrawingBounds) -> Result<Measures, String> {
    let text = std::str::from_utf8(svg).map_err(|error| format!("the drawing is not UTF-8: {error}"))?;
    if text.len() > bounds.svg_bytes {
        return Err(format!("the drawing has more than {} bytes (bound svg_bytes)", bounds.svg_bytes));
    }
    let found = xml::check(text, false);
    if let Some(fault) = found.faults.first() {
        return Err(format!("the drawing is not well-formed: {}", fault.message));
    }
    if found.entity_declaration.is_some() {
        return Err("the document type declares entities".to_owned());
    }
    found.within(bounds).map_err(|over| over.join("; "))?;
    let document = xml::parse(text).map_err(|error| format!("the drawing is not well-formed: {error}"))?;
    let survey = survey::survey(&document, bounds);
    if survey.over_bounds {
        let over = survey.findings.iter().find(|finding| finding.code == FindingCode::ResourceLimit);
        return Err(over.map_or("a bound is passed", |finding| &finding.message).to_owned());
    }
    let work = || {
        let (measures, moves) = measure_at(&document, rubric, bounds, AnimationMoment::Start)?;
        // As the picture does: where there is nothing to see yet, what comes in is measured.
        if moves && measures.structure.shapes == 0 {
            return measure_at(&document, rubric, bounds, AnimationMoment::FirstCycle)
                .map(|(measures, _)| measures);
        }
        Ok(measures)
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("the renderer broke down".to_owned()))
}

/// Measures a drawing as it stands at a moment; tells whether it moves.
fn measure_at(
    document: &Document<'_>,
    rubric: &Rubric,
    bounds: &DrawingBounds,
    moment: AnimationMoment,
) -> Result<(Measures, bool), String> {
    let options = LoweringOptions { purpose: LoweringPurpose::Measures, side: SIDE, moment, styles: "" };
    let lowered = lowering::lower(document, options, bounds.lowering(), |text| survey::within(text, bounds));
    let text = lowered.text.as_deref().and_then(|text| xml::parse(text).ok());
    let shown = text.as_ref().unwrap_or(document);
    let (tree, _) = raster::read(shown, bounds).map_err(|error| error.to_string())?;
    budget::check(&tree, bounds, SIDE)?;
    let pixmap = raster::transparent(&tree, SIDE).ok_or("there is no memory for its picture")?;
    Ok((rules::measure(document, &tree, &pixmap, rubric), lowered.moves))
}
