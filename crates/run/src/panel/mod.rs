//! A vision model as judge: which pairs it is shown, what comes of each.
//!
//! It sees pictures and the prompt, no name and no word of a reply. Each pair is shown both ways round; some are shown twice,
//! so that its steadiness can be told.

mod course;
mod sitting;

pub use course::{Course, Showing};
pub use sitting::{Heard, Panelist, Sat, Shown, Sitting};
