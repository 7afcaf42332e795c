//! Those who take part in a run, as they were named.

use crate::ContestantEntry;

/// The model inside this program.
pub(crate) const BUNDLED: &str = "hatchling";

/// One who takes part: a model, and what its contestant says of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Participant {
    /// The contestant's name, where it has one.
    pub name: Option<String>,
    /// Its entry; for a bare model one that says only which.
    pub entry: ContestantEntry,
}

impl Participant {
    /// The one who takes part where none is named: the model inside this program.
    #[must_use]
    pub fn bundled() -> Participant {
        Participant {
            name: None,
            entry: ContestantEntry { model: BUNDLED.to_owned(), ..ContestantEntry::default() },
        }
    }
}
