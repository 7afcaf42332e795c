//! From flags and configuration to a plan and those who answer.

use std::num::NonZero;

use super::{RunArgs, say_error};
use crate::cli::opener::{Opener, Refusal};
use crate::cli::prompts::library;
use pelicycle_drawing::tool;
use pelicycle_prompt::Library;
use pelicycle_provider::Batches;
use pelicycle_record::Id;
use pelicycle_record::{RequestRecord, RunContestant, RunRecord, SCHEMA_VERSION, Shard};
use pelicycle_run::config::Config;
use pelicycle_run::contestant::{Contestant, Model};
use pelicycle_run::lineup::Participant;
use pelicycle_run::local::check_sampling;
use pelicycle_run::{Plan, Seat};
use pelicycle_store::Store;
use pelicycle_text::size;

/// What is to be asked, and who answers for each contestant that is needed.
pub(super) struct Settled {
    pub(super) plan: Plan,
    pub(super) seats: Vec<Option<Seat>>,
    pub(super) max_cost: Option<f64>,
    /// Of a run by batches: those of each contestant that is needed.
    pub(super) batches: Vec<Option<Batches>>,
    /// Whose rubrics the gallery holds drawings against.
    pub(super) library: Library,
}

/// A plan, and who answers for each contestant that it needs.
pub(super) type Cast = (Plan, Vec<Option<Seat>>);

/// What was asked for, before anything is opened.
pub(super) struct Wanted {
    pub(super) run: RunRecord,
    pub(super) all: Vec<(Participant, Contestant)>,
}

/// Settles a run.
pub(super) fn settle(store: &Store, args: &RunArgs) -> Result<Settled, Refusal> {
    let config = load(args)?;
    let opener = Opener::new(&config, &args.given())?;
    let (plan, seats) = match &args.resume {
        Some(named) => super::resume::resume(store, named, &opener)?,
        None => begin(args, wanted(args, &config, &opener)?, &opener)?,
    };
    if args.wait && !plan.run.batch {
        return Err(Refusal::Usage(
            "--wait is for a run by --batch; this one is waited for anyway".to_owned(),
        ));
    }
    let batches = match plan.run.batch {
        true => batches(&plan, &opener)?,
        false => Vec::new(),
    };
    let library = library(args.prompts.as_deref(), &config).map_err(anyhow::Error::from)?;
    let settled = Settled { plan, seats, max_cost: args.max_cost.or(config.run.max_cost), batches, library };
    bounded(&settled)?;
    Ok(settled)
}

/// The batches of each contestant that is needed; all must have some.
fn batches(plan: &Plan, opener: &Opener) -> Result<Vec<Option<Batches>>, Refusal> {
    let mut all = vec![None; plan.run.contestants.len()];
    for index in plan.needed() {
        all[index] = Some(batches_of(&Contestant::of_record(&plan.run.contestants[index]), opener)?);
    }
    Ok(all)
}

fn batches_of(found: &Contestant, opener: &Opener) -> Result<Batches, Refusal> {
    let batches = match &found.model {
        Model::Remote => opener.remote(found).map_err(Refusal::usage)?.batches(),
        Model::Local(_) | Model::Given(_) => None,
    };
    batches.ok_or_else(|| {
        let taking = opener.services.entries().filter(|(_, entry)| entry.batch.is_some());
        let taking: Vec<&str> = taking.map(|(name, _)| name).collect();
        let (label, taking) = (&found.record.label, taking.join(" and "));
        Refusal::Usage(format!(
            "{label} can't be asked in a batch, only models of {taking}; ask it in a run without --batch"
        ))
    })
}

/// The configuration.
pub(super) fn load(args: &RunArgs) -> Result<Config, Refusal> {
    Ok(Config::load(args.config.as_deref()).map_err(anyhow::Error::from)?)
}

/// A bound on the cost holds only where all costs can be told beforehand.
fn bounded(settled: &Settled) -> Result<(), Refusal> {
    let Some(bound) = settled.max_cost else { return Ok(()) };
    if !(bound.is_finite() && bound >= 0.0) {
        return Err(Refusal::Usage(format!("{bound} is no amount of US dollars for --max-cost")));
    }
    for contestant in settled.plan.needed() {
        let Some(seat) = &settled.seats[contestant] else { continue };
        let who = &settled.plan.run.contestants[contestant];
        if seat.provider.origin() == pelicycle_record::Origin::Asked
            && seat.tariff.most("", &who.request.sampling, settled.plan.run.batch).is_none()
        {
            let name = format!("{}/{}", who.record.provider, who.record.model);
            return Err(Refusal::Usage(format!(
                "--max-cost can't hold: no price of {name} is known; say one in pelicycle.toml:\n\
                 [prices.\"{name}\"]\ninput = 0.0   # US dollars for a million tokens\noutput = 0.0"
            )));
        }
    }
    Ok(())
}

/// What the flags and the configuration ask for. Nothing is opened.
pub(super) fn wanted(args: &RunArgs, config: &Config, opener: &Opener) -> Result<Wanted, Refusal> {
    let library = library(args.prompts.as_deref(), config).map_err(anyhow::Error::from)?;
    let asked = if args.prompt.is_empty() { &config.run.prompt } else { &args.prompt };
    let ids: Vec<&str> =
        if asked.is_empty() { vec!["pelican"] } else { asked.iter().map(String::as_str).collect() };
    let prompts = library.select(ids).map_err(Refusal::usage)?;
    let seed = match args.seed {
        Some(seed) => seed,
        None => random_seed()?,
    };
    let named = if args.model.is_empty() { config.run.model.clone() } else { args.model.clone() };
    let mut chosen = opener.lineups.choose(&named).map_err(Refusal::usage)?;
    if chosen.is_empty() {
        chosen.push(Participant::bundled());
    }
    let places = config.places();
    let (mut all, mut contestants) = (Vec::new(), Vec::<RunContestant>::new());
    for one in chosen {
        let mut found = Contestant::find(&one.entry.model, &places).map_err(Refusal::usage)?;
        if let Some(model) = found.found.as_ref().filter(|_| !args.quiet) {
            let (size, path) = (size::words(model.bytes), model.path().display());
            say_error(&format!("{} is {path} ({size}, from {})", one.entry.model, model.origin));
        }
        found.named(&one);
        if contestants.iter().any(|known| known.record.slug == found.record.slug) {
            return Err(Refusal::Usage(format!("{} takes part twice", found.record.label)));
        }
        let sampling = args.sampling.settings().or(&one.entry.sampling).or(&config.run.sampling);
        check_sampling(&sampling).map_err(Refusal::usage)?;
        let request = RequestRecord { run_seed: Some(seed), sampling, ..RequestRecord::default() };
        contestants.push(RunContestant {
            record: found.record.clone(),
            request,
            samples: None,
            source: String::new(),
        });
        all.push((one, found));
    }
    let run = RunRecord {
        schema: SCHEMA_VERSION,
        id: Id::new().map_err(anyhow::Error::from)?,
        started: jiff::Timestamp::now(),
        tool: tool(),
        seed,
        samples: args.samples.or(config.run.samples.map(NonZero::get)).unwrap_or(1),
        shard: args.shard,
        batch: args.batch,
        prompts: prompts.into_iter().map(|prompt| prompt.record()).collect(),
        contestants,
    };
    Ok(Wanted { run, all })
}

fn begin(args: &RunArgs, wanted: Wanted, opener: &Opener) -> Result<Cast, Refusal> {
    let Wanted { mut run, all } = wanted;
    let prompts: Vec<String> = run.prompts.iter().map(|prompt| prompt.id.clone()).collect();
    let prompts: Vec<&str> = prompts.iter().map(String::as_str).collect();
    if run.batch {
        // Before a model is opened for nothing.
        for (_, found) in &all {
            batches_of(found, opener)?;
        }
    }
    // How many samples there are of replies that lie ready decides which are whose.
    let mut seats: Vec<Option<Seat>> = vec![None; all.len()];
    let mut open = |run: &mut RunRecord, index: usize| -> Result<(), Refusal> {
        let (one, found) = &all[index];
        let who = &mut run.contestants[index];
        let opened =
            opener.open(found, one.entry.price.as_ref(), &who.request, args.seed.is_some(), &prompts)?;
        who.request = opened.request;
        who.source = opened.source;
        who.samples = opened.samples;
        who.record.demonstration = opened.demonstration;
        seats[index] = Some(opened.seat);
        Ok(())
    };
    let given = |index: &usize| all[*index].1.is_given();
    for index in (0..all.len()).filter(given) {
        open(&mut run, index)?;
    }
    for index in Plan::whole(run.clone()).needed().into_iter().filter(|index| !given(index)) {
        open(&mut run, index)?;
    }
    Ok((Plan::whole(run), seats))
}

/// 53 random bits, which every JSON reader keeps exactly.
fn random_seed() -> anyhow::Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gave no random seed: {error}"))?;
    Ok(u64::from_le_bytes(bytes) >> 11)
}

/// `K/N` of the command line.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let parse = || {
        let (number, count) = text.split_once('/')?;
        Some(Shard { number: number.trim().parse().ok()?, count: count.trim().parse().ok()? })
    };
    match parse() {
        Some(shard) if (1..=shard.count).contains(&shard.number) => Ok(shard),
        _ => Err("a shard is K/N, the K-th of N parts, such as 2/8".to_owned()),
    }
}
