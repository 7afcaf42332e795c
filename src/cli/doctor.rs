//! `pelicycle doctor`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use pelicycle_drawing::{InspectionOptions, WorkerPool};
use pelicycle_engine::Kernels;
use pelicycle_provider::{CatalogError, Services};
use pelicycle_run::{Config, Contestant, ContestantModel, Environment, ServiceAccess};
use pelicycle_store::Store;
use pelicycle_text as text;
use serde::Serialize;
use tokio::task::JoinSet;

use super::Global;
use super::notices::variable_failed;
use super::output::say;
use super::terminal::printable;
use super::trust::TrustArgs;

/// Names of models in a line for people.
const NAMED: usize = 6;

/// Check what is set up: folders, keys, services, local servers, the models they have.
///
/// Exits with 0 when all that is set up works, with 1 when something of it does not. A service without a key, or a local
/// server that is not running, is a fault only where pelicycle.toml or the command line names it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle doctor
  pelicycle doctor anthropic ollama
  pelicycle doctor --offline --json")]
pub(crate) struct DoctorArgs {
    /// Services that must work.
    #[arg(value_name = "PROVIDER")]
    providers: Vec<String>,
    /// Ask nothing over the network.
    #[arg(long)]
    offline: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// Read this file instead of pelicycle.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
}

/// What was found.
#[derive(Debug, Serialize)]
struct Report {
    /// Parts of this program on this machine.
    parts: Vec<Part>,
    services: Vec<Found>,
    /// Contestants of pelicycle.toml that can't take part.
    contestants: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    ok: bool,
    words: String,
}

/// One service.
#[derive(Debug, Clone, Serialize)]
struct Found {
    name: String,
    title: String,
    local: bool,
    /// It has to work.
    wanted: bool,
    state: State,
    words: String,
    /// The variable that the key is in, and what set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// What says the address, where that is not the table of known services.
    #[serde(skip_serializing_if = "Option::is_none")]
    address_from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// It answers.
    Ok,
    /// It was not asked.
    NotAsked,
    /// It needs a key that is not set.
    NoKey,
    /// Nobody answers there.
    Away,
    /// It can't be asked, or refuses.
    Fault,
}

impl Found {
    fn is_fault(&self) -> bool {
        match self.state {
            State::Ok | State::NotAsked => false,
            State::NoKey | State::Away => self.wanted,
            State::Fault => true,
        }
    }
}

pub(crate) fn doctor(global: &Global, args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(args.config.as_deref())?;
    let trusting = args.trust.trust_folder;
    let access = ServiceAccess::new(&config, args.config.as_deref(), trusting, variable_failed)?;
    let (services, environment) = (Arc::new(access.services), access.environment);
    let asked = contestants(&config)?;
    let mut wanted: BTreeSet<String> = args.providers.iter().cloned().collect();
    for name in &args.providers {
        anyhow::ensure!(
            services.entries().any(|(known, _)| known == name),
            "no provider {name:?} is known; there are {}",
            services.entries().map(|(known, _)| known).collect::<Vec<_>>().join(", ")
        );
    }
    wanted.extend(config.providers.keys().cloned());
    wanted.extend(asked.values().filter_map(|found| match found {
        Ok(found) if found.model == ContestantModel::Remote => Some(found.record.provider.clone()),
        _ => None,
    }));

    let only = |name: &str| args.providers.is_empty() || args.providers.iter().any(|one| one == name);
    let names: Vec<String> =
        services.entries().map(|(name, _)| name.to_owned()).filter(|name| only(name)).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let found = runtime.block_on(look(&services, &environment, names, &wanted, args.offline));
    let report = Report {
        parts: if args.providers.is_empty() { parts(global) } else { Vec::new() },
        contestants: judge(&asked, &found),
        services: found,
    };
    let healthy = report.parts.iter().chain(&report.contestants).all(|part| part.ok)
        && !report.services.iter().any(Found::is_fault);
    match args.json {
        true => say(&serde_json::to_string_pretty(&report)?),
        false => print(&report),
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Who takes part by pelicycle.toml: by their names there, found or not.
fn contestants(config: &Config) -> anyhow::Result<BTreeMap<String, Result<Contestant, String>>> {
    let lineups = config.lineups()?;
    let places = config.places();
    let mut all = BTreeMap::new();
    for chosen in lineups.everyone().chain(lineups.choose(&config.run.model)?) {
        let name = chosen.name.clone().unwrap_or_else(|| chosen.entry.model.clone());
        let found = Contestant::find(&chosen.entry.model, &places).map_err(|error| error.to_string());
        all.insert(name, found);
    }
    Ok(all)
}

async fn look(
    services: &Arc<Services>,
    environment: &Arc<Environment>,
    names: Vec<String>,
    wanted: &BTreeSet<String>,
    offline: bool,
) -> Vec<Found> {
    let mut tasks = JoinSet::new();
    for name in names {
        let (services, environment) = (Arc::clone(services), Arc::clone(environment));
        let wanted = wanted.contains(&name);
        tasks.spawn(async move { examine(&services, &environment, name, wanted, offline).await });
    }
    let mut found = tasks.join_all().await;
    found.sort_by(|a, b| (a.local, &a.name).cmp(&(b.local, &b.name)));
    found
}

async fn examine(
    services: &Services,
    environment: &Environment,
    name: String,
    wanted: bool,
    offline: bool,
) -> Found {
    let entry = services.entries().find(|(known, _)| *known == name).map(|(_, entry)| entry.clone());
    let entry = entry.unwrap_or_default();
    let set = entry.key_env.iter().find_map(|variable| {
        let (_, setter) = environment.get(variable).ok().flatten()?;
        Some(format!("{variable} from {setter}"))
    });
    let mut found = Found {
        title: entry.title.clone().unwrap_or_else(|| name.clone()),
        local: entry.local == Some(true),
        wanted,
        state: State::NotAsked,
        words: "not asked".to_owned(),
        key: set,
        address: None,
        address_from: None,
        models: Vec::new(),
        name,
    };
    if found.key.is_none() && entry.needs_key() {
        found.state = State::NoKey;
        let unread = entry.key_env.iter().find_map(|variable| environment.get(variable).err());
        found.words = match unread {
            Some(error) => error.to_string(),
            None => format!("no key: set {}", entry.key_env.join(" or ")),
        };
        return found;
    }
    match services.address(&found.name) {
        Ok((address, from)) => (found.address, found.address_from) = (Some(address), from),
        Err(words) => {
            (found.state, found.words) = (State::Fault, words);
            return found;
        }
    }
    if offline {
        return found;
    }
    let begin = std::time::Instant::now();
    match services.catalog(&found.name).await {
        Ok(models) => {
            found.state = State::Ok;
            found.words = format!("{} in {}", count(models.len(), "model"), seconds(begin.elapsed()));
            found.models = models;
        }
        // A server of one's own that is not running is the usual state of most of them.
        Err(error) if (found.local || !entry.needs_key()) && !matches!(error, CatalogError::Refused(_)) => {
            found.state = State::Away;
            found.words = format!("nobody answers at {}", found.address.as_deref().unwrap_or("its address"));
        }
        Err(error) => (found.state, found.words) = (State::Fault, error.to_string()),
    }
    found
}

/// The parts of this program that everything else stands on.
fn parts(global: &Global) -> Vec<Part> {
    let part = |name: &str, result: Result<String, String>| {
        let (ok, words) = result.map_or_else(|words| (false, words), |words| (true, words));
        Part { name: name.to_owned(), ok, words }
    };
    let drawing =
        br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>"##;
    let worker = WorkerPool::new(1, InspectionOptions::default()).inspect(drawing, 8);
    let worker = match worker {
        Ok(found) if found.png.is_some() => Ok("checks and draws".to_owned()),
        Ok(found) => Err(format!("a plain drawing came out as {:?}", found.check.verdict)),
        Err(error) => Err(error.to_string()),
    };
    let results = match Store::open(&global.results) {
        Ok(store) => Ok(store.root().display().to_string()),
        Err(error) => Err(error.to_string()),
    };
    let kernels = match Kernels::chosen() {
        Ok(chosen) => {
            let names: Vec<&str> = Kernels::available().iter().map(|kernels| kernels.name).collect();
            Ok(format!("{}; this processor runs {}", chosen.name, names.join(", ")))
        }
        Err(error) => Err(error.to_string()),
    };
    vec![part("results folder", results), part("drawing worker", worker), part("engine's kernels", kernels)]
}

/// Which contestants of pelicycle.toml can't take part, as far as that can be told.
fn judge(asked: &BTreeMap<String, Result<Contestant, String>>, services: &[Found]) -> Vec<Part> {
    let judged = asked.iter().map(|(name, found)| {
        let (ok, words) = match found {
            Err(words) => (false, words.clone()),
            Ok(found) if found.model != ContestantModel::Remote => (true, found.record.model.clone()),
            Ok(found) => {
                let (provider, model) = (&found.record.provider, &found.record.model);
                match services.iter().find(|service| service.name == *provider) {
                    None => (true, format!("{provider} was not asked")),
                    Some(service) if service.state == State::Ok && !service.models.contains(model) => {
                        (false, format!("{provider} does not list {model:?}"))
                    }
                    Some(service) => (!service.is_fault(), format!("{model} at {provider}")),
                }
            }
        };
        Part { name: name.clone(), ok, words }
    });
    judged.collect()
}

fn print(report: &Report) {
    let mark = |ok: bool| if ok { "ok" } else { "FAULT" }.to_owned();
    let part = |part: &Part| [part.name.clone(), mark(part.ok), printable(&part.words).into_owned()];
    let service = |found: &Found| {
        let state = match (found.state, found.is_fault()) {
            (_, true) => "FAULT",
            (State::Ok, _) => "ok",
            _ => "-",
        };
        let mut words = found.words.clone();
        if let (Some(address), Some(from)) = (&found.address, &found.address_from) {
            words.push_str(&format!("; at {address} by {from}"));
        }
        if let Some(key) = &found.key {
            words.push_str(&format!("; {key}"));
        }
        if found.local && !found.models.is_empty() {
            let more = found.models.len().saturating_sub(NAMED);
            let named = found.models.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            words.push_str(&format!(": {named}{more}"));
        }
        [found.name.clone(), state.to_owned(), printable(&words).into_owned()]
    };
    let block = |title: &str, lines: Vec<[String; 3]>| {
        if !lines.is_empty() {
            say(&format!("{title}\n{}\n", text::table(&lines).join("\n")));
        }
    };
    block("This machine", report.parts.iter().map(part).collect());
    let of = |local: bool| report.services.iter().filter(move |found| found.local == local).map(service);
    block("Services", of(false).collect());
    block("Local servers", of(true).collect());
    block("Contestants of pelicycle.toml", report.contestants.iter().map(part).collect());
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn seconds(elapsed: Duration) -> String {
    format!("{:.1} s", elapsed.as_secs_f64())
}
