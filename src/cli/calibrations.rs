//! How judges did on pairs of which it is known which is better.

use pelicycle_record::CalibrationRecord;
use pelicycle_store::Store;

use super::output::say_damaged;

/// All calibrations of a store; what is damaged is told.
pub(super) fn calibrations(store: &Store) -> anyhow::Result<Vec<CalibrationRecord>> {
    let found = store.calibrations()?;
    say_damaged(store, &found.damaged);
    Ok(found.records)
}
