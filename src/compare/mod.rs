//! Did it get better? Two sets of attempts, held against each other with their uncertainty.
//!
//! Nothing is measured here that a record does not tell, and no verdict is given that the sample does not carry: "can't tell"
//! is an answer, and says what it would take.

mod answer;
mod chart;
mod history;
mod junit;
mod markdown;
mod measure;
mod page;
mod pair;
mod pixels;
mod rendering;
mod report;
mod select;
mod text;
mod words;

pub use answer::{Answer, Effect, Summary, Verdict};
pub use history::{History, Line, history};
pub use junit::junit;
pub use markdown::markdown;
pub use measure::{Better, MEASURES, Measure, Measured, Read, measures};
pub use page::{PageError, Thumb, page};
pub use pair::{Sides, Stratum};
pub use pixels::{Difference, Likeness, PixelError, difference, likeness};
pub use rendering::{Redrawn, Rendering, redrawn};
pub use report::{CompareError, Report, compare};
pub use select::{Catalog, SelectError, Selection, select};
pub use text::text;
