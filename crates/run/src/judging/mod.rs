//! A vision model as judge: which pairs it is shown, what comes of each; and as reader of single drawings by a rubric.
//!
//! It sees pictures and the prompt, no name and no word of a reply. Each pair is shown both ways round; some are shown twice,
//! so that its steadiness can be told. A local model's answers are held to their form.

mod answer_shape;
mod calibration_session;
mod comparison_request;
mod forecast;
mod held_model;
mod judge;
mod material;
mod rubric_session;
mod schedule;
mod session;

pub use calibration_session::{CalibrationEnd, CalibrationSession, CalibrationShowing};
pub use forecast::JudgingForecast;
pub use judge::{JudgingRequest, ModelJudge};
pub use material::{JudgingMaterial, PngShrinker};
pub use rubric_session::{RubricSession, RubricSessionEnd, UnreadDrawing};
pub use schedule::{PairSchedule, PairShowing};
pub use session::{JudgingEnd, JudgingSession, KeptJudgement};
