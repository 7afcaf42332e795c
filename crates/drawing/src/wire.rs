//! The protocol between parent and worker over the worker's standard input and output: frames of a tag,
//! a length and that many bytes.

use std::io::{self, Read, Write};
use std::ops::Range;

use pelicycle_record::measure::{Measures, Rubric};
use pelicycle_record::{Check, Inspection, RepairedDrawing};
use serde::{Deserialize, Serialize};

/// The parent's first frame: the bounds, as JSON.
pub(super) const BOUNDS: u8 = b'b';
/// A request: the raster's longest side, four bytes; the length of the reasoning, eight bytes; that; then the reply.
pub(super) const REQUEST: u8 = b'q';
/// Another request: the length of a rubric, eight bytes, the rubric, then the drawing to measure by it.
pub(super) const MEASURE: u8 = b'm';
/// An answer that holds if the worker dies before the final one.
pub(super) const PARTIAL: u8 = b'p';
/// The final answer.
pub(super) const FINAL: u8 = b'f';

/// Longest frame that is read; pictures are a few MiB.
const LONGEST: usize = 256 << 20;

/// Writes one frame.
pub(super) fn write(to: &mut impl Write, tag: u8, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length = u32::try_from(length).map_err(|_| io::Error::other("a frame is too long"))?;
    to.write_all(&[tag])?;
    to.write_all(&length.to_le_bytes())?;
    for part in parts {
        to.write_all(part)?;
    }
    to.flush()
}

/// Reads one frame; `None` at the end of the stream.
pub(super) fn read(from: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut tag = [0];
    if from.read(&mut tag)? == 0 {
        return Ok(None);
    }
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::Error::other("a frame is too long"));
    }
    let mut payload = Vec::new();
    let read = from.take(length as u64).read_to_end(&mut payload)?;
    if read < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some((tag[0], payload)))
}

/// The head of an answer; pictures follow it as bytes.
#[derive(Serialize, Deserialize)]
struct AnswerHead {
    check: Check,
    svg: Option<Range<usize>>,
    thinking: Vec<Range<usize>>,
    active: bool,
    png: Option<usize>,
    repair: Option<(String, usize, usize)>,
}

/// Writes an answer.
pub(super) fn answer(to: &mut impl Write, tag: u8, inspection: &Inspection) -> io::Result<()> {
    let repaired = inspection.repaired.as_ref();
    let head = AnswerHead {
        check: inspection.check.clone(),
        svg: inspection.range.clone(),
        thinking: inspection.thinking.clone(),
        active: inspection.active,
        png: inspection.png.as_ref().map(Vec::len),
        repair: repaired.map(|made| (made.name.clone(), made.svg.len(), made.png.len())),
    };
    let head = serde_json::to_vec(&head).map_err(io::Error::other)?;
    let length = (head.len() as u64).to_le_bytes();
    let png = inspection.png.as_deref().unwrap_or_default();
    let (svg, repaired_png) = repaired.map(|made| (&made.svg[..], &made.png[..])).unwrap_or_default();
    write(to, tag, &[&length, &head, png, svg, repaired_png])
}

/// Reads an answer's payload; the drawing's own bytes come from the reply, which the parent has.
pub(super) fn parse_answer(payload: &[u8], reply: &[u8]) -> Option<Inspection> {
    let (length, rest) = payload.split_first_chunk::<8>()?;
    let (head, mut rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let head: AnswerHead = serde_json::from_slice(head).ok()?;
    let mut take = |length: usize| {
        let (part, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(part.to_vec())
    };
    let png = match head.png {
        Some(length) => Some(take(length)?),
        None => None,
    };
    let repaired = match head.repair {
        Some((name, svg, png)) => Some(RepairedDrawing { name, svg: take(svg)?, png: take(png)? }),
        None => None,
    };
    let svg = match &head.svg {
        Some(range) => Some(reply.get(range.clone())?.to_vec()),
        None => None,
    };
    Some(Inspection {
        check: head.check,
        range: head.svg,
        svg,
        png,
        repaired,
        active: head.active,
        thinking: head.thinking,
    })
}

/// Writes measures, or why there are none.
pub(super) fn measures(to: &mut impl Write, measures: &Result<Measures, String>) -> io::Result<()> {
    write(to, FINAL, &[&serde_json::to_vec(measures).map_err(io::Error::other)?])
}

/// Reads what [`measures`] wrote.
pub(super) fn parse_measures(payload: &[u8]) -> Option<Result<Measures, String>> {
    serde_json::from_slice(payload).ok()
}

/// A rubric as a request carries it: its length, and itself.
pub(super) fn rubric(rubric: &Rubric) -> ([u8; 8], Vec<u8>) {
    let json = serde_json::to_vec(rubric).unwrap_or_default();
    ((json.len() as u64).to_le_bytes(), json)
}

/// Takes apart what [`REQUEST`] carries: the raster's side, the reasoning, the reply.
pub(super) fn parse_request(payload: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (raster, rest) = payload.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let (thinking, reply) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((u32::from_le_bytes(*raster), thinking, reply))
}

/// Takes apart what [`MEASURE`] carries.
pub(super) fn parse_measure(payload: &[u8]) -> Option<(Rubric, &[u8])> {
    let (length, rest) = payload.split_first_chunk::<8>()?;
    let (rubric, svg) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    Some((serde_json::from_slice(rubric).ok()?, svg))
}
