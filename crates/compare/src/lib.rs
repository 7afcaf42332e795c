//! Comparison of two sets of attempts: did it get better?
//!
//! [`select`] finds the attempts that a name means, [`PairedSides`] holds two sets against each other prompt by prompt,
//! and [`compare`] answers for each [`Measure`], with uncertainty; [`ComparisonReport::judged`] says whose drawings are
//! preferred, which decides on the whole. [`looks`] compares first attempts with what their models made of them after
//! looks, [`history()`] looks at one contestant over time instead. No verdict is given that the sample does not carry:
//! "can't tell" is an answer, and says what it would take. Answers come as plain data, and as text, Markdown and JUnit.
//!
//! Nothing is measured here that a record does not tell; what is measured of drawings is handed in. It knows no store,
//! no renderer and no page.
//!
//! Start reading at [`compare`] in `report.rs`; `answer.rs` has the tests behind each answer, `measure.rs` the table of
//! measures.

mod answer;
mod conditions;
mod history;
mod junit;
pub mod looks;
mod markdown;
mod measure;
mod preferred;
mod report;
mod select;
mod sentence;
mod sides;
mod text;
pub mod words;

pub use answer::{ComparisonVerdict, EffectSize, MeasureComparison, SideSummary};
pub use conditions::{ConditionDifference, ConditionDifferences};
pub use history::{ContextChange, DaySummary, History, LevelChange, MeasureHistory, history};
pub use junit::junit;
pub use markdown::markdown;
pub use measure::{
    BetterDirection, MEASURES, Measure, MeasureRole, MeasureSource, MeasuredDrawings, measures,
};
pub use preferred::{JudgedPair, PreferenceView, PreferredSide};
pub use report::{CompareError, ComparisonReport, PREFERRED, compare};
pub use select::{NameResolver, SelectError, Selection, select};
pub use sides::{PairedSides, Stratum};
pub use text::text;
