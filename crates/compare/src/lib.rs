//! Did it get better? Two sets of attempts, held against each other with their uncertainty.
//!
//! Nothing is measured here that a record does not tell, and no verdict is given that the sample does not carry: "can't tell"
//! is an answer, and says what it would take.

mod answer;
mod history;
mod junit;
mod markdown;
mod measure;
mod pair;
mod report;
mod select;
mod text;
pub mod words;

pub use answer::{Answer, Effect, Summary, Verdict};
pub use history::{Day, History, LevelChange, Line, Mark, history};
pub use junit::junit;
pub use markdown::markdown;
pub use measure::{Better, MEASURES, Measure, Measured, Read, measures};
pub use pair::{Sides, Stratum};
pub use report::{CompareError, Report, compare};
pub use select::{Catalog, SelectError, Selection, select};
pub use text::text;
