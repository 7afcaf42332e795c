//! `pelicycle init`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::Timestamp;
use pelicycle_engine::gguf::GgufOutline;
use pelicycle_models::{Inventory, ModelFile};
use pelicycle_run::{Config, ServiceAccess};
use pelicycle_text::{day, plural};

use super::error::usage;
use super::notices::variable_failed;
use super::output::{FileAccess, say, say_error, write_new};
use super::service_survey::{ServiceFinding, ServiceState, survey};
use super::terminal::printable;

/// The file that is written.
const FILE: &str = "pelicycle.toml";
/// The most models of one place that take part at once: a first gallery is to be soon.
const MOST: usize = 3;
/// The most other models of a place that the file names.
const NAMED: usize = 8;
/// With which model of a service one begins: the first of these that it has, else the first that it names.
const STARTERS: &[(&str, &[&str])] = &[
    (
        "anthropic",
        &["claude-opus-5-5", "claude-opus-5", "claude-opus-4-8", "claude-opus-4-7", "claude-sonnet-5"],
    ),
    ("openai", &["gpt-6.1-sol", "gpt-6-sol", "gpt-5.6", "gpt-5.5", "gpt-5"]),
    ("gemini", &["gemini-3.8-flash", "gemini-3.7-flash", "gemini-3.6-flash", "gemini-3.5-flash"]),
    ("xai", &["grok-4.7", "grok-4.6", "grok-4.5"]),
    ("mistral", &["mistral-large-latest", "mistral-medium-latest"]),
    ("deepseek", &["deepseek-v4-pro", "deepseek-chat"]),
    ("openrouter", &["anthropic/claude-opus-5", "openai/gpt-6-sol", "qwen/qwen3.6-35b-a3b"]),
];

/// Write a pelicycle.toml with everybody that this machine can ask now.
///
/// Looks for keys in the environment, for local servers that answer, and for model files.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pelicycle init && pelicycle run
  pelicycle init --offline                      model files only; asks no service for its models")]
pub(crate) struct InitArgs {
    /// Ask nothing over the network.
    #[arg(long)]
    offline: bool,
}

/// Some contestants from one place.
struct Group {
    /// The place that they are from, for people.
    from: String,
    /// Those that take part, as `run -m` takes them.
    chosen: Vec<String>,
    /// Others that it has, likewise.
    others: Vec<String>,
}

impl Group {
    fn new(from: String, mut all: Vec<String>, first: usize) -> Self {
        let others = all.split_off(first.min(all.len()));
        Self { from, chosen: all, others }
    }
}

pub(crate) fn init(args: &InitArgs) -> anyhow::Result<ExitCode> {
    let path = Path::new(FILE);
    let there = || format!("there is a {FILE} already; `pelicycle doctor` says whether what it names works");
    if path.symlink_metadata().is_ok() {
        return usage(&there());
    }
    let config = Config::default();
    let mut groups = local_models(&config);
    let ReachableServices { answering, silent } = services(&config, args.offline)?;
    groups.extend(answering);
    match write_new(path, file(&groups, &silent).as_bytes(), FileAccess::All) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return usage(&there()),
        written => written.with_context(|| format!("{FILE} could not be written"))?,
    }
    for group in &groups {
        say(&printable(&format!("{}: {}", group.from, group.chosen.join(", "))));
    }
    for one in &silent {
        say_error(&format!("{} is left out: {}", one.title, one.why));
    }
    say(FILE);
    if groups.is_empty() && silent.is_empty() {
        say_error(
            "Nobody was found but hatchling, the demonstration inside. Set a key (ANTHROPIC_API_KEY, OPENAI_API_KEY, …), start \
             a local server (`ollama serve`), or fetch a model: `pelicycle model pull Qwen/Qwen3-0.6B-GGUF:Q8_0`. Then add it \
             to the file.",
        );
    }
    say_error("next: pelicycle run");
    Ok(ExitCode::SUCCESS)
}

/// Model files that can be run, the largest first: they draw best.
fn local_models(config: &Config) -> Vec<Group> {
    let inventory = Inventory::scan(&config.places());
    let runs = |found: &&ModelFile| {
        found.missing == 0 && GgufOutline::open(found.path()).is_ok_and(|outline| outline.problem().is_none())
    };
    let mut found: Vec<&ModelFile> = inventory.models().iter().filter(runs).collect();
    found.sort_by_key(|found| std::cmp::Reverse(found.bytes));
    let names: Vec<String> = found.into_iter().map(|found| inventory.name_of(found)).collect();
    if names.is_empty() { Vec::new() } else { vec![Group::new("model files".to_owned(), names, MOST)] }
}

/// The services that can be asked over the network, and those that might be.
struct ReachableServices {
    answering: Vec<Group>,
    silent: Vec<SilentService>,
}

/// A service whose key or address is set, or a server that refused, and whose models are not known.
struct SilentService {
    title: String,
    why: String,
    /// A model of it, to begin with.
    starter: String,
}

/// Services whose key is set and local servers: those that answer, and those that might have.
fn services(config: &Config, offline: bool) -> anyhow::Result<ReachableServices> {
    let access = ServiceAccess::new(config, None, false, variable_failed)?;
    let services = Arc::new(access.services);
    let names = services.entries().map(|(name, _)| name.to_owned()).collect();
    let found = survey(&services, &access.environment, names, &BTreeSet::new(), offline)?;
    // Two kinds of server may be looked for at one address.
    let mut addresses = BTreeSet::new();
    let (answering, others): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|one| one.state == ServiceState::Ok && !one.models.is_empty());
    Ok(ReachableServices {
        answering: answering
            .iter()
            .filter(|one| addresses.insert(one.address.clone()))
            .map(of_service)
            .collect(),
        silent: others.iter().filter_map(SilentService::of).collect(),
    })
}

impl SilentService {
    /// Of a finding; none where nothing says that the service was meant to be asked.
    fn of(found: &ServiceFinding) -> Option<SilentService> {
        let key = found.key.as_deref();
        // Whoever says an address means the server there, though it may not be running.
        if key.is_none() && found.address_from.is_none() && found.state != ServiceState::Fault {
            return None;
        }
        let why = match (found.state, key) {
            (ServiceState::NotAsked, Some(key)) => {
                format!("it has a key ({key}), and was not asked for its models")
            }
            (ServiceState::NotAsked, None) => "it was not asked for its models".to_owned(),
            (ServiceState::Ok, _) => "it names no models".to_owned(),
            _ => found.words.clone(),
        };
        let first = starters(&found.name).first().map_or("MODEL", |starter| starter);
        Some(SilentService { title: found.title.clone(), why, starter: format!("{}/{first}", found.name) })
    }
}

/// With which models of a service one may begin.
fn starters(service: &str) -> &'static [&'static str] {
    STARTERS.iter().find(|(name, _)| *name == service).map_or(&[], |(_, starters)| starters)
}

fn of_service(found: &ServiceFinding) -> Group {
    // A name with a control character is nobody's, and could break the file.
    let sound = |model: &&String| !model.chars().any(char::is_control);
    let others = [
        "embed",
        "whisper",
        "tts",
        "rerank",
        "moderation",
        "image",
        "realtime",
        "dall-e",
        "transcribe",
        "sora",
        "audio",
        "davinci",
        "babbage",
    ];
    let draws = |model: &&String| sound(model) && !others.iter().any(|word| model.contains(word));
    let mut models: Vec<&String> = found.models.iter().filter(draws).collect();
    if let Some(first) =
        starters(&found.name).iter().find_map(|starter| models.iter().position(|model| model == starter))
    {
        models[..=first].rotate_right(1);
    }
    let names = models.into_iter().map(|model| format!("{}/{model}", found.name)).collect();
    // A local server costs nothing; of a service that does, one model is enough to begin with.
    let first = if found.local { MOST } else { 1 };
    Group::new(found.title.clone(), names, first)
}

/// The text of the file.
fn file(groups: &[Group], silent: &[SilentService]) -> String {
    // JSON writes a string as TOML reads it.
    let quoted = |name: &String| serde_json::Value::from(name.as_str()).to_string();
    let mut lineup = String::new();
    for group in groups {
        lineup += &format!("    # {}\n", printable(&group.from));
        for name in &group.chosen {
            lineup += &format!("    {},\n", quoted(name));
        }
        for name in group.others.iter().take(NAMED) {
            lineup += &format!("    # {},\n", quoted(name));
        }
        if group.others.len() > NAMED {
            let more = plural((group.others.len() - NAMED) as u64, "other");
            lineup += &format!("    # and {more}; `pelicycle doctor --json` names all\n");
        }
    }
    for one in silent {
        lineup += &format!("    # {}: {}\n", printable(&one.title), printable(&one.why));
        lineup += &format!("    # {},\n", quoted(&one.starter));
    }
    if groups.is_empty() {
        lineup += "    \"hatchling\",   # the demonstration inside; take it out when somebody else is here\n";
    }
    format!(
        "# Written by `pelicycle init` on {}. docs/running.md explains all that can stand here.\n\n\
         [run]\n\
         # Who is asked when the command line names nobody.\n\
         model = [\"lineup:mine\"]\n\
         # Drawings of each: two show whether the first was luck.\n\
         samples = 2\n\
         # The most that one run may cost, in dollars; `--dry-run` says what it would.\n\
         # max_cost = 2.0\n\n\
         [lineups]\n\
         mine = [\n{lineup}]\n",
        day(Timestamp::now())
    )
}
