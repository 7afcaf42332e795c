//! Tests of the text that drawings are lowered to.

mod filters;
mod gradients;
mod masks;
mod rules;

use pelicycle_lowering::{
    AnimationMoment, LoweredDrawing, LoweringBounds, LoweringOptions, LoweringPurpose, SVG, VERDICT_SIDE,
};

/// The result of a drawing with this in its root, whose canvas is 200 by 150.
fn of(inside: &str) -> LoweredDrawing {
    let text = format!("<svg xmlns='{SVG}' viewBox='0 0 200 150'>{inside}</svg>");
    let document = roxmltree::Document::parse(&text).expect("what was lowered is well-formed");
    let options = LoweringOptions {
        purpose: LoweringPurpose::Picture,
        side: VERDICT_SIDE,
        moment: AnimationMoment::Start,
        styles: "",
    };
    let bounds = LoweringBounds { css_work: 10_000_000, svg_bytes: 2 << 20 };
    pelicycle_lowering::lower(&document, options, bounds, |_| true)
}

/// The text of that.
fn text(inside: &str) -> String {
    let made = of(inside);
    assert!(!made.given_up);
    made.text.expect("it was lowered")
}
