//! The size that a drawing asks for, as written on its root element.

use std::str::FromStr as _;

use pelicycle_lowering::{is_empty_box, is_length, view_box};
use pelicycle_record::FindingCode;
use svgtypes::{Length, LengthUnit};

use super::place::OffsetFinding;

/// The size that a root element asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SvgSize {
    /// Width in user units, where it can be told.
    pub(super) width: Option<f64>,
    /// Height in user units, where it can be told.
    pub(super) height: Option<f64>,
    /// Whether a browser is left nothing to show: a length of zero or less, or a `viewBox` of no area.
    pub(super) nothing: bool,
}

/// Reads `width`, `height` and `viewBox`, and notes what is wrong with them.
pub(super) fn read(root: roxmltree::Node<'_, '_>, notes: &mut Vec<OffsetFinding>) -> SvgSize {
    let mut note = |code, at, message: String| notes.push(OffsetFinding { code, at, message });
    let view_box = match root.attribute_node("viewBox") {
        Some(attribute) => {
            let good = view_box(attribute.value());
            if good.is_none() {
                let message = format!(
                    "viewBox={:?} is not four numbers, the last two positive; it is ignored",
                    attribute.value()
                );
                note(FindingCode::BadViewbox, attribute.range().start, message);
            }
            good
        }
        None => {
            let misspelt = root.attributes().find(|a| a.name().eq_ignore_ascii_case("viewbox"));
            match misspelt {
                Some(attribute) => {
                    let message =
                        format!("{} is not viewBox: XML minds the case, so it is ignored", attribute.name());
                    note(FindingCode::BadViewbox, attribute.range().start, message);
                }
                None => {
                    let message = "the root has no viewBox, so the drawing cannot be scaled by a browser";
                    note(FindingCode::NoViewbox, root.range().start, message.to_owned());
                }
            }
            None
        }
    };
    let mut nothing = root.attribute("viewBox").is_some_and(is_empty_box);
    let mut length = |name: &str, side: Option<f64>| -> (Option<f64>, bool) {
        let Some(attribute) = root.attribute_node(name) else { return (None, false) };
        let value = attribute.value().trim();
        if value == "auto" {
            return (None, false);
        }
        match Length::from_str(value) {
            Ok(length) if length.number > 0.0 && length.number.is_finite() => (units(length, side), true),
            Ok(length) => {
                // A browser takes no share of nothing for no size at all.
                nothing |= length.unit != LengthUnit::Percent;
                note(
                    FindingCode::BadSize,
                    attribute.range().start,
                    format!("{name}={value:?} leaves nothing to draw on"),
                );
                (None, true)
            }
            Err(_) if is_length(value) => {
                note(
                    FindingCode::RendererPassedOver,
                    attribute.range().start,
                    format!("{name}={value:?} hangs on the page around; this renderer passes it over"),
                );
                (None, false)
            }
            Err(_) => {
                note(
                    FindingCode::BadSize,
                    attribute.range().start,
                    format!("{name}={value:?} is no length; it is ignored"),
                );
                (None, false)
            }
        }
    };
    let (width, has_width) = length("width", view_box.map(|[_, _, w, _]| w));
    let (height, has_height) = length("height", view_box.map(|[_, _, _, h]| h));
    let (width, height) = match (view_box, has_width, has_height) {
        (Some([_, _, w, h]), false, false) => (Some(w), Some(h)),
        (Some([_, _, w, h]), true, false) => (width, width.map(|width| width * h / w)),
        (Some([_, _, w, h]), false, true) => (height.map(|height| height * w / h), height),
        _ => (width, height),
    };
    SvgSize { width, height, nothing }
}

/// A length in user units, at 96 to the inch; `side` is what a percentage is of.
fn units(length: Length, side: Option<f64>) -> Option<f64> {
    let factor = match length.unit {
        LengthUnit::None | LengthUnit::Px => 1.0,
        LengthUnit::Em => 16.0,
        LengthUnit::Ex => 8.0,
        LengthUnit::In => 96.0,
        LengthUnit::Cm => 96.0 / 2.54,
        LengthUnit::Mm => 96.0 / 25.4,
        LengthUnit::Pt => 96.0 / 72.0,
        LengthUnit::Pc => 16.0,
        LengthUnit::Percent => side? / 100.0,
    };
    Some(length.number * factor)
}
