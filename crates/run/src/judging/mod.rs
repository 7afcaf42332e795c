//! A vision model as judge: which pairs it is shown, what comes of each.
//!
//! It sees pictures and the prompt, no name and no word of a reply. Each pair is shown both ways round; some are shown twice,
//! so that its steadiness can be told.

mod forecast;
mod judge;
mod material;
mod schedule;
mod session;

pub use forecast::JudgingForecast;
pub use judge::{JudgingRequest, ModelJudge};
pub use material::{JudgingMaterial, Shrink};
pub use schedule::{PairSchedule, PairShowing};
pub use session::{JudgingEnd, JudgingSession, KeptJudgement};
