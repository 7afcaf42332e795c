//! A vision model as judge: which pairs it is shown, what comes of each; and as reader of single drawings by a rubric.
//!
//! It sees pictures and the prompt, no name and no word of a reply. Each pair is shown both ways round; some are shown twice,
//! so that its steadiness can be told.

mod forecast;
mod judge;
mod material;
mod rubric_session;
mod schedule;
mod session;

pub use forecast::JudgingForecast;
pub use judge::{JudgingRequest, ModelJudge};
pub use material::{JudgingMaterial, Shrink};
pub use rubric_session::{RubricSession, RubricSessionEnd, UnreadDrawing};
pub use schedule::{PairSchedule, PairShowing};
pub use session::{JudgingEnd, JudgingSession, KeptJudgement};
