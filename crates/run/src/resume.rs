//! From the record of an earlier run to what is left of it and those who answer.

use std::path::Path;
use std::sync::Arc;

use pelicycle_provider::Provider;
use pelicycle_record::{EngineRecord, Id, RunContestant};
use pelicycle_store::{Store, StoredAttempt};

use crate::backends::given_replies;
use crate::{
    Backend, Backends, Contestant, ContestantModel, LocalModel, MAX_LOOKS, RepliesSource, RunError, RunPlan,
    UsageError, WeightsLocation,
};

/// Runs named when the one asked for is not there.
const SHOWN: usize = 3;

/// Takes up a run.
pub(crate) fn resume(
    store: &Store,
    id: &Id,
    backends: &Backends,
) -> Result<(RunPlan, Vec<Option<Backend>>), RunError> {
    let mut run = store.read_run(id)?;
    for who in &mut run.contestants {
        // A record may be from somebody else.
        who.looks = who.looks.min(MAX_LOOKS);
    }
    let attempts = attempts_of(store, id)?;
    let plan = RunPlan::rest(run, &attempts);
    let mut answering: Vec<Option<Backend>> = vec![None; plan.run.contestants.len()];
    let prompts: Vec<&str> = plan.run.prompts.iter().map(|prompt| prompt.id.as_str()).collect();
    let needed: Vec<Contestant> =
        plan.needed().into_iter().map(|index| Contestant::of_record(&plan.run.contestants[index])).collect();
    backends.check_keys(&needed)?;
    for index in plan.needed() {
        answering[index] = Some(backend(&plan.run.contestants[index], &attempts, &prompts, backends)?);
    }
    Ok((plan, answering))
}

/// The attempts of a run, oldest first.
pub(crate) fn attempts_of(store: &Store, id: &Id) -> Result<Vec<StoredAttempt>, RunError> {
    let mut attempts = store.list()?.attempts;
    attempts.retain(|stored| stored.attempt.run == *id);
    Ok(attempts)
}

/// The run whose id begins so, or the newest one for `last`.
pub(crate) fn find(store: &Store, named: &str) -> Result<Id, RunError> {
    let known = store.runs()?;
    let id = match named {
        "last" => known.last(),
        _ => {
            let mut fitting = known.iter().filter(|id| id.as_str().starts_with(named));
            match (fitting.next(), fitting.next()) {
                (Some(first), Some(second)) => {
                    let (first, second) = (first.clone(), second.clone());
                    return Err(UsageError::AmbiguousRun { named: named.to_owned(), first, second }.into());
                }
                (only, _) => only,
            }
        }
    };
    if let Some(id) = id {
        return Ok(id.clone());
    }
    let newest: Vec<_> = known.iter().rev().take(SHOWN).map(Id::as_str).collect();
    let hint = match newest.as_slice() {
        [] => "none is kept there".to_owned(),
        newest => format!("the newest: {}", newest.join(", ")),
    };
    Err(UsageError::UnknownRun { named: named.to_owned(), store: store.root().to_owned(), hint }.into())
}

/// The backend of a contestant of the record, if it is still the same.
fn backend(
    who: &RunContestant,
    attempts: &[StoredAttempt],
    prompts: &[&str],
    backends: &Backends,
) -> Result<Backend, RunError> {
    let found = Contestant::of_record(who);
    let own_price = backends.own_price(&who.record.slug);
    let mut service = None;
    let provider: Arc<dyn Provider> = match &found.model {
        ContestantModel::Remote => {
            let model = backends.remote(&found)?;
            let (now, then) = (model.address(), &who.source);
            // The record's address is not gone to: a key must not follow a file of results from elsewhere.
            if now != *then {
                let (label, then) = (who.record.label.clone(), then.clone());
                return Err(RunError::Moved { label, then, now });
            }
            service = Some(model.clone());
            Arc::new(model)
        }
        ContestantModel::Local(weights) => Arc::new(same_weights(weights, who, attempts, backends)?),
        ContestantModel::Given(given) => {
            if let RepliesSource::Folder(folder) = given
                && !is_near(folder)
            {
                let (label, folder) = (who.record.label.clone(), folder.clone());
                return Err(RunError::RepliesElsewhere { label, folder });
            }
            Arc::new(given_replies(given, prompts)?)
        }
    };
    Ok(Backend { provider, tariff: backends.tariff(&found, own_price.as_ref(), service.as_ref()) })
}

/// Whether a folder that a record names lies in the working folder: a record may be from somebody else, and must not lead
/// out of what the user has at hand.
fn is_near(folder: &Path) -> bool {
    let (Ok(folder), Ok(here)) = (folder.canonicalize(), Path::new(".").canonicalize()) else { return true };
    folder.starts_with(here)
}

/// Opens weights that have to be those which answered before.
fn same_weights(
    weights: &WeightsLocation,
    who: &RunContestant,
    attempts: &[StoredAttempt],
    backends: &Backends,
) -> Result<LocalModel, RunError> {
    let model = backends.local(weights, Some(&who.record.slug), who.template.as_deref())?;
    if who.looks > 0 {
        // Before each look that is left fails for want of eyes.
        model.open_eyes()?;
    }
    let own = attempts.iter().map(|stored| &stored.attempt);
    let own = own.filter(|attempt| attempt.contestant.slug == who.record.slug);
    let before: Vec<&EngineRecord> = own.filter_map(|attempt| attempt.engine.as_ref()).collect();
    if let Some(first) = before.first()
        && let Some(now) = model.engine().map_err(RunError::EngineRecord)?
    {
        let label = who.record.label.clone();
        if now.hash != first.hash {
            return Err(RunError::OtherWeights { weights: weights.clone(), label });
        }
        let saw = before.iter().find_map(|engine| engine.projector.as_ref());
        if let (Some(then), Some(now)) = (saw, now.projector)
            && now.hash != then.hash
        {
            return Err(RunError::OtherProjector { file: now.file, then: then.file.clone(), label });
        }
    }
    Ok(model)
}
