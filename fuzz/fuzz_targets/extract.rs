//! The extractor and the XML check alone: an SVG of no size stops the inspection before the renderer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pelicycle_drawing::{DrawingBounds, InspectionOptions, inspect};

fuzz_target!(|reply: &[u8]| {
    let bounds = DrawingBounds { elements: 0, ..DrawingBounds::default() };
    let inspection = inspect(reply, &InspectionOptions { raster: 8, bounds });
    let chosen = inspection.check.candidates.iter().filter(|candidate| candidate.chosen).count();
    assert!(chosen <= 1);
    assert_eq!(chosen == 1, inspection.range.is_some() || inspection.check.candidates.len() >= 200);
    for finding in &inspection.check.findings {
        assert_eq!(finding.line.is_some(), finding.column.is_some());
    }
});
