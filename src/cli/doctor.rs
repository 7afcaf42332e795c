//! `pelicycle doctor`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use pelicycle_drawing::{InspectionOptions, WorkerPool};
use pelicycle_engine::Kernels;
use pelicycle_engine::gguf::GgufOutline;
use pelicycle_engine::model::ModelError;
use pelicycle_models::{Inventory, UnusableModel};
use pelicycle_run::{
    Config, Contestant, ContestantModel, ProjectorChoice, ServiceAccess, VisionSupport, WeightsLocation,
};
use pelicycle_store::Store;
use pelicycle_text as text;
use serde::Serialize;

use super::GlobalOptions;
use super::error::usage;
use super::model::list::problem;
use super::named_projectors::{named_projectors, projector_file};
use super::notices::variable_failed;
use super::output::{say, say_set_in};
use super::service_survey::{ServiceFinding, ServiceState, survey};
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
    /// The projector (mmproj) with which the local contestants of pelicycle.toml are to see.
    #[arg(long, value_name = "FILE", value_parser = projector_file())]
    projector: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// Read this file instead of pelicycle.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
}

/// The report on this machine and the services.
#[derive(Debug, Serialize)]
struct Report {
    /// Parts of this program on this machine.
    parts: Vec<Part>,
    services: Vec<ServiceFinding>,
    /// Contestants of pelicycle.toml that can't take part.
    contestants: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    ok: bool,
    words: String,
}

pub(crate) fn doctor(global: &GlobalOptions, args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(args.config.as_deref())?;
    let trusting = args.trust.trust_folder;
    let access = ServiceAccess::new(&config, args.config.as_deref(), trusting, variable_failed)?;
    let (services, environment) = (Arc::new(access.services), access.environment);
    let asked = contestants(&config)?;
    let mut wanted: BTreeSet<String> = args.providers.iter().cloned().collect();
    for name in &args.providers {
        let known: Vec<&str> = services.entries().map(|(known, _)| known).collect();
        if !known.contains(&name.as_str()) {
            let meant = match text::did_you_mean(&text::near(name, known.iter().copied())) {
                none if none.is_empty() => format!("; there are {}", known.join(", ")),
                meant => meant,
            };
            return usage(&format!("no provider {name:?} is known{meant}"));
        }
    }
    wanted.extend(config.providers.keys().cloned());
    wanted.extend(asked.values().filter_map(|found| match found {
        Ok(found) if found.model == ContestantModel::Remote => Some(found.record.provider.clone()),
        _ => None,
    }));

    let only = |name: &str| args.providers.is_empty() || args.providers.iter().any(|one| one == name);
    let names: Vec<String> =
        services.entries().map(|(name, _)| name.to_owned()).filter(|name| only(name)).collect();
    let found = survey(&services, &environment, names, &wanted, args.offline)?;
    let (projectors, faults) = named_projectors(&config, args.projector.as_deref());
    let mut contestants = judge(&asked, &projectors, &found);
    let fault = |words| Part { name: "projectors".to_owned(), ok: false, words };
    contestants.extend(faults.into_iter().map(fault));
    let report = Report {
        parts: match args.providers.is_empty() {
            true => parts(global, &config, &named_projectors(&config, None).0),
            false => Vec::new(),
        },
        contestants,
        services: found,
    };
    let healthy = report.parts.iter().chain(&report.contestants).all(|part| part.ok)
        && !report.services.iter().any(ServiceFinding::is_fault);
    match args.json {
        true => say(&serde_json::to_string_pretty(&report)?),
        false => print(&report),
    }
    Ok(if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The contestants by pelicycle.toml: by their names there, found or not.
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

/// The parts of this program that everything else stands on.
fn parts(global: &GlobalOptions, config: &Config, projectors: &ProjectorChoice) -> Vec<Part> {
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
    vec![
        part("results folder", results),
        part("drawing worker", worker),
        part("engine's kernels", kernels),
        part("local models", Ok(local_models(config, projectors))),
    ]
}

/// The report on the models of this machine: which can be run, which see pictures, and what is wrong with the others.
fn local_models(config: &Config, projectors: &ProjectorChoice) -> String {
    let shelf = Inventory::scan(&config.places());
    let (mut running, mut seeing, mut broken, mut faults) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for found in shelf.models() {
        let (name, outline) = (shelf.name_of(found), GgufOutline::open(found.path()));
        if let Some(problem) = problem(found, &outline) {
            broken.push(format!("{name} ({problem})"));
            continue;
        }
        let Ok(outline) = outline else { continue };
        let sight = projectors.sight(found.path(), outline.gguf());
        match sight.fault() {
            Some(fault) => faults.push(format!("the projector of {name} can't be used: {fault}")),
            None if sight.projector().is_some() => seeing.push(name.clone()),
            None => {}
        }
        running.push(name);
    }
    let passed = |passed: &UnusableModel| format!("{} ({})", passed.path.display(), passed.why);
    broken.extend(shelf.passed_over().iter().map(passed));
    let runs = match running.as_slice() {
        [] => "none that can be run but hatchling, which reads text alone".to_owned(),
        running => format!("{} can be run, as their headers say: {}", running.len(), first_few(running)),
    };
    let sees = match (running.as_slice(), seeing.as_slice()) {
        ([], _) => None,
        (_, []) => Some("none sees pictures: no projector (mmproj) for them can be used".to_owned()),
        (_, seeing) => Some(format!("pictures are seen by {}", first_few(seeing))),
    };
    let broken =
        (!broken.is_empty()).then(|| format!("{} can't be run: {}", broken.len(), first_few(&broken)));
    [Some(runs), sees, broken].into_iter().flatten().chain(faults).collect::<Vec<_>>().join("; ")
}

/// Some names, and how many more there are.
fn first_few(names: &[String]) -> String {
    let named = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The contestants of pelicycle.toml that can't take part, as far as that can be told.
fn judge(
    asked: &BTreeMap<String, Result<Contestant, String>>,
    projectors: &ProjectorChoice,
    services: &[ServiceFinding],
) -> Vec<Part> {
    let judged = asked.iter().map(|(name, found)| {
        let (ok, words) = match found {
            Err(words) => (false, words.clone()),
            Ok(Contestant { model: ContestantModel::Local(WeightsLocation::File(path)), record, .. }) => {
                let (sees, sight) = sight(projectors, name, path);
                (sees, format!("{}; {sight}", record.model))
            }
            Ok(found) if found.model != ContestantModel::Remote => (true, found.record.model.clone()),
            Ok(found) => {
                let (provider, model) = (&found.record.provider, &found.record.model);
                match services.iter().find(|service| service.name == *provider) {
                    None => (true, format!("{provider} was not asked")),
                    Some(service) if service.state == ServiceState::Ok && !service.models.contains(model) => {
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

/// Whether a local model sees pictures, and with what. That it can't be run, or that its projector can't be used, is a fault;
/// that the one beside it is of a kind that nobody knows here is none.
fn sight(projectors: &ProjectorChoice, contestant: &str, path: &Path) -> (bool, String) {
    let outline = match GgufOutline::open(path) {
        Ok(outline) => outline,
        Err(error) => return (false, error.to_string()),
    };
    match projectors.sight_of(Some(contestant), path, outline.gguf()) {
        VisionSupport::Sees(projector) => {
            (true, format!("sees pictures with {}", projector.gguf().path().display()))
        }
        VisionSupport::TextAlone => (true, "reads text alone: no projector for it lies beside it".to_owned()),
        VisionSupport::NoModel(why) => (false, why.to_string()),
        broken @ VisionSupport::Unusable { .. } => {
            let text_alone = matches!(
                broken,
                VisionSupport::Unusable { why: ModelError::ProjectorKind { .. }, place: None, .. }
            );
            (text_alone, format!("its projector can't be used: {}", broken.fault().unwrap_or_default()))
        }
    }
}

fn print(report: &Report) {
    let mark = |ok: bool| if ok { "ok" } else { "FAULT" }.to_owned();
    let part = |part: &Part| [part.name.clone(), mark(part.ok), printable(&part.words).into_owned()];
    let service = |found: &ServiceFinding| {
        let state = match (found.state, found.is_fault()) {
            (_, true) => "FAULT",
            (ServiceState::Ok, _) => "ok",
            _ => "-",
        };
        let mut words = found.words.clone();
        if let (Some(address), Some(from)) = (&found.address, &found.address_from) {
            words.push_str(&format!("; at {address} by {from}"));
        }
        if let Some(key) = &found.key {
            words.push_str(&format!("; {key}"));
        }
        if (found.local || found.wanted) && !found.models.is_empty() {
            words.push_str(&format!(": {}", first_few(&found.models)));
        }
        [found.name.clone(), state.to_owned(), printable(&words).into_owned()]
    };
    let block = |title: &str, lines: Vec<[String; 3]>| {
        if !lines.is_empty() {
            // What is said of it stands in the last column, also where it takes several lines.
            let width = |cell: usize| lines.iter().map(|line| line[cell].chars().count()).max().unwrap_or(0);
            let indent = width(0) + width(1) + 4;
            say(title);
            text::table(&lines).iter().for_each(|line| say_set_in(line, indent));
            say("");
        }
    };
    block("This machine", report.parts.iter().map(part).collect());
    let of = |local: bool| report.services.iter().filter(move |found| found.local == local).map(service);
    block("Services", of(false).collect());
    block("Local servers", of(true).collect());
    block("Contestants of pelicycle.toml", report.contestants.iter().map(part).collect());
}
