//! The whole inspection, in process: bytes in, and no panic, no invalid offset, no disagreement out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pelicycle_drawing::{Bounds, Options, inspect};
use pelicycle_record::Verdict;

fuzz_target!(|reply: &[u8]| {
    let bounds = Bounds { elements: 500, paint_pixels: 2e6, filter_seconds: 0.05, ..Bounds::default() };
    let inspection = inspect(reply, &Options { raster: 32, bounds });
    for candidate in &inspection.check.candidates {
        assert!(candidate.start <= candidate.end && candidate.end <= reply.len());
    }
    assert_eq!(inspection.check.verdict == Verdict::NoSvg, inspection.svg.is_none());
    assert_eq!(inspection.check.draws.resvg, inspection.png.is_some());
});
