//! What is measured of a drawing, and what a prompt's rubric asks of it: plain data.

mod report;
mod rubric;

pub use report::{DrawingStructure, ItemState, JudgedItem, Measures, PartMark, PartOutline, RULES_VERSION};
pub use rubric::{Detector, FrameJoint, Rubric, RubricEntry, RubricItem};
