//! Checking a reply whose reasoning came apart from it: a drawing that stands only there is told of.

use pelicycle_drawing::{WorkerError, WorkerPool};
use pelicycle_record::{Finding, FindingCode, Inspection, Verdict};

/// Checks a reply. Where it holds no drawing and the `thinking` beside it does, that is a finding.
pub(crate) fn inspect(
    pool: &WorkerPool,
    reply: &[u8],
    thinking: Option<&[u8]>,
    raster: u32,
) -> Result<Inspection, WorkerError> {
    let mut inspection = pool.inspect(reply, raster)?;
    let known = inspection.check.findings.iter().any(|finding| finding.code == FindingCode::DraftInThinking);
    if inspection.check.verdict != Verdict::NoSvg || known {
        return Ok(inspection);
    }
    let Some(thinking) = thinking.filter(|text| names_svg(text)) else { return Ok(inspection) };
    // The reply is checked; what can't be learned of the thinking is left out.
    let Ok(thought) = pool.inspect(thinking, raster) else { return Ok(inspection) };
    if thought.svg.is_some() {
        let message = "a drawing stands in the thinking and is not judged";
        inspection.check.findings.push(Finding::new(FindingCode::DraftInThinking, message));
    }
    Ok(inspection)
}

/// Whether a text may hold a drawing.
fn names_svg(text: &[u8]) -> bool {
    text.windows(4).any(|four| four.eq_ignore_ascii_case(b"<svg"))
}
