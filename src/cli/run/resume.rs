//! From the record of an earlier run to what is left of it and those who answer.

use super::settle::Cast;
use crate::cli::opener::{Opener, Refusal};
use pelicycle_provider::Provider as _;
use pelicycle_record::Id;
use pelicycle_record::{Attempt, RunContestant};
use pelicycle_run::contestant::{Contestant, Model};
use pelicycle_run::{Plan, Seat};
use pelicycle_store::Store;

/// Takes up the run that `named` means.
pub(super) fn resume(store: &Store, named: &str, opener: &Opener) -> Result<Cast, Refusal> {
    let id = find(store, named)?;
    let run = store.read_run(&id).map_err(anyhow::Error::from)?;
    let attempts: Vec<Attempt> = store
        .list()
        .map_err(anyhow::Error::from)?
        .attempts
        .into_iter()
        .map(|stored| stored.attempt)
        .filter(|attempt| attempt.run == id)
        .collect();
    let plan = Plan::rest(run, &attempts);
    let mut seats: Vec<Option<Seat>> = vec![None; plan.run.contestants.len()];
    let prompts: Vec<&str> = plan.run.prompts.iter().map(|prompt| prompt.id.as_str()).collect();
    for index in plan.needed() {
        seats[index] = Some(seat(&plan.run.contestants[index], &attempts, &prompts, opener)?);
    }
    Ok((plan, seats))
}

/// The run whose id begins so.
fn find(store: &Store, named: &str) -> Result<Id, Refusal> {
    let known = store.runs().map_err(anyhow::Error::from)?;
    let id = match named {
        "last" => known.last().cloned(),
        _ => {
            let mut fitting = known.iter().filter(|id| id.as_str().starts_with(named));
            match (fitting.next().cloned(), fitting.next()) {
                (Some(first), Some(second)) => {
                    let (first, second) = (first.as_str(), second.as_str());
                    let words = format!("{named:?} may be run {first} or {second}; say more of it");
                    return Err(Refusal::Usage(words));
                }
                (only, _) => only,
            }
        }
    };
    id.ok_or_else(|| {
        let newest: Vec<_> = known.iter().rev().take(3).map(Id::as_str).collect();
        let hint = match newest.as_slice() {
            [] => "none is kept there".to_owned(),
            newest => format!("the newest: {}", newest.join(", ")),
        };
        Refusal::Usage(format!("no run {named:?} in {}; {hint}", store.root().display()))
    })
}

/// Who answers for a contestant of the record, if it is still the same.
fn seat(
    who: &RunContestant,
    attempts: &[Attempt],
    prompts: &[&str],
    opener: &Opener,
) -> Result<Seat, Refusal> {
    let found = Contestant::of_record(who);
    let own_price = opener.own_price(&who.record.slug);
    let seat =
        |provider, remote| Seat { provider, tariff: opener.tariff(&found, own_price.as_ref(), remote) };
    let label = &who.record.label;
    match &found.model {
        Model::Remote => {
            let model = opener.remote(&found).map_err(Refusal::usage)?;
            let (now, then) = (model.address(), &who.source);
            // The record's address is not gone to: a key must not follow a file of results from elsewhere.
            if now != *then {
                return Err(Refusal::Failure(anyhow::anyhow!(
                    "{label} was asked at {then} when this run began, and is at {now} now; give it that address again, \
                     or start a new run"
                )));
            }
            let tariff = opener.tariff(&found, own_price.as_ref(), Some(&model));
            Ok(Seat { provider: std::sync::Arc::new(model), tariff })
        }
        Model::Local(weights) => {
            let model = opener.local(weights)?;
            let before = attempts
                .iter()
                .filter(|attempt| attempt.contestant.slug == who.record.slug)
                .find_map(|attempt| attempt.engine.as_ref());
            if let Some(before) = before {
                let now = model.engine().map_err(anyhow::Error::msg)?;
                if now.is_some_and(|now| now.hash != before.hash) {
                    return Err(Refusal::Failure(anyhow::anyhow!(
                        "{weights} is not the file that this run began with, so its drawings would not be {label}'s; \
                         put that file back, or start a new run"
                    )));
                }
            }
            Ok(seat(std::sync::Arc::new(model), None))
        }
        Model::Given(given) => {
            let replies = crate::cli::opener::given_replies(given, prompts)?;
            Ok(seat(std::sync::Arc::new(replies), None))
        }
    }
}
