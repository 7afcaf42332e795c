//! Which drawings people and models find better: what can be judged, what to ask next, what follows from the answers.
//!
//! Contestants are ranked, by judgements of single drawings of a prompt. How sure a ranking is depends on how many drawings
//! there are as much as on how many judgements; "can't separate these" is an answer.

mod field;
mod markdown;
mod next;
mod question;
mod ranking;
mod reliability;
mod report;
mod scope;
mod separation;
mod text;
mod votes;
pub mod words;

pub use field::{Drawing, Entrant, Field};
pub use markdown::markdown;
pub use next::{Next, Pair};
pub use question::{Reading, question, read};
pub use ranking::{Group, Ranking, Standing, rank};
pub use reliability::{Agreement, Reliability, reliability};
pub use report::{Placed, Pooling, Ranked, Report, SEED, Share, Standings, Weighed, report};
pub use scope::Scope;
pub use text::text;
pub use votes::{Ballot, Vote, Votes};
