//! Path data, points and lengths: what of a shape cannot be drawn.

use std::str::FromStr as _;

use pelicycle_lowering as lowering;
use pelicycle_record::FindingCode;
use roxmltree::{Attribute, Node};
use svgtypes::{Length, NumberListParser, PathParser};

use super::walk::{SurveyWalk, short};

impl SurveyWalk<'_, '_> {
    /// Notes the faults in the path data of a `path`.
    pub(super) fn path(&mut self, data: Attribute<'_, '_>) {
        if data.value().trim() == "none" {
            return;
        }
        for segment in PathParser::from(data.value()) {
            if let Err(error) = segment {
                let at = place_in(&data, &error);
                return self.note(
                    FindingCode::PathDataError,
                    at,
                    format!("path data is wrong here ({error}); the path ends before it"),
                );
            }
        }
    }

    /// Notes the faults in the points of a `polyline` or `polygon`.
    pub(super) fn points(&mut self, points: Attribute<'_, '_>) {
        let mut count = 0;
        for number in NumberListParser::from(points.value()) {
            match number {
                Ok(_) => count += 1,
                Err(error) => {
                    let at = place_in(&points, &error);
                    return self.note(
                        FindingCode::PathDataError,
                        at,
                        format!("points are wrong here ({error}); the shape ends before it"),
                    );
                }
            }
        }
        if count % 2 == 1 {
            let message = format!("points hold {count} numbers, which makes no whole pairs");
            self.note(FindingCode::PathDataError, points.range().start, message);
        }
    }

    /// Lengths of shapes that make them vanish.
    pub(super) fn lengths(&mut self, node: Node<'_, '_>) {
        for name in ["width", "height", "r", "rx", "ry"] {
            let Some(attribute) = node.attribute_node(name) else { continue };
            let value = attribute.value().trim();
            let parsed = Length::from_str(value);
            let bad = match &parsed {
                Ok(length) => length.number < 0.0,
                Err(_) => value != "auto" && !value.contains("var(") && !lowering::is_length(value),
            };
            if bad {
                let message = format!(
                    "{name}={:?} of <{}> is no length to draw with",
                    short(value),
                    node.tag_name().name()
                );
                self.note(FindingCode::BadValue, attribute.range().start, message);
            }
        }
    }
}

/// The byte offset of an error inside an attribute's value; it is counted in characters, from 1.
fn place_in(attribute: &Attribute<'_, '_>, error: &svgtypes::Error) -> usize {
    let skipped = match error {
        svgtypes::Error::UnexpectedData(at) | svgtypes::Error::InvalidNumber(at) => at.saturating_sub(1),
        svgtypes::Error::InvalidChar(_, at) | svgtypes::Error::InvalidString(_, at) => at.saturating_sub(1),
        svgtypes::Error::UnexpectedEndOfStream => attribute.value().chars().count(),
        svgtypes::Error::InvalidValue | svgtypes::Error::InvalidIdent => 0,
    };
    let value = attribute.value();
    attribute.range_value().start + value.char_indices().nth(skipped).map_or(value.len(), |(at, _)| at)
}
