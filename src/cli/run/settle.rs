//! From flags, configuration and the record of an earlier run to a plan and those who answer.

use std::num::NonZero;
use std::sync::Arc;

use anyhow::Context as _;

use super::{RunArgs, say_error};
use crate::attempt::{Attempt, LOCAL, RequestRecord, RunContestant, RunRecord, SCHEMA_VERSION};
use crate::config::Config;
use crate::contestant::{Contestant, Model, Weights};
use crate::id::Id;
use crate::prompt::Library;
use crate::provider::{LocalModel, LocalOptions, Provider, Services, check_sampling};
use crate::run::{Plan, tool};
use crate::size;
use crate::store::Store;

/// Samples that decode together when nothing is said: enough to share the reading of the weights.
const PARALLEL: usize = 8;

/// What is to be asked, and who answers for each contestant of it.
pub(super) struct Settled {
    pub(super) plan: Plan,
    pub(super) providers: Vec<Arc<dyn Provider>>,
}

/// Settles a run. The inner error is a mistake on the command line.
pub(super) fn settle(store: &Store, args: &RunArgs) -> anyhow::Result<Result<Settled, String>> {
    let config = Config::load(args.config.as_deref())?;
    let options = LocalOptions {
        threads: args.threads.or(config.run.threads.map(NonZero::get)).map(|n| n as usize),
        parallel: args.parallel.or(config.run.parallel.map(NonZero::get)).map_or(PARALLEL, |n| n as usize),
    };
    let services = match services(args, &config) {
        Ok(services) => services,
        Err(words) => return Ok(Err(words)),
    };
    match &args.resume {
        Some(named) => resume(store, named, &options, &services),
        None => begin(args, &config, &options, &services),
    }
}

/// The services that are known here.
fn services(args: &RunArgs, config: &Config) -> Result<Services, String> {
    let variables = Arc::new(|name: &str| std::env::var(name).ok());
    let services = Services::new(&config.providers, variables).map_err(|error| {
        let file = args.config.as_deref().unwrap_or(crate::config::FILE.as_ref());
        format!("{}: {error}", file.display())
    })?;
    Ok(match args.debug {
        true => services.traced(Arc::new(|line: &str| super::say_error(line))),
        false => services,
    })
}

fn begin(
    args: &RunArgs,
    config: &Config,
    options: &LocalOptions,
    services: &Services,
) -> anyhow::Result<Result<Settled, String>> {
    let named = if args.model.is_empty() { &config.run.model } else { &args.model };
    let library = match args.prompts.as_deref().or(config.prompts.as_deref()) {
        Some(folder) => Library::with_dir(folder)?,
        None => Library::bundled(),
    };
    let asked = if args.prompt.is_empty() { &config.run.prompt } else { &args.prompt };
    let ids: Vec<&str> =
        if asked.is_empty() { vec!["pelican"] } else { asked.iter().map(String::as_str).collect() };
    let prompts = match library.select(ids) {
        Ok(prompts) => prompts.into_iter().map(|prompt| prompt.record()).collect(),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let seed = match args.seed {
        Some(seed) => seed,
        None => random_seed()?,
    };
    let wanted = wanted(args, config, seed);
    if let Err(error) = check_sampling(&wanted) {
        return Ok(Err(error.to_string()));
    }
    let places = config.places();
    let mut all = Vec::new();
    for name in named {
        match Contestant::find(name, &places) {
            Ok(found) => {
                if let Some(model) = found.found.as_ref().filter(|_| !args.quiet) {
                    let (size, path) = (size::words(model.bytes), model.path().display());
                    say_error(&format!("{name} is {path} ({size}, from {})", model.origin));
                }
                all.push(found);
            }
            Err(error) => return Ok(Err(error.to_string())),
        }
    }
    if all.is_empty() {
        all.push(Contestant::bundled());
    }
    let (mut contestants, mut providers) = (Vec::<RunContestant>::new(), Vec::<Arc<dyn Provider>>::new());
    for mut found in all {
        if contestants.iter().any(|known| known.record.slug == found.record.slug) {
            return Ok(Err(format!("{} takes part twice", found.record.label)));
        }
        let (request, source, provider): (_, _, Arc<dyn Provider>) = match &found.model {
            Model::Local(weights) => {
                let model = open(weights, options)?;
                found.record.demonstration = model.demonstration();
                let request = model.settle(&wanted).with_context(|| {
                    format!("{weights} recommends a setting that can't be used; give your own")
                })?;
                (request, weights.source(), Arc::new(model))
            }
            Model::Remote => {
                let model = match services.model(&found.record.provider, &found.record.model) {
                    Ok(model) => model,
                    Err(error) => return Ok(Err(error.to_string())),
                };
                // No setting is sent that was not asked for, and the seed is one.
                let asked = RequestRecord { run_seed: args.seed, ..wanted.clone() };
                match model.settle(&asked) {
                    Ok(request) => (request, model.address(), Arc::new(model)),
                    Err(error) => return Ok(Err(error.to_string())),
                }
            }
        };
        contestants.push(RunContestant { request, record: found.record, source });
        providers.push(provider);
    }
    let run = RunRecord {
        schema: SCHEMA_VERSION,
        id: Id::new()?,
        started: jiff::Timestamp::now(),
        tool: tool(),
        seed,
        samples: args.samples.or(config.run.samples.map(NonZero::get)).unwrap_or(1),
        prompts,
        contestants,
    };
    Ok(Ok(Settled { plan: Plan::whole(run), providers }))
}

fn wanted(args: &RunArgs, config: &Config, seed: u64) -> RequestRecord {
    let (flags, defaults) = (&args.sampling, &config.run);
    RequestRecord {
        seed: None,
        run_seed: Some(seed),
        temperature: flags.temperature.or(defaults.temperature),
        top_k: flags.top_k.or(defaults.top_k),
        top_p: flags.top_p.or(defaults.top_p),
        min_p: flags.min_p.or(defaults.min_p),
        repeat_penalty: flags.repeat_penalty.or(defaults.repeat_penalty),
        max_tokens: flags.max_tokens.or(defaults.max_tokens.map(NonZero::get)),
        thinking: args.thinking.as_deref().map(|word| word == "on").or(defaults.thinking),
        effort: args.effort.clone().or(defaults.effort.clone()),
        ..RequestRecord::default()
    }
}

/// 53 random bits, which every JSON reader keeps exactly.
fn random_seed() -> anyhow::Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gave no random seed: {error}"))?;
    Ok(u64::from_le_bytes(bytes) >> 11)
}

fn open(weights: &Weights, options: &LocalOptions) -> anyhow::Result<LocalModel> {
    LocalModel::open(weights, options).context("can't use the model")
}

fn resume(
    store: &Store,
    named: &str,
    options: &LocalOptions,
    services: &Services,
) -> anyhow::Result<Result<Settled, String>> {
    let known = store.runs()?;
    let id = match named {
        "last" => known.last().cloned(),
        _ => {
            let mut fitting = known.iter().filter(|id| id.as_str().starts_with(named));
            match (fitting.next().cloned(), fitting.next()) {
                (Some(first), Some(second)) => {
                    let (first, second) = (first.as_str(), second.as_str());
                    return Ok(Err(format!("{named:?} may be run {first} or {second}; say more of it")));
                }
                (only, _) => only,
            }
        }
    };
    let Some(id) = id else {
        let newest: Vec<_> = known.iter().rev().take(3).map(Id::as_str).collect();
        let hint = if newest.is_empty() {
            "none is kept there".to_owned()
        } else {
            format!("the newest: {}", newest.join(", "))
        };
        return Ok(Err(format!("no run {named:?} in {}; {hint}", store.root().display())));
    };
    let run = store.read_run(&id)?;
    let attempts: Vec<Attempt> = store
        .list()?
        .attempts
        .into_iter()
        .map(|stored| stored.attempt)
        .filter(|attempt| attempt.run == id)
        .collect();
    let mut providers: Vec<Arc<dyn Provider>> = Vec::new();
    for contestant in &run.contestants {
        if contestant.record.provider != LOCAL {
            let model = match services.model(&contestant.record.provider, &contestant.record.model) {
                Ok(model) => model,
                Err(error) => return Ok(Err(error.to_string())),
            };
            let (now, then) = (model.address(), &contestant.source);
            // The record's address is not gone to: a key must not follow a file of results from elsewhere.
            anyhow::ensure!(
                now == *then,
                "{} was asked at {then} when this run began, and is at {now} now; give it that address again, or start \
                 a new run",
                contestant.record.label
            );
            providers.push(Arc::new(model));
            continue;
        }
        let weights = Weights::of_source(&contestant.source);
        let model = open(&weights, options)?;
        let before = attempts
            .iter()
            .filter(|attempt| attempt.contestant.slug == contestant.record.slug)
            .find_map(|attempt| attempt.engine.as_ref());
        if let Some(before) = before {
            let now = model.engine().map_err(anyhow::Error::msg)?;
            if now.is_some_and(|now| now.hash != before.hash) {
                let label = &contestant.record.label;
                anyhow::bail!(
                    "{weights} is not the file that this run began with, so its drawings would not be {label}'s; \
                     put that file back, or start a new run"
                );
            }
        }
        providers.push(Arc::new(model));
    }
    Ok(Ok(Settled { plan: Plan::rest(run, &attempts), providers }))
}
