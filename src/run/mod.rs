//! A run: what is to be asked is planned, carried out, told as it goes, and can be taken up again.

mod answer;
mod execute;
mod host;
mod plan;
mod progress;
mod stop;

pub use execute::{Rooms, RunError, execute};
pub use host::tool;
pub use plan::{Cell, Plan, sample_seed};
pub use progress::{Finished, Progress};
pub use stop::Stop;
