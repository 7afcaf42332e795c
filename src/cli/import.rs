//! `pelicycle import`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use pelicycle_drawing::{InspectionOptions, WorkerPool};
use pelicycle_exchange::import::{
    FoundReply, ImportError, ImportOutcome, Importer, LlmLogs, LlmLogsError, SkippedReplies, default_path,
    svg_folder,
};
use pelicycle_prompt::{Prompt, PromptLibrary};
use pelicycle_record::{LOCAL, Verdict};
use pelicycle_run::Config;
use pelicycle_site::GalleryOptions;
use pelicycle_store::Store;
use pelicycle_text::plural;

use super::error::usage;
use super::output::{say, say_damaged, say_error, say_words};
use super::{GlobalOptions, site};

/// Take over what other tools kept.
///
/// Replies are checked and kept as any other, marked as imported. What the source does not tell stays unknown. A second
/// import of the same source for the same prompt adds nothing.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    LlmLogs(LlmLogsArgs),
    SvgFolder(SvgFolderArgs),
}

/// Import replies from the logs of the `llm` tool.
///
/// Only replies to a known prompt, letter for letter, that was asked alone: without a system prompt, earlier turns,
/// attachments, schema or tools.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pelicycle import llm-logs
  pelicycle import llm-logs backup/logs.db --prompt pelican")]
struct LlmLogsArgs {
    /// The database [default: llm's own, as `llm logs path` tells].
    path: Option<PathBuf>,
    /// Only replies to this prompt: its id, or family:NAME. May be given again [default: all prompts].
    #[arg(short, long, value_name = "ID")]
    prompt: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// Import a folder of replies, with folders in it or without.
///
/// MODEL.svg or MODEL.md, and failures/MODEL.YYYYmmddHHMM.txt, as in simonw/pelican-bicycle; MAKER/MODEL.svg; several samples
/// as MODEL/1.svg, MODEL-sample-2.svg or run-2/MODEL.svg; days as 2026-05-01/MODEL.svg. Without one the date is that of the
/// file's content in git, else the file's own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  git clone https://github.com/simonw/pelican-bicycle && pelicycle import svg-folder pelican-bicycle
  pelicycle import svg-folder replies/ --prompt pelican-2 --provider llama.cpp")]
struct SvgFolderArgs {
    /// The folder.
    folder: PathBuf,
    /// The prompt that all of them answer.
    #[arg(short, long, value_name = "ID", default_value = "pelican")]
    prompt: String,
    /// The service of the models, to tell them from others of the same name [default: svg-folder].
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// A folder of prompts beside the bundled ones; a prompt there hides a bundled one of its id.
    #[arg(long, value_name = "DIR")]
    prompts: Option<PathBuf>,
    /// Leave the gallery as it is.
    #[arg(long)]
    no_gallery: bool,
}

/// Models that are named after an import.
const SHOWN_MODELS: usize = 6;

/// The tally of an import.
#[derive(Debug, Default)]
struct ImportTally {
    added: u64,
    /// Kept, though the checker failed.
    unchecked: u64,
    drawn: u64,
    known: u64,
    /// The models of a folder.
    models: BTreeSet<String>,
}

pub(crate) fn import(global: &GlobalOptions, args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let store = Store::open(&global.results)?;
    let common = match &args.source {
        Source::LlmLogs(args) => &args.common,
        Source::SvgFolder(args) => &args.common,
    };
    let config = Config::load(None)?;
    let library = config.library(common.prompts.as_deref())?;
    let mut options = GalleryOptions::default();
    if !common.no_gallery {
        // Better now than after a thousand checks.
        options.site = site::settings(&config.site)?;
        site::tell_unknown_leads(&config, &library, store.root());
        pelicycle_site::ready(&global.gallery)
            .context("the gallery could not be built, so nothing was imported")?;
    }
    let listing = store.list()?;
    say_damaged(&store, &listing.damaged);
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    let pool = WorkerPool::new(workers, InspectionOptions::default());
    let importer = Importer::new(&store, &pool, listing.attempts.iter().map(|stored| &stored.attempt));
    let tally = match &args.source {
        Source::LlmLogs(args) => llm_logs(args, &library, importer)?,
        Source::SvgFolder(args) => {
            if !args.folder.is_dir() {
                return usage(&format!("no folder at {}", args.folder.display()));
            }
            if args.provider.as_deref().is_some_and(|name| name == LOCAL || name.trim().is_empty()) {
                return usage("--provider can't be empty or `local`, which is the engine inside");
            }
            folder(args, library.get(&args.prompt)?, importer)?
        }
    };
    let known = if tally.known > 0 { format!(", {} known before", tally.known) } else { String::new() };
    say(&format!("{} imported, {} drawn{known}", plural(tally.added, "attempt"), tally.drawn));
    let models = tally.models.len() as u64;
    if (1..tally.added).contains(&models) {
        let names: Vec<&str> = tally.models.iter().take(SHOWN_MODELS).map(String::as_str).collect();
        let more = if names.len() < tally.models.len() { ", …" } else { "" };
        say_words(&format!(
            "{}, several samples of some: {}{more}",
            plural(models, "model"),
            names.join(", ")
        ));
    }
    if tally.unchecked > 0 {
        say(&format!("{} could not be checked: try `pelicycle check --again`", tally.unchecked));
    }
    if !common.no_gallery && tally.added > 0 {
        let rebuilt = pelicycle_site::rebuild(&store, &library, &global.gallery, &options)?;
        say(&rebuilt.report.index.display().to_string());
    }
    Ok(ExitCode::SUCCESS)
}

fn llm_logs(
    args: &LlmLogsArgs,
    library: &PromptLibrary,
    mut importer: Importer<'_>,
) -> anyhow::Result<ImportTally> {
    let prompts: Vec<&Prompt> = match args.prompt.as_slice() {
        [] => library.iter().collect(),
        named => library.select(named.iter().map(String::as_str))?,
    };
    let path = match &args.path {
        Some(path) => path.clone(),
        None => default_path(|name| std::env::var(name).ok())
            .context("no home folder is known: give the path that `llm logs path` tells")?,
    };
    let mut tally = ImportTally::default();
    let SkippedReplies { in_company, broken } =
        LlmLogs::open(&path)?.each(&prompts, |found| keep(&mut importer, found, &mut tally))?;
    if in_company > 0 {
        say_error(&format!(
            "left out {}: the prompt was not asked alone (a system prompt, earlier turns, an attachment, a schema or tools)",
            replies(in_company)
        ));
    }
    if broken > 0 {
        say_error(&format!("left out {}: no text or no date was logged", replies(broken)));
    }
    Ok(tally)
}

fn folder(args: &SvgFolderArgs, prompt: &Prompt, mut importer: Importer<'_>) -> anyhow::Result<ImportTally> {
    let folder: &Path = &args.folder;
    let found = svg_folder(folder, prompt, args.provider.as_deref())?;
    let mut tally = ImportTally::default();
    for one in found.replies {
        tally.models.insert(one.contestant.model.clone());
        keep(&mut importer, one, &mut tally)?;
    }
    for error in found.unread {
        say_error(&format!("left out: {error}"));
    }
    if found.beside > 0 {
        say_error(&format!(
            "left out {}: the whole reply lies beside each",
            plural(found.beside as u64, "file")
        ));
    }
    Ok(tally)
}

fn replies(count: u64) -> String {
    if count == 1 { "1 reply".to_owned() } else { format!("{count} replies") }
}

/// A failure of either side.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Logs(#[from] LlmLogsError),
    #[error(transparent)]
    Import(#[from] ImportError),
}

fn keep(importer: &mut Importer<'_>, found: FoundReply, tally: &mut ImportTally) -> Result<(), Failure> {
    match importer.keep(found)? {
        ImportOutcome::Added { verdict, .. } => {
            tally.added += 1;
            tally.drawn += u64::from(verdict == Some(Verdict::Drawn));
            tally.unchecked += u64::from(verdict.is_none());
        }
        ImportOutcome::Known => tally.known += 1,
    }
    Ok(())
}
