//! The calibration of judges: pairs of drawings of which it is known which is better, and what a judge makes of them.
//!
//! The drawings are our own, made by code from numbers that are drawn once and for all: the same set everywhere. A judge is
//! held to the pairs in which one drawing was made worse; those in which both are as good tell whether it prefers a side.

mod parts;
mod scene;
mod score;
mod set;
mod setup;

pub use score::{CalibrationReport, CalibrationVerdict, calibration, calibration_counts};
pub use set::{CALIBRATION_PROMPT, CALIBRATION_SET, CalibrationPair, calibration_set};
pub use setup::{JudgeSetup, question_form};
