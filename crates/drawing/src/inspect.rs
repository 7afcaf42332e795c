//! One inspection, from a reply to a verdict, in the order in which things get more dangerous.

use std::borrow::Cow;

use pelicycle_lowering::VERDICT_SIDE;
use pelicycle_record::{Check, DrawnBy, Finding, FindingCode, Inspection, Verdict};

use super::bounds::{DrawingBounds, InspectionOptions};
use super::encoding;
use super::extract::{Extraction, extract};
use super::inspector::Inspector;
use super::worker_death::WorkerDeath;

/// Inspects a reply in this process.
///
/// Only a worker and tests call this: a hostile drawing may abort the process or never return. Everybody else
/// asks a [`super::WorkerPool`].
#[must_use]
pub fn inspect(reply: &[u8], options: &InspectionOptions) -> Inspection {
    inspect_staged(reply, b"", options, &mut |_| {})
}

/// As [`inspect`], handing out what is known before each dangerous part. `thinking` is reasoning that came apart from the reply.
pub(super) fn inspect_staged(
    reply: &[u8],
    thinking: &[u8],
    options: &InspectionOptions,
    hand_out: &mut dyn FnMut(&Inspection),
) -> Inspection {
    let bounds = &options.bounds;
    if reply.len() > bounds.reply_bytes {
        return over_reply_bound(bounds);
    }
    let raster = options.raster.clamp(1, bounds.raster);
    let reply = encoding::utf8(reply);
    let extraction = extract(&reply);
    let blank = blank_inspection(&extraction, bounds);
    let mut inspector = Inspector::new(bounds, raster, blank, hand_out);
    inspector.about_the_encoding(matches!(reply, Cow::Owned(_)));
    if thinking.len() <= bounds.reply_bytes {
        inspector.about_the_reasoning(extract(thinking).drawings());
    }
    let mut out = inspector.look(&reply, &extraction);
    settle(&mut out.check.findings, bounds.findings);
    out
}

/// The answer to a reply that is too long to be looked at.
pub(super) fn over_reply_bound(bounds: &DrawingBounds) -> Inspection {
    let mut out = blank_inspection(&Extraction::default(), bounds);
    out.check.verdict = Verdict::Refused;
    let message = format!("the reply is longer than {} bytes (bound reply_bytes)", bounds.reply_bytes);
    out.check.findings.push(Finding::new(FindingCode::ResourceLimit, message));
    out
}

/// The answer when a worker ended before its final one.
pub(super) fn died(partial: Option<Inspection>, death: &WorkerDeath, bounds: &DrawingBounds) -> Inspection {
    let what = death.words(bounds);
    let mut out = partial.unwrap_or_else(|| {
        let mut out = blank_inspection(&Extraction::default(), bounds);
        out.check.verdict = Verdict::Refused;
        out
    });
    // Where the verdict stood before, only a picture was given up: a larger one, or a repaired one.
    out.check.findings.push(match out.check.verdict {
        Verdict::Refused => {
            Finding::new(FindingCode::ResourceLimit, format!("looking at this drawing {what}"))
        }
        _ if out.png.is_some() => Finding::new(
            FindingCode::RasterReduced,
            format!("the picture has {VERDICT_SIDE} pixels: drawing a larger one {what}"),
        ),
        _ => Finding::new(
            FindingCode::ResourceLimit,
            format!("repairing this drawing, which was given up, {what}"),
        ),
    });
    settle(&mut out.check.findings, bounds.findings + 1);
    out
}

fn blank_inspection(extraction: &Extraction, bounds: &DrawingBounds) -> Inspection {
    Inspection {
        check: Check {
            verdict: Verdict::NoSvg,
            draws: DrawnBy::default(),
            repaired: false,
            repair: None,
            moment: None,
            candidates: extraction.candidates(bounds.candidates),
            findings: Vec::new(),
            svg: None,
        },
        range: None,
        svg: None,
        png: None,
        repaired: None,
        active: false,
        thinking: extraction.thinking.clone(),
    }
}

/// Orders findings by place, those without one first, and keeps the first `most`.
fn settle(findings: &mut Vec<Finding>, most: usize) {
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings.dedup();
    if findings.len() > most {
        let more = findings.len() - most;
        findings.truncate(most);
        let message = format!("{more} more findings are left out (bound findings)");
        findings.push(Finding::new(FindingCode::MoreFindings, message));
    }
}
