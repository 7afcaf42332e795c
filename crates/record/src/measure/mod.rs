//! The measures of a drawing, and the rubric that a prompt holds against it: plain data.

mod report;
mod rubric;

pub use report::{DrawingStructure, ItemState, JudgedItem, Measures, PartMark, PartOutline, RULES_VERSION};
pub use rubric::{Detector, FrameJoint, Rubric, RubricEntry, RubricItem};
