//! People's votes, as the store has them and as they were given since: one list for all sessions over a store, so that what was
//! voted in one is known in the others at once.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pelicycle_record::{Id, JudgeKind, JudgeRecord, JudgementRecord};
use pelicycle_store::{Store, StoreError};

/// Called with a line for each thing that could not be used and is passed over.
pub(super) type WarningListener = dyn Fn(&str) + Send + Sync;

/// The list that sessions share. Where a session's state is locked too, that is locked first.
#[derive(Debug, Clone, Default)]
pub(super) struct PeopleVotes(Arc<Mutex<KnownVotes>>);

/// People's votes as they were last read from the results.
#[derive(Debug, Default)]
pub(super) struct KnownVotes {
    /// People's judgements, oldest first.
    records: Vec<JudgementRecord>,
    /// Every judgement that was read, people's or not.
    read: BTreeSet<Id>,
    /// Places of damaged records that were told of.
    told: BTreeSet<PathBuf>,
}

impl PeopleVotes {
    pub(super) fn lock(&self) -> MutexGuard<'_, KnownVotes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the judgements that were not read yet, and forgets those that are gone. The list is locked meanwhile, so that no vote
    /// comes between.
    ///
    /// # Errors
    /// A folder that can't be read.
    pub(super) fn renew(&self, store: &Store, tell: &WarningListener) -> Result<(), StoreError> {
        let mut known = self.lock();
        let ids: BTreeSet<Id> = store.judgement_ids()?.into_iter().collect();
        known.read.retain(|id| ids.contains(id));
        known.records.retain(|record| ids.contains(&record.id));
        for id in ids {
            if known.read.contains(&id) {
                continue;
            }
            match store.read_judgement(&id) {
                Ok(record) => {
                    known.read.insert(id);
                    if record.judge.kind == JudgeKind::Person {
                        known.records.push(record);
                    }
                }
                // It may be on its way here, so it is looked at again.
                Err(damaged) => {
                    if known.told.insert(damaged.path.clone()) {
                        tell(&format!(
                            "skipped {}: {}",
                            store.root().join(&damaged.path).display(),
                            damaged.reason
                        ));
                    }
                }
            }
        }
        known.records.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(())
    }
}

impl KnownVotes {
    /// People's judgements, oldest first.
    pub(super) fn records(&self) -> &[JudgementRecord] {
        &self.records
    }

    /// Takes in a vote that was given now.
    pub(super) fn add(&mut self, record: JudgementRecord) {
        self.read.insert(record.id.clone());
        self.records.push(record);
    }

    /// Forgets a vote that was taken back.
    pub(super) fn forget(&mut self, id: &Id) {
        self.read.remove(id);
        self.records.retain(|record| record.id != *id);
    }

    /// The number of times that a judge voted on two drawings, whichever was on the left.
    pub(super) fn times(&self, judge: &JudgeRecord, (a, b): (&Id, &Id)) -> usize {
        let pair = |record: &JudgementRecord| {
            (record.left == *a && record.right == *b) || (record.left == *b && record.right == *a)
        };
        self.records.iter().filter(|record| record.judge == *judge && pair(record)).count()
    }
}
