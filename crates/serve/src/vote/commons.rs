//! The parts that the sessions of one voter have in common.

use std::fmt;
use std::sync::Arc;

use pelicycle_record::JudgeRecord;
use pelicycle_store::Store;

use super::named::NamedDrawings;
use super::people_votes::{PeopleVotes, WarningListener};

/// The parts that the sessions of one voter have in common.
#[derive(Clone)]
pub(super) struct VotingCommons {
    pub(super) store: Store,
    pub(super) voter: JudgeRecord,
    /// Drawings that the voter was shown with their makers' names meanwhile.
    pub(super) named: NamedDrawings,
    pub(super) votes: PeopleVotes,
    pub(super) tell: Arc<WarningListener>,
}

impl VotingCommons {
    pub(super) fn new(store: Store, voter: JudgeRecord, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        let (named, votes) = (NamedDrawings::default(), PeopleVotes::default());
        Self { store, voter, named, votes, tell: Arc::new(tell) }
    }
}

impl fmt::Debug for VotingCommons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VotingCommons")
            .field("store", &self.store)
            .field("voter", &self.voter)
            .finish_non_exhaustive()
    }
}
