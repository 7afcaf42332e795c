//! `pelicycle model pull`.

mod preview;
mod reporter;

use std::process::ExitCode;

use anyhow::Context as _;
use pelicycle_models::hub::{Hub, HubError, HubSettings, ModelSpec, PullPlan, PulledModel};
use pelicycle_models::{Inventory, ModelFile, ModelSource};
use pelicycle_run::Config;
use pelicycle_text::size;

use self::preview::ModelPreview;
use self::reporter::PullReporter;
use super::stdio::print;
use crate::cli::error::usage;
use crate::cli::runtime::runtime;
use crate::cli::signals::{INTERRUPTED, Signals};
use crate::cli::terminal::printable;

/// Fetch a model from the Hugging Face hub into its standard cache.
///
/// Without a quantization Q4_K_M is taken, else Q4_K_S, Q4_K_XL, Q4_0, Q8_0, each before the next also with a word before it
/// as in UD-Q4_K_M, else the first file by name. The header is read first: it says what memory the model needs, how fast it
/// would be, and whether it would run; what would not is not fetched. All files of a split model are fetched. What was fetched before is not fetched again, what was cut is gone on with, and every file has the
/// sum that the hub names.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Environment, as for the hub's own tools:
  HF_TOKEN            token for private and gated models; or the file that `hf auth login` writes
  HF_HUB_CACHE        folder of the cache [default: ~/.cache/huggingface/hub]
  HF_HOME             folder above it, with the token file in it
  HF_ENDPOINT         address of the hub or a mirror
  HF_HUB_OFFLINE      when 1, ask nobody: only say whether it is in the cache

Examples:
  pelicycle model pull Qwen/Qwen3-0.6B-GGUF
  pelicycle model pull unsloth/Qwen3.6-35B-A3B-GGUF:UD-Q4_K_XL
  pelicycle model pull Qwen/Qwen3-0.6B-GGUF/Qwen3-0.6B-Q8_0.gguf --revision main
  pelicycle run -m local/qwen3-0.6b")]
pub(crate) struct PullArgs {
    /// OWNER/REPO, OWNER/REPO:QUANTIZATION, OWNER/REPO/FILE.gguf, or the address of a page of the hub.
    #[arg(value_name = "MODEL")]
    model: String,
    /// A branch, a tag or a commit [default: main].
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Fetch it even where another program has the same file on this machine.
    #[arg(long)]
    again: bool,
    /// Fetch it even where its header says that it can't run here.
    #[arg(long)]
    anyway: bool,
    /// Tell only what went wrong.
    #[arg(short, long)]
    quiet: bool,
}

/// The outcome of a pull.
enum End {
    /// The model, and all its bytes.
    Pulled(PulledModel, u64),
    /// The same weights lie elsewhere on this machine.
    Elsewhere(ModelFile),
    /// It would not run, so nothing was fetched.
    Useless(String),
    Interrupted,
}

pub(crate) fn pull(args: &PullArgs) -> anyhow::Result<ExitCode> {
    let wanted = match ModelSpec::parse(&args.model, args.revision.as_deref()) {
        Ok(wanted) => wanted,
        Err(error) => return usage(&error.to_string()),
    };
    let config = Config::load(None)?;
    let (places, threads) = (config.places(), config.run.threads.map(std::num::NonZero::get));
    let reporter = PullReporter::new(args.quiet);
    let hub = Hub::new(HubSettings::of_environment()?, reporter.listener())?;
    let runtime = runtime()?;
    let work = async {
        let plan = hub.plan(wanted).await?;
        let shelf = if args.again { Inventory::default() } else { Inventory::scan(&places) };
        match shelf.models().iter().find(|found| is_elsewhere(found, &plan)) {
            Some(found) => Ok::<_, HubError>(End::Elsewhere(found.clone())),
            None => {
                if let Some(preview) = ModelPreview::of(&plan).await? {
                    match preview.problem() {
                        Some(problem) if args.anyway => {
                            reporter.say(&format!("it won't run here: {problem}"));
                        }
                        Some(problem) => return Ok(End::Useless(problem)),
                        None if args.quiet => {}
                        None => preview.needs(threads).iter().for_each(|line| reporter.say(line)),
                    }
                }
                plan.fetch().await.map(|pulled| End::Pulled(pulled, plan.bytes()))
            }
        }
    };
    let end = runtime.block_on(async {
        let mut signals = Signals::new().context("can't listen for Ctrl-C")?;
        tokio::select! {
            // What came is written when the work is dropped.
            () = signals.next() => Ok(End::Interrupted),
            end = work => Ok::<_, anyhow::Error>(end?),
        }
    });
    reporter.end();
    let end = end?;
    let shelf = Inventory::scan(&places);
    match end {
        End::Pulled(pulled, bytes) => {
            let found = shelf.models().iter().find(|found| found.files == pulled.files);
            let path = pulled.files.first().map(|path| path.display().to_string()).unwrap_or_default();
            let name = found.map_or_else(|| path.clone(), |found| shelf.name_of(found));
            print(&format!("{}\n", printable(&format!("{name} is ready ({}): {path}", size::words(bytes)))))?;
            Ok(ExitCode::SUCCESS)
        }
        End::Elsewhere(found) => {
            let (name, path) = (shelf.name_of(&found), found.path().display());
            let line = format!("{name} is the same file, on this machine already ({}): {path}", found.origin);
            print(&format!("{}\n--again fetches it into the hub's cache as well\n", printable(&line)))?;
            Ok(ExitCode::SUCCESS)
        }
        End::Useless(problem) => {
            let name = printable(&args.model).into_owned();
            anyhow::bail!(
                "{name} can't be run here, so it was not fetched: {problem}\n--anyway fetches it all the same"
            )
        }
        End::Interrupted => {
            reporter.say("interrupted; what came is kept, and the same command goes on from there");
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}

/// Whether a model outside the hub's cache is the one that would be fetched.
fn is_elsewhere(found: &ModelFile, plan: &PullPlan<'_>) -> bool {
    let [first, ..] = plan.files() else { return false };
    match &found.origin {
        ModelSource::Hub { .. } => false,
        // Its blobs are named by their sums.
        ModelSource::Ollama { .. } => {
            let blob = found.path().file_name().unwrap_or_default().to_string_lossy();
            plan.files().len() == 1 && first.sha256().is_some_and(|sum| blob == format!("sha256-{sum}"))
        }
        ModelSource::Folder | ModelSource::LlamaCpp | ModelSource::LmStudio { .. } => {
            found.missing == 0
                && found.bytes == plan.bytes()
                && first.stem().is_some_and(|stem| stem.eq_ignore_ascii_case(&found.stem))
        }
    }
}
