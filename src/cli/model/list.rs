//! `pelicycle model list`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use pelicycle_engine::gguf::{Gguf, GgufError, GgufOutline};
use pelicycle_engine::model::{Model, ModelError};
use pelicycle_engine::tokenizer::{self, TokenizerError};
use pelicycle_models::{Inventory, ModelFile, ModelSource};
use pelicycle_run::{Config, ProjectorChoice, VisionSupport, WeightsLocation};
use pelicycle_text::size;
use serde::Serialize;

use super::named;
use super::stdio::print;
use crate::cli::named_projectors::projectors_or_warning;
use crate::cli::output::{say_error, say_table};
use crate::cli::terminal::{printable, printable_json};

/// The widest column: a name in a file may be of any length.
const WIDEST: usize = 200;

/// Say which models are on this machine, and what each is called.
///
/// Looks in the folders of pelicycle.toml (models/ by default), in the Hugging Face hub's cache and where llama.cpp, LM
/// Studio and Ollama keep theirs. The name is what `run -m` and the other commands take. A model sees pictures when a
/// projector (mmproj) that was made for it lies beside it, or pelicycle.toml names one.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  pelicycle model list\n  pelicycle model list --json | jq -r '.[].name'")]
pub(crate) struct ListArgs {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A line of the list. The names are those of the JSON; what is not known is null.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    bytes: u64,
    quantization: Option<String>,
    architecture: Option<String>,
    /// `program`, `folder`, `hub`, `llama.cpp`, `LM Studio` or `Ollama`.
    place: &'static str,
    /// `OWNER/REPO` on the hub.
    repo: Option<String>,
    /// Commit of the repository.
    commit: Option<String>,
    files: Vec<PathBuf>,
    /// The projector with which it sees pictures; null for a model that reads text alone.
    projector: Option<PathBuf>,
    /// The fault of a projector with which it would see.
    projector_problem: Option<String>,
    /// The reason why it can't be run, as far as its name and metadata tell.
    problem: Option<String>,
}

pub(crate) fn list(args: &ListArgs) -> anyhow::Result<ExitCode> {
    let config = Config::load(None)?;
    let (shelf, projectors) = (Inventory::scan(&config.places()), projectors_or_warning(&config, None));
    let mut rows = vec![bundled()];
    rows.extend(shelf.models().iter().map(|found| row(&shelf, &projectors, found)));
    if args.json {
        print(&(printable_json(&serde_json::to_string_pretty(&rows)?) + "\n"))?;
    } else {
        say_table(&table(&rows));
    }
    for passed in shelf.passed_over() {
        say_error(&format!("passed over {}: {}", passed.path.display(), passed.why));
    }
    if shelf.models().is_empty() && !args.json {
        say_error("No other model was found; `pelicycle model pull OWNER/REPO` fetches one.");
    }
    Ok(ExitCode::SUCCESS)
}

fn bundled() -> Row {
    let outline = named::outline(&WeightsLocation::Bundled).ok();
    Row {
        name: WeightsLocation::Bundled.source(),
        bytes: outline.as_ref().map_or(0, |outline| outline.gguf().file_bytes()),
        quantization: outline.as_ref().and_then(quantization),
        architecture: outline.as_ref().and_then(architecture),
        place: "program",
        repo: None,
        commit: None,
        files: Vec::new(),
        projector: None,
        projector_problem: None,
        problem: None,
    }
}

fn row(shelf: &Inventory, projectors: &ProjectorChoice, found: &ModelFile) -> Row {
    let outline = GgufOutline::open(found.path());
    let problem = problem(found, &outline);
    let outline = outline.ok();
    let sight = outline.as_ref().map(|outline| projectors.sight(found.path(), outline.gguf()));
    Row {
        name: shelf.name_of(found),
        bytes: found.bytes,
        quantization: found.quantization.clone().or_else(|| quantization(outline.as_ref()?)),
        architecture: outline.as_ref().and_then(architecture),
        place: found.origin.place(),
        repo: found.origin.repo().map(str::to_owned),
        commit: match &found.origin {
            ModelSource::Hub { commit, .. } => Some(commit.clone()),
            ModelSource::Folder
            | ModelSource::LlamaCpp
            | ModelSource::LmStudio { .. }
            | ModelSource::Ollama { .. } => None,
        },
        files: found.files.clone(),
        projector: sight.as_ref().and_then(|sight| sight.projector()).map(Into::into),
        projector_problem: sight.as_ref().and_then(VisionSupport::fault),
        problem,
    }
}

/// The reason why a model can't be run, as far as its name and its header tell.
pub(crate) fn problem(found: &ModelFile, outline: &Result<GgufOutline, GgufError>) -> Option<String> {
    let problem = match outline {
        _ if found.missing > 0 => Some(format!("{} of its files are missing", found.missing)),
        Ok(outline) => match outline.problem() {
            Some(problem) => Some(problem.to_string()),
            None => metadata_problem(outline.gguf()),
        },
        Err(error) => Some(error.to_string()),
    };
    // The path stands beside it.
    let path = format!("{}: ", found.path().display());
    problem.map(|problem| problem.strip_prefix(&path).map(str::to_owned).unwrap_or(problem))
}

fn metadata_problem(gguf: &Arc<Gguf>) -> Option<String> {
    match Model::check_metadata(gguf) {
        Ok(()) => match tokenizer::check_names(gguf) {
            Ok(()) => None,
            Err(TokenizerError::Split { name, .. }) => {
                Some(format!("the pre-tokenizer {name:?} is not known"))
            }
            Err(TokenizerError::Model { model, .. }) => Some(format!("the tokenizer {model:?} is not known")),
            Err(error) => Some(error.to_string()),
        },
        // A line is short, and which others there are is told elsewhere.
        Err(ModelError::Architecture { name, missing, .. }) => {
            Some(format!("the architecture {name:?} needs {missing}"))
        }
        Err(error) => Some(error.to_string()),
    }
}

fn architecture(outline: &GgufOutline) -> Option<String> {
    outline.gguf().str("general.architecture").ok().flatten().map(str::to_owned)
}

/// The tensor type that holds most of the weights.
fn quantization(outline: &GgufOutline) -> Option<String> {
    let mut weights = std::collections::BTreeMap::<&str, u64>::new();
    for tensor in outline.tensors() {
        let sum = weights.entry(&tensor.type_name).or_default();
        *sum = sum.saturating_add(tensor.elements);
    }
    weights.into_iter().max_by_key(|&(_, elements)| elements).map(|(name, _)| name.to_owned())
}

fn table(rows: &[Row]) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let cells = |row: &Row| {
        let path = row.files.first().map_or_else(|| "-".to_owned(), |path| path.display().to_string());
        let path = match &row.problem {
            Some(problem) => format!("{path} (can't run: {problem})"),
            None => match &row.projector_problem {
                Some(problem) => format!("{path} (projector can't be used: {problem})"),
                None => path,
            },
        };
        let sees = if row.projector.is_some() { "yes" } else { "-" };
        [
            row.name.clone(),
            size::words(row.bytes),
            or_dash(&row.quantization),
            or_dash(&row.architecture),
            sees.to_owned(),
            row.place.to_owned(),
            path,
        ]
        .map(|cell| printable(&cell).into_owned())
    };
    let head = ["NAME", "SIZE", "TYPE", "ARCHITECTURE", "SEES", "FROM", "FILE"].map(str::to_owned);
    let all: Vec<[String; 7]> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
    let width =
        |column: usize| all.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0).min(WIDEST);
    let widths: Vec<usize> = (0..6).map(width).collect();
    let line = |cells: &[String; 7]| {
        let (file, columns) =
            cells.split_last().map_or(("", &cells[..0]), |(file, rest)| (file.as_str(), rest));
        let columns: Vec<String> =
            columns.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}  {file}", columns.join("  "))
    };
    all.iter().map(line).collect()
}
