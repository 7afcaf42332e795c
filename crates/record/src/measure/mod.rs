//! What is measured of a drawing, and what a prompt's rubric asks of it: plain data.

mod report;
mod rubric;

pub use report::{Judged, Mark, Measures, Outline, RULES, State, Structure};
pub use rubric::{Entry, Item, Joint, Name, Rubric};
