//! A run: what is to be asked is planned, carried out, told as it goes, and can be taken up again.

mod answer;
mod budget;
pub mod config;
pub mod contestant;
mod energy;
mod execute;
mod host;
pub mod lineup;
pub mod local;
pub mod panel;
mod plan;
pub mod price;
mod progress;
mod section;
mod stop;
mod tariff;
pub mod variables;

pub(crate) use answer::Answer;
pub(crate) use budget::Budget;
pub use execute::{Ended, Rooms, RunError, Seat, execute};
pub use plan::{Cell, Plan, sample_seed};
pub use progress::{Finished, Progress};
pub use stop::Stop;
pub use tariff::{Taken, Tariff};
