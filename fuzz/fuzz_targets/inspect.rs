//! The whole inspection, in process: bytes in, and no panic, no invalid offset, no disagreement out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pelicycle_drawing::{DrawingBounds, InspectionOptions, inspect};
use pelicycle_record::Verdict;

fuzz_target!(|reply: &[u8]| {
    let bounds = DrawingBounds { elements: 500, paint_pixels: 2e6, filter_seconds: 0.05, ..DrawingBounds::default() };
    let inspection = inspect(reply, &InspectionOptions { raster: 32, bounds });
    // Places in UTF-16 are told in UTF-8, which may be longer.
    let longest = if matches!(reply, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) { reply.len() * 3 } else { reply.len() };
    for candidate in &inspection.check.candidates {
        assert!(candidate.start <= candidate.end && candidate.end <= longest);
    }
    assert_eq!(inspection.check.verdict == Verdict::NoSvg, inspection.svg.is_none());
    assert_eq!(inspection.check.draws.resvg, inspection.png.is_some());
});
