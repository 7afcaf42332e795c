//! Checking kept replies anew: those that could not be checked, and those whose verdict an older build may have got by the
//! clock or by an estimate that has changed.

use pelicycle_drawing::{WorkerError, WorkerPool, tool};
use pelicycle_record::{Attempt, FindingCode, Id, Verdict};
use pelicycle_store::{DamageReason, RenewalOutcome, Store, StoreError, StoredAttempt};

use crate::RunError;
use crate::look_chain::read_picture;

/// Whether an attempt is worth a new check: its reply could not be checked, or a bound decided, or it was found heavy. All
/// other verdicts follow from the reply in every build.
#[must_use]
pub fn is_worth_a_check(attempt: &Attempt) -> bool {
    let has = |code: &FindingCode| {
        attempt.check.as_ref().is_some_and(|check| check.findings.iter().any(|finding| finding.code == *code))
    };
    attempt.is_unchecked() || has(&FindingCode::ResourceLimit) || has(&FindingCode::Heavy)
}

/// Whether the kept picture of an attempt can't be read any more. A new check makes it anew.
#[must_use]
pub fn has_damaged_picture(stored: &StoredAttempt) -> bool {
    stored.files.png.as_deref().is_some_and(|path| read_picture(path).is_err())
}

/// The result of a new check of one attempt.
#[derive(Debug)]
pub enum RecheckOutcome {
    /// The record has a new check.
    Renewed {
        /// The verdict before, if there was one.
        before: Option<Verdict>,
        /// The verdict now.
        now: Verdict,
    },
    /// The check is the same, and the picture, which was damaged, is made anew.
    PictureMended,
    /// The check is the same.
    Same,
    /// The drawing that is found in the reply now is another than the kept one, which stays.
    OtherDrawing,
    /// It could not be checked this time either.
    Lost(WorkerError),
    /// The kept reply can't be read, or is not what was recorded.
    Damaged(DamageReason),
}

/// Checks the kept replies of a store's attempts that `wanted` picks, one after another, and tells of each.
///
/// # Errors
/// A store that can't be read, a record that can't be written.
pub fn recheck(
    store: &Store,
    pool: &WorkerPool,
    wanted: impl Fn(&StoredAttempt) -> bool,
    mut tell: impl FnMut(&Id, &RecheckOutcome),
) -> Result<(), RunError> {
    for stored in store.list()?.attempts.iter().filter(|stored| wanted(stored)) {
        let outcome = anew(store, pool, stored)?;
        tell(&stored.attempt.id, &outcome);
    }
    Ok(())
}

fn anew(store: &Store, pool: &WorkerPool, stored: &StoredAttempt) -> Result<RecheckOutcome, RunError> {
    let reply = match store.reply(stored) {
        Ok(reply) => reply.unwrap_or_default(),
        Err(reason) => return Ok(RecheckOutcome::Damaged(reason)),
    };
    let thinking = match store.thinking(stored) {
        Ok(thinking) => thinking.unwrap_or_default(),
        Err(reason) => return Ok(RecheckOutcome::Damaged(reason)),
    };
    let inspection = match pool.inspect_thought(&reply, &thinking, stored.attempt.prompt.raster) {
        Ok(inspection) => inspection,
        Err(error) => return Ok(RecheckOutcome::Lost(error)),
    };
    let before = stored.attempt.check.as_ref().map(|check| check.verdict);
    let damaged = has_damaged_picture(stored);
    let same = before == Some(inspection.check.verdict);
    let renewal = match damaged {
        true => store.put_check(stored, &inspection, &tool()),
        false => store.renew_check(stored, &inspection, &tool()),
    };
    match renewal {
        Ok(RenewalOutcome::Renewed) if damaged && same => Ok(RecheckOutcome::PictureMended),
        Ok(RenewalOutcome::Renewed) => Ok(RecheckOutcome::Renewed { before, now: inspection.check.verdict }),
        Ok(RenewalOutcome::Same) => Ok(RecheckOutcome::Same),
        Ok(RenewalOutcome::OtherDrawing) => Ok(RecheckOutcome::OtherDrawing),
        Err(StoreError::Damaged { reason, .. }) => Ok(RecheckOutcome::Damaged(reason)),
        Err(error) => Err(error.into()),
    }
}
